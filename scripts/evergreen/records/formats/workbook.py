"""Workbooks (.xlsx) of records, and Rayyan's ZIP with `articles.csv`."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

from evergreen.errors import InputError
from evergreen.records.formats import delimited
from evergreen.records.formats.block import Blocks

NAME = "XLSX"
MAGIC = b"PK\x03\x04"


def table_inside(raw: bytes, file: str) -> tuple[str, bytes] | None:
    """(name, bytes) of the text table that a ZIP archive holds, or None when it is a workbook.

    Raises InputError for a damaged archive and for one that holds neither.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" in names:
                return None
            name = next((name for name in names if name.endswith("articles.csv")), None) or next(
                (name for name in names if name.lower().endswith((".csv", ".ris", ".txt", ".bib", ".nbib"))),
                None,
            )
            if name:
                return name, archive.read(name)
    except zipfile.BadZipFile as error:
        raise InputError("the file is damaged or cut off (a ZIP archive or workbook)", file=file,
                         todo="Export or copy it again.") from error  # fmt: skip
    raise InputError(
        "the ZIP archive holds no export of records", file=file, todo="Unpack it and name the export."
    )


def read(raw: bytes, file: str) -> Blocks:
    """Blocks of the first sheet that has a header with known column names; `line` is the sheet's row."""
    import openpyxl

    out = Blocks()
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise InputError(
            f"the workbook cannot be read ({error})", file=file, todo="Export or copy it again."
        ) from error
    sheets = {
        sheet.title: [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
        for sheet in book
    }
    for title, rows in sheets.items():
        header = next(
            (number for number, row in enumerate(rows[: delimited.LINES_BEFORE_HEADER]) if _is_header(row)),
            None,
        )
        if header is None:
            continue
        for number in range(header):
            out.lose(number + 1, " ".join(rows[number]), f"row before the header of sheet {title}")
        delimited.blocks(_numbered(rows, header), out)
        break
    return out


def _is_header(row: list[str]) -> bool:
    names = {delimited.normal(cell) for cell in row}
    wos = {"PT", "AU", "TI"} <= set(row)
    return wos or (bool(names & set(delimited.FIELDS["title"])) and delimited.known(names) > 1)


def _numbered(rows: list[list[str]], header: int) -> Iterator[tuple[int, int, list[str]]]:
    for number in range(header, len(rows)):
        if any(rows[number]):
            yield number + 1, number + 1, rows[number]


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
