"""`screening`: who screens which works at which stage, and for what reasons works are excluded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from evergreen.protocol.part import Day, Fault, Id, Ids, Part, Texts, part, told


class Active(Part):
    """The rounds that a reviewer screens."""

    from_: Day | None = Field(None, alias="from", description="First round that the reviewer screens.")
    until: Day | None = Field(None, description="Last round that the reviewer screens.")

    def screens(self, day: str) -> bool:
        """Whether the reviewer screens the round of `day`."""
        return (self.from_ or day) <= day <= (self.until or day)


class Stage(Part):
    """A stage of screening."""

    reviewers: Ids = Field((), description="Initials of the reviewers; a stage without reviewers is skipped.")
    mode: Literal["all", "single", "dual", "dual_excludes"] = Field(
        "all",
        description="Votes that decide a work: all reviewers, one, any two, or one to go on and two to exclude.",
    )
    assignment: Literal["everybody", "shares"] = Field(
        "everybody",
        description="Whether everybody gets every work, or each work goes to as many reviewers as its mode needs (one: shares of the list, two: pairs).",
    )
    pilot: int = Field(
        0,
        ge=0,
        description="Works of the first round that all reviewers screen for calibration, kept apart in the statistics.",
        json_schema_extra=told(unit="works"),
    )
    active: Mapping[Id, Active] = Field(
        {},
        description="Reviewers who joined late or left: the rounds whose works wait for their votes; votes already cast always count.",
    )

    @property
    def needed(self) -> int:
        """Votes that a decision needs at least."""
        return 2 if self.mode.startswith("dual") else 1


class Screening(Part):
    """Screening of works at two stages."""

    title_abstract: Stage = part()
    full_text: Stage = part()
    highlight: Texts = Field(
        (),
        description="Words marked on the screening page, besides those of `question`; a word also marks its longer forms.",
    )
    reasons: Mapping[Id, str] = Field(
        {}, description="Reasons for exclusion in order of priority; key to label."
    )

    @property
    def stages(self) -> dict[str, Stage]:
        """The stages by name, in their order."""
        return {"title_abstract": self.title_abstract, "full_text": self.full_text}

    @property
    def screened(self) -> bool:
        """Whether anybody screens at all."""
        return any(stage.reviewers for stage in self.stages.values())


STAGES = ("title_abstract", "full_text")


def faults(screening: Screening, rounds: Sequence[str]) -> Iterator[Fault]:
    """Whether each stage that is not skipped has the reviewers it needs, in every round."""
    for name, stage in screening.stages.items():
        if stage.reviewers:
            yield from _stage_faults(name, stage, rounds)


def _stage_faults(name: str, stage: Stage, rounds: Sequence[str]) -> Iterator[Fault]:
    here, key = ("screening", name), f"screening.{name}"
    for stranger in sorted(set(stage.active) - set(stage.reviewers)):
        yield Fault(
            (*here, "active", stranger),
            f"`{key}.active` names {stranger}, who is not among its `reviewers` ({', '.join(stage.reviewers)})",
            f"Add {stranger} there, or mend the name.",
        )
    if len(stage.reviewers) < stage.needed:
        yield Fault(
            (*here, "mode"),
            f"`{key}.mode` is {stage.mode}, which needs two reviewers, but `{key}.reviewers` has {len(stage.reviewers)}",
            "Add a reviewer, or set the mode to single.",
        )
        return
    everywhen = Active.model_construct(from_=None, until=None)
    for day in rounds:
        active = sum(stage.active.get(reviewer, everywhen).screens(day) for reviewer in stage.reviewers)
        if active < stage.needed:
            yield Fault(
                (*here, "active"),
                f"`{key}.active` leaves {active} reviewers in the round {day}, but the mode {stage.mode} needs {stage.needed}",
                "Mend `from` and `until`, or add a reviewer.",
            )
