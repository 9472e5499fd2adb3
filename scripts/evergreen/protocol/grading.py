"""What a summary of findings and the certainty of the evidence (GRADE) need to know of an outcome, and of the whole review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Annotated

from pydantic import Field

from evergreen.metaanalysis.absolute_risk import RISKS
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.part import Fault, Listed, Part, one_or_several, optional, told

STANDARDISED = ("SMD", "SMDH", "SMD1")
"""Differences of two groups in standard deviations, which an instrument's standard deviation turns into its units."""
IN_UNITS = ("MD", "MC")
"""Differences in the outcome's own unit."""


class AssumedRisk(Part):
    """A risk without the intervention, for which a summary of findings says what the effect means."""

    name: str = ""
    """Whose risk it is, such as low risk."""
    risk: float | None = optional(
        None, unit="fraction", otherwise="the median of the control groups", gt=0, lt=1
    )
    """Risk with the comparator."""
    at: str = ""
    """Time by which the event has happened, such as 5 years; obligatory for HR."""
    source: str = ""
    """Where the risk is taken from, such as a registry or a report."""


AssumedRisks = Annotated[Listed[AssumedRisk], one_or_several(AssumedRisk)]
"""One risk or several."""


class ReExpressed(Part):
    """An instrument in whose units a standardised mean difference is said again (Cochrane Handbook 15.5.3.2)."""

    instrument: str = Field(min_length=1)
    """Name of the instrument, as in the extraction sheet."""
    sd: float | None = optional(
        None,
        unit="unit of the instrument",
        otherwise="the median of the control groups measured with it",
        gt=0,
    )
    """Standard deviation of people's values on it."""
    source: str = ""
    """Where that standard deviation is taken from."""
    unit: str = "points"
    """What its values are called."""


class Thresholds(Part):
    """Smallest differences that count as minimal, moderate and large: of events in people among 1,000, of means in the outcome's
    unit, of standardised differences in standard deviations, or in the instrument's unit where `re_expressed` names one."""

    minimal: float | None = optional(
        None, unit="see above", otherwise="no effect is the only threshold", gt=0
    )
    """The minimal important difference."""
    moderate: float | None = optional(None, unit="see above", gt=0)
    """From here on an effect is no small one."""
    large: float | None = optional(None, unit="see above", gt=0)
    """From here on an effect is large."""
    source: str = ""
    """Where they are taken from."""

    @property
    def known(self) -> list[float]:
        """Those that are written, from minimal to large."""
        return [value for value in (self.minimal, self.moderate, self.large) if value is not None]


Fraction = Annotated[float, Field(gt=0, lt=1, json_schema_extra=told(unit="fraction"))]


class Certainty(Part):
    """Above which numbers the data suggest to rate the evidence down or up; ratings are people's."""

    most: Fraction = 0.5
    """Share of the weight above which studies are most of the evidence."""
    asymmetry_p: float = optional(0.1, gt=0, lt=1)
    """P value below which a test of small-study effects counts."""
    alpha: Fraction = 0.05
    """Two-sided error of the first kind of the optimal information size."""
    power: float = optional(0.8, unit="fraction", gt=0.5, lt=1)
    """Power of the optimal information size."""
    relative_reduction: Fraction = 0.25
    """Relative reduction of the risk that the optimal information size can show where no minimal difference is written."""
    standardised: float = optional(0.2, unit="standard deviations", gt=0)
    """Difference of means that it can show where no minimal difference is written."""


def risk_faults(measure: str, risks: Sequence[AssumedRisk]) -> Iterator[Fault]:
    """Risks of a measure that says nothing of them, and of hazard ratios without a time or a number; of an outcome, by its own keys."""
    place, name = ("assumed_risk",), MEASURES[measure].name
    if risks and measure not in RISKS:
        yield Fault(place, f"`assumed_risk`, but the measure ({name}) says nothing of risks", "Leave it out.")
        return
    seen: set[tuple[str, str]] = set()
    for one in risks:
        if measure == "HR" and not one.at:
            problem = f"`assumed_risk` lacks its time, on which the risks of a {name} depend"
            yield Fault(place, problem, "Add `at`, such as `at: 5 years`.")
        elif measure == "HR" and one.risk is None:
            problem = (
                "`assumed_risk` lacks `risk`, for studies with hazards follow people for different times"
            )
            yield Fault(place, problem, "Add the risk by that time.")
        if (one.name, one.at) in seen:
            called = one.name or one.at or "without a name"
            yield Fault(place, f"two of `assumed_risk` are called the same ({called})", "Give each a `name`.")
        seen.add((one.name, one.at))


def size_faults(measure: str, thresholds: Thresholds, instrument: ReExpressed | None) -> Iterator[Fault]:
    """Thresholds and an instrument of a measure that has no use for them, and thresholds that do not ascend; of an outcome, by its own keys."""
    place, name = ("thresholds",), MEASURES[measure].name
    if instrument is not None and measure not in STANDARDISED:
        problem = f"`re_expressed`, but the measure ({name}) is not standardised"
        yield Fault(("re_expressed",), problem, "Leave it out.")
    if thresholds.known and measure not in (*RISKS, *IN_UNITS, *STANDARDISED):
        problem = f"`thresholds`, but the measure ({name}) has neither people among 1,000 nor a unit"
        yield Fault(place, problem, "Leave them out.")
    if any(later <= earlier for earlier, later in pairwise(thresholds.known)):
        yield Fault(place, "`thresholds` do not ascend", "Write minimal below moderate below large.")
    if measure in RISKS and max(thresholds.known, default=0) > 1000:
        problem = f"`thresholds` are people among 1,000, but one is {max(thresholds.known):g}"
        yield Fault(place, problem, "Write people among 1,000.")
