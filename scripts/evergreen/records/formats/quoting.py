"""Rows of a text table, also of programs that do not double the quotation marks within a cell."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Sequence

DELIMITERS = (",", ";", "\t", "|")
BARE_QUOTE = {mark: re.compile(rf'[^{re.escape(mark)}"\n]"[^{re.escape(mark)}"\n]') for mark in DELIMITERS}
"""A quotation mark that neither begins nor ends a cell and is not doubled."""
csv.field_size_limit(sys.maxsize)


def cells_of(lines: Iterable[str], delimiter: str, *, quoted: bool = True) -> list[str]:
    """The cells of the first row of `lines`; where nothing is `quoted`, a quotation mark is a letter."""
    rows = (
        csv.reader(lines, delimiter=delimiter)
        if quoted
        else csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
    )
    return next(rows, [])


def loose_cells(row: str, delimiter: str) -> list[str]:
    """Cells of a row whose quotation marks inside a cell are not doubled, or escaped with a backslash, or follow a blank.

    A cell that begins with one ends with the first that a delimiter or the end follows; behind an odd number of single ones inside,
    two are the end of what is quoted and of the cell.
    """
    cells, place = [], 0
    while place <= len(row):
        start = place + len(row[place:]) - len(row[place:].lstrip(" "))
        if not row.startswith('"', start):
            end = row.find(delimiter, place)
            cells.append(row[place : end if end >= 0 else len(row)])
            place = (end if end >= 0 else len(row)) + 1
            continue
        text, at, inside = "", start + 1, False
        while (mark := row.find('"', at)) >= 0:
            piece = row[at:mark]
            behind = (
                row[mark + 1 :].lstrip(" ") if row[mark + 1 : mark + 2] == " " else row[mark + 1 : mark + 2]
            )
            if piece.endswith("\\"):
                text, at = text + piece[:-1] + '"', mark + 1
            elif behind[:1] == '"' and not inside and row[mark + 1] == '"':
                text, at = text + piece + '"', mark + 2
            elif not behind or behind[0] in (delimiter, "\n"):
                text, at = text + piece, mark + 1
                break
            else:
                text, at, inside = text + piece + '"', mark + 1, not inside
        else:
            text, at = text + row[at:], len(row)
        cells.append(text)
        end = row.find(delimiter, at)
        place = (end if end >= 0 else len(row)) + 1
    return cells


def rows_by_themselves(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether lines that quotation marks join are a row each: one of so many cells each, and what joins them is no cell. A mark stands beside
    other text (`5" nails`), or the delimiter is a tab, which no cell has.
    """
    if width < 3 or not (delimiter == "\t" or BARE_QUOTE[delimiter].search("\n".join(lines))):
        return False
    return all(
        width in (len(cells_of([line], delimiter, quoted=False)), len(loose_cells(line, delimiter)))
        for line in lines
    )
