"""Numbers that cannot be: refused with file, row and column before anything is computed from them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

from evergreen import tables
from evergreen.errors import InputError, refuse
from evergreen.sheets import columns_of, folded

if TYPE_CHECKING:
    import pandas as pd

KEY = ("study", "outcome", "timepoint", "arm")
NUMBERS = tuple(column.name for column in columns_of("extraction") if column.kind == "number")
# What must not decrease from left to right, where given.
ORDERED = ("min", "q1", "median", "q3", "max")
INTERVALS = (("mean", "ci_low", "ci_high"), ("estimate", "estimate_ci_low", "estimate_ci_high"))
# Rounding of printed limits may put an estimate on, never clearly outside, its interval.
SLACK = 1e-9
# No measurement is so large, and the fourth power of a larger one is no number any more.
LARGEST = 1e50

Row = dict[str, Any]
Filled = dict[str, float]
Fault = tuple[str, str]


def check(rows: pd.DataFrame) -> None:
    """Refuse a sheet with impossible numbers, or with two different rows for the same arm."""
    records = tables.rows(rows)
    refuse([*impossible(records), *twice(records)])


def impossible(
    records: Sequence[Row],
    place: Callable[[Row], tuple[str, int | None]] | None = None,
    *,
    suspects: Sequence[Row] | None = None,
) -> list[InputError]:
    """Everything impossible in extraction rows, as errors that name the cell; an empty list where nothing is.

    The rows have the columns of an extraction sheet, numbers as floats (NaN = empty). `place` tells file and row of
    a row; by default they are its `_file` and `_row`. Checked row by row (the `suspects`, by default all) and, over the
    rows of one outcome of a study, the unit: arms in different units cannot be compared.
    """
    place = place or (lambda row: (row["_file"], int(row["_row"])))
    errors = []
    for row in records if suspects is None else suspects:
        for column, problem in faults(row):
            file, number = place(row)
            errors.append(InputError(problem, file=file, row=number, column=column, todo="Correct it."))
    for first, row in _unit_changes(records):
        file, number = place(row)
        errors.append(
            InputError(
                f"the unit is {row['unit']!r}, but {first['unit']!r} for the arm {first['arm']!r} of the same outcome",
                file=file,
                row=number,
                column="unit",
                todo="Enter all arms in one unit.",
            )
        )
    return errors


def faults(row: Row) -> Iterator[Fault]:
    """(column, problem) of everything impossible in one row."""
    filled = filled_in(row)
    for column, value in filled.items():
        if abs(value) > LARGEST:
            yield column, f"{value:g} is too large for a number of a study"
    yield from _counts(filled)
    yield from _spreads(filled)
    yield from _order(filled)
    yield from _intervals(filled)


def key_of(row: Row, key: tuple[str, ...] = KEY) -> tuple[str, ...]:
    """The row's key as it is compared: blanks and letter case do not make another arm."""
    return tuple([_name(row[column]) for column in key])


@lru_cache(maxsize=1 << 16)
def _name(cell: object) -> str:
    return folded(cell)  # a sheet names the same study, outcome and arm again and again


def filled_in(row: Row) -> Filled:
    """The number columns of a row in which a number stands."""
    return {column: row[column] for column in NUMBERS if not math.isnan(row[column])}


def _given(filled: Filled, *columns: str) -> bool:
    return all(column in filled for column in columns)


def _counts(filled: Filled) -> Iterator[Fault]:
    for column in ("n", "events"):
        value = filled.get(column, 0.0)
        if value < 0 or not float(value).is_integer():
            yield column, f"{column} is {value:g}, but people come in whole numbers"
    if filled.get("n") == 0:
        yield "n", "n is 0, the arm has no participants"
    # Events per person-time may be several in one participant.
    if _given(filled, "n", "events") and "person_time" not in filled and filled["events"] > filled["n"]:
        yield "events", f"{filled['events']:g} events in {filled['n']:g} participants"
    if "person_time" in filled and filled["person_time"] <= 0:
        yield "person_time", f"person-time is {filled['person_time']:g}"


def _spreads(filled: Filled) -> Iterator[Fault]:
    for column in ("sd", "se", "sd_baseline", "estimate_se"):
        if column in filled and filled[column] < 0:
            yield column, f"{column} is negative ({filled[column]:g})"
    n, sd = filled.get("n", 0.0), filled.get("sd")
    if sd is not None and n > 1 and "se" in filled and filled["se"] > sd * (1 + SLACK):
        yield (
            "se",
            f"the standard error ({filled['se']:g}) is larger than the standard deviation ({sd:g})",
        )
    if sd is not None and n == 1 and sd > 0:
        yield "sd", f"sd is {sd:g}, but one participant has no standard deviation"
    if "r" in filled and abs(filled["r"]) > 1:
        yield "r", f"the correlation is {filled['r']:g}, outside -1 to 1"


def _order(filled: Filled) -> Iterator[Fault]:
    known = [column for column in ORDERED if column in filled]
    for lower, upper in pairwise(known):
        if filled[lower] > filled[upper]:
            yield lower, f"{lower} ({filled[lower]:g}) is above {upper} ({filled[upper]:g})"
    if "mean" not in filled:
        return
    for column, sign in (("min", 1), ("max", -1)):
        if column in filled and sign * filled["mean"] < sign * filled[column]:
            yield "mean", f"the mean ({filled['mean']:g}) is beyond the {column} ({filled[column]:g})"


def _intervals(filled: Filled) -> Iterator[Fault]:
    for name, lower, upper in INTERVALS:
        value, low, high = filled.get(name), filled.get(lower), filled.get(upper)
        if low is not None and high is not None and low > high:
            yield lower, f"{lower} ({low:g}) is above {upper} ({high:g})"
            continue
        if value is None:
            continue
        slack = SLACK * max(1.0, abs(value))
        if (low is not None and value < low - slack) or (high is not None and value > high + slack):
            yield name, f"the {name} ({value:g}) lies outside its interval"


def _unit_changes(records: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Pairs (first row, row) of arms of one study, outcome and time point that are given in different units."""
    units: dict[tuple[str, ...], Row] = {}
    for row in records:
        if not row["unit"] or row["group"] == "contrast":
            continue
        first = units.setdefault(key_of(row, KEY[:3]), row)
        if first["unit"].casefold() != row["unit"].casefold():
            yield first, row


def twice(records: Sequence[Row], key: tuple[str, ...] = KEY) -> list[InputError]:
    """Errors for rows of one sheet that have the same key and are not identical."""
    errors = []
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in records:
        groups.setdefault(key_of(row, key), []).append(row)
    for group in groups.values():
        for first, second in combinations(group, 2):
            if content(first) != content(second):
                errors.append(
                    InputError(
                        f"{', '.join(filter(None, (second[column] for column in key)))} is there already in row "
                        f"{first['_row']}, with other values",
                        file=second["_file"],
                        row=int(second["_row"]),
                        todo="Keep one of the two rows."
                        if key == ("study",)
                        else "Keep one of the two rows, or name their arms or time points apart.",
                    )
                )
                break
    return errors


def content(row: Row) -> dict[str, Any]:
    """What a row says, without its place; NaN equals NaN."""
    return {
        column: None if isinstance(value, float) and math.isnan(value) else value
        for column, value in row.items()
        if column not in ("_file", "_row")
    }
