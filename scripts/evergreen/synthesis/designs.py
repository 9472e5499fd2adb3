"""Trials that randomised clusters or gave people both treatments: what their numbers count for, and why they cannot be used."""

from __future__ import annotations

import math
from collections.abc import Collection

from evergreen.extraction.check import Row, own_choice
from evergreen.extraction.row_values import YES, clustered, marked
from evergreen.metaanalysis.conversion_rules import BY_ID, DERIVED, IMPUTED
from evergreen.metaanalysis.measures import MEASURES
from evergreen.metaanalysis.trial_designs import PAIRED
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import folded
from evergreen.synthesis.arms import COUNTS, Rows, disagreed, disputed, effective, why_not_derived
from evergreen.synthesis.result.study_rows import Converted

EFFECTIVE = "effective_size"


def undone(rows: Rows, outcome: Outcome, beside: Rows) -> str:
    """Why rows cannot be used, `beside` the others of their result, as the design of their trial demands; "" where they can."""
    paired = any(row["crossover"] == YES for row in rows)
    if unsettled := disputed(
        rows, ("crossover", "design_effect", *(("r_paired",) if paired else ())), beside
    ):
        return disagreed(unsettled)
    return next(filter(None, (_of_clusters(row, outcome) for row in rows)), "") or _of_pairs(rows, outcome)


def _of_clusters(row: Row, outcome: Outcome) -> str:
    if not clustered(row):
        return ""
    if math.isnan(row["design_effect"]):
        return f"clusters were randomised, and neither a design effect nor an ICC is known{why_not_derived([row])}"
    if not outcome.filling.makes(EFFECTIVE, own_choice(row)):
        return "clusters were randomised, and effective sizes are not to be computed"
    return ""


def _of_pairs(rows: Rows, outcome: Outcome) -> str:
    pairs = [row["crossover"] == YES for row in rows]
    if not any(pairs):
        return ""
    if not all(pairs):
        return "some of its arms are of a crossover trial, others are not"
    if outcome.measure not in PAIRED:
        return f"a crossover trial, for which there is no paired {MEASURES[outcome.measure].name}"
    if math.isnan(correlation_of(rows)):
        return (
            f"a crossover trial, and the correlation of a person's values is not known{why_not_derived(rows)}"
        )
    if len(rows) > 2:
        return "a crossover trial with several arms of a group, which are the same people"
    return ""


def correlation_of(rows: Rows) -> float:
    """The correlation of a person's values in the arms of a crossover trial: the mean of what they say."""
    known = [row["r_paired"] for row in rows if not math.isnan(row["r_paired"])]
    return sum(known) / len(known) if known else math.nan


def participants_of(rows: Rows) -> dict[tuple[str, str], float]:
    """Participants of arms, by group and arm; of a crossover trial, whose people are in every arm, once."""
    if any(row["crossover"] == YES for row in rows):
        return {("", ""): max(row["n"] for row in rows)}
    return {(row["group"], folded(row["arm"])): row["n"] for row in rows}


def effective_sizes(row: Row, used: Collection[str], se: float | None) -> list[Converted]:
    """How the numbers of a row came about that a design effect changed: counts among the `used` columns, or the standard error `se` of
    a reported effect that takes no account of clusters."""
    rule, effect = BY_ID[EFFECTIVE], row["design_effect"]
    if math.isnan(effect):
        return []
    if se is not None:
        how = f"times the square root of the design effect, {effect:g}"
        made = [("estimate_se", se, se / math.sqrt(effect))]
    else:
        how, counts = rule.how.format(design_effect=effect), effective(row)
        columns = [name for name in COUNTS if name in used and not math.isnan(row[name])]
        made = [(name, counts[name], row[name]) for name in columns]
    state = IMPUTED if "design_effect" in marked(row[IMPUTED]) else DERIVED
    entries = [
        rule.entry(column, value, how, {column: given, "design_effect": effect}, state)
        for column, value, given in made
    ]
    return [Converted(group=row["group"], arm=row["arm"], **one) for one in entries]
