"""Workbooks (.xlsx) of records, and Rayyan's ZIP with `articles.csv`."""

from __future__ import annotations

from collections.abc import Iterator

from evergreen.errors import InputError, refuse
from evergreen.records.formats import delimited
from evergreen.records.formats.block import Blocks
from evergreen.records.formats.column_names import is_header
from evergreen.sheets import archives, workbooks

NAME = "XLSX"
MAGIC = b"PK\x03\x04"


def table_inside(raw: bytes, file: str) -> tuple[str, bytes] | None:
    """(name, bytes) of the text table that a ZIP archive holds, or None when it is a workbook.

    Raises InputError for a damaged archive and for one that holds neither.
    """
    with archives.opened(raw, file, what="ZIP archive or workbook") as archive:
        names = archive.namelist()
        if "xl/workbook.xml" in names:
            return None
        exports = [name for name in names if name.endswith("articles.csv")][:1] or [
            name
            for name in names
            if name.lower().endswith((".csv", ".ris", ".txt", ".bib", ".nbib"))
            and not name.startswith("__MACOSX/")
        ]
        if len(exports) > 1:
            raise InputError(
                f"the ZIP archive holds {len(exports)} files ({', '.join(exports[:3])}{', ...' if len(exports) > 3 else ''})",
                file=file, todo="Unpack it, and name the exports among them; `files` takes a list.",
            )  # fmt: skip
        if exports:
            return exports[0], archive.read(exports[0])
    raise InputError(
        "the ZIP archive holds no export of records", file=file, todo="Unpack it and name the export."
    )


def read(raw: bytes, file: str) -> Blocks:
    """Blocks of all sheets that are shown and have a header with known column names; `line` is the row of the record's own sheet.

    What stands in the other sheets belongs to no record, and is said so. Raises InputError for cells of a table that look empty and
    are not: merged ones, and formulas that nothing has computed.
    """
    out = Blocks()
    with workbooks.opened(raw, file, todo="Export or copy it again.") as book:
        for sheet in book.worksheets:
            rows = [
                (number, [workbooks.text_of(cell).strip() for cell in row])
                for number, row in workbooks.rows(sheet, file)
            ]
            first = [row for number, row in rows if number <= delimited.LINES_BEFORE_HEADER]
            header = next((place for place, row in enumerate(first) if is_header(row)), None)
            why = "before the header of" if header is not None else "in a table without known column names,"
            if sheet.sheet_state != "visible":
                header, why = None, "in the hidden"
            for number, row in rows[:header]:
                out.lose(number, " ".join(row), f"row {why} sheet {sheet.title}")
            if header is not None:
                unclear = workbooks.unclear(raw, file, sheet._worksheet_path)
                refuse([one for one in unclear if (one.row or 0) >= rows[header][0]])
                delimited.blocks(_numbered(rows[header:]), out)
    return out if out.headers else Blocks()


def _numbered(rows: list[tuple[int, list[str]]]) -> Iterator[tuple[int, int, list[str]]]:
    """(row, row, cells), each as wide as the header; a row ends with its last filled cell in the file."""
    width = len(rows[0][1])
    for number, cells in rows:
        if any(cells):
            yield number, number, cells + [""] * (width - len(cells))
