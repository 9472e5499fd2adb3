"""Which settings of an analysis decide how the effects of studies are computed; it loads no mathematics."""

from __future__ import annotations

from typing import Any

from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.analysis import Analysis
from evergreen.protocol.outcomes import Outcome

EMPTY_CELLS = ("to", "add")


def effect_measure(outcome: Outcome) -> str:
    """The measure of the studies' own effects: the outcome's, but Peto's odds ratio where Peto's method pools, whose parts these are."""
    return "PETO" if outcome.analysis.model == "peto" else str(outcome.measure)


def options(measure: str, analysis: Analysis) -> dict[str, Any]:
    """The choices that a measure has, as the settings of an analysis make them."""
    own = MEASURES[measure]
    # Peto's method pools the counts as they are, and its rows are to be parts of its total
    if analysis.model == "peto":
        return {"to": "none", "add": 0}
    chosen = {name: getattr(analysis, name) for name in EMPTY_CELLS if name in own.options}
    if not own.corrected:
        chosen.pop("add", None)
    if measure == "SMD":
        chosen["vtype"] = analysis.smd_vtype
    return chosen


def chooses(setting: str, measure: str, analysis: Analysis) -> bool:
    """Whether a setting says how the effects of a measure are computed in an analysis."""
    if setting == "drop00":
        return bool(MEASURES[measure].silent) and analysis.model != "peto"
    how = {} if analysis.model == "peto" else options(measure, analysis)
    return {"smd_vtype": "vtype"}.get(setting, setting) in how
