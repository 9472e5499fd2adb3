"""Tables of records: CSV and tab-separated text with a header, of any vendor whose column names are known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from evergreen.errors import InputError
from evergreen.records.formats import column_names, joins
from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.citations import take_apart
from evergreen.records.formats.column_names import (
    KNOWN,
    TITLES,
    fields_for,
    is_header,
    known,
    normal,
    of_web_of_science,
)
from evergreen.records.formats.footers import footer_of
from evergreen.records.formats.quoting import (
    BARE_QUOTE,
    DELIMITERS,
    cells_of,
    loose_cells,
    rows_by_themselves,
)
from evergreen.records.name_lists import split_authors
from evergreen.sheets import days
from evergreen.sheets.cell_text import ERROR, NOT_FOUND

NAME = "CSV"
FIELDS = column_names.FIELDS
_REGISTERS = {
    "nct number": "ClinicalTrials.gov", "trialid": "ICTRP", "isrctn": "ISRCTN", "eudract number": "EUCTR", "eu ct number": "CTIS",
    "title of the trial": "CTIS", "actrn": "ANZCTR", "drks id": "DRKS", "jrct id": "jRCT",
}  # fmt: skip
"""Columns that entries of a register have."""
_OF_ARTICLES = frozenset(("journal", "volume", "pmid"))
LINES_BEFORE_HEADER = 20
_AUTHOR_IDS = re.compile(r"\s*\(\d{6,}\)")  # Scopus writes them behind full names
_SHORTENED = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_COLUMN_OF_TITLES = re.compile(
    r'(?:title|title primary|display.?name|(?<![a-z])ti|题名|篇名|标题)"?\s*(?:[,;\t|]|$)', re.IGNORECASE
)


def recognise(lines: Sequence[str]) -> bool:
    """Whether a line names columns, or each line a field."""
    return _header(lines) is not None or _stands_upright(lines)


def _header(lines: Sequence[str], needed: int = 2) -> tuple[int, str] | None:
    """Number (from 0) of the header's line and its delimiter: the first line with enough known column names."""
    for number, line in enumerate(lines[:LINES_BEFORE_HEADER]):
        row = _row_at(lines, number) if '"' in line else [line]
        for delimiter in DELIMITERS:
            names = {normal(cell) for cell in cells_of(row, delimiter)}
            if len(names & KNOWN) >= needed and (names & TITLES or needed == 1):
                return number, delimiter
            if delimiter == "\t" and of_web_of_science(line.split("\t")):
                return number, delimiter
    return None


def _row_at(lines: Sequence[str], number: int) -> list[str]:
    """The lines of the row that begins at `number`: names of columns may be broken within quotation marks."""
    end, quotes = number + 1, lines[number].count('"')
    while quotes % 2 and end < min(len(lines), number + LINES_BEFORE_HEADER):
        quotes += lines[end].count('"')
        end += 1
    return [f"{line}\n" for line in lines[number:end]] if quotes % 2 == 0 else [lines[number]]


def head(lines: Sequence[str]) -> list[str]:
    """The line that names the columns, which stands above each piece of a table as well; [] where there is none."""
    found = _header(lines)
    return [lines[found[0]]] if found else []


def border(lines: Sequence[str]) -> int:
    """Where the last row begins (from 0), below a header in one line and outside of quotation marks; else 0."""
    found = _header(lines)
    if found is None or lines[found[0]].count('"') % 2:
        return 0
    last, quotes = 0, 0
    for at, line in enumerate(lines):
        if not quotes and at > found[0] + 1:
            last = at
        quotes = (quotes + line.count('"')) % 2
    return last


def ends_short(first: Sequence[str], last: Sequence[str]) -> bool:
    """Whether the last row has fewer cells than the header, where none of the first ones has: the file may end within it.

    `last` are the last lines of a file whose quotation marks are even.
    """
    found = _header(first)
    if found is None:
        return False
    begins = len(last) - 1
    while begins >= 0 and sum(line.count('"') for line in last[begins:]) % 2:
        begins -= 1
    if begins < 0:  # it begins before what is looked at
        return False
    width = len(cells_of(_row_at(first, found[0]), found[1]))
    rows = [len(cells) for *_, cells in _rows(first, *found, Blocks())][1:-1]
    return len(rows) > 1 and min(rows) >= width > len(cells_of(last[begins:], found[1]))


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of a text table, one per row, its fields named by `normal` column names.

    Where tables were put together, each header holds for the rows below it, whatever its order and delimiter.
    """
    out = Blocks()
    if _header(lines) is None and _stands_upright(lines):
        _read_upright(lines, out)
        return out
    found = _header(lines) or _header(lines, needed=1) or (0, max(DELIMITERS, key=lines[0].count))
    header, delimiter = found
    for number in range(header):
        if re.fullmatch(r"sep=.", lines[number].strip()):
            out.frame(number + 1, lines[number], "separator, for Excel")
        elif re.match(r"\W*About the data: Exported on", lines[number]):
            out.frame(number + 1, lines[number], "what was exported, for Dimensions")
        elif re.match(r'"?SEARCH QUERY"?[,;\t]|-+$', lines[number]):
            out.frame(number + 1, lines[number], "what was searched, in Embase")
        else:
            out.lose(number + 1, lines[number], "line before the header")
    blocks(_rows(lines, header, delimiter, out), out)
    return out


def table_within(lines: Sequence[str]) -> int:
    """Number (from 1) of the line with which a table begins in text of another format: nothing but column names, and as
    many cells in the next line; else 0."""
    # Nearly every line is a field of a tagged format.
    others = [number for number, line in enumerate(lines) if line[2:6] != "  - "]
    for number in others:
        line = lines[number]
        if "itle" not in line and "TITLE" not in line:
            continue
        for mark in DELIMITERS:
            if line.count(mark) < 2:
                continue
            names = [normal(cell) for cell in cells_of([line], mark)]
            below = next(filter(str.strip, lines[number + 1 : number + 3]), "")
            if (
                not TITLES.isdisjoint(names)
                and all(name in KNOWN for name in names)
                and len(cells_of([below], mark)) == len(names)
            ):
                return number + 1
    return 0


def untitled(lines: Sequence[str]) -> bool:
    """Whether a line names known columns, but none of titles."""
    return any(
        known({normal(cell) for cell in cells_of([line], mark)}) > 2
        for line in lines[:LINES_BEFORE_HEADER]
        for mark in DELIMITERS
    )


def _stands_upright(lines: Sequence[str]) -> bool:
    """Whether each line is a field with its name in the first cell, as in Embase's "CSV, fields by row"."""
    labels = [normal(next(iter(cells_of([line], ",")), "")) for line in lines[:12] if "," in line]
    return len(labels) > 2 and known(set(labels)) > 2 and bool(set(labels) & TITLES)


def _read_upright(lines: Sequence[str], out: Blocks) -> None:
    """Blocks of a table with a line per field; a record starts where the first field's name comes again."""
    first_label = ""
    names: set[str] = set()
    out.of_whole = True
    for line, end, cells in _rows(lines, 0, ",", out, upright=True):
        label = normal(cells[0])
        first_label = first_label or label
        if label == first_label:
            out.blocks.append(Block(line, end))
        for cell in cells[1:]:
            if cell.strip():
                _add(out.blocks[-1], label, cell.strip())
        out.blocks[-1].line_end = end
        names.add(label)
    out.headers.append(frozenset(names))


def _rows(
    lines: Sequence[str], header: int, delimiter: str, out: Blocks, upright: bool = False
) -> Iterator[tuple[int, int, list[str]]]:
    """(first line, last line, cells) of each row; a quote that never closes spoils its own line only.

    The width of a row and its delimiter are those of the last header above it; in an upright table rows have any width.
    """
    number = header
    width = 0 if upright else len(cells_of(_row_at(lines, header), delimiter))
    while number < len(lines):
        if not upright and number > header and _COLUMN_OF_TITLES.search(lines[number]):
            again = next(
                (
                    mark
                    for mark in (delimiter, *DELIMITERS)
                    if _names_columns(cells_of([lines[number]], mark), delimiter, width)
                ),
                "",
            )
            if again:
                delimiter = again
                width = len(cells_of([lines[number]], delimiter))
            elif glued := _glued_header(lines[number], delimiter, width):
                out.note(number + 1, joins.NOTE, lines[number])
                delimiter, rows = glued
                width = len(rows[-1])
                yield from ((number + 1, number + 1, cells) for cells in rows)
                number += 1
                continue
        end = number
        quotes = lines[number].count('"')
        while quotes % 2 and end + 1 < len(lines):
            end += 1
            quotes += lines[end].count('"')
        cells = cells_of(lines[number : end + 1], delimiter)
        apart = end > number and rows_by_themselves(lines[number : end + 1], delimiter, width)
        if quotes % 2 or apart or (end > number and width and len(cells) != width):
            alone = cells_of([lines[number]], delimiter, quoted=False)
            loose = loose_cells(lines[number], delimiter)
            if width and len(loose) == width != len(alone):
                alone = loose  # `5" needle,"Doe, A",2019`
            if quotes % 2 or len(alone) == width:
                out.note(number + 1, "a quote is not closed; the line was read by itself", lines[number])
                out.of_whole = True
                cells, end = [cell.strip('"') for cell in alone], number
        elif end > number:
            cells = cells_of([line + "\n" for line in lines[number : end + 1]], delimiter)
        if quotes and not quotes % 2 and width:
            row = "\n".join(lines[number : end + 1])
            if BARE_QUOTE[delimiter].search(row) and len(loose := loose_cells(row, delimiter)) == width:
                cells = loose
        if any(cell.strip() for cell in cells):
            yield number + 1, end + 1, cells
        number = end + 1


def _names_columns(cells: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a whole line names columns: its first cells do already, where a row that is glued to a header has values."""
    first = cells[: max(1, min(3, width - 1))]
    return (
        is_header(cells)
        and delimiter not in first[0]
        and any(normal(cell) in KNOWN or cell == "PT" for cell in first)
    )


def _glued_header(line: str, delimiter: str, width: int) -> tuple[str, list[list[str]]] | None:
    """(delimiter, [last row of a table, header of the next]) where a line holds both, without a line end between them."""
    for mark in dict.fromkeys((delimiter, *DELIMITERS)):
        cells = cells_of([line], mark)
        for place in sorted(range(len(cells) - 1), key=lambda place: (place != width - 1, place)):
            first = _name_at_end(cells[place])
            if not first or not is_header([first, *cells[place + 1 :]]):
                continue
            for start in (found.start() for found in re.finditer(re.escape(first), line)):
                for begin in (start - 1, start) if line.startswith('"', start - 1) else (start,):
                    header = cells_of([line[begin:]], mark)
                    if len(header) == len(cells) - place and normal(header[0]) == normal(first):
                        return mark, [cells_of([line[:begin]], delimiter), header]
    return None


def _name_at_end(cell: str) -> str:
    """The column name behind a value in one cell: what a quotation mark parts from it, or the longest known one; else ""."""
    _, quote, name = cell.rstrip('"').rpartition('"')
    if quote and normal(name) in KNOWN:
        return name
    for place in range(max(0, len(cell) - 60), len(cell)):
        if cell[place].isalpha() and not cell[place - 1 : place].isspace() and normal(cell[place:]) in KNOWN:
            return cell[place:]
    return "PT" if cell.endswith("PT") else ""  # Web of Science's first


def blocks(rows: Iterator[tuple[int, int, list[str]]], out: Blocks) -> None:
    """Append a block per row; the first row is a header, and so is each that names columns again."""
    header: list[str] = []
    footer: list[tuple[int, str]] = []
    above = 0  # cells that the last row above a footer fills: where rows have titles alone, one is no footer
    register = ""
    for line, end, cells in rows:
        if not out.headers or is_header(cells):
            wos = of_web_of_science(cells)
            header = [cell.strip() if wos else normal(cell) for cell in cells]
            register = next((name for column, name in _REGISTERS.items() if column in header), "")
            register *= not _OF_ARTICLES.intersection(header)
            what = "column names again" if frozenset(header) in out.headers else "column names"
            out.of_whole |= bool(out.headers)
            out.headers.append(frozenset(header))
            for number in range(line, end + 1):
                out.frame(number, " ".join(cells), what)
            continue
        block = Block(line, end)
        if len(cells) < len(header) and len(header) - len(cells) > 1:
            out.note(line, f"row has {len(cells)} cells, the header {len(header)}", " ".join(cells))
        if len([cell for cell in cells[len(header) :] if cell.strip()]):
            out.note(
                line,
                f"row has {len(cells)} cells, the header {len(header)}; the rest is kept",
                " ".join(cells),
            )
        for number, cell in enumerate(cells):
            value = cell.strip()
            if not value:
                continue
            name = header[number] if number < len(header) else f"column {number + 1}"
            _add(block, name or f"column {number + 1}", value)
        if register:
            block.append("document type", f"Trial registry record ({register})")
        out.blocks.append(block)
        filled = sum(1 for cell in cells if cell.strip())
        text = footer_of(cells, len(header)) if footer or above not in (1, 2) else ""
        footer, above = ([*footer, (line, text)], above) if text else ([], filled)
    for line, text in footer:
        out.frame(line, text, "footer of the table")
    del out.blocks[len(out.blocks) - len(footer) :]


def _add(block: Block, name: str, value: str) -> None:
    if name in ("source", "citation") and (parts := take_apart(value)):
        for part, piece in parts.items():
            block.append(f"source {part}", piece)
    block.append(name, value)


def _lose_rows_of_nothing(found: Blocks, fields: Mapping[str, Sequence[str]]) -> None:
    """Take rows for no records that hold nothing of one, such as their number alone."""
    of_records = frozenset().union(*fields.values()) - {"document type"}
    kept = []
    for block in found.blocks:
        if of_records.isdisjoint([name for name, _ in block.fields]):
            found.lose(
                block.line, " ".join(value for _, value in block.fields), "row without anything of a record"
            )
        else:
            kept.append(block)
    found.blocks = kept


def _is_a_day(value: str, *, month: bool) -> bool:
    """Whether a spreadsheet program made a day of `3-4`, or where it may be one a `month` of `3-21`."""
    if value.replace("-", "").isdigit():
        return days.of_the_calendar(value)
    return days.of_a_month(value) or (month and days.in_a_year(value))


def finish(found: Blocks, columns: Mapping[str, str] | None, file: str) -> dict[str, tuple[str, ...]]:
    """The roles of the table's columns; cells with several authors become a field for each, pages and issues of which a spreadsheet program made days are ranges again.

    Raises InputError for a column that the protocol names and the table has not, and where a spreadsheet program shortened an
    identifier (`1.8E+07`) or took an identifier or title for a formula (`#NAME?`): what it was can no longer be known.
    """
    fields = fields_for(found.headers, columns, file)
    authors = frozenset(fields["authors"])
    identifiers = frozenset(fields["accession"]) | frozenset(fields["pmid"])
    numbers = frozenset(fields["doi"]) | frozenset(fields["pmid"])
    telling = identifiers | numbers | frozenset(fields["title"])
    _lose_rows_of_nothing(found, fields)
    pages, places = frozenset(fields["pages"]), frozenset(fields["pages"]) | frozenset(fields["issue"])
    for block in found.blocks:
        cells = block.fields
        for at, (name, value) in enumerate(cells):
            if name in places and _is_a_day(value, month=name in pages):
                meant = days.range_of(value)
                read = f"read as {meant}" if meant else "the record is read without"
                found.note(block.line, f"{name} of which a spreadsheet program made a day; {read}", value)
                cells[at] = (name, meant) if meant else (f"{name} as a day", value)
            spoilt = ""
            if name in identifiers and _SHORTENED.fullmatch(value):
                spoilt = "a number that a spreadsheet program shortened"
            elif value == NOT_FOUND and name in numbers:
                continue  # as lookups say that there is none
            elif value[:1] == "#" and name in telling and ERROR.fullmatch(value):
                spoilt = "what a spreadsheet program shows in the place of a formula that it cannot compute"
            if spoilt:
                raise InputError(
                    f"{value} is {spoilt}", file=file, row=block.line, column=name,
                    todo="Export again and do not save the file from the spreadsheet program.",
                )  # fmt: skip
        if any(name in authors for name, _ in cells):
            block.fields = [
                (name, piece)
                for name, value in cells
                for piece in (split_authors(_AUTHOR_IDS.sub("", value)) if name in authors else (value,))
            ]
    return fields
