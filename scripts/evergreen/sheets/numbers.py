"""How a number is written. `1,200` is 1200 in one country and 1.2 in another: the sheet that it stands in decides, or its author is asked.

A sheet decides by the cells that can be read in one way only (`1.5`, `1,5`, `1,234.5`), and, where it has none, by its separator:
programs part columns by semicolons where the comma is the decimal mark. An adjudicated number is read as any other.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from evergreen.sheets.labels import folded

NOT_REPORTED = frozenset({"", "na", "n/a", "nr", "not reported"})
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
"""A plain number, with a decimal point and nothing between its thousands."""
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_SWAPPED = str.maketrans(".,", ",.")
MARKS = (".", ",")
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

    `mixed`: both; `semicolons`: columns are parted by them.
    """

    decimal: str = ""
    mixed: bool = False
    semicolons: bool = False

    @classmethod
    def of(cls, cells: Iterable[str], *, semicolons: bool = False) -> Convention:
        """The convention of the cells of a sheet's number columns; cells that hold numbers, not texts, say nothing."""
        found = {next(iter(values)) for cell in set(cells) if len(values := readings(cell)) == 1}
        decimal = found.pop() if len(found) == 1 else ""
        return cls(decimal, bool(found) and not decimal, semicolons)

    def read(self, cell: str) -> float:
        """The number in a cell, NaN where it says that nothing was reported. Raises Unreadable."""
        if not_reported(cell):
            return math.nan
        values = readings(cell)
        if len(set(values.values())) > 1:
            return values[self._mark(cell, values)]
        if not values or ("." not in values and not self._commas()):
            raise Unreadable(
                f"{cell!r} is not a number", "Write a plain number such as 1234.5, or leave the cell empty."
            )
        return next(iter(values.values()))

    def _commas(self) -> bool:
        """Whether a comma may be this sheet's decimal mark."""
        return self.semicolons or (self.decimal != "." and not self.mixed)

    def _mark(self, cell: str, values: dict[str, float]) -> str:
        """The decimal mark by which a cell with two readings is read."""
        if self.decimal:
            return self.decimal
        if "," in cell and self.semicolons and not self.mixed:
            return ","
        if "." in cell and not self.semicolons and not self.mixed:
            return "."  # a plain number
        small, large = (plain(value) for value in sorted(values.values(), key=abs))
        raise Ambiguous(
            f"{cell!r} may be {large} or {small}, and nothing else in the sheet says which",
            f"Write {large} or {small}.",
        )


def readings(cell: str) -> dict[str, float]:
    """{decimal mark: number} of the ways in which a text can be read as a number; both marks where it has no mark at all."""
    text = folded(cell)
    values = {}
    for mark in MARKS:
        written = text if mark == "." else text.translate(_SWAPPED)
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
