"""What a row of an extraction sheet cannot be: one table, read when a sheet is checked, when its rows are pooled, and by the sheets and
pages that check while somebody types.

The bounds of single columns stand in the sheet's schema (`config/schemas/extraction.schema.yaml`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Any

from evergreen.extraction.expressions import Term, Tree, largest, tree_of
from evergreen.sheets import columns_of
from evergreen.sheets.columns import by_name

NUMBERS = tuple(column.name for column in columns_of("extraction") if column.numeric)
_BOUNDS = by_name("extraction")
# What must not decrease from left to right, where given.
ORDERED = ("min", "q1", "median", "q3", "max")
INTERVALS = (("mean", "ci_low", "ci_high"), ("estimate", "estimate_ci_low", "estimate_ci_high"))
# What says a time at risk, in which one participant may have several events.
OF_TIME = ("person_time", "followup", "rate")
# Rounding of printed limits may put an estimate on, never clearly outside, its interval.
SLACK = 1e-9
# No measurement is so large, and the fourth power of a larger one is no number any more.
LARGEST = 1e50

Row = Mapping[str, Any]
Filled = Mapping[str, Any]
"""Numbers by column, or the terms that stand for them."""
Fault = tuple[str, str]


@dataclass(frozen=True)
class Constraint:
    """What holds in a row where all of `needs` are filled and none of `unless`; else `problem` is said of `column`."""

    column: str
    needs: tuple[str, ...]
    # Written with what `Term` has (`|` for or), so that a rule can be said as well as computed.
    holds: Callable[[Filled], Any]
    problem: str
    unless: tuple[str, ...] = ()

    @cached_property
    def needed(self) -> frozenset[str]:
        return frozenset(self.needs)

    @property
    def tree(self) -> Tree:
        """The rule as `expressions` says it to sheets and pages."""
        return tree_of(self.holds({column: Term(column) for column in self.needs}))


def _not_above(lower: str, upper: str, unless: tuple[str, ...] = ()) -> Constraint:
    problem = f"{lower} ({{{lower}:g}}) is above {upper} ({{{upper}:g}})"
    return Constraint(lower, (lower, upper), lambda row: row[lower] <= row[upper], problem, unless)


def _within(name: str, limit: str, sign: int) -> Constraint:
    def holds(row: Filled) -> Any:
        return sign * row[name] >= sign * row[limit] - SLACK * largest(1.0, abs(row[name]))

    return Constraint(
        name, (name, limit), holds, f"the {name} ({{{name}:g}}) lies outside its interval, beyond {limit} ({{{limit}:g}})"
    )  # fmt: skip


CONSTRAINTS = (
    # An arm without participants leaves its study out of pooling; what was measured on nobody is a slip.
    *(Constraint("n", ("n", column), lambda row: row["n"] != 0, f"n is 0, the arm has no participants, but {column} is {{{column}:g}}")
      for column in ("mean", "sd", "median")),
    Constraint("events", ("n", "events"), lambda row: row["events"] <= row["n"],
               "{events:g} events in {n:g} participants", OF_TIME),
    Constraint("person_time", ("person_time", "events"), lambda row: (row["person_time"] != 0) | (row["events"] == 0),
               "{events:g} events in a person-time of 0"),
    Constraint("se", ("n", "sd", "se"), lambda row: (row["n"] <= 1) | (row["se"] <= row["sd"] * (1 + SLACK)),
               "the standard error ({se:g}) is larger than the standard deviation ({sd:g})"),
    Constraint("sd", ("n", "sd"), lambda row: (row["n"] != 1) | (row["sd"] == 0),
               "sd is {sd:g}, but one participant has no standard deviation"),
    *(_not_above(lower, upper, ORDERED[ORDERED.index(lower) + 1 : ORDERED.index(upper)])
      for lower, upper in combinations(ORDERED, 2)),
    Constraint("mean", ("mean", "min"), lambda row: row["mean"] >= row["min"], "the mean ({mean:g}) is beyond the min ({min:g})"),
    Constraint("mean", ("mean", "max"), lambda row: row["mean"] <= row["max"], "the mean ({mean:g}) is beyond the max ({max:g})"),
    *(_not_above(lower, upper) for _, lower, upper in INTERVALS),
    *(_within(name, limit, sign) for name, *limits in INTERVALS for limit, sign in zip(limits, (1, -1), strict=True)),
)  # fmt: skip


def faults(row: Row) -> Iterator[Fault]:
    """(column, problem) of everything impossible in one row; its number columns are floats, NaN where nothing stands."""
    filled = {column: float(row[column]) for column in NUMBERS if not math.isnan(row[column])}
    for column, value in filled.items():
        rule = _BOUNDS[column]
        if abs(value) > LARGEST:
            yield column, f"{value:g} is too large for a number of a study"
        elif rule.minimum is not None and value < rule.minimum:
            below = "negative" if rule.minimum == 0 else f"below {rule.minimum:g}"
            yield column, f"{column} is {below} ({value:g})"
        elif rule.maximum is not None and value > rule.maximum:
            yield column, f"{column} is above {rule.maximum:g} ({value:g})"
    # What extractors dispute is there all the same.
    for one in _asked(tuple(filled), str(row.get("in_conflict", ""))):
        if not one.holds(filled):
            yield one.column, one.problem.format_map(filled)


@lru_cache(maxsize=256)
def _asked(filled: tuple[str, ...], disputed: str) -> tuple[Constraint, ...]:
    """The rules of a row in which these columns are filled and others disputed; most rows of a sheet fill the same."""
    names = frozenset(filled)
    there = names.union(disputed.split("; "))
    return tuple(one for one in CONSTRAINTS if names >= one.needed and there.isdisjoint(one.unless))
