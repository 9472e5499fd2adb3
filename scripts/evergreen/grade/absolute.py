"""Effects in absolute terms: people with the event among those who are treated, and differences in units that people know.

Numbers are unrounded; whoever shows them rounds them once. Sources: Cochrane Handbook 14.1.5, 15.4.4, 15.5.3.2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from evergreen.figures import scales
from evergreen.metaanalysis.absolute_risk import RISKS, needed, risk_with_intervention
from evergreen.protocol.grading import IN_UNITS, STANDARDISED, Thresholds
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import folded
from evergreen.synthesis.result import LeftOut, PooledModel, Result, Study
from evergreen.synthesis.result.study_rows import Arm

OF_CONTROLS = "median of the control groups"
COHEN = Thresholds(minimal=0.2, moderate=0.5, large=0.8, source="Cohen 1988; Cochrane Handbook 15.5.3.1")
"""Of differences in standard deviations, where the protocol has none of its own."""
NONE = Thresholds.model_validate({})


class Interval(NamedTuple):
    """An estimate with its confidence limits."""

    estimate: float
    low: float
    high: float

    def map(self, to: Callable[[float], float]) -> Interval:
        """The same on another scale, which must not decrease."""
        return Interval(to(self.estimate), to(self.low), to(self.high))


@dataclass(frozen=True)
class Baseline:
    """A risk without the intervention (a fraction), whose it is, by when, and where it is from."""

    risk: float
    name: str
    at: str
    source: str


@dataclass(frozen=True)
class Needed:
    """People to treat for one more, or one fewer, with the event: by estimate and at the limits of the difference, each with where it
    leads: `benefit`, `harm`, or `fewer`, `more` events where the protocol does not say what is better; "" where there is no difference.

    `through_infinity` says that no difference lies between the limits.
    """

    estimate: float
    toward: str
    limits: tuple[float, float]
    limits_toward: tuple[str, str]
    through_infinity: bool


@dataclass(frozen=True)
class Absolute:
    """What an effect means at one risk without the intervention: risk with it, and the difference, as fractions.

    An effect can lead beyond everybody or nobody; then the risk stops there, and `capped` names what did.
    """

    baseline: Baseline
    risk: Interval
    difference: Interval
    needed: Needed
    capped: tuple[str, ...]


@dataclass(frozen=True)
class InUnits:
    """A standardised difference in the units of an instrument, by a standard deviation and where that is from."""

    instrument: str
    unit: str
    sd: float
    source: str
    difference: Interval


def _median_of_studies(values: Iterable[tuple[str, float]]) -> float | None:
    """Median of (study, value), each study once: a control that several of its comparisons share counts once; None of nothing."""
    by_study: dict[str, list[float]] = {}
    for study, value in values:
        by_study.setdefault(study, []).append(value)
    return median(map(median, by_study.values())) if by_study else None


def control_risk(result: Result) -> float | None:
    """Median risk (a fraction) of the control groups of the studies that count; None where any of them lacks its counts."""
    arms = _controls(result.counted)
    risks = [(study, arm.events / arm.n) for study, arm in arms if arm and arm.n and arm.events is not None]
    return _median_of_studies(risks) if len(risks) == len(arms) else None


def _controls(rows: Iterable[Study | LeftOut]) -> list[tuple[str, Arm | None]]:
    """The control group of each row, or of each effect that was aggregated to it, with its study."""
    return [
        (row.study, one.arms.get("control")) for row in rows for one in getattr(row, "parts", ()) or (row,)
    ]


def control_sd(result: Result, instrument: str = "") -> float | None:
    """Median standard deviation of the control groups of the studies that are pooled, or of those measured with an instrument;
    None where none states it."""
    wanted = folded(instrument)
    measured = [
        study
        for study in result.studies
        if not wanted or {folded(row.instrument) for row in study.rows} == {wanted}
    ]
    arms = _controls(measured)
    return _median_of_studies((study, arm.sd) for study, arm in arms if arm and arm.sd is not None)


def natural(model: PooledModel, scale: scales.Scale) -> Interval | None:
    """Estimate and limits on the shown scale; None without limits."""
    if model.estimate is None or model.ci_low is None or model.ci_high is None:
        return None
    return Interval(*model.interval).map(scale.back)


def baselines(outcome: Outcome, result: Result) -> tuple[Baseline, ...]:
    """The risks that the protocol names, else that of the control groups, but for hazard ratios, whose studies follow people for
    different times. None where there is neither, and for measures that say nothing of risks."""
    if outcome.measure not in RISKS:
        return ()
    observed = None if outcome.measure == "HR" else control_risk(result)
    if not outcome.assumed_risk:
        return () if observed is None else (Baseline(observed, "", "", OF_CONTROLS),)
    found = []
    for one in outcome.assumed_risk:
        if one.risk is not None:
            found.append(Baseline(one.risk, one.name, one.at, one.source or "stated in the protocol"))
        elif observed is not None:
            found.append(Baseline(observed, one.name, one.at, one.source or OF_CONTROLS))
    return tuple(found)


def absolute(outcome: Outcome, effect: Interval, baseline: Baseline) -> Absolute:
    """What an effect (on its natural scale) means at a risk."""
    risks = effect.map(lambda value: risk_with_intervention(outcome.measure, value, baseline.risk))
    kept = risks.map(lambda risk: min(max(risk, 0.0), 1.0))
    capped = tuple(
        name
        for name, before, after in zip(("estimate", "ci_low", "ci_high"), risks, kept, strict=True)
        if before != after
    )
    difference = effect.map(lambda value: _difference(outcome.measure, value, baseline.risk))
    return Absolute(baseline, kept, difference, number_needed(difference, outcome.better), capped)


def says_nothing(measure: str, risk: float) -> bool:
    """Whether effects cannot change a risk, as relative ones cannot where nobody, or odds ratios where everybody, has the event."""
    return risk_with_intervention(measure, 0.5, risk) == risk_with_intervention(measure, 2.0, risk)


def _difference(measure: str, effect: float, risk: float) -> float:
    """The difference of risks that an effect means at a risk, which ends at nobody and everybody; a risk difference says it itself."""
    if measure == "RD":
        return effect
    return min(max(risk_with_intervention(measure, effect, risk), 0.0), 1.0) - risk


def number_needed(difference: Interval, better: str | None) -> Needed:
    """People to treat, by the difference of risks (a fraction); `better` is the direction in which the event should go."""
    towards = [_toward(value, better) for value in difference]
    people = [needed(value) for value in difference]
    return Needed(
        people[0],
        towards[0],
        (people[1], people[2]),
        (towards[1], towards[2]),
        difference.low < 0 < difference.high,
    )


def _toward(difference: float, better: str | None) -> str:
    if difference == 0:
        return ""
    if better is None:
        return "fewer" if difference < 0 else "more"
    return "benefit" if (difference < 0) == (better == "lower") else "harm"


def in_units(outcome: Outcome, result: Result, effect: Interval) -> InUnits | None:
    """A standardised difference in the units that the protocol asks for; None where it does not, or no standard deviation is known."""
    asked = outcome.re_expressed
    if asked is None:
        return None
    sd, source = asked.sd, asked.source or "stated in the protocol"
    if sd is None:
        sd = control_sd(result, asked.instrument)
        source = asked.source or f"{OF_CONTROLS} measured with it"
    if sd is None:
        return None
    factor = sd
    return InUnits(asked.instrument, asked.unit, sd, source, effect.map(lambda value: value * factor))


@dataclass(frozen=True)
class Ruler:
    """Where effects are measured against thresholds: `of` takes a number of the analysis scale there, `unit` is what it is in.

    Without thresholds only no effect, at 0, is one.
    """

    of: Callable[[float], float]
    unit: str
    thresholds: Thresholds

    @property
    def lines(self) -> tuple[float, ...]:
        """The thresholds of a decision: no effect, or the minimal important difference on both sides of it."""
        minimal = self.thresholds.minimal
        return (0.0,) if minimal is None else (-minimal, minimal)

    def crossed(self, low: float | None, high: float | None) -> int | None:
        """How many of the lines lie between two limits of the analysis scale; None without limits."""
        if low is None or high is None:
            return None
        first, last = self.of(low), self.of(high)
        return sum(first < line < last for line in self.lines)

    def size(self, estimate: float) -> str:
        """How large an effect is: `trivial`, `small`, `moderate`, `large`; `important` where it is known only that it is not trivial, ""
        where no threshold is known."""
        value, own = abs(self.of(estimate)), self.thresholds
        if own.large is not None and value >= own.large:
            return "large"
        if own.moderate is not None and value >= own.moderate:
            return "moderate"
        if own.minimal is not None and value < own.minimal:
            return "trivial"
        if own.moderate is not None:
            return "small"
        return "important" if own.known else ""


def ruler(
    outcome: Outcome, scale: scales.Scale, first: Baseline | None, units: InUnits | None
) -> Ruler | None:
    """How an outcome's effects are measured; None for measures without a value of no effect, such as proportions."""
    null = scale.null
    if null is None:
        return None
    own, risk = outcome.thresholds, None if first is None else first.risk
    if own.known and risk is not None and not says_nothing(outcome.measure, risk):
        return Ruler(
            lambda value: 1000 * _difference(outcome.measure, scale.back(value), risk), "per 1000", own
        )
    if outcome.measure in STANDARDISED:
        if not own.known or outcome.re_expressed is None:
            return Ruler(scale.back, "standard deviations", own if own.known else COHEN)
        if units is not None:
            return Ruler(lambda value: scale.back(value) * units.sd, units.unit, own)
    if own.known and outcome.measure in IN_UNITS:
        return Ruler(scale.back, outcome.unit, own)
    return Ruler(lambda value: value - null, "", NONE)
