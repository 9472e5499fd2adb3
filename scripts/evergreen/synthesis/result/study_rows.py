"""Studies in a result: those that are pooled with their effects, and those that are not with the reason."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Literal

from evergreen.synthesis.result.result_part import (
    ANALYSIS,
    PERCENT,
    SQUARED,
    Number,
    Part,
    Texts,
    maybe,
    said,
)


def _known(description: str, unit: str = "") -> Any:
    return maybe(description, unit, exclude_if=lambda value: value is None)


class Arm(Part):
    """The numbers of one group of a study. Only those stand here that the measure needs or, of a study left out, that are reported."""

    n: float | None = _known("Participants.", "people")
    effective_n: float | None = _known(
        "Effective sample size, where clusters were randomised: what the effect is computed from.", "people"
    )
    events: float | None = _known("Events.", "events")
    effective_events: float | None = _known("Events of the effective sample size.", "events")
    mean: float | None = _known("Mean.", "the outcome's unit")
    sd: float | None = _known("Standard deviation.", "the outcome's unit")
    se: float | None = _known("Standard error of the mean.", "the outcome's unit")
    ci_low: float | None = _known("Lower limit of the mean.", "the outcome's unit")
    ci_high: float | None = _known("Upper limit of the mean.", "the outcome's unit")
    median: float | None = _known("Median.", "the outcome's unit")
    q1: float | None = _known("Lower quartile.", "the outcome's unit")
    q3: float | None = _known("Upper quartile.", "the outcome's unit")
    min: float | None = _known("Lowest value.", "the outcome's unit")
    max: float | None = _known("Highest value.", "the outcome's unit")
    person_time: float | None = _known("Time at risk of all participants together.", "the outcome's unit")
    effective_person_time: float | None = _known(
        "Time at risk of the effective sample size.", "the outcome's unit"
    )
    mean_baseline: float | None = _known("Mean before.", "the outcome's unit")
    sd_baseline: float | None = _known("Standard deviation before.", "the outcome's unit")
    r: float | None = _known("Correlation: of before and after, or the effect itself.")
    ci_level: float | None = _known("Confidence level of the interval of the mean.", "%")
    mean_t: float | None = _known("Statistic t of the test that the mean is 0.")
    mean_f: float | None = _known("Statistic F of that test.")
    mean_final: float | None = _known("Mean at the end.", "the outcome's unit")
    sd_final: float | None = _known("Standard deviation at the end.", "the outcome's unit")
    derived: Texts = maybe("Names of those numbers that were converted from others.", default=())
    imputed: Texts = maybe(
        "Names of those numbers that were converted with an input that no report of the study gives.",
        default=(),
    )

    def used(self, name: str) -> float | None:
        """The number that the effect is computed from: of counts of a cluster-randomised trial the effective one."""
        effective = getattr(self, f"effective_{name}", None)
        return getattr(self, name, None) if effective is None else effective


class _OfGroup(Part):
    group: str = said("Group as in the extraction sheet.")
    arm: str = said("Name of the arm.")


class ReportedArm(Arm, _OfGroup):
    """An arm of a study that is not pooled, as it is reported."""


class SheetRow(_OfGroup):
    """A row of the extraction that a study's numbers stand in; with the study and the outcome's data it is found there again."""

    timepoint: str = said("Time point as in the extraction sheet.")
    instrument: str = maybe("Instrument as in the extraction sheet.", default="")
    population: str = maybe("Population as in the extraction sheet.", default="")


class Converted(_OfGroup):
    """A number of a study that its reports do not state, and how it came about."""

    column: str = said("Column of the extraction sheet that it stands in.")
    value: float = said("The number.", "as the column")
    conversion: str = said("Id of the conversion.")
    how: str = said("Formula, in words.")
    source: str = said("Whose formula it is.")
    inputs: Mapping[str, float | str] = said("What it was computed from, by column or name.")
    assumption: str = said("What is assumed of the distribution or the test.")
    state: Literal["derived", "imputed"] = said(
        "Whether it follows from the study's own reports (`derived`) or not (`imputed`): an input that no report of the study gives."
    )


Arms = Mapping[str, Arm]


class Effect(Part):
    """An effect and what it was computed from."""

    label: str = said(
        "Name of the row, as everybody shows it: author and year of the study's first report with the study's name, or this where no report is known; with the arm where a study has several rows."
    )
    yi: float = said("Effect.", ANALYSIS, allow_inf_nan=False)
    vi: float = said("Sampling variance of the effect.", SQUARED, gt=0, allow_inf_nan=False)
    arms: Arms = said(
        "Numbers by group (`intervention`, `control`, or `single`); where the effect was reported as such, none but participants and events."
    )

    r_paired: float | None = maybe(
        "Correlation of a person's values, where both groups are the same people (crossover trials)."
    )


class _OfStudy(Part):
    study: str = said("Study.")


def _rows() -> Any:
    return maybe("Rows of the extraction that its numbers stand in, in the order of the sheet.", default=())


class StudyEffect(Effect, _OfStudy):
    """The effect of a study."""

    parts: tuple[Effect, ...] = maybe("The effects that were aggregated to this one.", default=())
    levels: Mapping[str, str] = maybe(
        "What tells it from the other results of its study (`timepoint`, `instrument`, `population`, `arm`), in small letters.",
        default={},
    )
    control: str | None = maybe("Name of a control that several effects share in full.")


class Study(StudyEffect):
    """A study that is pooled, or one of its comparisons."""

    round: str | None = maybe("Search round that brought it.")
    weight: Number = maybe("Weight in the pooled effect.", PERCENT)
    ci_low: float = said("Lower limit of the effect (Wald, at the result's level).", ANALYSIS)
    ci_high: float = said("Upper limit of the effect.", ANALYSIS)
    derived: bool = maybe("Whether a number of it was converted from others.", default=False)
    imputed: bool = maybe(
        "Whether a number that its effect is made of was converted with an input that no report gives.",
        default=False,
    )
    conversions: tuple[Converted, ...] = maybe(
        "How those numbers came about that its effect is made of and that are not reported.", default=()
    )
    columns: Mapping[str, str] = maybe("Values of the study-level columns that are asked for.", default={})
    year: int | None = maybe(
        "Year of its first report, where the records say it; without screening that of the sheets, where it orders the studies."
    )
    rows: tuple[SheetRow, ...] = _rows()

    @property
    def state(self) -> str:
        """How much of its effect is reported: `reported`, `derived`, `imputed`."""
        return "imputed" if self.imputed else "derived" if self.derived else "reported"


class Reason(str):
    """Why a study is not pooled, in words that say more than that no effect can be computed: `kind` is what, as `LeftOut` has it."""

    kind = ""

    def __new__(cls, kind: str, words: str) -> Reason:
        made = super().__new__(cls, words)
        made.kind = kind
        return made


def told(reason: str) -> dict[str, Any]:
    """A reason as the fields of `LeftOut`."""
    return {"reason": str(reason), "kind": reason.kind if isinstance(reason, Reason) else ""}


OUTSIDE = ("pending", "excluded", "other_time", "other_people", "other_arms")
"""Kinds of reasons for leaving a study out: it answers another question."""


class LeftOut(Part):
    """A study that reports the outcome and is not pooled."""

    study: str = said("Study.")
    reason: str = said("Why it is not pooled.")
    round: str | None = maybe("Search round that brought it.")
    label: str = said("Name of the row, as of a pooled study.")
    arms: Arms = maybe("What is known of each group.", default={})
    reported: tuple[ReportedArm, ...] = maybe("What is reported, arm by arm.", default=())
    not_estimable: bool = maybe(
        "Whether its counts say nothing of the effect; then its participants and events count all the same.",
        default=False,
    )
    kind: Literal[
        "",
        "pending",
        "excluded",
        "other_time",
        "other_people",
        "other_arms",
        "disputed",
        "no_events",
        "all_events",
    ] = maybe(
        'What kind of reason it is: screening (`pending`, `excluded`), other time points, people or arms than are asked for, numbers that extractors dispute, no events or events in everybody; "" where no effect can be computed otherwise.',
        default="",
    )
    columns: Mapping[str, str] = maybe("Study-level columns, where it is not estimable.", default={})
    levels: Mapping[str, str] = maybe(
        "Labels of arm and result, where it is one of several, as of a pooled effect.", default={}
    )
    control: str | None = maybe("Name of a control that several comparisons share in full.")
    year: int | None = maybe(
        "Year of its first report, where the records say it; without screening that of the sheets, where it orders the studies."
    )
    difference: Number = maybe(
        "By how much its point estimates alone are higher with the intervention, of ratios the logarithm; its sign is its direction."
    )
    said: Literal["intervention", "control", "none", ""] = maybe(
        "Which group fared better as its report says in words, `none` where it says that there was no difference.",
        default="",
    )
    rows: tuple[SheetRow, ...] = _rows()

    @property
    def outside(self) -> bool:
        """Whether it answers another question: it is not included, or reports the outcome at other time points, for others or of other arms."""
        return self.kind in OUTSIDE


Row = Study | LeftOut
Counted = Callable[[Arm], float | None]


def in_group(studies: Iterable[Row], group: str, number: Counted) -> float | None:
    """A number of all arms of a group together, an arm once whatever the results that it has; None where a study does not say it."""
    counts: dict[tuple[str, str], float] = {}
    for study in studies:
        found = number(study.arms[group]) if group in study.arms else None
        if found is None:
            return None
        shared = study.control is not None and group == "control"
        arm = "" if shared else study.levels.get("arm", "")
        counts[study.study, arm] = max(found, counts.get((study.study, arm), found))
    return math.fsum(counts.values())


def in_all_groups(studies: Sequence[Row], number: Counted) -> float | None:
    """The same of all groups; people who are both groups of a crossover trial count once. None of effects without arms, too."""
    groups = {group for study in studies for group in study.arms}
    counts = []
    for group in groups:
        own = [study for study in studies if group != "control" or getattr(study, "r_paired", None) is None]
        counts.append(in_group(own, group, number))
    known = [count for count in counts if count is not None]
    return math.fsum(known) if known and len(known) == len(groups) else None


class ArmLeftOut(Part):
    """An arm that the protocol does not ask for."""

    study: str = said("Study.")
    arm: str = said("Name of the arm.")
    reason: str = said("Why it is not used.")


class Preparation(Part):
    """Of how many pooled effects something was changed first, counted where it was done and not where it could have been."""

    derived: int = said("A number was converted from others.", "effects")
    imputed: int = said("A number was converted with an input that no report gives.", "effects")
    corrected: int = said("Something was added to the cells for the study's own effect.", "effects")
    corrected_in_model: int = said("Something was added for the Mantel-Haenszel estimate.", "effects")
    combined: int = said("Several arms of a group were made one.", "effects")
    divided: int = said("The control was divided between several comparisons.", "effects")
    apart: int = said("The control is in several comparisons in full.", "effects")
    aggregated: int = said("Several effects of a study were made one.", "effects")
    clustered: int = said(
        "Counts were divided by a design effect, clusters having been randomised.", "effects"
    )
    paired: int = said("Both groups are the same people (crossover trials).", "effects")
