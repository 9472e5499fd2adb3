"""Means and standard deviations that one slip would explain: an SE for an SD, a digit, a sign, a unit, a change for a value.

A number far from all that is expected of it is asked about where one of the usual slips, undone, brings it there. Each slip is
an entry of `SLIPS`; which explains best is decided by likelihood, and a comparison is looked at again with it undone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from evergreen.extraction.queries.crowd import NORMAL, Crowd, Reference, loss, spread_of
from evergreen.extraction.queries.evidence import Evidence, Row
from evergreen.extraction.queries.findings import Family, Finding, Kind, found, shown
from evergreen.metaanalysis.measures import MEASURES
from evergreen.sheets import folded
from evergreen.sheets.numbers import plain

GAIN = 4.0
"""Logarithm of the likelihood ratio from which a slip is asked about, beside that of how rare it is."""
NOT_ZERO = 1.5
"""Where 0 would fit about as well, a tenth of any number would, and a moved decimal point explains nothing."""
RIVAL = 1.2
"""Another slip that explains a number almost as well is asked about too."""
MISFIT = 1.6
"""Mean loss for each reference above which a correction does not bring a number where it is expected."""
LEFT, MOST_LEFT = 0.35, 3.0
"""Unless no more than this share of what spoke against the number is left (nor more than that for each reference): a study may be unusual, and slipped too."""
FAR, FAR_TOGETHER = 5.0, 6.5
"""Losses by the other studies and by all references, from which a number is asked about that no slip explains."""

SD_IS_SE = Kind(
    "sd_is_se", "warning",
    "A standard deviation is far below those of the other arms, time points and studies, and the number of participants makes it fit: it is likely to be a standard error.",
    "{column} {value} is far below {others}; as a standard error it would be a standard deviation of {expected}. Is it a standard error?",
    "Cochrane Handbook 6.5.2.2",
)  # fmt: skip
SE_IS_SD = Kind(
    "se_is_sd", "warning",
    "A standard error, or the limits of an interval, lead to a standard deviation far above the others, and fit as a standard deviation themselves.",
    "{column} {value} leads to a standard deviation far above {others}; {expected} fits. Is it a standard deviation?",
    "Cochrane Handbook 6.5.2.2",
)  # fmt: skip
DECIMAL_SHIFT = Kind(
    "decimal_shift", "warning",
    "A number is 10, 100 or 1000 times as large or as small as the other arms, time points and studies lead to expect.",
    "{column} {value} is far from {others}; {expected} would fit. Did the decimal point move?",
    "Li et al. 2019, BMC Med Res Methodol 19:119 (errors of data extraction)",
)  # fmt: skip
SIGN = Kind(
    "sign", "warning",
    "A mean or an estimate has the opposite sign of what the other arms, time points and studies lead to expect.",
    "{column} {value} is far from {others}; {expected} would fit. Was a sign lost or added?",
    "Cochrane Handbook 6.5.1",
)  # fmt: skip
CHANGE_AMONG_FINAL = Kind(
    "change_among_final", "warning",
    "A mean fits the others only as a change from baseline where they are final values, or as a final value where they are changes.",
    "{column} {value} is far from {others}; {expected} would fit. Is it {what}?",
    "Cochrane Handbook 6.5.2.8",
)  # fmt: skip
UNIT = Kind(
    "unit", "warning",
    "Mean and standard deviation together are larger or smaller by the factor between two units (1000, 18, 88.4; mmol/mol and %) than the other arms and studies lead to expect.",
    "{column} {value} and its standard deviation are far from {others}; {expected} would fit ({what}). Is it another unit?",
    "Cochrane Handbook 6.5.1; NGSP and IFCC (HbA1c)",
)  # fmt: skip
SD_IS_VARIANCE = Kind(
    "sd_is_variance", "warning",
    "A standard deviation is far above those of the other arms, time points and studies, and its square root fits.",
    "{column} {value} is far above {others}; its root {expected} would fit. Is it a variance?",
    "Cochrane Handbook 6.5.2",
)  # fmt: skip
MEAN_SD_SWAPPED = Kind(
    "mean_sd_swapped", "warning",
    "Mean and standard deviation of an arm fit the other arms, time points and studies only with each other's number.",
    "{column} {value} and its standard deviation are far from {others}, and fit the other way round. Did the two change places?",
    "Li et al. 2019, BMC Med Res Methodol 19:119 (errors of data extraction)",
)  # fmt: skip
DIGITS_TRANSPOSED = Kind(
    "digits_transposed", "warning",
    "A number fits the other arms, time points and studies, or the arm's other rows, only with its first two digits exchanged.",
    "{column} {value} is far from {others}; {expected} would fit. Did two digits change places?",
    "Li et al. 2019, BMC Med Res Methodol 19:119 (errors of data extraction)",
)  # fmt: skip
OUTLYING = Kind(
    "outlying", "warning",
    "A mean or a standard deviation is so far from all that is expected of it that it is asked about, though no usual slip explains it.",
    "{column} {value} is far from {others}, where about {expected} would be expected. Is it as printed?",
    "Cochrane Handbook 10.10.2; Viechtbauer and Cheung 2010, Res Synth Methods 1:112",
)  # fmt: skip


@dataclass(frozen=True)
class Numbers:
    """Location and spread of an arm, as they stand or with a slip undone."""

    mean: float | None
    sd: float | None


@dataclass(frozen=True)
class Slip:
    """A usual slip: what undoes it in a row (None where it cannot have happened), in which part it shows, how rare it is."""

    kind: Kind
    part: str  # mean | sd | both
    undo: Callable[[Row, Numbers], Numbers | None]
    rare: float = 0.0
    what: str = ""
    shared: bool = True
    """Whether one slip may alter all arms of a study, as a column that was misunderstood does."""


def _sd_from_se(row: Row, now: Numbers) -> Numbers | None:
    if "sd" not in row.numbers or not row.n or row.n < 2 or now.sd is None:
        return None
    return Numbers(now.mean, now.sd * math.sqrt(row.n))


def _sd_itself(row: Row, now: Numbers) -> Numbers | None:
    if "sd" in row.numbers or not row.n or row.n < 2 or now.sd is None:
        return None
    if "se" in row.numbers:
        return Numbers(now.mean, row.numbers["se"])
    if "ci_low" in row.numbers and "ci_high" in row.numbers:
        return Numbers(now.mean, (row.numbers["ci_high"] - row.numbers["ci_low"]) / 2)
    return None


def _times(part: str, factor: float) -> Callable[[Row, Numbers], Numbers | None]:
    def undo(row: Row, now: Numbers) -> Numbers | None:
        mean = now.mean * factor if now.mean is not None and part != "sd" else now.mean
        sd = now.sd * factor if now.sd is not None and part != "mean" else now.sd
        if (now.sd is None and part != "mean") or (now.mean is None and part != "sd"):
            return None
        return Numbers(mean, sd)

    return undo


def _linear(slope: float, at_zero: float) -> Callable[[Row, Numbers], Numbers | None]:
    """A unit that is `at_zero` where the other is 0; a change has no zero."""

    def undo(row: Row, now: Numbers) -> Numbers | None:
        if now.mean is None or now.sd is None:
            return None
        return Numbers(now.mean * slope + (0 if row.changed else at_zero), now.sd * abs(slope))

    return undo


def _negated(row: Row, now: Numbers) -> Numbers | None:
    return Numbers(-now.mean, now.sd) if now.mean else None


def _plus_baseline(sign: int) -> Callable[[Row, Numbers], Numbers | None]:
    def undo(row: Row, now: Numbers) -> Numbers | None:
        baseline = row.numbers.get("mean_baseline")
        if baseline is None or now.mean is None or row.changed == (sign > 0):
            return None
        return Numbers(now.mean + sign * baseline, now.sd)

    return undo


def _root(row: Row, now: Numbers) -> Numbers | None:
    return Numbers(now.mean, math.sqrt(now.sd)) if "sd" in row.numbers and now.sd else None


def _exchanged(row: Row, now: Numbers) -> Numbers | None:
    if not row.numbers.keys() >= {"mean", "sd"} or now.mean is None or now.mean <= 0 or now.sd is None:
        return None
    return Numbers(now.sd, now.mean)


def transposed(value: float) -> float | None:
    """A number with its first two significant digits exchanged; None where these are alike, or it has one."""
    text = plain(abs(value))
    digits = [at for at, sign in enumerate(text) if sign.isdigit() and text[:at].strip("0.") + sign != "0"]
    if len(digits) < 2 or "e" in text:
        return None
    one, other = digits[:2]
    if text[one] == text[other] or text[other] == "0":
        return None
    signs = list(text)
    signs[one], signs[other] = signs[other], signs[one]
    return math.copysign(float("".join(signs)), value)


def _digits(part: str) -> Callable[[Row, Numbers], Numbers | None]:
    def undo(row: Row, now: Numbers) -> Numbers | None:
        value = now.mean if part == "mean" else now.sd if "sd" in row.numbers else None
        other = transposed(value) if value else None
        if other is None:
            return None
        return Numbers(other, now.sd) if part == "mean" else Numbers(now.mean, other)

    return undo


# Between conventional and SI units, and between lengths, weights and pressures (AMA Manual of Style, 17.5).
FACTORS = {
    1000.0: "a thousandfold unit", 18.016: "glucose, mg/dL and mmol/L", 38.67: "cholesterol, mg/dL and mmol/L",
    88.57: "triglycerides, mg/dL and mmol/L", 88.42: "creatinine, umol/L and mg/dL", 2.4960: "vitamin D, nmol/L and ng/mL",
    17.104: "bilirubin, umol/L and mg/dL", 59.48: "uric acid, umol/L and mg/dL", 4.184: "kJ and kcal", 7.5006: "mmHg and kPa",
    2.2046: "lb and kg", 2.54: "cm and inches", 10.0: "a tenfold unit", 100.0: "a hundredfold unit", 365.25: "days and years",
    30.44: "days and months", 7.0: "days and weeks", 12.0: "months and years", 60.0: "minutes and hours", 24.0: "hours and days",
}  # fmt: skip
_RARE_UNIT = 3.0
"""Of so many factors one fits by chance more often."""
SLIPS = (
    Slip(SD_IS_SE, "sd", _sd_from_se),
    Slip(SE_IS_SD, "sd", _sd_itself, 0.5),
    Slip(SD_IS_VARIANCE, "sd", _root, 1.0),
    Slip(MEAN_SD_SWAPPED, "both", _exchanged, 0.0, shared=False),
    *(Slip(DIGITS_TRANSPOSED, part, _digits(part), 1.0, shared=False) for part in ("mean", "sd")),
    *(Slip(DECIMAL_SHIFT, part, _times(part, factor), rare, shared=False)
      for part in ("mean", "sd") for factor, rare in ((10, 0.5), (0.1, 0.5), (100, 1.0), (0.01, 1.0), (1000, 1.5), (0.001, 1.5))),
    Slip(SIGN, "mean", _negated, -1.0),
    Slip(CHANGE_AMONG_FINAL, "mean", _plus_baseline(1), 0.3, "a change from baseline"),
    Slip(CHANGE_AMONG_FINAL, "mean", _plus_baseline(-1), 0.3, "a final value"),
    Slip(UNIT, "both", _linear(0.09148, 2.152), 1.0, "HbA1c, mmol/mol and %"),
    Slip(UNIT, "both", _linear(10.929, -23.5), 1.0, "HbA1c, % and mmol/mol"),
    Slip(UNIT, "both", _linear(5 / 9, -17.78), _RARE_UNIT, "degrees Fahrenheit and Celsius"),
    Slip(UNIT, "both", _linear(1.8, 32.0), _RARE_UNIT, "degrees Celsius and Fahrenheit"),
    *(Slip(UNIT, "both", _times("both", power), 0.5 if factor in (10, 100, 1000) else _RARE_UNIT, what)
      for factor, what in FACTORS.items() for power in (factor, 1 / factor)),
)  # fmt: skip


@dataclass(frozen=True)
class _Sibling:
    row: Row
    now: Numbers


class Group:
    """The rows of one outcome in one unit, and what they lead to expect of each other."""

    def __init__(self, evidence: Evidence, rows: Sequence[Row]) -> None:
        self.rows = rows
        # Effects without a unit are pooled where every study has a scale of its own.
        asked = evidence.outcomes.get(rows[0].key[1], ())
        units = {MEASURES[one.measure].unit for one in asked}
        self._one_unit = not asked or "outcome" in units or any(row.unit for row in rows)
        self._courses = evidence.courses
        comparisons: dict[tuple[str, ...], list[Row]] = {}
        for row in rows:
            comparisons.setdefault(row.key[:3], []).append(row)
        self.comparisons = list(comparisons.values())

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

    def expected(self, row: Row, siblings: Sequence[_Sibling]) -> tuple[list[Reference], list[Reference]]:
        """References of the mean and of the logarithm of the SD of a row, beside the other arms as they are now."""
        means: list[Reference] = []
        sds: list[Reference] = []
        mean_spread, sd_spread = self.between_arms
        noise = row.sd / math.sqrt(row.n) if row.sd and row.n and row.sd < 3 * self.sigma else 0.0
        wide = math.hypot(mean_spread * self.sigma, 1.4 * noise)
        small = math.sqrt(1 / max(row.n - 1, 1)) if row.n else 0.2
        others = [one.now.mean for one in siblings if one.now.mean is not None]
        if others and self.spread_known:
            means.append(Reference(median(others), wide))
        spreads = [math.log(one.now.sd) for one in siblings if one.now.sd]
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


def _by_study(pairs: object) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for study, value in pairs:  # type: ignore[attr-defined]
        found.setdefault(study, []).append(value)
    return found


def groups(evidence: Evidence) -> Iterator[Group]:
    """The rows with means or spreads of each outcome, parted by unit and by whether they are changes."""
    for rows in evidence.by_outcome.values():
        arms = [row for row in rows if row.group != "contrast" and (row.location or row.sd)]
        units: dict[str, int] = {}
        for row in arms:
            if row.unit:
                units[folded(row.unit)] = units.get(folded(row.unit), 0) + 1
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
    siblings = (
        []
        if together
        else [
            _Sibling(row, numbers)
            for other, (row, numbers) in enumerate(zip(rows, now, strict=True))
            if other != at
        ]
    )
    return group.expected(rows[at], siblings)


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
                for part, at, references_ in (("mean", 0, means), ("sd", 1, sds)):
                    left = new[at] / max(len(references_), 1)
                    if slip.part in (part, "both") and (left > MOST_LEFT or new[at] > LEFT * old[at]):
                        misfit = max(misfit, left)
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
        column = next(name for name in ("sd", "se", "ci_low", "q1") if name in row.numbers)
        expected = shown(numbers.sd or math.nan)
        if column != "sd" and slip.kind is DECIMAL_SHIFT and row.sd:
            expected = shown(row.numbers[column] * (numbers.sd or math.nan) / row.sd)
    else:
        column, _ = row.location or ("mean", 0.0)
        expected = shown(numbers.mean if numbers.mean is not None else math.nan)
    return found(
        slip.kind,
        row,
        column,
        row.text(column),
        expected,
        others=_others(group, row, slip.part),
        what=slip.what,
    )


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
        yield found(
            OUTLYING,
            row,
            location[0],
            row.text(location[0]),
            shown(mean.centre),
            others=_others(group, row, "mean"),
        )
    if sd and row.sd and _far(sd, sds, math.log(row.sd)):
        column = next(name for name in ("sd", "se", "ci_low", "q1") if name in row.numbers)
        yield found(
            OUTLYING,
            row,
            column,
            row.text(column),
            shown(math.exp(sd.centre)),
            others=_others(group, row, "sd"),
        )


def _far(crowd: Reference, references: Sequence[Reference], value: float) -> bool:
    own = [one for one in references if one is not crowd and one != crowd]
    far = crowd.loss(value)
    return far > FAR and (not own or (far + loss(own, value) / len(own)) > FAR_TOGETHER)


FAMILY = Family(
    "Means and standard deviations",
    (
        SD_IS_SE,
        SE_IS_SD,
        DECIMAL_SHIFT,
        SIGN,
        CHANGE_AMONG_FINAL,
        UNIT,
        SD_IS_VARIANCE,
        MEAN_SD_SWAPPED,
        DIGITS_TRANSPOSED,
        OUTLYING,
    ),
    check,
)
