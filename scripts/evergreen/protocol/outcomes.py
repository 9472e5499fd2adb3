"""`outcomes`: what is pooled, from which rows, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from evergreen.protocol.analysis import Analysis, Measure, MultiArm
from evergreen.protocol.part import Id, Names, Part, Texts, part, told
from evergreen.protocol.relations import Fault


class Arms(Part):
    """Arms that are compared; without any, all of a group."""

    intervention: Names = Field((), description="Arms of the intervention group; one name or several.")
    control: Names = Field((), description="Arms of the control group; one name or several.")


class Favours(Part):
    """Names of the two sides in figures."""

    intervention: str = Field("intervention", description="Name of the side of the intervention.")
    control: str = Field("control", description="Name of the side of the control.")


class Outcome(Part):
    """An outcome."""

    id: Id = Field(description="Id of the outcome, which names its files.")
    name: str = Field(
        default_factory=lambda known: known["id"],
        description="Name in figures and report.",
        json_schema_extra=told(default="the id"),
    )
    measure: Measure = Field(description="Effect measure.")
    better: Literal["lower", "higher"] | None = Field(
        None,
        description="Which direction favours the intervention; labels the sides of the axis and never flips a sign.",
    )
    data: str = Field(
        default_factory=lambda known: known["id"],
        description="Value of the sheet's outcome column.",
        json_schema_extra=told(default="the id"),
    )
    timepoint: Names = Field((), description="Time points that are pooled; one name or several.")
    unit: str = Field(
        "", description="Unit shown in figures; where the studies' units differ, the one that is pooled."
    )
    arms: Arms = part()
    multi_arm: MultiArm = Field("combine", description="What is done with several arms of one group.")
    scale: Literal["analysis", "ratio"] | None = Field(
        None,
        description="Scale of the estimates of contrast rows: `ratio` as it is (0.80), `analysis` for its logarithm or for what is"
        " no ratio; obligatory where a measure that is a ratio, or GEN, has such rows.",
    )
    favours: Favours = part()
    analysis: Analysis = part()
    subgroups: Texts = Field((), description="Study-level columns that form subgroups.")
    moderators: Texts = Field(
        (),
        description="Study-level columns of one meta-regression; two joined by a colon (dose:route) are their interaction.",
    )

    @property
    def columns(self) -> list[str]:
        """The study-level columns that this outcome reads, each once."""
        moderators = [column for name in self.moderators for column in name.split(":")]
        order = self.analysis.cumulative
        ordered_by = [order] if order and order != "round" else []
        return list(dict.fromkeys([*self.subgroups, *moderators, *ordered_by]))


def faults(outcomes: Sequence[Outcome]) -> Iterator[Fault]:
    """Ids that are there twice, subgroups that a result cannot name, and moderators that are no columns."""
    seen: set[str] = set()
    for number, outcome in enumerate(outcomes):
        if outcome.id in seen:
            yield Fault(
                ("outcomes", number, "id"),
                f"`outcomes` has the id {outcome.id} twice",
                "Give each outcome an id of its own.",
            )
        seen.add(outcome.id)
        if "tests" in outcome.subgroups:
            yield Fault(
                ("outcomes", number, "subgroups", outcome.subgroups.index("tests")),
                f"outcome {outcome.id}: `subgroups` has 'tests', where a result keeps its tests between subgroups",
                "Give the column another name.",
            )
        for position, name in enumerate(outcome.moderators):
            parts = name.split(":")
            if len(parts) > 2 or not all(part.strip() for part in parts):
                yield Fault(
                    ("outcomes", number, "moderators", position),
                    f"outcome {outcome.id}: `moderators` has {name!r}",
                    "Name a study-level column, or two joined by a colon for their interaction.",
                )
