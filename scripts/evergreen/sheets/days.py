"""Days as people write them, in sheets and in the protocol.

A spreadsheet program writes `2026-11-28` anew as its country has it: `28.11.2026`, `11/28/2026`. As with decimal marks, the column decides what
`5/6/2026` is by its cells that can be read in one way only (`5/28/2026`), or its author is asked. The protocol takes YYYY-MM-DD alone.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence

from evergreen.sheets.labels import folded

DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
HOW = "Write a date as YYYY-MM-DD."
_YEAR_FIRST = re.compile(r"(\d{4})([-./])(\d{1,2})\2(\d{1,2})\.?")
_YEAR_LAST = re.compile(r"(\d{1,2})(\. ?|[-/])(\d{1,2})\2(\d{4})")
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mrz|mai|okt|dez|janv|févr|avr|juin|juil|août|sept|déc|ene|abr|ago|dic"
_DAY_OF_A_MONTH = re.compile(rf"\d{{1,2}}(?:-|\. ?|/)(?:{_MONTHS})\.?")
_MONTH_OF_A_YEAR = re.compile(rf"(?:{_MONTHS})\.?[- ]\d{{2}}")
_NUMBERS = dict(
    zip(_MONTHS.split("|"), (*range(1, 13), 3, 5, 10, 12, 1, 2, 4, 6, 7, 8, 9, 12, 1, 4, 8, 12), strict=True)
)
DAY_FIRST, MONTH_FIRST = "day first", "month first"


def of_the_calendar(text: str) -> bool:
    """Whether a text is a day of the calendar, written as YYYY-MM-DD."""
    if not re.fullmatch(DAY, text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def of_a_month(label: str) -> bool:
    """Whether a label reads as what a spreadsheet program shows of a day that it made of a range: `06-Dec`, `06. Dez` of 6-12."""
    return _DAY_OF_A_MONTH.fullmatch(folded(label)) is not None


def in_a_year(text: str) -> bool:
    """Whether a text reads as what a spreadsheet program shows of a month that it made of a range: `Oct-40`, `Dez 18` of 10-40 and 12-18."""
    return _MONTH_OF_A_YEAR.fullmatch(folded(text)) is not None


def range_of(text: str) -> str:
    """The range of which a spreadsheet program made the day or month that a text shows, as pages have it: `3-4` of `04-Mar`, `03-Apr` and
    `2026-03-04`, `1-13` of `Jan-13`.

    "" of anything else, and where it may be two: `21-Aug` of 8-21 or of 21-8, which is short for 21-28; the first of a month, which may be the
    month alone.
    """
    if of_the_calendar(text) and text[8:] != "01":
        month, day = int(text[5:7]), int(text[8:])
    elif of_a_month(text) or in_a_year(text):
        first, last = (_NUMBERS.get(part) or int(part) for part in re.findall(r"[^\W\d_]+|\d+", folded(text)))
        if in_a_year(text):
            return f"{first}-{last}"
        day, month = first, last
    else:
        return ""
    short = day > month and day >= 10 > month > day % 10
    return "" if short else f"{min(day, month)}-{max(day, month)}"


def readings(text: str) -> dict[str, str]:
    """{order: YYYY-MM-DD} of the ways in which a text can be read as a day; both orders where it says the same in both.

    Where points part its numbers the day stands first, in every country that writes so.
    """
    if found := _YEAR_FIRST.fullmatch(text):
        parts = dict.fromkeys((DAY_FIRST, MONTH_FIRST), (found[1], found[3], found[4]))
    elif found := _YEAR_LAST.fullmatch(text):
        parts = {DAY_FIRST: (found[4], found[3], found[1]), MONTH_FIRST: (found[4], found[1], found[3])}
        if found[2].startswith("."):
            parts[MONTH_FIRST] = parts[DAY_FIRST]
    else:
        return {}
    days = {order: f"{year}-{month:0>2}-{day:0>2}" for order, (year, month, day) in parts.items()}
    return {order: day for order, day in days.items() if of_the_calendar(day)}


def in_column(cells: Sequence[str]) -> list[str]:
    """The cells of a column, days as YYYY-MM-DD; what is no day, or may be two, stays as it is."""
    read = {cell: readings(cell) for cell in set(cells)}
    orders = {next(iter(found)) for found in read.values() if len(found) == 1}
    said = []
    for cell in cells:
        found = read[cell]
        known = set(found.values())
        if len(known) > 1:
            known = {found[one] for one in orders if one in found}
        said.append(known.pop() if len(known) == 1 else cell)
    return said
