"""`screening`: who screens which works at which stage, and for what reasons works are excluded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from pydantic import Field

from evergreen.protocol.part import Day, Fault, Id, Ids, KeyPath, Names, Part, Texts, optional, part
from evergreen.sheets.labels import Choices, folded


class Active(Part):
    """The rounds that a reviewer screens."""

    from_: Day | None = optional(None, alias="from")
    """First round that the reviewer screens."""
    until: Day | None = None
    """Last round that the reviewer screens."""

    def screens(self, day: str) -> bool:
        """Whether the reviewer screens the round of `day`."""
        return (self.from_ or day) <= day <= (self.until or day)


class Stage(Part):
    """A stage of screening."""

    reviewers: Ids = ()
    """Initials of the reviewers; a stage without reviewers is skipped."""
    mode: Literal["all", "single", "dual", "dual_excludes"] = "all"
    """Votes that decide a work: all reviewers, one, any two, or one to go on and two to exclude."""
    assignment: Literal["everybody", "shares"] = "everybody"
    """Whether everybody gets every work, or each work goes to as many reviewers as its mode needs (one: shares of the list, two: pairs)."""
    pilot: int = optional(0, unit="works", ge=0)
    """Works of the first round that all reviewers screen for calibration, kept apart in the statistics."""
    active: Mapping[Id, Active] = {}
    """Reviewers who joined late or left: the rounds whose works wait for their votes; votes already cast always count."""

    @property
    def needed(self) -> int:
        """Votes that a decision needs at least."""
        return 2 if self.mode.startswith("dual") else 1


class Screening(Part):
    """Screening of works at two stages."""

    title_abstract: Stage = part()
    full_text: Stage = part()
    highlight: Texts = ()
    """Words marked on the screening page, besides those of `question`; a word also marks its longer forms."""
    reasons: Mapping[Id, str] = {}
    """Reasons for exclusion in order of priority; key to label."""
    formerly: Mapping[Id, Names] = {}
    """What reasons were called before, by their key of now; sheets that still say so stay good."""

    @property
    def stages(self) -> dict[str, Stage]:
        """The stages by name, in their order."""
        return {"title_abstract": self.title_abstract, "full_text": self.full_text}

    @property
    def words(self) -> dict[str, list[str]]:
        """What a sheet may say for each reason besides its key: its label, and what it was called before."""
        return {key: [label, *self.formerly.get(key, ())] for key, label in self.reasons.items()}

    @property
    def screened(self) -> bool:
        """Whether anybody screens at all."""
        return any(stage.reviewers for stage in self.stages.values())


class Eligibility(Part):
    """Which studies belong into the review; shown where people decide and fill in."""

    include: Texts = ()
    """What a study must be to be included, each in a sentence or less."""
    exclude: Texts = ()
    """What leaves a study out, each in a sentence or less."""


class Amendment(Part):
    """A change of the protocol after work had begun."""

    date: Day
    """Day of the change."""
    what: str = Field(min_length=1)
    """What was changed."""
    why: str = Field(min_length=1)
    """Why it was changed."""
    reconsider: Ids = ()
    """Reasons for exclusion that hold no longer as they did: votes for them from before that day are awaited again."""


class Person(Part):
    """Somebody who works on the review."""

    formerly: Ids = ()
    """What the person was called before; sheets named so stay good."""


def reconsidered(amendments: Sequence[Amendment]) -> dict[str, str]:
    """{reason: day} of the reasons for which exclusions are to be seen again, where they were voted before that day."""
    return {
        reason: one.date for one in sorted(amendments, key=lambda one: one.date) for reason in one.reconsider
    }


def renamed(people: Mapping[str, Person]) -> dict[str, str]:
    """{name of before: name of now} of people."""
    return {former: name for name, person in people.items() for former in person.formerly}


STAGES = ("title_abstract", "full_text")


def faults(screening: Screening, rounds: Sequence[str]) -> Iterator[Fault]:
    """Whether each stage that is not skipped has the reviewers it needs, in every round, and sheets can say each reason."""
    for name, stage in screening.stages.items():
        if stage.reviewers:
            yield from _stage_faults(name, stage, rounds)
    sheet = Choices(screening.reasons)
    for key in screening.reasons:
        if (other := sheet.read(key)) != key:
            yield Fault(("screening", "reasons", key), f"`screening.reasons` has {key} and {other}, which no sheet tells apart", "Give one another name.")  # fmt: skip
    known: dict[str, tuple[str, ...]] = {key: (label,) for key, label in screening.reasons.items()}
    for key, names in screening.formerly.items():
        here: KeyPath = ("screening", "formerly", key)
        if key not in known:
            yield _no_reason(here, f"`screening.formerly` names {key}", screening.reasons)
        for name in names:
            other = next((one for one, words in known.items() if Choices({one: words}).read(name)), key)
            if other != key:
                yield Fault(here, f"`screening.formerly.{key}` has {name!r}, which is what {other} is called now", "Mend one of them.")  # fmt: skip
            known[key] = (*known.get(key, ()), name)


def faults_of_changes(
    amendments: Sequence[Amendment], people: Mapping[str, Person], screening: Screening, named: Sequence[str]
) -> Iterator[Fault]:
    """Whether amendments name reasons of the protocol, and people by one name each; `named` are those who do something in the review."""
    for number, amendment in enumerate(amendments):
        for reason in amendment.reconsider:
            if reason not in screening.reasons:
                yield _no_reason(("amendments", number, "reconsider"), f"`amendments[{number}].reconsider` names {reason}", screening.reasons)  # fmt: skip
    now = {folded(name): name for name in named}
    for name, person in people.items():
        if name not in named:
            yield Fault(("people", name), f"`people` names {name}, who does nothing in the protocol", "Name the person where they screen, extract or assess, or mend the name.")  # fmt: skip
        for former in person.formerly:
            other = now.setdefault(folded(former), name)
            if other != name or folded(former) == folded(name):
                yield Fault(("people", name, "formerly"), f"`people.{name}.formerly` has {former}, which is what {other} is called", "Mend one of them.")  # fmt: skip


def _no_reason(place: KeyPath, problem: str, reasons: Mapping[str, str]) -> Fault:
    return Fault(place, f"{problem}, which is no key of `screening.reasons`", f"Known are {', '.join(reasons) or 'none'}.")  # fmt: skip


def _stage_faults(name: str, stage: Stage, rounds: Sequence[str]) -> Iterator[Fault]:
    here, key = ("screening", name), f"screening.{name}"
    for stranger in sorted(set(stage.active) - set(stage.reviewers)):
        named = ", ".join(stage.reviewers)
        problem = f"`{key}.active` names {stranger}, who is not among its `reviewers` ({named})"
        yield Fault((*here, "active", stranger), problem, f"Add {stranger} there, or mend the name.")
    if len(stage.reviewers) < stage.needed:
        problem = f"`{key}.mode` is {stage.mode}, which needs two reviewers, but `{key}.reviewers` has {len(stage.reviewers)}"
        yield Fault((*here, "mode"), problem, "Add a reviewer, or set the mode to single.")
        return
    everywhen = Active.model_construct(from_=None, until=None)
    for day in rounds:
        active = sum(stage.active.get(reviewer, everywhen).screens(day) for reviewer in stage.reviewers)
        if active < stage.needed:
            needs = f"the mode {stage.mode} needs {stage.needed}"
            problem = f"`{key}.active` leaves {active} reviewers in the round {day}, but {needs}"
            yield Fault((*here, "active"), problem, "Mend `from` and `until`, or add a reviewer.")
