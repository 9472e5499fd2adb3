"""Numbers that cannot be: refused with file, row and column before anything is computed from them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.errors import InputError, refuse
from evergreen.sheets import columns_of, folded

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
Fault = tuple[str, str]


def check(rows: pd.DataFrame) -> None:
    """Refuse a sheet with impossible numbers, or with two different rows for the same arm."""
    refuse([*impossible(rows), *twice(rows)])


def impossible(
    rows: pd.DataFrame, place: Callable[[Row], tuple[str, int | None]] | None = None
) -> list[InputError]:
    """Everything impossible in extraction rows, as errors that name the cell; an empty list where nothing is.

    `rows` has the columns of an extraction sheet, numbers as floats (NaN = empty). `place` tells file and row of
    a row; by default they are its `_file` and `_row`. Checked row by row and, over the rows of one outcome of a
    study, the unit: arms in different units cannot be compared.
    """
    place = place or (lambda row: (row["_file"], int(row["_row"])))
    errors = []
    records = tables.rows(rows)
    for row in records:
        file, number = place(row)
        for column, problem in faults(row):
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
    for column in NUMBERS:
        if given(row, column) and abs(row[column]) > LARGEST:
            yield column, f"{row[column]:g} is too large for a number of a study"
    yield from _counts(row)
    yield from _spreads(row)
    yield from _order(row)
    yield from _intervals(row)


def key_of(row: Row, key: tuple[str, ...] = KEY) -> tuple[str, ...]:
    """The row's key as it is compared: blanks and letter case do not make another arm."""
    return tuple(folded(row[column]) for column in key)


def given(row: Row, *columns: str) -> bool:
    """Whether all of these number columns are filled."""
    return all(not math.isnan(row[column]) for column in columns)


def _counts(row: Row) -> Iterator[Fault]:
    for column in ("n", "events"):
        value = row[column]
        if given(row, column) and (value < 0 or not float(value).is_integer()):
            yield column, f"{column} is {value:g}, but people come in whole numbers"
    if given(row, "n") and row["n"] == 0:
        yield "n", "n is 0, the arm has no participants"
    # Events per person-time may be several in one participant.
    if given(row, "n", "events") and not given(row, "person_time") and row["events"] > row["n"]:
        yield "events", f"{row['events']:g} events in {row['n']:g} participants"
    if given(row, "person_time") and row["person_time"] <= 0:
        yield "person_time", f"person-time is {row['person_time']:g}"


def _spreads(row: Row) -> Iterator[Fault]:
    for column in ("sd", "se", "sd_baseline", "estimate_se"):
        if given(row, column) and row[column] < 0:
            yield column, f"{column} is negative ({row[column]:g})"
    if given(row, "sd", "se", "n") and row["n"] > 1 and row["se"] > row["sd"] * (1 + SLACK):
        yield (
            "se",
            f"the standard error ({row['se']:g}) is larger than the standard deviation ({row['sd']:g})",
        )
    if given(row, "sd", "n") and row["n"] == 1 and row["sd"] > 0:
        yield "sd", f"sd is {row['sd']:g}, but one participant has no standard deviation"
    if given(row, "r") and abs(row["r"]) > 1:
        yield "r", f"the correlation is {row['r']:g}, outside -1 to 1"


def _order(row: Row) -> Iterator[Fault]:
    known = [column for column in ORDERED if given(row, column)]
    for lower, upper in pairwise(known):
        if row[lower] > row[upper]:
            yield lower, f"{lower} ({row[lower]:g}) is above {upper} ({row[upper]:g})"
    for column, outside in (("min", row["mean"] < row["min"]), ("max", row["mean"] > row["max"])):
        if given(row, "mean", column) and outside:
            yield "mean", f"the mean ({row['mean']:g}) is beyond the {column} ({row[column]:g})"


def _intervals(row: Row) -> Iterator[Fault]:
    for value, low, high in INTERVALS:
        if given(row, low, high) and row[low] > row[high]:
            yield low, f"{low} ({row[low]:g}) is above {high} ({row[high]:g})"
            continue
        slack = SLACK * max(1.0, abs(row[value])) if given(row, value) else 0.0
        below = given(row, value, low) and row[value] < row[low] - slack
        above = given(row, value, high) and row[value] > row[high] + slack
        if below or above:
            yield value, f"the {value} ({row[value]:g}) lies outside its interval"


def _unit_changes(records: list[Row]) -> Iterator[tuple[Row, Row]]:
    """Pairs (first row, row) of arms of one study, outcome and time point that are given in different units."""
    units: dict[tuple[str, ...], Row] = {}
    for row in records:
        if not row["unit"] or row["group"] == "contrast":
            continue
        first = units.setdefault(key_of(row, KEY[:3]), row)
        if first["unit"].casefold() != row["unit"].casefold():
            yield first, row


def twice(rows: pd.DataFrame, key: tuple[str, ...] = KEY) -> list[InputError]:
    """Errors for rows of one sheet that have the same key and are not identical."""
    errors = []
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in tables.rows(rows):
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
