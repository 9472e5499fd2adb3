"""`outcomes[].conversions` and `without`: which numbers are computed from others that reports give, and which count."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Generic, Literal

from pydantic import AfterValidator, Field

from evergreen.metaanalysis.conversion_rules import BY_ID, DERIVED
from evergreen.protocol.part import Listed, Part, Texts, Value, optional, part, refused


def _known(ids: tuple[str, ...]) -> tuple[str, ...]:
    for one in ids:
        if one not in BY_ID:
            raise refused(f"has {one!r}, which is no conversion", f"Allowed: {', '.join(BY_ID)}.")
    return ids


ConversionIds = Annotated[Texts, AfterValidator(_known)]
LeftOutState = Literal["imputed", "derived"]


CorrelationValue = Annotated[float, Field(ge=-1, le=1)]
ShareValue = Annotated[float, Field(ge=0, le=1)]
RiskValue = Annotated[float, Field(gt=0, lt=1)]


class Assumed(Part, Generic[Value]):
    """What is assumed where no report of a study gives it."""

    value: Value
    """The value."""
    sweep: Listed[Value] = ()
    """Other values, each of which is a sensitivity analysis."""


class Correlation(Assumed[CorrelationValue]):
    """A correlation that is assumed where no report of a study gives it; numbers that it gives are imputed."""


class Share(Assumed[ShareValue]):
    """An intracluster correlation that is assumed where no report of a study gives it; numbers that it gives are imputed."""


class Risk(Assumed[RiskValue]):
    """A risk that is assumed where no report of a study gives it; numbers that it gives are imputed. With nobody or everybody ill there is
    no odds ratio."""


class Conversions(Part):
    """Conversions of an outcome; a row may say its own in the column `conversions` of its sheet."""

    also: ConversionIds = ()
    """Conversions that are made besides the usual ones, by their ids."""
    never: ConversionIds = ()
    """Conversions that are not made, by their ids."""
    r: Correlation | None = optional(None, otherwise="such standard deviations are not imputed")
    """Correlation of the values at baseline and at the end, for standard deviations of the change; a row's own `r` goes before."""
    icc: Share | None = optional(
        None, otherwise="cluster-randomised trials that do not say theirs are left out"
    )
    """Intracluster correlation of cluster-randomised trials, whose participants are divided by the design effect; a row's own `icc` or
    `design_effect` goes before."""
    r_paired: Correlation | None = optional(
        None, otherwise="crossover trials that do not say theirs are left out"
    )
    """Correlation of a person's values under both treatments of a crossover trial, of events the phi coefficient; a row's own `r_paired` goes before."""

    r_parts: Correlation | None = optional(None, otherwise="such standard deviations are not imputed")
    """Correlation of the two components of a total, for the standard deviation of one of them; a row's own `r_parts` goes before."""

    control_risk: Risk | None = optional(None, otherwise="such estimates are left out")
    """Risk of the control group by which reported estimates are made another measure; a row's own `control_risk`, or that of its control arm, goes before."""

    @property
    def assumed(self) -> dict[str, Assumed]:
        """What is assumed where no report of a study says it, by its name."""
        named = {name: getattr(self, name) for name in ASSUMED}
        return {name: one for name, one in named.items() if one is not None}


ASSUMED = ("r", "icc", "r_paired", "r_parts", "control_risk")
"""What may be assumed, and swept in sensitivity analyses."""


class Filling(Part):
    """How numbers that rows of an outcome lack are filled in: all that filling them in reads of the outcome."""

    conversions: Conversions = part()
    without: LeftOutState | None = None

    @property
    def outside(self) -> dict[str, float]:
        """What the protocol gives where no report of a study does, by the name that conversions call it."""
        return {name: one.value for name, one in self.conversions.assumed.items()}

    def allows(self, state: str) -> bool:
        """Whether numbers of a state are used."""
        return self.without is None or (self.without != DERIVED and state == DERIVED)

    def makes(self, id_: str, own: Iterable[str] | None) -> bool:
        """Whether a conversion is made in a row; `own` are the ids that the row says, None where it says nothing."""
        if own is not None:
            return id_ in own
        rule = BY_ID[id_]
        return (rule.usual or id_ in self.conversions.also) and id_ not in self.conversions.never
