"""`outcomes`: what is pooled, from which rows, and how it is shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field

from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.analysis import Analysis, Measure, MultiArm
from evergreen.protocol.conversions import Conversions, Filling, LeftOutState
from evergreen.protocol.grading import AssumedRisks, ReExpressed, Thresholds, risk_faults, size_faults
from evergreen.protocol.part import Fault, Id, Names, Part, Texts, optional, part
from evergreen.sheets import folded

ORDERS = ("round", "year", "effect", "weight", "name")
"""Orders of the studies in a forest plot; any other is that of a study-level column."""


RESERVED = ("risk_of_bias",)
"""Ids that outcomes cannot have: folders beside theirs."""


class Arms(Part):
    """Arms that are compared; without any, all of a group."""

    intervention: Names = ()
    """Arms of the intervention group; one name or several."""
    control: Names = ()
    """Arms of the control group; one name or several."""


class Favours(Part):
    """Names of the two sides in figures."""

    intervention: str = "intervention"
    """Name of the side of the intervention."""
    control: str = "control"
    """Name of the side of the control."""


class Instrument(Part):
    """The scale that people are measured on; lets queries find means and standard deviations that it cannot give."""

    step: float | None = optional(None, unit="unit of the values", otherwise="not said", gt=0)
    """Smallest step of an answer, such as 1 for whole points; without it means are not checked (GRIM)."""
    items: int = optional(1, unit="items", ge=1)
    """Number of answers that the value of a person is the mean of; 1 where it is one answer or a sum."""

    @property
    def granularity(self) -> float | None:
        """Smallest difference of two people's values; None where the protocol does not say it."""
        return None if self.step is None else self.step / self.items


class Outcome(Part):
    """An outcome."""

    id: Id
    """Id of the outcome, which names its files."""
    name: str = optional(lambda known: known["id"], otherwise="the id", min_length=1)
    """Name in figures and report."""
    measure: Measure
    """Effect measure."""
    better: Literal["lower", "higher"] | None = None
    """Which direction favours the intervention; labels the sides of the axis and never flips a sign."""
    data: str = optional(lambda known: known["id"], otherwise="the id", min_length=1)
    """Value of the sheet's outcome column."""
    timepoint: Names = ()
    """Time points that are pooled; one name or several."""
    where: Annotated[Mapping[str, Names], Field(strict=False)] = {}
    """Rows of the sheet that count, by column, as `population: ITT`; of a study none of whose rows says so in that column those count that leave it empty."""
    adjusted: Literal["preferred", "avoided"] | None = optional(
        None, otherwise="numbers of arms go first; an adjusted estimate is like any other"
    )
    """Whether reported estimates that are adjusted (column `adjusted`) go before numbers of arms and unadjusted estimates, or count only where
    there is nothing else."""
    unit: str = ""
    """Unit shown in figures; where the studies' units differ, the one that is pooled."""
    units: Annotated[Mapping[str, float], Field(strict=False)] = {}
    """Units (or instruments) as in the column `unit`, without the word change, with the factor that their numbers are multiplied by to be in
    `unit`, as `g/L: 0.1`; -1 turns an instrument that runs the other way, before pooling."""
    values: Literal["change", "final", "both"] | None = optional(
        None, otherwise="both for mean differences; else what most studies give"
    )
    """Whether changes from baseline (where `unit` of the sheet says change), values at the end or both are pooled where studies differ."""
    instrument: Instrument = part()
    arms: Arms = part()
    multi_arm: MultiArm = "combine"
    """What is done with several arms of one group."""
    scale: Literal["analysis", "ratio"] | None = optional(
        lambda known: "ratio" if MEASURES[known["measure"]].natural else None, otherwise="ratio for HR"
    )
    """Scale of the estimates of contrast rows that do not say it themselves: `ratio` as it is (0.80), `analysis` for its logarithm or for what is
    no ratio; obligatory there or here where a measure that is a ratio, or GEN, has such rows, or one that is pooled on another scale than it is
    printed on."""
    conversions: Conversions = part()
    without: LeftOutState | None = None
    """Numbers that are not used: `imputed` ones, with an input that no report of the study gives, or `derived` ones besides, so that
    reported ones alone are."""
    assumed_risk: AssumedRisks = optional((), otherwise="the median of the control groups; none for HR")
    """Risks without the intervention in the summary of findings, each a row of it."""
    re_expressed: ReExpressed | None = optional(None, otherwise="it is said in standard deviations")
    """An instrument in whose units a standardised mean difference is said again."""
    thresholds: Thresholds = part()
    design: Literal["randomised", "non-randomised"] | None = optional(
        None, otherwise="that which the risk-of-bias tool is for"
    )
    """Design of its studies, on which the certainty of the evidence starts."""
    importance: Literal["critical", "important", "not important"] | None = optional(
        None, otherwise="not said"
    )
    """How much it matters for a decision (GRADE)."""
    comment: str = ""
    """Comment in the summary of findings."""
    favours: Favours = part()
    analysis: Analysis = part()
    subgroups: Texts = ()
    """Study-level columns that form subgroups."""
    total: bool = True
    """Whether the studies of all subgroups are pooled to one effect; false where these are too different things for it, such as sites of
    measurement: studies are then pooled within the subgroups of one column only, which are not compared either."""
    moderators: Texts = ()
    """Study-level columns of one meta-regression; two joined by a colon (dose:route) are their interaction."""

    order: str | None = optional(None, otherwise="that of `figures`", min_length=1)
    """Order of the studies in this outcome's forest plot, as `figures.order` has it."""

    @property
    def filling(self) -> Filling:
        """How numbers that its rows lack are filled in."""
        return Filling(conversions=self.conversions, without=self.without)

    @property
    def columns(self) -> list[str]:
        """The study-level columns that this outcome reads, each once."""
        moderators = [column for name in self.moderators for column in name.split(":")]
        order = self.analysis.cumulative
        ordered_by = [order] if order and order != "round" else []
        shown_by = [self.order] if self.order and self.order not in ORDERS else []
        return list(dict.fromkeys([*self.subgroups, *moderators, *ordered_by, *shown_by]))


def outcomes_of(entries: Iterable[Mapping[str, Any]]) -> list[Outcome]:
    """Outcomes as a step is given them (`params`)."""
    return [Outcome.model_validate(entry) for entry in entries]


def columns_read(outcomes: Sequence[Outcome]) -> list[str]:
    """The columns, of rows or of studies, that outcomes read besides those of numbers."""
    return sorted({name for one in outcomes for name in (*one.where, *one.columns)})


def read_by(
    outcomes: Sequence[Outcome], label: str, timepoint: str = "", comparison: str = ""
) -> list[Outcome]:
    """The outcomes that read what a row of a sheet calls `label`: by their data, or by the id that is nobody's data.

    `timepoint` and `comparison` (an arm of the control group, or an outcome's id) are those of the row; it holds for all where it says none.
    """
    found = [one for one in outcomes if folded(one.data) == folded(label)]
    found = found or [one for one in outcomes if folded(one.id) == folded(label)]
    reading = [
        one
        for one in found
        if _among(timepoint, one.timepoint)
        and _among(comparison, (one.id, *one.arms.control) if one.arms.control else ())
    ]
    return [one for one in reading if folded(one.id) == folded(comparison)] or reading


def _among(said: str, asked: Sequence[str]) -> bool:
    """Whether a label is among those that are asked for, all of which are where none is named."""
    return not said or not asked or folded(said) in map(folded, asked)


def fillings_of(outcomes: Sequence[Outcome]) -> dict[str, Filling]:
    """{folded name of data in the sheets: how its numbers are filled in}; of several outcomes that read the same as the first has it."""
    return {folded(one.data): one.filling for one in reversed(outcomes)}


def own_fillings(outcomes: Sequence[Outcome]) -> dict[str, Filling]:
    """{id: how its numbers are filled in} of outcomes that read the same data as one before them that has it otherwise."""
    first = fillings_of(outcomes)
    return {one.id: one.filling for one in outcomes if one.filling != first[folded(one.data)]}


def measures_of(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """{folded name of data in the sheets: the measure that it is pooled as}, of data that all outcomes pool as one."""
    told: dict[str, set[str]] = {}
    for one in outcomes:
        told.setdefault(folded(one.data), set()).add(one.measure)
    return {data: measure for data, (measure, *others) in told.items() if not others}


def scales_of(outcomes: Sequence[Outcome]) -> dict[str, str]:
    """{folded name of data in the sheets: `ratio`, `log` (of what may be a ratio) or `analysis`} of reported estimates, as far as outcomes or
    their measures say it."""
    told: dict[str, set[str]] = {}
    for one in outcomes:
        measure = MEASURES[one.measure]
        said = one.scale or measure.reported
        own = "log" if said == "analysis" and measure.may_be_ratio else said
        told.setdefault(folded(one.data), set()).add(own)
    # A difference and a ratio of the same data: what is said of the one holds, for nobody states a difference as a ratio.
    return {
        data: next(scale for scale in ("ratio", "log", "analysis") if scale in scales)
        for data, scales in sorted(told.items())
        if "ratio" in scales or "" not in scales
    }


def faults(outcomes: Sequence[Outcome]) -> Iterator[Fault]:
    """Ids that are there twice, scales that contradict the measure or each other, risks without a use or a time, moderators
    that are no columns, and no total without subgroups."""
    seen: set[str] = set()
    scales: dict[str, Outcome] = {}
    for number, outcome in enumerate(outcomes):
        here, measure = ("outcomes", number), MEASURES[outcome.measure]
        if outcome.scale == "ratio" and not measure.may_be_ratio:
            problem = f"outcome {outcome.id}: `scale` is 'ratio', but the measure ({measure.name}) is none"
            yield Fault((*here, "scale"), problem, "Leave `scale` out.")
        elif outcome.scale:
            first = scales.setdefault(folded(outcome.data), outcome)
            if first.scale != outcome.scale:
                yield Fault(
                    (*here, "scale"),
                    f"outcome {outcome.id} takes estimates of {outcome.data!r} as scale {outcome.scale}, but outcome {first.id} takes"
                    f" the same as scale {first.scale}",
                    "Say one `scale` for both, or the scale of single rows in the column `scale` of the extraction sheet.",
                )
        if outcome.id in RESERVED:
            problem = f"an outcome has the id {outcome.id}, which names the figures of the risk of bias"
            yield Fault((*here, "id"), problem, "Choose another; `name` is what readers see.")
        if outcome.id in seen:
            problem = f"`outcomes` has the id {outcome.id} twice"
            yield Fault((*here, "id"), problem, "Give each outcome an id of its own.")
        seen.add(outcome.id)
        for path, problem, todo in _own_faults(outcome):
            yield Fault((*here, *path), f"outcome {outcome.id}: {problem}", todo)


def _own_faults(outcome: Outcome) -> Iterator[Fault]:
    """What is wrong with one outcome, by its own keys."""
    yield from risk_faults(outcome.measure, outcome.assumed_risk)
    yield from size_faults(outcome.measure, outcome.thresholds, outcome.re_expressed)
    yield from _unit_faults(outcome)
    yield from _total_faults(outcome)
    for position, name in enumerate(outcome.moderators):
        parts = name.split(":")
        if len(parts) > 2 or not all(part.strip() for part in parts):
            todo = "Name a study-level column, or two joined by a colon for their interaction."
            yield Fault(("moderators", position), f"`moderators` has {name!r}", todo)


def _unit_faults(outcome: Outcome) -> Iterator[Fault]:
    measure = MEASURES[outcome.measure]
    turned_own = any(
        factor == -1 and folded(name) == folded(outcome.unit) for name, factor in outcome.units.items()
    )
    known = {folded(outcome.unit): 1.0} if outcome.unit and not turned_own else {}
    for name, factor in outcome.units.items():
        if (other := known.setdefault(folded(name), factor)) != factor:
            todo = "Keep one; the outcome's own unit is 1, the others are said in it."
            yield Fault(
                ("units", name), f"the unit {name!r} has the factor {factor:g}, and {other:g} too", todo
            )
        turned = factor < 0 and measure.scale != "identity"
        if factor == 0 or not math.isfinite(factor) or turned:
            why = f", and a scale cannot be turned for the measure ({measure.name})" if turned else ""
            todo = "Write what one of it is in the outcome's unit; -1 turns the scale of a difference."
            yield Fault(("units", name), f"the unit {name!r} has the factor {factor:g}{why}", todo)
    converts = any(abs(factor) != 1 for factor in outcome.units.values())
    if converts and not outcome.unit and measure.unit == "outcome":
        problem = "`units` says what units are in that of the outcome, which has none"
        yield Fault(("units",), problem, "Add `unit`.")


def _total_faults(outcome: Outcome) -> Iterator[Fault]:
    if outcome.total:
        return
    place, columns = ("total",), len(outcome.subgroups)
    if columns != 1:
        problem = f"`total` is false, but `subgroups` names {columns or 'no'} column{'s' if columns else ''}"
        yield Fault(place, problem, "Name the one column within whose subgroups studies are pooled.")
    if outcome.moderators:
        problem = "`total` is false, but `moderators` are of all studies together"
        yield Fault(place, problem, "Leave one of the two out.")
    if outcome.assumed_risk:
        problem = "`total` is false, but `assumed_risk` is what the effect of all studies is applied to"
        yield Fault(place, problem, "Leave one of the two out.")
