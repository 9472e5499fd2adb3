"""The result of an outcome as a whole, written to `synthesis/<outcome>.json` and read from there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from evergreen.errors import InputError
from evergreen.synthesis.result import analyses
from evergreen.synthesis.result.directions import Directions
from evergreen.synthesis.result.pooled_models import PooledModel
from evergreen.synthesis.result.result_part import NotDone, Part, Texts, maybe, said
from evergreen.synthesis.result.study_rows import ArmLeftOut, LeftOut, Preparation, Study


class Result(Part):
    """The result of an outcome. Numbers have full double precision, on the analysis scale: the logarithm for ratios."""

    outcome: str = said("Id of the outcome in the protocol.")
    measure: str = said(
        "Measure of the studies' effects: the protocol's, but `PETO` where Peto's method pools."
    )
    scale: str = said(
        "How effects are shown: `log` by their exponential, `identity` as they are, else by the way back from the scale of that name."
    )
    k: int = said("Effects pooled.", "effects", ge=0)
    level: float = said(
        "Level of the intervals; a sensitivity analysis may have another.", "fraction", gt=0.5, lt=1
    )
    studies: tuple[Study, ...] = said("Studies that are pooled, by round and name.")
    participants: float | None = maybe(
        "People in the studies that are pooled or not estimable, each once; null where a study does not say how many."
    )
    people: Mapping[str, float] = maybe(
        "Of these the people of each group (`intervention`, `control`), of a crossover trial all in both; without a group of which a study does not say how many.",
        default={},
    )
    model: PooledModel | None = said("The pooled effect; null where no study could be pooled.")
    beside: analyses.Beside | None = maybe(
        "The other one of a common effect and random effects, where the protocol asks for both."
    )
    profile: analyses.Profile | None = maybe(
        "Likelihood of tau2, of a random-effects model of three or more studies."
    )
    no_total: str = maybe(
        "Why studies are pooled within the one column of `subgroups` only, where there is no `model` of all.",
        default="",
    )
    not_pooled: str = maybe("Why nothing was pooled.", default="")
    notes: Texts = maybe("Sentences that belong beside the pooled effect.", default=())
    preparation: Preparation = said("What was done to the numbers of studies before they were pooled.")
    subgroups: analyses.Subgroups = Field(
        default_factory=analyses.Subgroups, description="Subgroups that the protocol asks for."
    )
    moderators: analyses.Moderators | analyses.ModeratorsNotDone | None = maybe(
        "Meta-regression, where the protocol asks for one."
    )
    bubble: analyses.Line | None = maybe("Line of a meta-regression on one number.")
    sensitivity: Mapping[str, analyses.Sensitivity] = maybe(
        "Sensitivity analyses by label, in the protocol's order.", default={}
    )
    cumulative: analyses.Cumulative | analyses.CumulativeNotDone = said(
        "The pooled effect as studies are added one by one."
    )
    influence: analyses.Influence | None = maybe(
        "Influence of single studies, of an inverse-variance model of three or more."
    )
    small_study: analyses.SmallStudy | NotDone = said("Small-study effects.")
    rounds: Mapping[str, analyses.Round] = maybe(
        "The pooled effect as of each round in which the outcome's data changed.", default={}
    )
    directions: Directions | None = maybe("Where the effects point, where nothing was pooled.")
    left_out: tuple[LeftOut, ...] = maybe("Studies that report the outcome and are not pooled.", default=())
    arms_left_out: tuple[ArmLeftOut, ...] = maybe("Arms that the protocol does not ask for.", default=())

    @property
    def pooled(self) -> PooledModel | None:
        """The pooled model, where it has an estimate; a model of counts may have nothing to estimate."""
        return None if self.model is None or self.model.estimate is None else self.model

    @property
    def count(self) -> int:
        """How many studies are pooled, each counted once, whatever the number of their effects."""
        return self.count_of([one.label for one in self.studies])

    def count_of(self, labels: Collection[str]) -> int:
        """How many studies rows of them, by their labels, are of."""
        return len({one.study for one in self.studies if one.label in labels})

    @property
    def parted_by(self) -> str | None:
        """The column within whose subgroups only studies are pooled; None where there is a total, or nothing."""
        return next(iter(self.subgroups.columns), None) if self.no_total else None

    @property
    def subtotals(self) -> Mapping[str, PooledModel]:
        """Where there is no total, the pooled effects that stand in its place, by subgroup."""
        return {} if self.parted_by is None else with_estimate(self.subgroups.columns[self.parted_by])

    @property
    def several(self) -> bool:
        """Whether several effects were pooled to one, over all or within a subgroup."""
        if self.pooled is not None:
            return self.k > 1
        return any(model.k > 1 for model in self.subtotals.values())

    @property
    def every(self) -> list[Study | LeftOut]:
        """The studies that report the outcome: those pooled, then those left out."""
        return [*self.studies, *self.left_out]

    @property
    def answering(self) -> list[Study | LeftOut]:
        """The same without those that answer another question, as at another time point."""
        return [*self.studies, *(one for one in self.left_out if not one.outside)]

    @property
    def counted(self) -> list[Study | LeftOut]:
        """The studies whose participants and events count: those pooled, and those in which nothing can be estimated."""
        return [*self.studies, *(one for one in self.left_out if one.not_estimable)]

    @property
    def silent(self) -> int:
        """How many studies report the outcome with nothing that can be estimated, each counted once."""
        return len({one.study for one in self.left_out if one.not_estimable})

    def written(self) -> dict[str, Any]:
        """The result as values for JSON."""
        return self.model_dump(mode="json")


def with_estimate(models: Mapping[str, PooledModel]) -> dict[str, PooledModel]:
    """Those of pooled effects, by name, that have an estimate."""
    return {name: model for name, model in models.items() if model.estimate is not None}


def read(path: str | Path) -> Result:
    """The result that a file holds; raises InputError where it is none of this version."""
    try:
        return Result.model_validate_json(Path(path).read_bytes())
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(map(str, first["loc"])) or "the whole"
        raise InputError(
            f"no result of this version of Evergreen ({key}: {first['msg']})",
            file=str(path),
            todo="Pool again: evergreen run pool",
        ) from None
