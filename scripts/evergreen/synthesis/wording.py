"""What was computed and how, in the sentences of a methods section."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy

from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.metaanalysis.models import MODELS, TAU2
from evergreen.synthesis.result.models import InverseVariance, PooledModel
from evergreen.synthesis.study_effects import effect_measure

TESTS = {
    "auto": "Tests and confidence intervals use the t distribution with Knapp and Hartung's variance where three or more studies have a variance between them above 0, unless that interval is narrower than the usual one; then, and otherwise, they use the normal distribution",
    "z": "Tests and confidence intervals use the normal distribution",
    "knha": "Tests and confidence intervals use the t distribution with Knapp and Hartung's variance",
    "adhoc": "Tests and confidence intervals use the t distribution with Knapp and Hartung's variance, never below the usual one",
}
GLMM = {
    "UM.FS": "mixed model of the counts of both groups with fixed study effects",
    "UM.RS": "mixed model of the counts of both groups with random study effects",
    "CM.EL": "the exact conditional likelihood of the counts given their totals",
    "CM.AL": "the approximate conditional likelihood of the counts given their totals",
}
APPLIED = {"knha": "Knapp and Hartung's variance and the t distribution", "z": "the normal distribution"}
PREDICTION = {
    "default": "from the t distribution with k - 1 degrees of freedom",
    "simple": "from tau alone, without the uncertainty of the mean",
    "riley": "from the t distribution with k - 2 degrees of freedom",
    "t": "from the t distribution with k - 1 degrees of freedom",
}
SILENT = {"none": "without an event in both groups", "all": "in which everybody has the event"}
ARMS = {
    "combine": "Several arms of one group were combined as if their participants had been one sample",
    "split": "Where several arms shared a control, its participants and events were divided between the comparisons",
    "separate": "Several comparisons of one study were kept apart, each with the full control",
}


def methods(outcome: Mapping[str, Any], model: PooledModel | None = None) -> list[str]:
    """Sentences on effect, zero cells, arms, model, heterogeneity, tests and software of an outcome's analysis.

    `model` is the pooled effect, which says what was applied where the protocol leaves it open.
    """
    analysis, measure = outcome["analysis"], MEASURES[effect_measure(outcome)]
    sentences = [
        f"The effect measure is the {measure.name}"
        + (", analysed on the log scale." if measure.scale == "log" else ".")
    ]
    if outcome["measure"] == "PFT":
        sentences.append(
            "It is shown as a proportion, going back with the harmonic mean of the numbers of participants (Miller 1978)."
        )
    sentences += _zero_cells(outcome)
    if KINDS[measure.kind].groups == 2:
        sentences.append(ARMS[outcome["multi_arm"]] + ".")
    sentences += _model(analysis, outcome["measure"])
    percent = f"{100 * analysis['level']:g}"
    sentences.append(f"{TESTS[analysis['test']]}; intervals are {percent} % intervals.")
    if analysis["test"] == "auto" and model is not None and model.estimate is not None:
        why = f" ({model.test_reason})" if isinstance(model, InverseVariance) and model.test_reason else ""
        sentences.append(f"For the pooled effect this was {APPLIED[model.test]}{why}.")
    if MODELS[analysis["model"]].heterogeneous and analysis["prediction"]:
        kind = PREDICTION[analysis["predtype"]]
        counted = ", k being the number of studies" if analysis["model"] == "multilevel" else ""
        sentences.append(
            f"The prediction interval for the effect in a new study is computed {kind}{counted}, from three studies on."
        )
    sentences.append(software())
    return sentences


def _zero_cells(outcome: Mapping[str, Any]) -> list[str]:
    analysis = outcome["analysis"]
    if MEASURES[outcome["measure"]].kind not in {"table", "two_rates", "proportion", "rate"}:
        return []
    silent = MEASURES[effect_measure(outcome)].silent
    given_up = []
    if silent and analysis["drop00"]:
        where = " or ".join(SILENT[which] for which in silent)
        given_up.append(
            f"Studies {where} are not estimable: they count among participants and events and are not pooled."
        )
    return [*_corrections(outcome), *given_up]


def _corrections(outcome: Mapping[str, Any]) -> list[str]:
    analysis = outcome["analysis"]
    if analysis["model"] == "glmm":
        return ["The counts themselves were modelled, without a continuity correction."]
    if analysis["model"] == "peto":
        return [
            "Peto's odds ratios of the studies and of all use the counts as they are, without a continuity correction."
        ]
    add, to = analysis["add"], analysis["to"]
    if not MEASURES[outcome["measure"]].corrected or to == "none" or add == 0:
        return ["No continuity correction was used."]
    which = {
        "only0": "of studies with an empty cell",
        "all": "of all studies",
        "if0all": "of all studies if any of them has an empty cell",
    }[to]
    sentence = f"For the studies' own effects {add:g} was added to the cells {which}"
    if analysis["model"] == "mh" and not analysis["mh_add"]:
        sentence += "; the pooled estimate uses the counts as they are"
    return [sentence + "."]


def _mixed(measure: str, kind: str) -> str:
    """A mixed model of counts in words; counts of one group have no study effects beside the random one."""
    family = "logistic" if MEASURES[measure].kind in {"table", "proportion"} else "Poisson"
    if MEASURES[measure].kind in {"proportion", "rate"}:
        return f"a {family} mixed model with a random effect for each study"
    return f"a {family} {GLMM[kind]}" if kind.startswith("UM") else GLMM[kind]


def _model(analysis: Mapping[str, Any], measure: str) -> list[str]:
    model = analysis["model"]
    if model == "common":
        return [*_dependent(analysis), "Studies were pooled by inverse variance under a common effect."]
    if model == "mh":
        sentence = "Studies were pooled by the Mantel-Haenszel method under a common effect"
        added = analysis["mh_add"]
        return [
            sentence
            + (f", with {added:g} added to the cells of studies with an empty cell." if added else ".")
        ]
    if model == "peto":
        return ["Studies were pooled by Peto's method under a common effect."]
    if model == "glmm":
        return [
            f"Studies were pooled by {_mixed(measure, analysis['glmm'])}, fitted by maximum likelihood; heterogeneity was tested by the likelihood ratio against a model with an effect for each study."
        ]
    if model == "multilevel":
        sentence = f"Effects were pooled by a three-level model, effects within studies, fitted by {estimator(analysis['tau2'])}"
        rho = analysis.get("rho") or 0.0
        sentence += f", with sampling errors correlated by {rho:g} within studies." if rho else "."
        return [
            sentence,
            "Cluster-robust tests use the CR2 correction with Satterthwaite's degrees of freedom.",
        ]
    source = (
        "from the estimate of tau2 and the typical sampling variance"
        if analysis["i2"] == "tau2"
        else "from Q"
    )
    return [
        *_dependent(analysis),
        f"Studies were pooled by inverse variance in a random-effects model; the variance between studies, tau2, was estimated by {estimator(analysis['tau2'])}, with an interval by the Q-profile.",
        f"I2 was computed {source}.",
    ]


def estimator(method: str) -> str:
    """An estimator of tau2 in a sentence."""
    name = TAU2[method]
    return name if name.endswith("likelihood") else f"the {name} estimator"


def _dependent(analysis: Mapping[str, Any]) -> list[str]:
    how = analysis.get("dependent")
    if how == "aggregate":
        return [
            f"Several effects of one study were combined into one first, with their sampling errors correlated by {analysis['rho']:g}."
        ]
    if how == "robust":
        return [
            "Several effects of one study were kept; cluster-robust tests (CR2 with Satterthwaite's degrees of freedom) stand beside the model's own."
        ]
    return []


def software() -> str:
    """The sentence that names the software and its versions."""
    return f"Computed with Evergreen on numpy {np.__version__} and scipy {scipy.__version__}, checked against R's metafor."
