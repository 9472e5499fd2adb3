"""All tables of the report as one workbook: a sheet for each, and one that says what is where."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evergreen.report.blocks import Section, Table, text_of
from evergreen.tables import replaced

FIXED = datetime.datetime(2000, 1, 1)
"""A workbook carries the time of its making; a fixed one keeps same content same bytes."""
LONGEST_CELL = 32_767  # characters that a cell of a workbook can hold
NARROWEST, WIDEST = 8, 60
LINE, MOST_LINES = 15, 26  # points a line takes; a row may be 409 points high
CONTENTS = (16, 40, 100)
"""Widths of the first sheet, in characters."""
NUMBER = re.compile(r"(−?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?")


def write_workbook(title: str, sections: Sequence[Section], path: str | Path) -> None:
    """Write the tables of numbered sections, atomically, the same bytes for the same tables.

    Numbers of columns of numbers are numbers, with the decimals that the report shows; all else is text, also what looks like a formula.
    """
    import xlsxwriter

    found = [
        (section.title, block) for section in sections for block in section.blocks if isinstance(block, Table)
    ]
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with replaced(path) as draft, xlsxwriter.Workbook(draft, options) as book:
        book.set_properties({"title": title, "created": FIXED})
        made = _Formats(book)
        contents = book.add_worksheet("Contents")
        _fill(contents, ["Sheet", "Section", "Table"], [], made, CONTENTS)
        for line, (section, table) in enumerate(found, start=1):
            name = f"Table {table.number}"
            contents.write_url(line, 0, f"internal:'{name}'!A1", made.link, name)
            contents.write_string(line, 1, section, made.text)
            contents.write_string(line, 2, table.caption, made.text)
            contents.set_row(line, _height(["", section, table.caption], CONTENTS))
            _add(book.add_worksheet(name), table, made)


class _Formats:
    """The formats of a workbook; one for each number of decimals, made when it is needed."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self.head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.text = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
        self.link = book.add_format({"font_color": "#0563c1", "underline": 1, "valign": "top"})
        self._numbers: dict[str, Any] = {}

    def number(self, decimals: int, grouped: bool) -> Any:
        """With so many decimals, and thousands apart where the report has them so."""
        code = ("#,##0" if grouped else "0") + (f".{'0' * decimals}" if decimals else "")
        if code not in self._numbers:
            self._numbers[code] = self._book.add_format({"num_format": code, "valign": "top"})
        return self._numbers[code]


def _add(page: Any, table: Table, made: _Formats) -> None:
    heads = [head.name for head in table.columns]
    rows = [[text_of(cell) for cell in row] for row in table.rows]
    widths = [
        min(WIDEST, max(NARROWEST, 2 + max(map(len, column)))) for column in zip(heads, *rows, strict=True)
    ]
    _fill(page, heads, rows, made, widths, [head.number for head in table.columns])
    if rows:
        page.autofilter(0, 0, len(rows), len(heads) - 1)


def _fill(
    page: Any,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    made: _Formats,
    widths: Sequence[int],
    numbers: Sequence[bool] = (),
) -> None:
    """A head that stays in sight and is printed on each page, and the rows."""
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_row(0, _height(heads, widths))
    for position, (head, width) in enumerate(zip(heads, widths, strict=True)):
        page.set_column(position, position, width)
        page.write_string(0, position, head, made.head)
    for line, row in enumerate(rows, start=1):
        page.set_row(line, _height(row, widths))
        for position, text in enumerate(row):
            if numbers[position] and (match := NUMBER.fullmatch(text)):
                sign, whole, decimals = match[1], match[2], match[3] or ""
                value = float(f"{'-' if sign else ''}{whole.replace(',', '')}{decimals}")
                page.write_number(line, position, value, made.number(max(0, len(decimals) - 1), "," in whole))  # fmt: skip
            elif text:
                page.write_string(line, position, text[:LONGEST_CELL], made.text)


def _height(row: Sequence[str], widths: Sequence[int]) -> int:
    """Points that a row takes: not every program fits it to wrapped text by itself."""
    lines = max(map(_lines, row, widths), default=1)
    return LINE * min(lines, MOST_LINES)


def _lines(text: str, width: int) -> int:
    if "\n" not in text:
        return 1 + int(1.15 * len(text)) // width
    return sum(_lines(part, width) for part in text.split("\n"))
