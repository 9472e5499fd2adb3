"""One outcome, from its arm rows to `synthesis/<outcome>.json`: effects, the pooled result, and what was left out."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from evergreen.counting import plural
from evergreen.extraction.derive import fill_in
from evergreen.extraction.row_values import typed
from evergreen.metaanalysis.least_squares import Array
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis import (
    choosing,
    curves,
    dependence,
    effect_modification,
    funnel_asymmetry,
    pooled,
    reported,
    sensitivity,
    study_effects,
    study_influence,
    subtotals,
    units,
)
from evergreen.synthesis.arms import Rows
from evergreen.synthesis.comparisons import Comparison
from evergreen.synthesis.effect_direction import directions
from evergreen.synthesis.effect_settings import effect_measure
from evergreen.synthesis.result import InverseVariance, LeftOut, NotDone, Result, Study
from evergreen.synthesis.result.analyses import Beside, CumulativeNotDone, Round
from evergreen.synthesis.study_effects import Studies

if TYPE_CHECKING:
    import pandas as pd


def result(rows: pd.DataFrame | Rows, outcome: Outcome) -> Result:
    """The result of an outcome.

    `rows` is the outcome's slice of the extraction, a table or its rows, `outcome` its entry in the protocol with `analysis` filled in.
    """
    pooled.check(outcome)
    analysis = outcome.analysis
    rows = typed(rows)
    chosen, studies, left_out = compared(rows, outcome)
    no_total = subtotals.why_no_total(outcome) if studies.comparisons else ""
    whole = subtotals.pool(studies, outcome)
    model = whole.model
    own = {one.study: chosen.rows[one.study] for one in studies.comparisons}
    both = [units.of_both_kinds(own, outcome)] if whole.estimated else []
    participants, people = people_in(chosen.comparisons, studies, left_out)
    pooled_studies = _studies(studies, whole.weights, analysis.level)
    return Result(
        outcome=outcome.id,
        measure=effect_measure(outcome),
        scale=reported.shown_by(rows, outcome, studies.measure),
        k=len(studies.yi),
        level=analysis.level,
        studies=pooled_studies,
        participants=participants,
        people=people,
        model=model,
        beside=None if no_total else beside(studies, outcome),
        profile=curves.profile(studies, model),
        no_total=no_total,
        not_pooled="" if studies.comparisons else not_pooled(left_out),
        notes=(*whole.notes, *filter(None, both)),
        preparation=study_effects.prepared(studies, outcome),
        subgroups=effect_modification.subgroups(studies, outcome.subgroups, analysis, total=outcome.total),
        moderators=effect_modification.moderators(studies, outcome.moderators, analysis),
        bubble=curves.line(studies, outcome.moderators, analysis, model),
        sensitivity=sensitivity.grid(
            [
                *analysis.sensitivity,
                *sensitivity.of_differences(outcome, chosen.comparisons, left_out),
                *sensitivity.of_correlations(outcome),
                *sensitivity.of_notices(studies.comparisons),
            ],
            studies,
            outcome,
            lambda changed: compared(_filled(rows, changed, outcome), changed)[1],
        ),
        cumulative=CumulativeNotDone(not_done=no_total)
        if no_total
        else study_influence.cumulative(studies, analysis),
        influence=None if no_total else study_influence.influences(studies, analysis),
        small_study=NotDone(not_done=no_total)
        if no_total
        else funnel_asymmetry.small_studies(studies, analysis),
        rounds=rounds(studies, outcome),
        directions=None
        if whole.estimated
        else directions(pooled_studies, left_out, outcome.better, analysis.level),
        left_out=tuple(left_out),
        arms_left_out=tuple(chosen.arms_left_out),
    )


def _filled(rows: Rows, changed: Outcome, outcome: Outcome) -> Rows:
    """The rows as a changed outcome has what they lack filled in."""
    if changed.filling == outcome.filling:
        return rows
    own = [dict(row) for row in rows]
    fill_in(own, lambda row: changed.filling)
    return own


def compared(rows: pd.DataFrame | Rows, outcome: Outcome) -> tuple[choosing.Chosen, Studies, list[LeftOut]]:
    """The comparisons of an outcome, those with an effect in a fixed order, and the studies without one."""
    chosen = choosing.choose(rows, outcome)
    studies, left_out = study_effects.rated(chosen.comparisons, outcome)
    studies, without_level = subtotals.placed(studies, outcome)
    left_out = sorted([*chosen.left_out, *left_out, *without_level], key=lambda one: one.study)
    order = [(one.round or "", one.study, one.label) for one in studies.comparisons]
    studies = studies.at(sorted(range(len(order)), key=lambda at: order[at]))
    rho = outcome.analysis.rho
    if outcome.analysis.dependent == "aggregate" and rho is not None:
        studies = dependence.aggregated(studies, rho)
    return chosen, studies, left_out


def people_in(
    compared: Sequence[Comparison], studies: Studies, left_out: Sequence[LeftOut]
) -> tuple[float | None, dict[str, float]]:
    """People in the studies that count, each once, whatever the number of their comparisons, None where a study does not say; and those of each
    group, as far as every study says it. People of a crossover trial, who have no group, are in both."""
    silent = {one.study for one in left_out if one.not_estimable}
    counted = {one.study for one in studies.comparisons} | silent
    arms: dict[tuple[str, str, str], float] = {}
    for one in compared:
        if one.study in counted:
            for (group, arm), n in one.people.items():
                key = (one.study, group, arm)
                arms[key] = max(n, arms.get(key, n))
    groups = {
        group: _people(counted, {key: n for key, n in arms.items() if key[1] in (group, "")})
        for group in ("intervention", "control")
    }
    return _people(counted, arms), {group: n for group, n in groups.items() if n is not None}


def _people(counted: set[str], arms: Mapping[tuple[str, str, str], float]) -> float | None:
    """People of arms, by study, group and arm; None where one of the studies that count does not say how many."""
    said = {study for study, _, _ in arms}
    if said != counted or not counted or any(map(math.isnan, arms.values())):
        return None
    return math.fsum(arms.values())


def not_pooled(left_out: Sequence[LeftOut]) -> str:
    """Why nothing was pooled, in one sentence."""
    if not left_out:
        return "no study reports this outcome"
    kinds = {one.study: one.kind for one in left_out}
    count = f"{plural(len(kinds), 'study reports', 'studies report')} this outcome"
    if not any(kinds.values()):
        return f"{count}, none in a form that can be pooled"
    if len(kinds) == 1:
        return f"{count} and is not pooled: it {WHY[next(iter(kinds.values()))][0]}"
    parts = [f"{many} {WHY[kind][many > 1]}" for kind, many in Counter(kinds.values()).items()]
    return f"{count}, of which none is pooled: {', '.join(parts)}"


WHY = {
    "": ("in a form that cannot be pooled",) * 2,
    "pending": ("awaits screening", "await screening"),
    "excluded": ("is not included by screening", "are not included by screening"),
    "other_time": ("reports it at another time point only", "report it at other time points only"),
    "other_people": ("reports it for others only", "report it for others only"),
    "other_arms": ("has other arms", "have other arms"),
    "disputed": ("awaits what its extractors disagree on", "await what their extractors disagree on"),
    "no_events": ("has no event", "have no event"),
    "all_events": ("has events in everybody", "have events in everybody"),
}
"""What each kind of reason for leaving a study out says of one study and of several."""


def beside(studies: Studies, outcome: Outcome) -> Beside | None:
    """The other one of a common effect and random effects, with its weights and subgroups; None where it is not asked for, or where there
    is nothing to pool."""
    if not outcome.analysis.both or len(studies.yi) < 2:
        return None
    other = pooled.analysis_beside(outcome.analysis)
    whole = pooled.pool(studies, other)
    assert isinstance(whole.model, InverseVariance)
    parted = effect_modification.subgroups(studies, outcome.subgroups, other)
    return Beside(
        model=whole.model, weights=tuple(whole.weights), subgroups=parted.columns, tests=parted.tests
    )


def rounds(studies: Studies, outcome: Outcome) -> dict[str, Round]:
    """The pooled effect as of each round in which the outcome's data changed, and which look at the data it was."""
    own = [one.round or "" for one in studies.comparisons]
    view = {}
    for look, day in enumerate(sorted({*own} - {""}), start=1):
        part, added = studies.take([then <= day for then in own]), studies.take([then == day for then in own])
        whole = subtotals.pool(part, outcome)
        view[day] = Round(
            look=look,
            k=len(part.labels),
            studies=part.count,
            added=tuple(added.labels),
            model=whole.model,
            subtotals=whole.subtotals,
        )
    return view


def _studies(studies: Studies, weights: Array, level: float) -> tuple[Study, ...]:
    """The studies as the result holds them, each with its Wald interval."""
    half = special.ndtri(0.5 + level / 2) * np.sqrt(studies.vi)
    return tuple(
        Study(
            **dict(made),
            **comparison.known("round", "derived", "imputed", "conversions", "columns", "year", "rows"),
            weight=weight,
            ci_low=low,
            ci_high=high,
        )
        for comparison, made, weight, low, high in zip(
            studies.comparisons, studies.effects(), weights, studies.yi - half, studies.yi + half, strict=True
        )
    )
