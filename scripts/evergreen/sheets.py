"""Sheets that people write: CSV or XLSX, with whatever a spreadsheet program did to them.

A sheet's schema (`config/schemas/<kind>.schema.yaml`) describes one row. What can be read without doubt is
read; everything else is refused with file, row and column. Rows are counted as the person sees them: the
header is row 1. Nothing here writes to a person's file.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evergreen import archives, workbooks
from evergreen.errors import InputError, refuse
from evergreen.schemas import schema as schema_of
from evergreen.spreadsheets import unguarded

if TYPE_CHECKING:  # names are compared by modules that read no sheet
    import pandas as pd

SUFFIXES = (".csv", ".xlsx")
# What a person may save a sheet as by mistake; it would look as if the sheet were not there.
UNREADABLE = (".ods", ".xls", ".xlsm", ".numbers", ".tsv")
NOT_REPORTED = frozenset({"", "na", "n/a", "nr", "not reported"})
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
SPOILT_ID = re.compile(
    r"([^:]*:)?\d+([.,]\d+)?E[+-]\d+", re.IGNORECASE
)  # spreadsheet programs always write the sign
MERGED = re.compile(r'<mergeCell ref="([A-Z]+(\d+):[A-Z]+\d+)"')
UNCOMPUTED = re.compile(r'<c r="([A-Z]+)(\d+)"([^>]*)><f[^>]*>[^<]*</f>(?:<v ?/>|<v></v>)?</c>')
MAX_ERRORS = 20
# Every kind of blank, and the marks that take no room: zero-width spaces and joiners, directions, byte order.
BLANKS = (
    " \t\r\n\v\f\u0085\u00a0\u00ad\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c"
    "\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2066\u2067\u2068\u2069\u3000\ufeff"
)


@dataclass(frozen=True)
class Column:
    """What one column of a sheet holds."""

    name: str
    kind: str  # text | number | integer | choice | record_id
    choices: tuple[str, ...] = ()
    must_exist: bool = False
    must_be_filled: bool = False
    minimum: float | None = None
    maximum: float | None = None


def find(stem: str | Path) -> Path | None:
    """The sheet `stem`.csv or `stem`.xlsx, in capitals or not; None when neither is there.

    Raises InputError when both are, or when there is nothing but the sheet in a format that is not read.
    """
    stem = Path(stem)
    files = sorted(stem.parent.iterdir()) if stem.parent.is_dir() else []
    named = [path for path in files if path.stem == stem.name and path.is_file()]
    found = [path for path in named if path.suffix.lower() in SUFFIXES]
    if not found:
        for path in named:
            if path.suffix.lower() in UNREADABLE:
                raise InputError(
                    f"a sheet in the format {path.suffix} is not read",
                    file=path,
                    todo="Save it as CSV UTF-8 or XLSX.",
                )
    if len(found) > 1:
        raise InputError(
            "the same sheet is there as .csv and as .xlsx", file=found[0], todo="Keep one of them."
        )
    return found[0] if found else None


def columns_of(kind: str) -> tuple[Column, ...]:
    """Columns of the sheets of a kind, in the order of its schema."""
    return _columns(kind)


def read_sheet(path: str | Path, kind: str) -> pd.DataFrame:
    """Read a person's sheet of the given kind.

    Returns one row per filled row: text columns as stripped text ("" where empty), number columns as floats
    (NaN where empty or not reported), columns the schema does not know as text, then `_file` and `_row`. All columns
    of the schema are there. Raises InputError(s) with file, row and column.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError("the file is missing", file=path, todo="Create it or mend its name.")
    schema = _columns(kind)
    decimal_comma, rows = _rows(path, schema)
    rows = [(number, cells) for number, cells in rows if any(cells)]
    if not rows:
        raise InputError(
            "the file is empty", file=path, todo=f"Its first row must name the columns {_names(schema)}."
        )
    header = _header(rows[0][1], schema, path)
    return _frame(rows[1:], header, schema, path, decimal_comma)


def read_sheets(paths: Mapping[str, str], kind: str, people: Sequence[str] = ()) -> dict[str, pd.DataFrame]:
    """{person: sheet} of a task that several do; whoever of `people` has no sheet yet has an empty one.

    Where nobody has a sheet there is nothing to wait for, and nobody gets one.
    """
    import pandas as pd

    columns = [*(column.name for column in columns_of(kind)), "_file", "_row"]
    waiting = [person for person in people if person not in paths] if paths else []
    return {person: read_sheet(path, kind) for person, path in paths.items()} | {
        person: pd.DataFrame(columns=columns) for person in waiting
    }


@cache
def _columns(kind: str) -> tuple[Column, ...]:
    schema = schema_of(kind)
    required = set(schema.get("required", []))
    columns = []
    for name, rule in schema["properties"].items():
        if "enum" in rule:
            column_kind = "choice"
        elif rule.get("format") == "record_id":
            column_kind = "record_id"
        else:
            column_kind = {"string": "text"}.get(rule["type"], rule["type"])
        columns.append(
            Column(
                name,
                column_kind,
                tuple(rule.get("enum", ())),
                name in required,
                rule.get("minLength", 0) > 0,
                rule.get("minimum"),
                rule.get("maximum"),
            )
        )
    return tuple(columns)


def _names(schema: tuple[Column, ...]) -> str:
    return ", ".join(column.name for column in schema if column.must_exist)


def _rows(path: Path, schema: tuple[Column, ...]) -> tuple[bool, list[tuple[int, list[str]]]]:
    """(decimal comma in use, rows as (row number, stripped cells))."""
    if path.suffix.lower() == ".xlsx":
        return False, _xlsx_rows(path, schema)
    text = decoded(path)
    known = {column.name for column in schema}

    def score(delimiter: str) -> int:
        header = next(
            (row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(row)), []
        )
        return sum(column_key(cell) in known for cell in header)

    rows: list[tuple[int, list[str]]] = []
    try:
        best = max(",;\t", key=score)
        # Strict, for a quotation mark that nobody closed would swallow the rows below it.
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=best, strict=True):
            rows.append((len(rows) + 1, [_told(cell) for cell in row]))
    except csv.Error as error:
        raise InputError(
            f"not a readable CSV file ({error})",
            file=path,
            row=len(rows) + 1,
            todo="Look for a quotation mark without its partner, or save the sheet again as CSV UTF-8.",
        ) from None
    return best != ",", rows


def decoded(path: Path) -> str:
    """Text of a file that a person or a spreadsheet program saved: UTF-8, -16, -32 or Windows-1252; any line ends."""
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        encodings = ["utf-32"]
    elif raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif raw[:1] != b"\0" and raw[1:2] == b"\0":
        encodings = ["utf-16-le"]
    elif raw[:1] == b"\0" and raw[1:2] not in (b"", b"\0"):
        encodings = ["utf-16-be"]
    elif b"\0" in raw[:4096]:
        raise InputError("this is a binary file, not a CSV", file=path, todo="Save the sheet as CSV UTF-8.")
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("the encoding cannot be read", file=path, todo="Save the sheet as CSV UTF-8.")


def _xlsx_rows(path: Path, schema: tuple[Column, ...]) -> list[tuple[int, list[str]]]:
    """Rows of the worksheet that has the needed columns, else of the first one that is shown.

    Raises InputError where two have them.
    """
    needed = {column.name for column in schema if column.must_exist}
    with workbooks.opened(path, path) as book:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        fitting = [sheet for sheet in shown if needed <= {column_key(cell) for cell in _head(sheet, path)}]
        if len(fitting) > 1:
            raise InputError(
                f"the worksheets {' and '.join(sheet.title for sheet in fitting)} have the same columns",
                file=path,
                todo="Keep one of them, or hide the other.",
            )
        if not shown:
            raise InputError("no worksheet is shown", file=path, todo="Show the one that holds the table.")
        sheet: Any = (fitting or shown)[0]
        _refuse_unclear(path, sheet._worksheet_path)
        return [
            (number, [_told(_cell_text(cell)) for cell in row]) for number, row in workbooks.rows(sheet, path)
        ]


def _head(sheet: Any, path: Path) -> list[str]:
    """The first filled row."""
    rows = ([_cell_text(cell) for cell in row] for _, row in workbooks.rows(sheet, path))
    return next((row for row in rows if any(row)), [])


def _refuse_unclear(path: Path, part: str) -> None:
    """Merged cells and formulas that nothing has computed look empty to a reader, and are not."""
    with archives.opened(path, path, what=workbooks.WORKBOOK) as archive:
        text = archive.read(part).decode("utf-8", errors="replace")
    errors = []
    for cell, row in MERGED.findall(text):
        todo = "Separate them, and fill each cell."
        errors.append(InputError(f"the cells {cell} are merged", file=path, row=int(row), todo=todo))
    for column, row, kind in UNCOMPUTED.findall(text):
        if 't="str"' not in kind:  # a formula whose value is the empty text
            todo = "Write the value itself."
            errors.append(
                InputError(f"{column}{row} is a formula without a value", file=path, row=int(row), todo=todo)
            )
    refuse(errors[:MAX_ERRORS])


def _cell_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime.datetime) and value.time() == datetime.time(0):
        return value.date().isoformat()
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return str(value)


def clean(cell: str) -> str:
    """A cell without the blanks and invisible marks around it; no-break spaces become blanks."""
    return cell.replace("\u00a0", " ").strip(BLANKS)


def _told(cell: str) -> str:
    """A cell as its author meant it: also without the apostrophe of our own files, or a person's, before `=` and the like."""
    return clean(unguarded(clean(cell)))


def folded(cell: object) -> str:
    """A name as it is compared: blanks and letter case do not make another."""
    return " ".join(str(cell).split()).casefold()


def column_key(cell: str) -> str:
    """A header cell as a column name: `Record ID` is `record_id`."""
    return re.sub(r"[\s-]+", "_", clean(cell).casefold())


def _header(cells: list[str], schema: tuple[Column, ...], path: Path) -> list[str]:
    """Names of the columns ("" for an unnamed one); a missing, doubled or misspelt column is refused."""
    known = {column.name: column for column in schema}
    names = [column_key(cell) if column_key(cell) in known else cell for cell in cells]
    errors = []
    for number, name in enumerate(names):
        if name and name in names[:number]:
            errors.append(
                InputError(
                    f"the column {name} is there twice",
                    file=path,
                    row=1,
                    column=name,
                    todo="Remove or rename one.",
                )
            )
    absent = [column.name for column in schema if column.name not in names]
    unknown = [name for name in names if name and name not in known]
    suspects = set()
    for name in unknown:  # two letters of a short name that changed places are as alike as this
        near = get_close_matches(column_key(name), absent, n=1, cutoff=0.75)
        if near:
            suspects.add(near[0])
            errors.append(
                InputError(
                    f"unknown column {name}, close to {near[0]}",
                    file=path,
                    row=1,
                    column=name,
                    todo=f"Rename it to {near[0]}, or to something that cannot be mistaken for it.",
                )
            )
    for name in absent:
        if known[name].must_exist and name not in suspects:
            errors.append(
                InputError(
                    f"the column {name} is missing; found are {', '.join(filter(None, names))}",
                    file=path,
                    row=1,
                    column=name,
                    todo=f"Needed are {_names(schema)}.",
                )
            )
    refuse(errors)
    return names


def _frame(
    rows: list[tuple[int, list[str]]],
    header: list[str],
    schema: tuple[Column, ...],
    path: Path,
    decimal_comma: bool,
) -> pd.DataFrame:
    import pandas as pd

    errors: list[InputError] = []
    for number, cells in rows:
        surplus = [
            cell
            for position, cell in enumerate(cells)
            if cell and (position >= len(header) or not header[position])
        ]
        if surplus:
            errors.append(
                InputError(
                    f"{surplus[0]!r} stands in a column without a name",
                    file=path,
                    row=number,
                    todo="Put cells that contain a separator in quotes, or name the column.",
                )
            )
    refuse(errors[:MAX_ERRORS])
    values: dict[str, list[Any]] = {}
    for position, name in enumerate(header):
        if name:
            values[name] = [cells[position] if position < len(cells) else "" for _, cells in rows]
    numbers = [number for number, _ in rows]
    data: dict[str, Any] = {}
    for column in schema:
        cells = values.pop(column.name, [""] * len(rows))
        data[column.name] = _typed(cells, numbers, column, path, decimal_comma, errors)
    refuse(errors[:MAX_ERRORS])
    frame = pd.DataFrame({**data, **values})
    for name in frame.columns:
        if frame[name].dtype != float:
            frame[name] = frame[name].astype(str)
    frame["_file"] = str(path)
    frame["_row"] = numbers
    return frame


def _typed(
    cells: list[str],
    rows: list[int],
    column: Column,
    path: Path,
    decimal_comma: bool,
    errors: list[InputError],
) -> list[Any]:
    def fault(problem: str, row: int, todo: str) -> None:
        errors.append(InputError(problem, file=path, row=row, column=column.name, todo=todo))

    typed: list[Any] = []
    numeric = column.kind in ("number", "integer")
    for cell, row in zip(cells, rows, strict=True):
        if column.must_be_filled and not cell:
            fault("the cell is empty", row, "Fill it.")
        if numeric:
            typed.append(_number(cell, row, column, decimal_comma, fault))
        elif column.kind == "choice" and cell:
            match = [choice for choice in column.choices if choice.casefold() == cell.casefold()]
            if not match:
                fault(f"{cell!r} is not allowed", row, f"Allowed: {', '.join(filter(None, column.choices))}.")
            typed.append(match[0] if match else cell)
        elif column.kind == "record_id" and SPOILT_ID.fullmatch(cell):
            fault(
                f"{cell!r} is an id that a spreadsheet program has turned into a number",
                row,
                "Restore the id from the work list.",
            )
            typed.append(cell)
        else:
            typed.append(cell)
    return typed


def _number(cell: str, row: int, column: Column, decimal_comma: bool, fault: Any) -> float:
    text = cell.replace("\u2212", "-")
    if text.casefold() in NOT_REPORTED:
        return float("nan")
    if decimal_comma and text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if not NUMBER.fullmatch(text):
        fault(
            f"{cell!r} is not a number", row, "Write a plain number such as 1234.5, or leave the cell empty."
        )
        return float("nan")
    value = float(text)
    if column.kind == "integer" and not value.is_integer():
        fault(f"{cell} is not a whole number", row, "Correct it.")
    if column.minimum is not None and value < column.minimum:
        fault(f"{cell} is below {column.minimum:g}, which is impossible here", row, "Correct it.")
    if column.maximum is not None and value > column.maximum:
        fault(f"{cell} is above {column.maximum:g}, which is impossible here", row, "Correct it.")
    return value
