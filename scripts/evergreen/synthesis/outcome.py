"""One outcome, from its arm rows to `synthesis/<outcome>.json`: effects, the pooled result, and what was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from evergreen.metaanalysis import effects
from evergreen.synthesis import (
    comparisons,
    curves,
    dependence,
    effect_modification,
    funnel_asymmetry,
    pooled,
    sensitivity,
    study_influence,
    wording,
)
from evergreen.synthesis.arms import Rows
from evergreen.synthesis.comparisons import Comparison
from evergreen.synthesis.numbers import plain
from evergreen.synthesis.studies import Studies

if TYPE_CHECKING:
    import pandas as pd

Result = dict[str, Any]


def result(rows: pd.DataFrame | Rows, outcome: Mapping[str, Any]) -> Result:
    """The JSON of an outcome (design: file contract of `synthesis/<outcome>.json`).

    `rows` is the outcome's slice of the extraction, a table or its rows, `outcome` its entry in the protocol with `analysis` filled in.
    """
    pooled.check(outcome)
    analysis = outcome["analysis"]
    rows = comparisons.typed(rows)
    chosen, studies, left_out = compared(rows, outcome)
    whole = pooled.pool(studies, analysis)
    model = plain(whole.block) if whole else None
    moderators = effect_modification.moderators(studies, outcome.get("moderators", []), analysis)
    document: Result = {
        "outcome": outcome["id"],
        "measure": outcome["measure"],
        "k": len(studies.yi),
        "level": analysis["level"],
        "studies": _studies(studies, whole, analysis["level"]),
        "model": model,
        "profile": curves.profile(studies, model),
        "not_pooled": "" if whole else not_pooled(left_out),
        "notes": whole.notes if whole else [],
        "methods": wording.methods(outcome),
        "subgroups": effect_modification.subgroups(studies, outcome.get("subgroups", []), analysis),
        "moderators": moderators,
        "bubble": curves.line(studies, moderators, model, analysis["level"]),
        "sensitivity": sensitivity.grid(
            analysis.get("sensitivity", []), studies, outcome, lambda changed: compared(rows, changed)[1]
        ),
        "cumulative": study_influence.cumulative(studies, analysis),
        "influence": study_influence.influences(studies, analysis),
        "small_study": funnel_asymmetry.small_studies(studies, analysis),
        "rounds": rounds(studies, analysis),
        "left_out": left_out,
        "arms_left_out": chosen.arms_left_out,
    }
    return plain(document)


def compared(
    rows: pd.DataFrame | Rows, outcome: Mapping[str, Any]
) -> tuple[comparisons.Chosen, Studies, list[dict[str, Any]]]:
    """The comparisons of an outcome, those with an effect in a fixed order, and the studies without one."""
    chosen = comparisons.choose(rows, outcome, model=outcome["analysis"]["model"])
    rated, left_out = rate(chosen.comparisons, outcome)
    left_out = sorted([*chosen.left_out, *left_out], key=lambda entry: entry["study"])
    rated = sorted(rated, key=lambda item: (item[0].round or "", item[0].study, item[0].label))
    studies = Studies.of(rated, outcome["measure"])
    if outcome["analysis"].get("dependent") == "aggregate":
        studies = dependence.aggregated(studies, outcome["analysis"]["rho"])
    return chosen, studies, left_out


def rate(
    chosen: Sequence[Comparison], outcome: Mapping[str, Any]
) -> tuple[list[tuple[Comparison, float, float]], list[dict[str, Any]]]:
    """Effect and variance of each comparison; those without one, with the reason."""
    yi, vi = measured(chosen, outcome["measure"], outcome["analysis"])
    if without_events(chosen, outcome["measure"]):
        yi = np.full_like(yi, np.nan)
    counted = outcome["analysis"]["model"] in pooled.COUNTED
    rated, left_out = [], []
    for comparison, effect, variance in zip(chosen, yi, vi, strict=True):
        if counted and comparison.yi is not None:
            reason = "reported as an estimate only, and this model needs counts"
        elif np.isfinite(effect) and np.isfinite(variance) and variance > 0:
            rated.append((comparison, float(effect), float(variance)))
            continue
        elif variance == 0:
            reason = "its effect has no sampling variance"
        else:
            reason = effects.why_not(outcome["measure"], comparison.numbers)
        entry: dict[str, Any] = {"study": comparison.study, "reason": reason, "round": comparison.round}
        if comparison.label != comparison.study:
            entry["label"] = comparison.label
        if comparison.arms:
            entry["arms"] = comparison.arms
        left_out.append(entry)
    return rated, left_out


def measured(
    chosen: Sequence[Comparison], measure: str, analysis: Mapping[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """`yi` and `vi` (one per comparison): reported contrasts as they are, the rest from the numbers of the arms."""
    yi = np.array([np.nan if one.yi is None else one.yi for one in chosen], dtype=float)
    vi = np.array([np.nan if one.vi is None else one.vi for one in chosen], dtype=float)
    armed = [position for position, one in enumerate(chosen) if one.yi is None]
    if armed:
        data = comparisons.arrays([chosen[position] for position in armed], effects.MEASURES[measure].kind)
        yi[armed], vi[armed] = effects.effect_sizes(measure, data, **effects.options(measure, analysis))
    return yi, vi


def without_events(chosen: Sequence[Comparison], measure: str) -> bool:
    """Whether a ratio has no event to rest on in any group of any study: corrections alone would make its estimate."""
    if (
        effects.MEASURES[measure].kind not in {"table", "two_rates"}
        or effects.MEASURES[measure].scale != "log"
    ):
        return False
    return bool(chosen) and all(
        one.yi is None and one.numbers["events1"] == one.numbers["events2"] == 0 for one in chosen
    )


def not_pooled(left_out: Sequence[Mapping[str, Any]]) -> str:
    """Why nothing was pooled, in one sentence."""
    if not left_out:
        return "no study reports this outcome"
    names = list(dict.fromkeys(str(entry["study"]) for entry in left_out))
    count = f"{len(names)} {'study reports' if len(names) == 1 else 'studies report'}"
    return f"{count} this outcome, none in a form that can be pooled"


def rounds(studies: Studies, analysis: Mapping[str, Any]) -> dict[str, Any]:
    """The pooled effect as of each round in which the outcome's data changed, and which look at the data it was."""
    days = sorted({day for day in studies.rounds if day})
    view: dict[str, Any] = {}
    for look, day in enumerate(days, start=1):
        known = np.array([not own or own <= day for own in studies.rounds])
        part = studies.take(known)
        whole = pooled.pool(part, analysis)
        added = [label for label, own in zip(studies.labels, studies.rounds, strict=True) if own == day]
        view[day] = {
            "look": look,
            "k": len(part.labels),
            "added": added,
            "model": whole.block if whole else None,
        }
    return view


def _studies(studies: Studies, whole: pooled.Pooled | None, level: float) -> list[dict[str, Any]]:
    low, high = studies.intervals(level)
    return [
        {
            **made,
            "round": comparison.round,
            "weight": whole.weights[position] if whole else None,
            "ci_low": low[position],
            "ci_high": high[position],
            "derived": comparison.derived,
            "columns": comparison.columns,
        }
        for position, (comparison, made) in enumerate(
            zip(studies.comparisons, studies.made_from(), strict=True)
        )
    ]
