"""What a cell is besides its text, and what a spreadsheet program has put into the place of what was written."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from typing import Any

from evergreen.sheets import days, workbooks
from evergreen.sheets.labels import DASHES
from evergreen.sheets.numbers import Ambiguous
from evergreen.sheets.texts import clean
from evergreen.spreadsheets import unguarded

NOT_FOUND = "#N/A"
_NAMES = "NAME|VALUE|REF|NULL|NUM|SPILL|CALC|ERROR|WERT|BEZUG|ZAHL|VALEUR|NOM|NOMBRE|NUL|VALOR|VALORE|RIF|NOME|NULO|DIV/0"
ERROR = re.compile(
    rf"#[\u00a1\u00bf]?(?:{_NAMES})[!?]|{NOT_FOUND}|#N/D|#NV|#{{3,}}|(?:Err|Error|Fehler|Erreur) ?:\d{{3}}"
)
"""What a spreadsheet program shows in the place of a value that it could not compute, or had no room for, in the languages of its users."""
_AMOUNT = re.compile(rf"\d{{1,3}}(?:[.,]\d+)?(?: ?[{DASHES}/-] ?\d{{1,3}}(?:[.,]\d+)?)?")
"""A number or a range that is none of years."""


class NumberCell(str):
    """The text of a workbook's cell that holds a number: it says nothing of how the sheet's author writes one."""

    __slots__ = ()


class DayCell(str):
    """The text of a workbook's cell that holds a day or a time of the day, into which programs turn `6-12`."""

    __slots__ = ()


class MarkedCell(str):
    """The text of a workbook's cell that does not look like it: `211`, of which a part is raised, or all is struck out; `seen` says it."""

    seen: str


def of(value: Any) -> str:
    """The cell of a workbook with this value."""
    text = workbooks.text_of(value)
    if isinstance(value, workbooks.Marked | workbooks.StruckOut):
        marked = MarkedCell(told(text))
        marked.seen = f"looks like {value.seen}" if isinstance(value, workbooks.Marked) else "is struck out"
        return marked
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        return DayCell(text)
    return NumberCell(text) if isinstance(value, int | float) and not isinstance(value, bool) else told(text)


def told(cell: str) -> str:
    """A cell as its author meant it: also without the apostrophe of our own files, or a person's, before `=` and the like."""
    return clean(unguarded(clean(cell))) if cell else cell


def unmarked(cell: str) -> str:
    """The text of a number's cell, as it is looked at too. Raises Ambiguous."""
    if isinstance(cell, MarkedCell) and any(map(str.isdigit, cell)):
        raise Ambiguous(f"{cell!s} {cell.seen}", "Write the number alone, or empty the cell.")
    return cell


def no_label(cell: str, *, may_be_a_day: bool) -> str:
    """What a spreadsheet program has made of a label; "" where it stands as it was written. A study may be called May-09."""
    if ERROR.fullmatch(cell):
        return "an error of a spreadsheet program"
    if isinstance(cell, DayCell) or (not may_be_a_day and days.of_a_month(cell)):
        return "a day or time of the calendar"
    return ""


def _may_be_a_day(cell: str) -> bool:
    return isinstance(cell, DayCell) or days.in_a_year(cell) or days.of_the_calendar(cell)


def spoilt_among(cells: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """(position, what it is now, what to do) of values of a column that a spreadsheet program has put its own in the place of.

    A column may be one of days; they belong in none of amounts and ranges (`5-10`).
    """
    amounts = any(_AMOUNT.fullmatch(cell) for cell in cells)
    for at, cell in enumerate(cells):
        if ERROR.fullmatch(cell):
            yield at, "an error of a spreadsheet program", "Write the value, or leave the cell empty."
        elif days.of_a_month(cell) or (amounts and _may_be_a_day(cell)):
            todo = "Write a range as text (in Excel: format the cell as Text first), a day as YYYY-MM-DD."
            yield at, "a day of the calendar, which spreadsheet programs make of ranges such as 2-3", todo
