"""The settings of an outcome's analysis in words: those that decide something of it, whether a person wrote them or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from evergreen.counting import listed
from evergreen.figures.scales import level_of
from evergreen.figures.wording import CHANGES, I2_FROM, MODEL_WORDS, TESTS, within
from evergreen.metaanalysis.measures import MEASURES
from evergreen.metaanalysis.models import MODELS
from evergreen.protocol.outcomes import Outcome
from evergreen.report.pooling_words import CORRECTED, DEGREES, MIXED, WITHOUT_MEAN
from evergreen.sheets.columns import in_words
from evergreen.synthesis.effect_settings import chooses

VARIANCES = {"LS": "large-sample", "LS2": "large-sample, times the squared correction", "UB": "unbiased"}
SETTINGS: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "measure": ("Effect measure", lambda value: MEASURES[value].name),
    "model": ("Model", lambda value: MODEL_WORDS[value]),
    "tau2": ("Between-study variance", CHANGES["tau2"]),
    "test": ("Test and interval", lambda value: TESTS[value]),
    "level": ("Confidence level", level_of),
    "prediction": ("Prediction interval", lambda value: "computed" if value else "none"),
    "predtype": ("Its degrees of freedom (k studies)", lambda value: DEGREES.get(value, f"none, {WITHOUT_MEAN}")),
    "glmm": ("Kind of mixed model", lambda value: MIXED[value]),
    "i2": ("I²", lambda value: f"from {I2_FROM[value]}"),
    "levels": ("Results of a study differ by", listed),
    "dependent": ("Several effects of one study", CHANGES["dependent"]),
    "rho": ("Correlation of their sampling errors", lambda value: f"{value:g}"),
    "add": ("Added to empty cells", lambda value: f"{value:g}"),
    "to": ("It is added in", lambda value: CORRECTED[value]),
    "mh_add": ("Added in Mantel-Haenszel", lambda value: f"{value:g}"),
    "drop00": ("Studies whose counts say nothing of the effect", lambda value: "not estimable" if value else "kept"),
    "smd_vtype": ("Variance of standardised differences", lambda value: VARIANCES[value]),
    "both": ("Pooled effect of the other model", lambda value: "given beside it"),
    "subgroup_tau2": ("Between-study variance of subgroups", lambda value: "one for all" if value == "common" else "one of each"),
    "outliers": ("Outliers", lambda value: f"residual outside its {level_of(value)} interval"),
    "cumulative": ("Studies are added in the order of", in_words),
    "gosh": ("Subsets that are pooled", lambda value: f"{value:,} at most"),
    "permutations": ("Permutations of a meta-regression", lambda value: f"{value:,}"),
    "seed": ("Seed of what is drawn at random", str),
    "k_min_small_study": ("Tests for small-study effects", lambda value: f"from {value} studies on"),
}  # fmt: skip
"""What each setting is called and how its value is said, in the order in which they are told."""


def said(outcome: Outcome, permuted: bool) -> str:
    """A line for each setting that decides something of the analysis of this outcome; `permuted` says whether P values of a meta-regression
    are by permutation."""
    values = {"measure": outcome.measure, **dict(outcome.analysis)}
    return "\n".join(
        f"{SETTINGS[name][0]}: {within(SETTINGS[name][1](values[name]))}"
        for name in _deciding(outcome, permuted)
    )


def _deciding(outcome: Outcome, permuted: bool) -> Iterator[str]:
    """The settings that decide something: others belong to other models, measures or analyses."""
    analysis, measure = outcome.analysis, outcome.measure
    model = MODELS[analysis.model]
    # the other model beside this one, of which one has random effects
    models = (model, MODELS["random"]) if analysis.both else (model,)
    options = {name for one in models for name in one.options}
    # a meta-regression has random effects but beside a common effect
    random = any(one.tau2 for one in models) or (bool(outcome.moderators) and analysis.model != "common")
    repeated = not model.counts and analysis.model != "multilevel"
    holds = {
        "tau2": random, "test": len(model.tests) > 1, "glmm": measure in model.variants,
        "predtype": "predtype" in options and analysis.prediction, "levels": bool(analysis.levels), "dependent": bool(analysis.dependent),
        "rho": analysis.rho is not None and (analysis.dependent == "aggregate" or "rho" in model.options), "both": analysis.both,
        "subgroup_tau2": bool(outcome.subgroups) and model.heterogeneous, "outliers": repeated, "cumulative": repeated and bool(analysis.cumulative),
        "gosh": repeated and analysis.gosh > 0, "permutations": permuted, "seed": permuted or (repeated and analysis.gosh > 0),
    }  # fmt: skip
    holds |= {name: name in options for name in ("prediction", "i2", "mh_add")}
    holds |= {name: chooses(name, measure, analysis) for name in ("add", "drop00", "smd_vtype")}
    holds["to"] = holds["add"]
    if analysis.to == "none":
        holds["add"] = False
    return (name for name in SETTINGS if holds.get(name, True))
