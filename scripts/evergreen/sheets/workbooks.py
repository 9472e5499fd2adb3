"""Workbooks (XLSX) that come from outside: every row that is there, whatever the file says of its size, and no bomb.

A worksheet may state its dimension, and programs state it wrongly; here it is not asked.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator, Set
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from evergreen.errors import InputError
from evergreen.sheets import archives
from evergreen.sheets.labels import folded, name_key
from evergreen.sheets.numbers import plain

WORKBOOK = "XLSX file"
STUDIES = "studies"
"""Title of the worksheet that holds study-level columns beside the rows of an extraction sheet."""
SAVE_AGAIN = "Save the sheet again as XLSX or CSV."
TITLES = 10
"""Rows below the first one in which names of columns are looked for."""
# What the format itself allows.
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_CELLS = 20_000_000
"""Cells of a worksheet, empty ones between filled ones counted; 500,000 records with 40 columns."""
PROLOGUE = 1 << 16
"""Bytes of an XML part in which a DTD is looked for; workbooks have none."""
_UNCLEAR = re.compile(rb"<(?:[^<>\s:/]+:)?(?:f|mergeCell)[\s/>]")
_RAISED = str.maketrans(
    "0123456789+-", "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079\u207a\u207b"
)
_LOWERED = {ord("0") + digit: 0x2080 + digit for digit in range(10)}
_STRUCK = {ord("0") + digit: f"{digit}\u0336" for digit in range(10)}


class Marked(str):
    """The text of a cell of which a part is raised, lowered or struck out: `211`, to a reader 21 and a note 1; `seen` is what it looks like."""

    seen: str


class StruckOut(float):
    """A number in a cell that is struck out."""


def with_studies(path: str | Path) -> bool:
    """Whether a workbook has a worksheet `Studies`, as quickly as can be told; a file that cannot be read has none."""
    try:
        with archives.opened(path, path, what=WORKBOOK) as archive, archive.open("xl/workbook.xml") as part:
            text = part.read(PROLOGUE).decode("utf-8", errors="replace")
    except (InputError, KeyError):
        return False  # whoever reads it says what is wrong
    return STUDIES in map(folded, re.findall(r'<sheet [^>]*?name="([^"]*)"', text))


@contextmanager
def opened(source: str | Path | bytes, file: str | Path, *, todo: str = SAVE_AGAIN) -> Iterator[Any]:
    """The workbook at a path or in bytes as openpyxl reads it, values only; `file` names it in errors.

    Raises InputError where it cannot be read, also while it is being read, or would unfold into too much.
    """
    with archives.opened(source, file, what=WORKBOOK, todo=todo) as archive:
        _refuse_dtd(archive, file)
        with _readable(file, todo):
            # Only workbooks pay for the library that reads them.
            import openpyxl

            stream: Any = archive.fp
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, rich_text=True)
        if not book.worksheets:
            raise InputError(
                "none of its worksheets can be read: it is one of charts only, or in the form Strict Open XML",
                file=file,
                todo="Save it as an Excel workbook (.xlsx) that is not Strict, or as CSV.",
            )
        yield book


@contextmanager
def _readable(file: str | Path, todo: str) -> Iterator[None]:
    """openpyxl raises whatever a spoilt part makes it stumble over; faults of XML are SyntaxErrors."""
    try:
        yield
    except (SyntaxError, LookupError, ValueError, TypeError, AttributeError, OSError) as error:
        raise InputError(f"not a readable {WORKBOOK}, or damaged ({error})", file=file, todo=todo) from None


def rows(sheet: Any, file: str | Path) -> Iterator[tuple[int, list[Any]]]:
    """(row number, values) of each row of a worksheet that holds a value, as far as it is filled."""
    cells = last = 0
    for number, filled in _parsed(sheet, file):
        if number <= last:
            raise InputError(f"the rows of the worksheet {sheet.title} are out of order", file=file, row=number,
                             todo=SAVE_AGAIN)  # fmt: skip
        last = number
        if not filled:
            continue
        width = max(filled)
        cells += width
        if number > MOST_ROWS or width > MOST_COLUMNS or cells > MOST_CELLS:
            raise InputError(
                f"the worksheet {sheet.title} has more than {MOST_ROWS:,} rows, {MOST_COLUMNS:,} columns or {MOST_CELLS:,} cells",
                file=file, row=number, todo="Remove what is far below or beside the table, or part it.",
            )  # fmt: skip
        yield number, [filled.get(column) for column in range(1, width + 1)]


def holding(book: Any, needed: Set[str], file: str | Path, *, titled: str = "") -> Any:
    """The worksheet that has the needed columns, else the first one that is shown; of several that of the title, where one is given.

    Raises InputError where several have them, or where another lacks one of many: a part of the table that nobody would read.
    """
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    absent = [needed - _head(sheet, file) for sheet in visible]
    fitting = [sheet for sheet, lacks in zip(visible, absent, strict=True) if not lacks]
    for sheet, lacks in zip(visible, absent, strict=True):
        if fitting and len(lacks) == 1 < len(needed) - 1:
            like = fitting[0].title
            raise InputError(
                f"the worksheet {sheet.title} is like {like} but for the column {', '.join(lacks)}, and would not be read",
                file=file, todo=f"Put its rows into {like}, or hide it.",
            )  # fmt: skip
    if titled:
        fitting = [sheet for sheet in fitting if folded(sheet.title) == titled] or fitting
    if len(fitting) > 1:
        raise InputError(
            f"the worksheets {' and '.join(sheet.title for sheet in fitting)} have the same columns",
            file=file,
            todo="Keep one of them, or hide the other.",
        )
    if not visible:
        raise InputError("no worksheet is shown", file=file, todo="Show the one that holds the table.")
    # Below a title the table is not read, but told as what it is.
    return (fitting or [sheet for sheet in visible if _below_titles(sheet, needed, file)] or visible)[0]


def _head(sheet: Any, file: str | Path) -> set[str]:
    """Names in the first filled row."""
    filled = (row for _, row in rows(sheet, file) if any(text_of(cell) for cell in row))
    return {name_key(text_of(cell)) for cell in next(filled, [])}


def _below_titles(sheet: Any, needed: Set[str], file: str | Path) -> bool:
    """Whether one of the first rows has the needed columns."""
    first = islice(rows(sheet, file), TITLES + 1)
    return any(needed <= {name_key(text_of(cell)) for cell in row} for _, row in first)


def unclear(source: str | Path | bytes, file: str | Path, part: str) -> list[InputError]:
    """Merged cells of a worksheet (`part` of the archive at a path or in bytes), and formulas that nothing has computed: they look empty
    to a reader, and are not."""
    from lxml import etree

    errors: list[InputError] = []
    number = 0
    with archives.opened(source, file, what=WORKBOOK) as archive:
        content = archive.read(part)
    if not _UNCLEAR.search(content) and b"\0" not in content:  # most sheets, in a tenth of the time
        return []
    with _readable(file, SAVE_AGAIN):
        found = etree.iterparse(
            io.BytesIO(content),
            tag=("{*}row", "{*}mergeCell"),
            resolve_entities=False,
            no_network=True,
            huge_tree=True,
        )
        for _, element in found:
            if etree.QName(element).localname == "mergeCell":
                cells = element.get("ref", "")
                first = re.search(r"\d+", cells)
                errors.append(
                    InputError(f"the cells {cells} are merged", file=file, row=int(first[0]) if first else None,
                               todo="Separate them, and fill each cell.")
                )  # fmt: skip
                continue
            number = int(element.get("r", number + 1))
            for cell in element.iterfind("{*}c"):
                # `str` without a value is a formula whose value is the empty text.
                if cell.get("t") != "str" and cell.find("{*}f") is not None and not cell.findtext("{*}v"):
                    problem = f"{cell.get('r', 'a cell')} is a formula without a value"
                    errors.append(InputError(problem, file=file, row=number, todo="Write the value itself."))
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return errors


def text_of(value: Any) -> str:
    """The value of a cell as text: whole numbers without a point, days and times as ISO 8601 writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return plain(value)
    if isinstance(value, datetime.datetime) and value.time() == datetime.time(0):
        return value.date().isoformat()
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    return str(value)


def _parsed(sheet: Any, file: str | Path) -> Iterator[tuple[int, dict[int, Any]]]:
    """(row number, {column number: value}) as they stand.

    openpyxl's own iteration fills gaps between rows, however wide they are, and drops rows that are out of order.
    """
    from openpyxl.worksheet._reader import WorkSheetParser

    book = sheet.parent
    with _readable(file, SAVE_AGAIN), sheet._get_source() as source:
        parser = WorkSheetParser(
            source, sheet._shared_strings, data_only=True, epoch=book.epoch,
            date_formats=book._date_formats, timedelta_formats=book._timedelta_formats, rich_text=True,
        )  # fmt: skip
        percent, struck = _percent_styles(book), _struck_styles(book)
        for number, row in parser.parse():
            yield (
                number,
                {
                    cell["column"]: _seen(cell["value"], cell["style_id"], percent, struck)
                    for cell in row
                    if cell["value"] is not None
                },
            )


def _percent_styles(book: Any) -> set[int]:
    """Styles under which a number is shown as a hundred times as much with a percent sign."""
    from openpyxl.styles.numbers import BUILTIN_FORMATS

    own = dict(enumerate(book._number_formats, start=164))
    formats = [
        own.get(style.numFmtId) or BUILTIN_FORMATS.get(style.numFmtId, "") for style in book._cell_styles
    ]
    return {style for style, shown in enumerate(formats) if "%" in re.sub(r'"[^"]*"|\\.', "", shown)}


def _struck_styles(book: Any) -> set[int]:
    """Styles under which all that a cell holds is struck out."""
    return {style for style, shown in enumerate(book._cell_styles) if book._fonts[shown.fontId].strike}


def _seen(value: Any, style: int, percent: Set[int], struck: Set[int]) -> Any:
    """A value as a person sees it: 0.45 in per cent is `45%`."""
    if isinstance(value, list):
        return _joined(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        if style in percent:
            return f"{value * 100:.15g}%"
        if style in struck:
            return StruckOut(value)
    return value


def _joined(parts: list[Any]) -> str:
    """A text whose parts differ in their font."""
    text, seen = "".join(map(str, parts)), "".join(map(_as_it_looks, parts))
    if text == seen:
        return text
    marked = Marked(text)
    marked.seen = seen
    return marked


def _as_it_looks(part: Any) -> str:
    if isinstance(part, str):
        return part
    text = str(part)
    if part.font.strike:
        return text.translate(_STRUCK)
    return text.translate({"superscript": _RAISED, "subscript": _LOWERED}.get(part.font.vertAlign, {}))


def _refuse_dtd(archive: ZipFile, file: str | Path) -> None:
    """A workbook has no DTD, and so no entities that unfold or name files."""
    for name in archive.namelist():
        if name.endswith((".xml", ".rels")):
            with archive.open(name) as part:
                if b"<!DOCTYPE" in part.read(PROLOGUE).replace(b"\0", b""):
                    raise InputError(f"{name} in the {WORKBOOK} defines entities, as no spreadsheet program does",
                                     file=file, todo=SAVE_AGAIN)  # fmt: skip
