"""The rows of a review as checks read them: typed, and found by outcome, comparison and arm."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from evergreen import tables
from evergreen.extraction.check import RESULT
from evergreen.extraction.constraints import NUMBERS
from evergreen.extraction.row_values import USUAL_LEVEL, distribution_of, marked
from evergreen.metaanalysis.conversion_rules import STATES
from evergreen.metaanalysis.conversions import sd_from_interval, sd_from_se, se_from_any_interval
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import folded
from evergreen.sheets.numbers import plain

# Lengths of the units in which time points are written, in days.
_DAYS = {
    "hour": 1 / 24, "hr": 1 / 24, "h": 1 / 24, "day": 1.0, "d": 1.0, "week": 7.0, "wk": 7.0, "w": 7.0, "month": 365.25 / 12,
    "mo": 365.25 / 12, "mth": 365.25 / 12, "m": 365.25 / 12, "year": 365.25, "yr": 365.25, "y": 365.25,
}  # fmt: skip
_NUMBER_FIRST = re.compile(r"(\d+(?:\.\d+)?) ?-?([a-z]+)\.?")
_UNIT_FIRST = re.compile(r"([a-z]+) ?(\d+(?:\.\d+)?)")
_CHANGE = re.compile(r"\bchange", re.IGNORECASE)
_NUMBERS = frozenset(NUMBERS)
_MODELLED = re.compile(
    r"adjust|least[- ]squares?|\bls ?means?\b|imput|\blocf\b|\bmmrm\b|\bmixed model|covari|marginal mean|digiti[sz]ed|read off",
    re.IGNORECASE,
)
_CROSSOVER = re.compile(r"cross-?\s?over", re.IGNORECASE)


@dataclass(frozen=True, eq=False, slots=True)
class Row:
    """One row of the merged extraction; `numbers` are its filled number columns, names are folded in `key`."""

    study: str
    outcome: str
    timepoint: str
    arm: str
    group: str
    unit: str
    key: tuple[str, str, str, str]
    numbers: Mapping[str, float]
    texts: Mapping[str, str]
    days: float | None
    sd: float | None
    """Standard deviation, of whatever the row gives: its own, by the standard error, the interval or the quartiles."""

    @property
    def n(self) -> float | None:
        return self.numbers.get("n")

    @property
    def location(self) -> tuple[str, float] | None:
        """(column, value) of the mean, else of the median."""
        for column in ("mean", "median"):
            if column in self.numbers:
                return column, self.numbers[column]
        return None

    @property
    def changed(self) -> bool:
        """Whether the row says that its values are changes from baseline."""
        return bool(_CHANGE.search(self.unit) or _CHANGE.search(self.outcome))

    def printed(self, column: str) -> bool:
        """Whether a number stands in the column, and the extractor calls it neither derived nor imputed."""
        made = (name for state in STATES[1:] for name in marked(self.texts.get(state, "")))
        return column in self.numbers and column not in made

    def se_of_limits(self, *, ratio: bool) -> float | None:
        """Standard error of the estimate by its limits, on the scale of the analysis, at the level and by the distribution that the row says."""
        limits = [self.numbers.get(name, math.nan) for name in ("estimate_ci_low", "estimate_ci_high")]
        if any(math.isnan(limit) or (ratio and limit <= 0) for limit in limits):
            return None
        low, high = map(math.log, limits) if ratio else limits
        try:
            return se_from_any_interval(
                low, high, self.estimate_level, distribution_of(self.said), self.freedom
            )
        except ValueError:  # t without degrees of freedom
            return None

    @property
    def estimate_level(self) -> float:
        return self.numbers.get("estimate_ci_level", USUAL_LEVEL) / 100

    @property
    def freedom(self) -> float:
        """Degrees of freedom behind the estimate; infinite of the normal distribution."""
        return self.numbers.get("estimate_df", math.inf) if distribution_of(self.said) == "t" else math.inf

    @property
    def said(self) -> Mapping[str, Any]:
        return {**self.texts, **self.numbers}

    @property
    def modelled(self) -> bool:
        """Whether the row's remarks speak of adjustment or imputation: its numbers need not be those of the people's values."""
        return any(
            _MODELLED.search(self.texts.get(name, "")) for name in ("note", "source", "derived", "arm")
        )

    def text(self, column: str) -> str:
        return plain(self.numbers[column])


def days_of(timepoint: str) -> float | None:
    """Days of a time point such as `12 months`, `week 6` or `1 year`; None where it is another, or a span."""
    text = folded(timepoint)
    found = _NUMBER_FIRST.fullmatch(text)
    if found:
        number, unit = found[1], found[2]
    elif found := _UNIT_FIRST.fullmatch(text):
        unit, number = found[1], found[2]
    else:
        return None
    length = _DAYS.get(unit) or _DAYS.get(unit.removesuffix("s"))
    return float(number) * length if length else None


def row_of(raw: Mapping[str, Any]) -> Row:
    """A row of the merged extraction, its number columns floats (NaN: nothing there), everything else text."""
    numbers = {name: float(raw[name]) for name in NUMBERS if name in raw and not math.isnan(raw[name])}
    texts = {name: value for name, value in raw.items() if name not in _NUMBERS and isinstance(value, str)}
    study, outcome, timepoint, arm = (
        str(raw.get(name, "")) for name in ("study", "outcome", "timepoint", "arm")
    )
    result = " ".join(filter(None, (str(raw.get(name, "")) for name in RESULT)))
    return Row(
        study, outcome, timepoint, arm, raw["group"], texts.get("unit", "").strip(),
        (folded(study), folded(outcome), folded(result), folded(arm)), numbers, texts, days_of(timepoint), _spread(numbers, texts),
    )  # fmt: skip


def _spread(numbers: Mapping[str, float], texts: Mapping[str, str]) -> float | None:
    n = numbers.get("n", 0.0)
    if "sd" in numbers:
        sd = numbers["sd"]
    elif n > 1 and "se" in numbers:
        sd = sd_from_se(numbers["se"], n)
    elif by_interval := sds_of_interval(numbers, texts):
        sd = by_interval[0]
    elif "q1" in numbers and "q3" in numbers:
        sd = (numbers["q3"] - numbers["q1"]) / 1.349
    else:
        return None
    return sd if sd > 0 else None


def sds_of_interval(numbers: Mapping[str, float], texts: Mapping[str, str]) -> list[float]:
    """Standard deviations that the interval of a mean gives at its level, the usual one first.

    By the distribution that the row says, else by each that it may be; empty where the row has no interval, or nothing follows from it.
    """
    n = numbers.get("n", 0.0)
    if n <= 1 or "ci_low" not in numbers or "ci_high" not in numbers:
        return []
    said, level = texts.get("ci_distribution", ""), numbers.get("ci_level", USUAL_LEVEL) / 100
    try:
        return [
            sd_from_interval(numbers["ci_low"], numbers["ci_high"], n, level=level, distribution=one)
            for one in ([said] if said else ["auto", "t", "z"])
        ]
    except ValueError:  # 3.92 belongs to 95 %
        return []


@dataclass(frozen=True)
class Evidence:
    """All rows, the study-level columns by folded study, and what the protocol says of outcomes by their folded data."""

    rows: Sequence[Row]
    studies: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    outcomes: Mapping[str, Sequence[Outcome]] = field(default_factory=dict)

    @cached_property
    def by_outcome(self) -> dict[str, list[Row]]:
        return tables.grouped(self.rows, lambda row: row.key[1])

    @cached_property
    def comparisons(self) -> dict[tuple[str, ...], list[Row]]:
        """The arms of one study at one time point of an outcome, by (study, outcome, time point)."""
        return tables.grouped((row for row in self.rows if row.group != "contrast"), lambda row: row.key[:3])

    @cached_property
    def contrasts(self) -> dict[str, list[Row]]:
        """Contrast rows by outcome, but for estimates of another measure than is pooled."""
        return tables.grouped(
            (row for row in self.rows if row.group == "contrast" and row.key not in self._of_another_measure),
            lambda row: row.key[1],
        )

    @cached_property
    def _of_another_measure(self) -> set[tuple[str, ...]]:
        pooled = {name: {one.measure for one in several} for name, several in self.outcomes.items()}
        return {
            row.key
            for row in self.rows
            if (said := row.texts.get("estimate_measure")) and said not in pooled.get(row.key[1], {said})
        }

    @cached_property
    def arms(self) -> dict[tuple[str, ...], list[Row]]:
        """All rows of an arm, over outcomes and time points, by (study, arm)."""
        arms = (row for row in self.rows if row.group != "contrast" and row.key[3])
        return tables.grouped(arms, lambda row: (row.key[0], row.key[3]))

    @cached_property
    def courses(self) -> dict[tuple[str, ...], list[Row]]:
        """Time points of an arm's outcome in their order, by (study, outcome, arm); those whose days are not known are left out."""
        timed = (row for row in self.rows if row.group != "contrast" and row.days is not None)
        by_arm = tables.grouped(timed, lambda row: (row.key[0], row.key[1], row.key[3]))
        return {key: sorted(rows, key=lambda row: row.days or 0.0) for key, rows in by_arm.items()}

    def better(self, outcome: str) -> float:
        """1 where higher is better, -1 where lower is, by the outcomes of the data that say it; 0 where these differ, or none does."""
        said = {one.better for one in self.outcomes.get(outcome, ()) if one.better}
        return 0.0 if len(said) != 1 else 1.0 if said == {"higher"} else -1.0

    def is_ratio(self, row: Row) -> bool | None:
        """Whether a contrast row's estimate is printed as a ratio; None where neither row nor protocol says so."""
        if scale := row.texts.get("scale", ""):
            return scale == "ratio"
        if measure := row.texts.get("estimate_measure", ""):
            said = {MEASURES[measure].reported}
        else:
            said = {one.scale or MEASURES[one.measure].reported for one in self.outcomes.get(row.key[1], ())}
        return "ratio" in said if any(said) else None

    def crossover(self, study: str) -> bool:
        """Whether a study-level column calls the study a crossover trial, in which people count in every arm."""
        return any(_CROSSOVER.search(text) for text in self.studies.get(study, {}).values())


def pairs(rows: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """(intervention, control) of the arms of a comparison."""
    controls = [row for row in rows if row.group == "control"]
    for row in rows:
        if row.group == "intervention":
            for control in controls:
                yield row, control
