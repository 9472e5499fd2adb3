"""Sheets that a form sends whole become the person's sheet, unless somebody else has changed it since the form was made."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from evergreen.desk.voting import writable
from evergreen.errors import InputError
from evergreen.sheets import columns_of, keeping


def file_sheet(review: Path, stem: Path, kind: str, said: Mapping[str, Any]) -> str:
    """Write the `rows` under the `columns` of a form as the sheet `stem` of a kind; gives the SHA-256 of its bytes.

    `fits` are the SHA-256s of the sheet as the form knows it ("" where there was none). Raises InputError where the sheet is another
    by now, is a workbook, or what was said is no sheet.
    """
    columns, rows, fits = _checked(said, kind)
    path = keeping.csv_sheet(stem)
    new = keeping.text_of(rows, columns)

    def made(there: bytes | None) -> bytes:
        if there != new and _digest(there) not in fits:
            raise InputError(
                "the sheet was changed since this form was made, and nothing was written",
                file=path,
                todo="Run the workflow and open the form again: what you entered stays in this browser.",
            )
        return new

    return _digest(keeping.rewrite(review, path, made))


def _checked(said: Mapping[str, Any], kind: str) -> tuple[list[str], list[dict[str, str]], list[str]]:
    """(columns, rows, fits) as they were said. Raises InputError where a part is missing or no text."""
    columns, fits = _texts(said.get("columns")), _texts(said.get("fits"))
    rows = said.get("rows")
    needed = {column.name for column in columns_of(kind) if column.must_exist}
    if fits is None or columns is None or not needed <= set(columns) or not isinstance(rows, list):
        raise InputError("this is no sheet of that kind", todo="Open the form again.")
    if not all(isinstance(row, dict) and _texts(list(row.values())) is not None for row in rows):
        raise InputError("a row of this sheet is no row of texts", todo="Open the form again.")
    return columns, rows, fits


def _texts(values: Any) -> list[str] | None:
    """A list of texts that a file keeps; None where it is none."""
    if isinstance(values, list) and all(isinstance(value, str) and writable(value) for value in values):
        return values
    return None


def _digest(there: bytes | None) -> str:
    return "" if there is None else sha256(there).hexdigest()
