"""Pooling within subgroups only, where these are too different things for a total over them (`total: false`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evergreen.counting import listed
from evergreen.metaanalysis.least_squares import Array
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets.columns import in_words
from evergreen.synthesis import pooled
from evergreen.synthesis.result import LeftOut, PooledModel
from evergreen.synthesis.study_effects import Studies


def why_no_total(outcome: Outcome) -> str:
    """Why there is no pooled effect over all studies, in words; "" where there is one."""
    if outcome.total:
        return ""
    return f"the protocol asks for subgroups by {in_words(outcome.subgroups[0])} without a total"


def placed(studies: Studies, outcome: Outcome) -> tuple[Studies, list[LeftOut]]:
    """The studies that belong to a subgroup; where there is no total the others are left out."""
    if outcome.total:
        return studies, []
    column = outcome.subgroups[0]
    reason = f"it has no value in the column {column}, and the studies are pooled within its subgroups only"
    without = [one.left_out(reason) for one in studies.comparisons if not one.columns.get(column)]
    return studies.take([value != "" for value in studies.column(column)]), without


def levels(studies: Studies, column: str) -> dict[str, Studies]:
    """The studies of each level of a column, in the order of the levels; those without a value are in none."""
    values = np.array(studies.column(column), dtype=object)
    return {level: studies.take(values == level) for level in sorted(set(values[values != ""].tolist()))}


@dataclass(frozen=True)
class Synthesis:
    """What pooling studies as asked came to: a `model` of all, or where there is no total `subtotals` by subgroup; the weight of each
    study in its own (per cent), and sentences that belong beside them."""

    model: PooledModel | None
    subtotals: Mapping[str, PooledModel]
    weights: Array
    notes: tuple[str, ...] = ()

    @property
    def estimated(self) -> bool:
        """Whether there is a pooled effect."""
        models = (self.model, *self.subtotals.values())
        return any(one is not None and one.estimate is not None for one in models)


def pool(studies: Studies, outcome: Outcome) -> Synthesis:
    """Pool the studies of an outcome, all of them or, where there is no total, within its subgroups."""
    weights = np.full(len(studies.yi), np.nan)
    if not studies.comparisons:
        return Synthesis(None, {}, weights)
    if outcome.total:
        whole = pooled.pool(studies, outcome.analysis)
        return Synthesis(whole.model, {}, whole.weights, tuple(whole.notes))
    column = outcome.subgroups[0]
    values, models = studies.column(column), {}
    noted: dict[str, list[str]] = {}
    for level, part in levels(studies, column).items():
        of_level = pooled.pool(part, outcome.analysis)
        models[level] = of_level.model
        weights[[value == level for value in values]] = of_level.weights
        for note in of_level.notes:
            noted.setdefault(note, []).append(level)
    return Synthesis(None, models, weights, tuple(_noted(note, own) for note, own in noted.items()))


def _noted(note: str, own: Sequence[str]) -> str:
    """A sentence on the subgroups that it is true of."""
    if note != pooled.ALONE:
        return f"{listed(own)}: {note}"
    if len(own) == 1:
        return f"{own[0]} has one study: nothing is pooled, its own estimate and interval are shown."
    return (
        f"{listed(own)} have one study each: nothing is pooled, their own estimates and intervals are shown."
    )
