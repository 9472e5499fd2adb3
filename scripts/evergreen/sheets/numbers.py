"""How a number is written. `1,200` is 1200 in one country and 1.2 in another: the sheet that it stands in decides, or its author is asked.

A sheet decides by the cells that can be read in one way only (`1.5`, `1,5`, `1,234.5`), and, where it has none, by its separator:
programs part columns by semicolons where the comma is the decimal mark, and by tabs everywhere. People and events are whole: of such a cell
with two readings that which is a fraction is never taken unasked. An adjudicated number is read as any other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from evergreen.sheets.labels import folded

NOT_REPORTED = frozenset({"", "na", "n/a", "nr", "not reported"})
NOTHING = NOT_REPORTED | {"no", "none", "nothing", "-", "false", "0"}
"""What people write in a cell of words that has nothing to say."""
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
"""A plain number, with a decimal point and nothing between its thousands."""
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_APART = re.compile(r"-?\d{1,3}(?:([ '])\d{3})(?:\1\d{3})*(?:[.,]\d+)?")
_DAY = re.compile(
    r"\d{4}-\d\d-\d\d|\d{1,2}([./-])\d{1,2}\1(?:\d\d|\d{4})|\d\d:\d\d(?::\d\d)?|\d{1,2}[-. /]+[^\W\d_]{3,4}\.?|[^\W\d_]{3,4}\.?[- ]\d\d"
)
_SEVERAL = re.compile(
    r"[^\d^]*\d+(?:[.,\u00b7]\d+)*[^\d^]*[ (\[/\u00b1:;-][^\d^]*\d+(?:[.,\u00b7]\d+)*[^\d^]*"
)
LONGEST = 60
"""Characters of a text that is looked through for several numbers; a longer one is a remark."""
_BOUNDING = ("<", ">", "\u2264", "\u2265", "\u2a7d", "\u2a7e")
_NEARLY = ("~", "\u2248", "\u2243", "\u2245")
_SWAPPED = str.maketrans(".,", ",.")
MARKS = (".", ",")
PRINTED = "\u00b7"
"""The decimal point as some journals print it, which says nothing of the sheet that a number was copied into."""
_P_VALUE = re.compile(r"(?:p(?:[ -]?value)?)? ?(<=|>=|[<>=])? ?(.*)")
_BOUNDS = str.maketrans({"\u2264": "<=", "\u2a7d": "<=", "\u2265": ">=", "\u2a7e": ">="})


class Unreadable(ValueError):
    """A cell that is no number, or not one number: `problem` and `todo` as in an InputError."""

    def __init__(self, problem: str, todo: str) -> None:
        super().__init__(problem)
        self.problem, self.todo = problem, todo


class Ambiguous(Unreadable):
    """A cell that is one number to a reader from one country, and another to one from another."""


@dataclass(frozen=True)
class Convention:
    """What a sheet's cells say of its decimal mark: `decimal` is `.` or `,`, "" where they say nothing or both.

    `mixed`: both; `separator`: what parts columns, "" in a workbook.
    """

    decimal: str = ""
    mixed: bool = False
    separator: str = ""

    @classmethod
    def of(cls, cells: Iterable[str], *, separator: str = "") -> Convention:
        """The convention of the cells of a sheet's number columns; cells that hold numbers, not texts, say nothing."""
        own = (cell for cell in set(cells) if PRINTED not in cell)
        found = {next(iter(values)) for cell in own if len(values := readings(cell)) == 1}
        decimal = found.pop() if len(found) == 1 else ""
        return cls(decimal, bool(found) and not decimal, separator)

    def read(self, cell: str, *, whole: bool = False) -> float:
        """The number in a cell, NaN where it says that nothing was reported; `whole`: of a column of whole numbers. Raises Unreadable."""
        if not_reported(cell):
            return math.nan
        values = readings(cell)
        if len(set(values.values())) > 1:
            mark = self._mark(cell)
            if not mark:
                both = "the sheet has decimal commas and points"
                raise _ambiguous(cell, values, both if self.mixed else "nothing else in the sheet says which")
            if whole and not values[mark].is_integer():
                raise _ambiguous(cell, values, "only one of them is whole, as people and events are")
            return values[mark]
        if not values or ("." not in values and not self._commas()):
            raise self._no_number(cell, values)
        return next(iter(values.values()))

    def _commas(self) -> bool:
        """Whether a comma may be this sheet's decimal mark."""
        return self.separator == ";" or (self.decimal != "." and not self.mixed)

    def _mark(self, cell: str) -> str:
        """The decimal mark by which a cell with two readings is read; "" where nothing says it."""
        if self.decimal or self.mixed:
            return self.decimal
        if "," in cell:
            return "," if self.separator == ";" else ""
        return "" if self.separator in (";", "\t") else "."  # a plain number

    def _no_number(self, cell: str, values: dict[str, float]) -> Unreadable:
        if values:
            todo = f"Write {plain(values[','])}, and a decimal point throughout the sheet."
            return Unreadable(f"{cell!r} has a decimal comma, and other numbers of the sheet a point", todo)
        return Unreadable(f"{cell!r} is not a number", _instead(cell))


def _instead(cell: str) -> str:
    """What to write in the place of a text that is no number, by what stands in it."""
    text = folded(cell)
    of_hundred = readings(text.removesuffix("%")) if text.endswith("%") else {}
    if len(set(of_hundred.values())) == 1:
        return (
            f"Write {plain(of_hundred.popitem()[1])} where the column is in per cent, else the number itself."
        )
    if not any(map(str.isdigit, text)):
        return "Leave the cell empty, or write NR where a report says nothing."
    if _DAY.fullmatch(text):
        return "A spreadsheet program may have made a day of it: write the number, and format the cell as Number."
    if found := _APART.fullmatch(text):
        return f"Write {text.replace(found[1], '')}, without marks between thousands."
    if text.startswith(_BOUNDING):
        return "A bound is no number: leave the cell empty, and say it in note."
    if text.startswith(_NEARLY):
        return "Write the number without a mark, and say in note that it is approximate."
    if len(text) < LONGEST and _SEVERAL.fullmatch(text):
        return "A cell holds one number: write each into the column that it belongs to."
    return "Write a plain number such as 1234.5, or leave the cell empty; remarks stand in note."


def _ambiguous(cell: str, values: dict[str, float], why: str) -> Ambiguous:
    small, large = sorted(values.values(), key=abs)
    point = plain(small)
    # `1.234` would be asked about again: no mark of thousands stands before four digits.
    point += "0" if len(readings(point)) > 1 and "." in point else ""
    return Ambiguous(
        f"{cell!r} may be {plain(large)} or {plain(small)}, and {why}", f"Write {plain(large)} or {point}."
    )


def readings(cell: str) -> dict[str, float]:
    """{decimal mark: number} of the ways in which a text can be read as a number; both marks where it has no mark at all."""
    text = folded(cell)
    values = {}
    for mark in MARKS[:1] if PRINTED in text else MARKS:
        written = text.replace(PRINTED, ".") if mark == "." else text.translate(_SWAPPED)
        if NUMBER.fullmatch(written):
            values[mark] = float(written)
        elif _THOUSANDS.fullmatch(written):
            values[mark] = float(written.replace(",", ""))
    return values


def p_value(cell: str) -> str:
    """A p value, or its bound, as `0.03` or `<0.001`; "" where nothing was reported. Raises Unreadable.

    No convention is needed: of two readings only one lies between 0 and 1.
    """
    if not_reported(cell):
        return ""
    bound, number = bounded(cell)
    values = {value for value in readings(number).values() if 0 <= value <= 1}
    if len(values) != 1:
        todo = "Write a number between 0 and 1, a bound such as <0.001, or leave the cell empty."
        raise Unreadable(f"{cell!r} is no p value", todo)
    return f"{bound}{plain(values.pop())}"


def bounded(cell: str) -> tuple[str, str]:
    """The parts of a p value as reports print it: `P < .001` is `<` and `.001`, `0.03` has no bound."""
    found = _P_VALUE.fullmatch(folded(cell).translate(_BOUNDS))
    assert found is not None  # the last part takes everything
    return (found[1] or "").removeprefix("="), found[2]


def not_reported(cell: str) -> bool:
    """Whether a cell says that nothing was reported."""
    return folded(cell) in NOT_REPORTED


def plain(value: float) -> str:
    """A number as a person would write it: whole numbers without a point, nothing for NaN."""
    if math.isnan(value):
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def brief(text: str) -> str:
    """A number in the text of a cell as it is printed: one with more than twelve digits was computed, and six of them are shown."""
    try:
        return f"{float(text):.6g}" if "." in text and sum(map(str.isdigit, text)) > 12 else text
    except ValueError:
        return text


def decimals(value: float) -> int:
    """Decimals with which a number is written, below 0 where only its first digits count; zeros at its end are not seen."""
    mantissa, _, exponent = repr(float(value)).partition("e")
    return len(mantissa.partition(".")[2].rstrip("0")) - int(exponent or 0)


def half_unit(value: float) -> float:
    """Half of the last digit that is written: how far rounding may have moved a number."""
    return 0.5 * 10.0 ** -decimals(value)
