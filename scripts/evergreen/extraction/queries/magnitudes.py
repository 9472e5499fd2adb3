"""Means and standard deviations that one slip would explain: an SE for an SD, a digit, a sign, a unit, a change for a value.

A number far from all that is expected of it is asked about where one of the usual slips, undone, brings it there. Each slip is
an entry of `SLIPS`; which explains best is decided by likelihood, and a comparison is looked at again with it undone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from evergreen import tables
from evergreen.extraction.queries.crowd import NORMAL, Crowd, Reference, loss, spread_of
from evergreen.extraction.queries.evidence import Evidence, Row
from evergreen.extraction.queries.findings import Family, Finding, found, shown
from evergreen.extraction.queries.slips import (
    DECIMAL_SHIFT,
    KINDS,
    NOT_ZERO,
    OUTLYING,
    RIVAL,
    SLIPS,
    Numbers,
    Slip,
)
from evergreen.metaanalysis.measures import MEASURES
from evergreen.sheets import folded

GAIN = 4.0
"""Logarithm of the likelihood ratio from which a slip is asked about, beside that of how rare it is."""
MISFIT = 1.6
"""Mean loss for each reference above which a correction does not bring a number where it is expected."""
LEFT, MOST_LEFT = 0.35, 3.0
"""Unless no more than this share of what spoke against the number is left (nor more than that for each reference): a study may be unusual, and slipped too."""
FAR, FAR_TOGETHER = 5.0, 6.5
"""Losses by the other studies and by all references, from which a number is asked about that no slip explains."""


class Group:
    """The rows of one outcome in one unit, and what they lead to expect of each other."""

    def __init__(self, evidence: Evidence, rows: Sequence[Row]) -> None:
        self.rows = rows
        # Effects without a unit are pooled where every study has a scale of its own.
        asked = evidence.outcomes.get(rows[0].key[1], ())
        units = {MEASURES[one.measure].unit for one in asked}
        self._one_unit = not asked or "outcome" in units or any(row.unit for row in rows)
        self._courses = evidence.courses
        self.comparisons = list(tables.grouped(rows, lambda row: row.key[:3]).values())

    @cached_property
    def sigma(self) -> float:
        """A usual standard deviation: that of the middle study, else of the means."""
        sds = _by_study((row.key[0], row.sd) for row in self.rows if row.sd)
        if sds:
            return median(median(several) for several in sds.values())
        means = [row.location[1] for row in self.rows if row.location]
        middle = median(means) if means else 0.0
        return NORMAL * median(abs(mean - middle) for mean in means) if means else 0.0

    @cached_property
    def spread_known(self) -> bool:
        """Without any standard deviation nothing says how far means of one study may lie apart."""
        return any(row.sd for row in self.rows) and self.sigma > 0

    @cached_property
    def sds(self) -> Crowd:
        logs = _by_study((row.key[0], math.log(row.sd)) for row in self.rows if row.sd)
        return Crowd(logs, floor=0.15)

    @cached_property
    def means(self) -> dict[tuple[str, str], Crowd]:
        """By group and time point, and over all time points under ""."""
        found: dict[tuple[str, str], list[tuple[str, float]]] = {}
        for row in self.rows:
            if row.location:
                for time in {row.key[2], ""}:
                    found.setdefault((row.group, time), []).append((row.key[0], row.location[1]))
        return {
            key: Crowd(_by_study(values), floor=0.2 * self.sigma or 1e-9) for key, values in found.items()
        }

    @cached_property
    def between_arms(self) -> tuple[float, float]:
        """Spread of means (in sigma) and of logarithms of SDs between arms of a comparison."""
        means, sds = [], []
        for rows in self.comparisons:
            first = rows[0]
            for row in rows[1:]:
                if row.location and first.location:
                    means.append((row.location[1] - first.location[1]) / (self.sigma or 1.0))
                if row.sd and first.sd:
                    sds.append(math.log(row.sd / first.sd))
        return spread_of(means, usual=0.6, floor=0.3), spread_of(sds, usual=0.25, floor=0.12)

    @cached_property
    def since_baseline(self) -> tuple[Reference, Reference]:
        """Where mean minus baseline (in sigma) and the logarithm of SD by that of baseline are expected."""
        means, sds = [], []
        for row in self.rows:
            if "mean_baseline" in row.numbers and row.location:
                means.append((row.location[1] - row.numbers["mean_baseline"]) / (self.sigma or 1.0))
            if row.numbers.get("sd_baseline") and row.sd:
                sds.append(math.log(row.sd / row.numbers["sd_baseline"]))
        return _about(means, usual=1.0, floor=0.3), _about(sds, usual=0.4, floor=0.15)

    def expected(self, row: Row, siblings: Sequence[Numbers]) -> tuple[list[Reference], list[Reference]]:
        """References of the mean and of the logarithm of the SD of a row, beside the other arms as they are now."""
        means: list[Reference] = []
        sds: list[Reference] = []
        mean_spread, sd_spread = self.between_arms
        noise = row.sd / math.sqrt(row.n) if row.sd and row.n and row.sd < 3 * self.sigma else 0.0
        wide = math.hypot(mean_spread * self.sigma, 1.4 * noise)
        small = math.sqrt(1 / max(row.n - 1, 1)) if row.n else 0.2
        others = [one.mean for one in siblings if one.mean is not None]
        if others and self.spread_known:
            means.append(Reference(median(others), wide))
        spreads = [math.log(one.sd) for one in siblings if one.sd]
        if spreads:
            sds.append(Reference(median(spreads), math.hypot(sd_spread, small)))
        course = self._courses.get((row.key[0], row.key[1], row.key[3]), ())
        near = [other for other in course if other is not row and other.changed == row.changed]
        if self.spread_known and (located := [other.location[1] for other in near if other.location]):
            means.append(Reference(median(located), math.hypot(max(mean_spread, 0.5) * self.sigma, noise)))
        if spreads := [math.log(other.sd) for other in near if other.sd]:
            sds.append(Reference(median(spreads), math.hypot(max(sd_spread, 0.25), small)))
        mean_since, sd_since = self.since_baseline
        if self.spread_known and not row.changed and "mean_baseline" in row.numbers:
            centre = row.numbers["mean_baseline"] + mean_since.centre * self.sigma
            means.append(Reference(centre, mean_since.spread * self.sigma))
        if row.numbers.get("sd_baseline"):
            centre = math.log(row.numbers["sd_baseline"]) + sd_since.centre
            sds.append(Reference(centre, math.hypot(sd_since.spread, small)))
        crowd_means, crowd_sds = self.of_other_studies(row)
        means += [crowd_means] if crowd_means else []
        sds += [crowd_sds] if crowd_sds else []
        return means, sds

    def of_other_studies(self, row: Row) -> tuple[Reference | None, Reference | None]:
        if not self._one_unit:
            return None, None
        mean = None
        for time in (row.key[2], ""):
            crowd = self.means.get((row.group, time))
            mean = mean or (crowd.without(row.key[0]) if crowd else None)
        return mean, self.sds.without(row.key[0])


def _about(values: Sequence[float], *, usual: float, floor: float) -> Reference:
    if len(values) < 5:
        return Reference(0.0, usual)
    centre = median(values)
    return Reference(centre, spread_of([value - centre for value in values], usual=usual, floor=floor))


def _by_study(values: Iterable[tuple[str, float]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for study, value in values:
        found.setdefault(study, []).append(value)
    return found


def groups(evidence: Evidence) -> Iterator[Group]:
    """The rows with means or spreads of each outcome, parted by unit and by whether they are changes."""
    for rows in evidence.by_outcome.values():
        arms = [row for row in rows if row.group != "contrast" and (row.location or row.sd)]
        units = Counter(folded(row.unit) for row in arms if row.unit)
        usual = max(units, key=lambda unit: (units[unit], unit), default="")
        parts: dict[tuple[str, bool], list[Row]] = {}
        for row in arms:
            parts.setdefault((folded(row.unit) or usual, row.changed), []).append(row)
        for part in parts.values():
            yield Group(evidence, part)


@dataclass(frozen=True)
class _Explained:
    slip: Slip
    rows: tuple[int, ...]
    gain: float
    numbers: tuple[Numbers, ...]


def check(evidence: Evidence) -> Iterator[Finding]:
    for group in groups(evidence):
        for rows in group.comparisons:
            yield from _comparison(group, rows)


def _comparison(group: Group, rows: Sequence[Row]) -> Iterator[Finding]:
    now = [Numbers(row.location[1] if row.location else None, row.sd) for row in rows]
    for _ in rows:
        if all(sum(_losses(group, rows, now, at)) < GAIN for at in range(len(rows))):
            break
        explained = sorted(_explanations(group, rows, now), key=lambda one: -one.gain)
        if not explained:
            break
        best = explained[0]
        rivals: dict[str, _Explained] = {best.slip.kind.name: best}
        for other in explained[1:]:
            if other.gain >= best.gain - RIVAL and set(other.rows) <= set(best.rows) and len(rivals) < 2:
                rivals.setdefault(other.slip.kind.name, other)
        for one in rivals.values():
            for at, numbers in zip(one.rows, one.numbers, strict=True):
                yield _asked(group, rows[at], one.slip, numbers)
        for at, numbers in zip(best.rows, best.numbers, strict=True):
            now[at] = numbers
    for at, row in enumerate(rows):
        yield from _outlying(group, rows, now, at, row)


def _references(
    group: Group, rows: Sequence[Row], now: Sequence[Numbers], at: int, together: bool = False
) -> tuple[list[Reference], list[Reference]]:
    return group.expected(rows[at], [] if together else [*now[:at], *now[at + 1 :]])


def _losses(group: Group, rows: Sequence[Row], now: Sequence[Numbers], at: int) -> tuple[float, float]:
    means, sds = _references(group, rows, now, at)
    return _loss(means, sds, now[at])


def _loss(means: Sequence[Reference], sds: Sequence[Reference], numbers: Numbers) -> tuple[float, float]:
    return (
        loss(means, numbers.mean) if numbers.mean is not None else 0.0,
        loss(sds, math.log(numbers.sd)) if numbers.sd else 0.0,
    )


def _explanations(group: Group, rows: Sequence[Row], now: Sequence[Numbers]) -> Iterator[_Explained]:
    everything = tuple(range(len(rows)))
    for which in [*((at,) for at in everything), *([everything] if len(rows) > 1 else [])]:
        together = len(which) > 1
        references = [_references(group, rows, now, at, together) for at in which]
        before = [_loss(*refs, now[at]) for refs, at in zip(references, which, strict=True)]
        against = {"mean": sum(mean for mean, _ in before), "sd": sum(sd for _, sd in before)}
        against["both"] = sum(against.values())
        for slip in SLIPS:
            # No more can be gained than what speaks against the numbers.
            if against[slip.part] / (len(which) if together else 1) - slip.rare < GAIN or (
                together and not slip.shared
            ):
                continue
            undone = [slip.undo(rows[at], now[at]) for at in which]
            if any(numbers is None for numbers in undone):
                continue
            fixed = tuple(numbers for numbers in undone if numbers is not None)
            after = [_loss(*refs, numbers) for refs, numbers in zip(references, fixed, strict=True)]
            gains, misfit = [], 0.0
            for (means, sds), old, new in zip(references, before, after, strict=True):
                gains.append(sum(old) - sum(new))
                # A slip that shows in mean and spread is judged by both: a study may be unusual in one of them.
                against_, left, count = {
                    "mean": (old[0], new[0], len(means)),
                    "sd": (old[1], new[1], len(sds)),
                    "both": (sum(old), sum(new), len(means) + len(sds)),
                }[slip.part]
                if left > MOST_LEFT * count or left > LEFT * against_:
                    misfit = max(misfit, left / max(count, 1))
                if (
                    slip.kind is DECIMAL_SHIFT
                    and slip.part == "mean"
                    and loss(means, 0.0) - new[0] < NOT_ZERO
                ):
                    gains.append(-math.inf)
                if slip.part == "both" and (old[0] - new[0] < 1.5 or old[1] - new[1] < 1.5):
                    gains.append(-math.inf)
            # What all arms share is one slip, not one for each arm.
            gain = sum(gains) / len(which) - slip.rare if together else sum(gains) - slip.rare
            if gain >= GAIN and misfit <= MISFIT:
                yield _Explained(slip, which, gain, fixed)


def _asked(group: Group, row: Row, slip: Slip, numbers: Numbers) -> Finding:
    if slip.part == "sd":
        column = _spread_column(row)
        expected = shown(numbers.sd or math.nan)
        if column != "sd" and slip.kind is DECIMAL_SHIFT and row.sd:
            expected = shown(row.numbers[column] * (numbers.sd or math.nan) / row.sd)
    else:
        column, _ = row.location or ("mean", 0.0)
        expected = shown(numbers.mean if numbers.mean is not None else math.nan)
    return found(slip.kind, row, column, expected, others=_others(group, row, slip.part), what=slip.what)


def _spread_column(row: Row) -> str:
    """The column that the row's standard deviation comes from."""
    return next(name for name in ("sd", "se", "ci_low", "q1") if name in row.numbers)


def _others(group: Group, row: Row, part: str) -> str:
    mean, sd = group.of_other_studies(row)
    if part == "sd" and sd:
        return f"the other studies (standard deviation about {shown(math.exp(sd.centre))})"
    if part != "sd" and mean:
        return f"the other studies (about {shown(mean.centre)})"
    return "the other arms and time points of the study"


def _outlying(
    group: Group, rows: Sequence[Row], now: Sequence[Numbers], at: int, row: Row
) -> Iterator[Finding]:
    means, sds = _references(group, rows, now, at)
    mean, sd = group.of_other_studies(row)
    location = row.location
    untouched = now[at] == Numbers(location[1] if location else None, row.sd)
    if not untouched:
        return
    if mean and location and _far(mean, means, location[1]):
        yield found(OUTLYING, row, location[0], shown(mean.centre), others=_others(group, row, "mean"))
    if sd and row.sd and _far(sd, sds, math.log(row.sd)):
        column = _spread_column(row)
        yield found(OUTLYING, row, column, shown(math.exp(sd.centre)), others=_others(group, row, "sd"))


def _far(crowd: Reference, references: Sequence[Reference], value: float) -> bool:
    own = [one for one in references if one is not crowd and one != crowd]
    far = crowd.loss(value)
    return far > FAR and (not own or (far + loss(own, value) / len(own)) > FAR_TOGETHER)


FAMILY = Family("Means and standard deviations", KINDS, check)
