"""Sheets that people write: CSV or XLSX, with whatever a spreadsheet program did to them.

A sheet's schema (`config/schemas/<kind>.schema.yaml`) describes one row. What can be read without doubt is
read; everything else is refused with file, row and column. Rows are counted as the person sees them: the
header is row 1. Nothing here writes to a person's file.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Collection, Mapping, Sequence, Set
from functools import lru_cache
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evergreen import tables
from evergreen.errors import InputError, refuse
from evergreen.sheets import cell_text, days, workbooks
from evergreen.sheets.cell_text import MarkedCell, NumberCell
from evergreen.sheets.columns import AWAITED, PLACE, Column, by_name, columns_of, header_of, needed
from evergreen.sheets.files import away
from evergreen.sheets.labels import first_listed, name_key
from evergreen.sheets.numbers import (
    NUMBER,
    Ambiguous,
    Convention,
    Unreadable,
    bounded,
    not_reported,
    p_value,
    plain,
)
from evergreen.sheets.texts import decoded

if TYPE_CHECKING:  # names are compared by modules that read no sheet
    import pandas as pd

SPOILT_ID = re.compile(
    r"([^:]*:)?\d+([.,]\d+)?E[+-]\d+", re.IGNORECASE
)  # spreadsheet programs always write the sign
SEPARATOR = re.compile(r"""\ufeff?"?sep=([,;\t])"?[,;\t]*(?:\r\n|\n|\r)""", re.IGNORECASE)
"""The line in front of a CSV that tells Excel what parts its columns; Excel does not show it, so rows are counted without it."""
PLAIN_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
DECIMAL_POINT = re.compile(r"-?\d*\.\d+")
PARTED = re.compile(r"-?\d+,\d+")
MAX_ERRORS = 20
STUDY_LEVEL = "extraction_studies"
"""Sheets whose columns of a person's own are values, not remarks."""


Rows = list[tuple[int, list[str]]]
"""(row number, cells), the header first."""


def read_sheet(
    path: str | Path, kind: str, *, as_written: bool = False, values: Collection[str] = ()
) -> pd.DataFrame:
    """Read a person's sheet of the given kind; `as_written`: plain numbers stay the texts that they are, `2.180`; `values`: the columns of
    a person's own that hold values, and not remarks.

    Returns one row per filled row: text columns as stripped text ("" where empty), number columns as floats
    (NaN where empty or not reported), columns the schema does not know as text, then `_file` and `_row`. All columns
    of the schema are there. Where the schema has labels, `_awaited` says whether a row holds nothing else: a cell that says that
    nothing was reported (NR) is something. Raises InputError(s) with file, row and column.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(away(path), file=path, todo="Create it or mend its name.")
    workbook = path.suffix.lower() == ".xlsx"
    table, separator = (_xlsx(path, kind), "") if workbook else _csv(path, kind)
    rows = [(number, cells) for number, cells in table if any(cells)]
    if not rows:
        todo = f"Its first row must name the columns {', '.join(needed(kind))}."
        raise InputError("the file is empty", file=path, todo=todo)
    _refuse_other_heads(rows, kind, path)
    return _Reader(path, kind, rows, separator).frame(
        as_written=as_written, values=set(map(name_key, values))
    )


def read_sheets(
    paths: Mapping[str, str], kind: str, people: Sequence[str] = (), **how: Any
) -> dict[str, pd.DataFrame]:
    """{person: sheet} of a task that several do, each as `read_sheet` reads it; whoever of `people` has no sheet yet has an empty one.

    Where nobody has a sheet there is nothing to wait for, and nobody gets one.
    """
    import pandas as pd

    columns = [*(column.name for column in columns_of(kind)), *PLACE]
    waiting = [person for person in people if person not in paths] if paths else []
    read = {person: read_sheet(path, kind, **how) for person, path in paths.items()}
    return read | {person: pd.DataFrame(columns=columns) for person in waiting}


def _csv(path: Path, kind: str) -> tuple[Rows, str]:
    """Its rows, and what parts its columns."""
    text, known = decoded(path), by_name(kind)
    told = SEPARATOR.match(text)
    text = text[told.end() :] if told else text

    def score(delimiter: str) -> int:
        header = next(filter(any, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)), [])
        return sum(name_key(cell) in known for cell in header)

    rows: Rows = []
    try:
        best = told[1] if told else max(",;\t", key=score)
        # Strict, for a quotation mark that nobody closed would swallow the rows below it.
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=best, strict=True):
            rows.append((len(rows) + 1, [cell_text.told(cell) for cell in row]))
    except csv.Error as error:
        raise InputError(
            f"not a readable CSV file ({error})",
            file=path,
            row=len(rows) + 1,
            todo="Look for a quotation mark without its partner, or save the sheet again as CSV UTF-8.",
        ) from None
    if not text.endswith(("\n", "\r")):
        _refuse_cut([row for row in rows if any(row[1])], path)
    return rows, best


def _refuse_cut(rows: Rows, path: Path) -> None:
    """Of a file without an end of its last line: that row has fewer cells than all others, so that its last cell may be half of one.

    One row below the header tells nothing: people leave off what is empty.
    """
    if len(rows) < 3:
        return
    (_, header), *others, (number, last) = rows
    if len(last) < len(header) and all(len(cells) >= len(header) for _, cells in others):
        raise InputError(
            f"the file ends within its last row, of which {len(last)} of {len(header)} cells are there",
            file=path,
            row=number,
            todo="Restore the file from a copy, or finish the row, empty cells too.",
        )


def _refuse_other_heads(rows: Rows, kind: str, path: Path) -> None:
    """Of a sheet with titles above its header, or its header again further down, as tables put together have it."""
    asked = set(needed(kind))
    named = [
        (number, {name_key(cell) for cell in cells if cell}) for number, cells in rows[: 1 + workbooks.TITLES]
    ]
    if not asked <= named[0][1]:
        below = next((number for number, names in named if asked <= names), None)
        if below:
            todo = f"Take out what stands above row {below}."
            raise InputError(
                f"the names of the columns stand in row {below} only", file=path, row=rows[0][0], todo=todo
            )
    heads = [name_key(cell) for cell in rows[0][1] if cell]
    refuse([
        InputError("the row says the names of the columns again", file=path, row=number, todo="Take it out.")
        for number, cells in rows[1:]
        if cells[0] and name_key(cells[0]) in heads and [name_key(cell) for cell in cells if cell] == heads
    ][:MAX_ERRORS])  # fmt: skip


def _xlsx(path: Path, kind: str) -> Rows:
    titled = workbooks.STUDIES if kind == STUDY_LEVEL else ""
    with workbooks.opened(path, path) as book:
        sheet = workbooks.holding(book, set(needed(kind)), path, titled=titled)
        if unclear := workbooks.unclear(path, path, sheet._worksheet_path):
            refuse(unclear[:MAX_ERRORS])
        return [(number, [cell_text.of(cell) for cell in row]) for number, row in workbooks.rows(sheet, path)]


def _as_written(cell: str, value: float) -> str:
    """A number of a sheet as its author wrote it, where that is how every program writes one."""
    if math.isnan(value):
        return ""
    return str(cell) if PLAIN_NUMBER.fullmatch(cell) else plain(value)


class _Reader:
    """The rows of one sheet, by the columns of its schema and a person's own; every fault is collected."""

    def __init__(self, path: Path, kind: str, rows: Rows, separator: str) -> None:
        (_, heads), *filled = rows
        self.path, self.kind, self.separator = path, kind, separator
        self.schema, self.header = columns_of(kind), header_of(heads, kind, path)
        self.rows = [number for number, _ in filled]
        self.cells = [cells for _, cells in filled]
        self.errors: list[InputError] = []
        self._refuse_surplus()
        self.written = {column.name: [""] * len(filled) for column in self.schema} | {
            name: [cells[position] if position < len(cells) else "" for cells in self.cells]
            for position, name in enumerate(self.header)
            if name
        }
        self.convention = self._convention()

    def frame(self, *, as_written: bool, values: Set[str]) -> pd.DataFrame:
        """The sheet as `read_sheet` gives it."""
        import numpy as np
        import pandas as pd

        data: dict[str, list[Any]] = dict(self.written)
        for name, cells in self.written.items():
            if column := by_name(self.kind).get(name):
                data[name] = self._typed(column)
            elif self.kind == STUDY_LEVEL or name_key(name) in values:
                data[name] = list(self._values(name, cells))
        refuse(self.errors[:MAX_ERRORS])
        numeric = {column.name for column in self.schema if column.numeric and self.rows}
        if as_written:
            data |= {name: list(map(_as_written, self.written[name], data[name])) for name in numeric}
            data |= {column.name: self.written[column.name] for column in self.schema if column.silent}
            numeric = set()
        columns: dict[str, Any] = {
            name: np.array(cells, float) if name in numeric else tables.texts(cells) for name, cells in data.items()
        }  # fmt: skip
        columns |= {"_file": tables.texts([str(self.path)] * len(self.rows)), "_row": self.rows}
        if labels := {column.name for column in self.schema if column.label}:
            said = [cells for name, cells in self.written.items() if name not in labels]
            columns[AWAITED] = [not any(cells) for cells in zip(*said, strict=True)]
        return pd.DataFrame(columns, copy=False)  # they are of this call

    def _refuse_surplus(self) -> None:
        header, numbers = self.header, self.kind == STUDY_LEVEL or any(one.numeric for one in self.schema)
        # Rows of some width that hold no such number: the sheet has separators too many at the end of its rows.
        wide = {len(cells) for cells in self.cells if not self._split_number(cells)}
        for number, cells in zip(self.rows, self.cells, strict=True):
            surplus = [cell for cell, name in zip_longest(cells, header, fillvalue="") if cell and not name]
            todo = "Put cells that contain a separator in quotes, name the column, or leave off what a row copied from another table has more."
            problem = f"{surplus[0]!r} stands in a column without a name" if surplus else ""
            split = numbers and len(cells) not in wide and self._split_number(cells)
            if split and not surplus:
                problem = f"the row has {len(cells)} cells for {len(header)} columns: {split[0]} and {split[1]} may be the number {split[0]},{split[1]}"
                todo = "Put a number with a decimal comma in quotes, or leave off the empty cells at the end of the row."
            if problem:
                self.errors.append(InputError(problem, file=self.path, row=number, todo=todo))
        refuse(self.errors[:MAX_ERRORS])

    def _split_number(self, cells: list[str]) -> list[str]:
        """The two cells into which the comma may have parted a number, of a row with more cells than columns and no decimal point."""
        parted = self.separator == "," and len(cells) > len(self.header)
        if not parted or any(map(DECIMAL_POINT.fullmatch, cells)):
            return []
        whole = {column.name for column in self.schema if column.whole or not column.numeric}
        pairs = zip(self.header, pairwise(cells), strict=False)
        return next(
            (list(pair) for name, pair in pairs if name not in whole and PARTED.fullmatch(",".join(pair))), []
        )

    def _convention(self) -> Convention:
        """How the sheet writes numbers."""
        told = []
        for column in self.schema:
            if not any(self.written[column.name]):
                continue
            for at, cell in enumerate(self.written[column.name]):
                rule = self._rule(column, at) if cell else None
                if rule is None or isinstance(cell, NumberCell):
                    continue
                if rule.numeric:
                    told.append(cell)
                elif column.kind == "p_value":
                    told.append(bounded(cell)[1])
        return Convention.of(told, separator=self.separator)

    def _rule(self, column: Column, at: int) -> Column | None:
        """By which column a cell is read: its own, of an adjudicated cell the one of an extraction sheet that it settles; None for a
        column of a person's own."""
        if column.kind != "cell":
            return column
        settled = self.written["column"][at] if self.written["outcome"][at] else ""
        return by_name("extraction").get(name_key(settled))

    def _typed(self, column: Column) -> list[Any]:
        typed: list[Any] = []
        cells, nothing = self.written[column.name], math.nan if column.numeric else ""
        if not column.must_be_filled and not any(cells):
            return [nothing] * len(cells)
        for at, cell in enumerate(days.in_column(cells) if column.kind == "date" else cells):
            if not cell:
                if column.must_be_filled and (not column.filled_with or self.written[column.filled_with][at]):
                    obligatory = sum(one.must_be_filled for one in self.schema)
                    alone = sum(map(bool, self.cells[at])) == 1 and obligatory > 2
                    more = "; a remark stands in a column of its own, not below the table" if alone else ""
                    self._fault("the cell is empty", at, column, f"Fill it{more}.")
                typed.append(nothing)
                continue
            value = self._value(cell, at, column, self._rule(column, at))
            if column.kind == "cell" and isinstance(value, float):
                value = cell if not_reported(cell) else plain(value)
            typed.append(value)
        return typed

    def _value(self, cell: str, at: int, column: Column, rule: Column | None) -> float | str:
        """What a cell of `column` says, read as `rule` has it."""
        if rule is None:
            return self._plain(column.name, [cell], self.convention, at)[0]
        if rule.label and (what := cell_text.no_label(cell, may_be_a_day=rule.must_be_filled)):
            todo = "Write it as text (in Excel: format the cell as Text first)."
            self._fault(f"the label {cell} is {what}", at, column, todo)
        try:
            if rule.numeric:
                return self._number(cell, at, column, rule)
            if rule.kind == "p_value":
                return p_value(cell_text.unmarked(cell))
        except Unreadable as error:
            self._fault(error.problem, at, column, error.todo)
            return math.nan if rule.numeric else cell
        if rule.kind == "choice":
            if (match := rule.choices.read(cell)) is not None:
                return match
            self._fault(f"{cell!r} is not allowed", at, column, f"Allowed: {rule.choices}.")
        elif rule.kind == "date" and not days.of_the_calendar(cell):
            may_be = " or ".join(sorted(days.readings(cell).values()))
            doubt = f"may be {may_be}, and nothing else in the column says which"
            self._fault(f"{cell!r} {doubt if may_be else 'is no day of the calendar'}", at, column, days.HOW)
        elif rule.kind == "record_id" and SPOILT_ID.fullmatch(cell):
            problem = f"{cell!r} is an id that a spreadsheet program has turned into a number"
            self._fault(problem, at, column, "Restore the id from the work list.")
        elif rule.kind == "record_id" and ":" not in cell.partition(";")[2]:
            return first_listed(cell)  # an id of before, when they held all numbers of a field
        return "" if column.silent and not_reported(cell) else cell

    def _number(self, cell: str, at: int, column: Column, rule: Column) -> float:
        """The number in a cell of `column`, within the bounds of `rule`. Raises Unreadable."""
        value = _in(cell, self.convention, whole=rule.whole or rule.kind == "integer")
        wrong = []
        if rule.kind == "integer" and not math.isnan(value) and not value.is_integer():
            wrong.append("is not a whole number")
        if rule.minimum is not None and value < rule.minimum:
            wrong.append(f"is below {rule.minimum:g}, which is impossible here")
        if rule.maximum is not None and value > rule.maximum:
            wrong.append(f"is above {rule.maximum:g}, which is impossible here")
        for problem in wrong:
            self._fault(f"{cell} {problem}", at, column, "Correct it.")
        return value

    def _values(self, name: str, cells: list[str]) -> list[str]:
        """The cells of a column of a person's own that holds values; where they do not say their decimal mark, the sheet's numbers do."""
        for at, what, todo in cell_text.spoilt_among(cells):
            self._fault(f"{cells[at]} is {what}", at, Column(name, "text"), todo)
        told = (cell for cell in cells if not isinstance(cell, NumberCell))
        own = Convention.of(told, separator=self.separator)
        return self._plain(name, cells, own if own.decimal or own.mixed else self.convention)

    def _plain(self, name: str, cells: list[str], convention: Convention, first: int = 0) -> list[str]:
        """Cells of a person's own column, from row `first` on, their numbers written plainly where all are numbers."""
        if any(isinstance(cell, MarkedCell) and any(map(str.isalpha, cell)) for cell in cells):
            return cells  # `H\u2082O` is a word, whatever is lowered in it
        read, asked = [], []
        for at, cell in enumerate(cells, first):
            try:
                read.append(_in(cell, convention))
            except Ambiguous as error:
                asked.append((error, at))
                read.append(math.nan)
            except Unreadable:
                return cells  # a column of words
        for doubt, at in asked:
            self._fault(doubt.problem, at, Column(name, "number"), doubt.todo)
        return [
            cell if math.isnan(value) or (NUMBER.fullmatch(cell) and float(cell) == value) else plain(value)
            for cell, value in zip(cells, read, strict=True)
        ]

    def _fault(self, problem: str, at: int, column: Column, todo: str) -> None:
        self.errors.append(
            InputError(problem, file=self.path, row=self.rows[at], column=column.name, todo=todo)
        )


def _in(cell: str, convention: Convention, *, whole: bool = False) -> float:
    if isinstance(cell, NumberCell):
        return float(cell)
    return _read(cell_text.unmarked(cell), convention, whole)


@lru_cache(maxsize=1 << 14)
def _read(cell: str, convention: Convention, whole: bool) -> float:
    """A sheet says the same few numbers again and again."""
    return convention.read(cell, whole=whole)
