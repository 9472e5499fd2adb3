"""Pooling as the protocol asks for it: model, test, intervals, weights, and what has to be said beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from evergreen.counting import plural, studies_of
from evergreen.errors import InputError
from evergreen.metaanalysis import glmm, prediction, tau2_interval
from evergreen.metaanalysis import tau2 as heterogeneity
from evergreen.metaanalysis.coefficients import i2_from_q
from evergreen.metaanalysis.inverse_variance import LEAST_TESTED, Fit, fit
from evergreen.metaanalysis.least_squares import Array, Batch
from evergreen.metaanalysis.mantel_haenszel import ChiSquareTest, mantel_haenszel
from evergreen.metaanalysis.models import MODELS, conflict
from evergreen.metaanalysis.peto import peto
from evergreen.protocol.analysis import Analysis
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis import dependence
from evergreen.synthesis.result import InverseVariance, Mixed, Multilevel, PooledModel
from evergreen.synthesis.result.pooled_models import CountsModel, Test, Wald
from evergreen.synthesis.study_effects import Studies

LEAST_PREDICTED = 3
"""Studies from which there is a prediction interval."""


@dataclass(frozen=True)
class Pooled:
    """A pooled effect, the weights in per cent, and sentences that belong beside it."""

    model: PooledModel
    weights: Array
    notes: list[str]


def check(outcome: Outcome) -> None:
    """Refuse a combination of model, measure, estimator and test that does not exist (`metaanalysis.models`)."""
    dependence.check(outcome)
    analysis, measure, name = outcome.analysis, outcome.measure, outcome.id
    model = analysis.model
    if analysis.both and model in ("glmm", "multilevel"):
        raise InputError(
            f"outcome {name}: `both` gives a common effect and random effects by inverse variance, and the model is {model}",
            todo="Leave `both` out, or set `model: random` or `common`.",
        )
    if analysis.subgroup_tau2 == "common" and model != "random":
        raise InputError(
            f"outcome {name}: `subgroup_tau2: common` belongs to a random-effects model, and the model is {model}",
            todo="Leave it out, or set `model: random`.",
        )
    if analysis.subgroup_tau2 == "common" and not outcome.total:
        raise InputError(
            f"outcome {name}: `subgroup_tau2: common` is one tau2 of all studies, and `total` is false",
            todo="Leave one of the two out; without a total each subgroup is pooled by itself.",
        )
    found = conflict(model, measure, tau2=analysis.tau2, test=analysis.test, variant=analysis.glmm)
    if found is None:
        return
    problem, todo = {
        "measure": (f"model {model} cannot pool {measure}", f"Measures for this model: {', '.join(sorted(found.allowed))}."),
        "variant": (f"the model {analysis.glmm} does not exist for {measure}", f"Choose one of {', '.join(found.allowed)}."),
        "tau2": (f"a {model} model is fitted by {' or '.join(found.allowed)}, not by {analysis.tau2}", ""),
        "test": (f"the test {analysis.test} belongs to a random-effects model", f"Set `test: {found.allowed[0]}`, or leave it out."),
    }[found.what]  # fmt: skip
    raise InputError(f"outcome {name}: {problem}", todo=todo)


ALONE = "One study: nothing is pooled, its own estimate and interval are shown."


def pool(studies: Studies, analysis: Analysis) -> Pooled:
    """Pool `studies`, one or more, as `analysis` says. `test` of the model is what was applied, `asked` what was asked."""
    if len(studies.comparisons) == 1:
        fitted = fit(studies.yi, studies.vi, method="EE", level=analysis.level)
        return Pooled(model_of(fitted, asked=analysis.test), fitted.weight, [ALONE])
    ways = {"mh": _counted, "peto": _counted, "glmm": _glmm, "multilevel": _multilevel}
    return ways.get(analysis.model, _inverse_variance)(studies, analysis)


def _inverse_variance(studies: Studies, analysis: Analysis) -> Pooled:
    level, (method, test) = analysis.level, estimator(analysis)
    fitted = fit(studies.yi, studies.vi, method=method, test=test, level=level, study=studies.names)
    more: dict[str, Any] = {"studies": studies.count}
    notes = []
    if analysis.model == "random":
        bounds = tau2_interval.q_profile(Batch.of(studies.yi, studies.vi), level)
        more |= {"tau2_ci_low": bounds.low[0], "tau2_ci_high": bounds.high[0]}
        more |= _prediction(fitted.b[0], fitted.se[0], fitted.tau2, studies.count, analysis)
        if test == "auto":
            more["test_reason"] = _why_wald(studies, fitted)
        if analysis.i2 == "Q":
            Q, df = float(fitted.Q), float(fitted.Q_df)
            more |= {"I2": i2_from_q(Q, df), "H2": Q / df, "I2_from": "Q"}
        if test in {"knha", "adhoc"}:
            normal = fit(studies.yi, studies.vi, method=method, test="z", level=level)
            shorter = fitted.ci_high[0] - fitted.ci_low[0] < normal.ci_high[0] - normal.ci_low[0]
            if shorter or fitted.se[0] < normal.se[0] or studies.count < LEAST_TESTED:
                more["wald"] = Wald(**normal.tested(0))
                notes.append(_wald_sentence(studies.count, len(studies.yi), bool(shorter)))
    if analysis.dependent == "robust" and dependence.there(studies, analysis):
        more["robust"] = dependence.as_part(dependence.robust(studies, fitted, level))
    return Pooled(model_of(fitted, asked=analysis.test, **more), fitted.weight, notes)


def estimator(analysis: Analysis, *, regression: bool = False) -> tuple[str, str]:
    """Estimator of tau2 and test of a fit by inverse variance, as they are asked for; a regression of counts, or of effects within
    studies, has random effects as well."""
    random = analysis.model != "common" if regression else analysis.model == "random"
    return (analysis.tau2, analysis.test) if random else ("EE", "z")


def analysis_beside(analysis: Analysis) -> Analysis:
    """The analysis of the other model, by inverse variance, with its usual test."""
    model = "common" if MODELS[analysis.model].heterogeneous else "random"
    return analysis.model_copy(update={"model": model, "test": MODELS[model].tests[0]})


def _prediction(mean: float, se: float, tau2: float | Array, k: int, analysis: Analysis) -> dict[str, Any]:
    """The prediction interval of a model with an estimated tau2, which follows the `k` studies and never the test; none below three.

    Effects of one study are no news of another: the studies count.
    """
    if not analysis.prediction or k < LEAST_PREDICTED:
        return {}
    low, high, df = prediction.limits(mean, se, tau2, k, analysis.predtype, analysis.level)
    return {"pi_low": low, "pi_high": high, "pi_df": df}


def _why_wald(studies: Studies, fitted: Fit) -> str:
    """Why `auto` applied the Wald test; "" where it did not."""
    if fitted.test != "z":
        return ""
    if studies.count < LEAST_TESTED:
        return "fewer than three studies"
    if not heterogeneity.above_zero(Batch.of(studies.yi, studies.vi), np.atleast_1d(fitted.tau2))[0]:
        return "no heterogeneity estimated"
    return "the Hartung-Knapp interval is narrower"


def _wald_sentence(studies: int, k: int, shorter: bool) -> str:
    if shorter:
        return "The Hartung-Knapp interval is narrower than the Wald interval; both are given."
    if studies < LEAST_TESTED:
        rests = f"rests on {plural(k - 1, 'degree')} of freedom; the Wald interval is given too."
        return f"The Hartung-Knapp interval of {studies_of(studies, k)} {rests}"
    return "The Hartung-Knapp standard error is smaller than the usual one; the Wald interval is given too."


def model_of(fitted: Fit, **more: Any) -> InverseVariance:
    """A fit with one mean as the result holds it; `more` is what the fit does not know, or what is to stand in its place."""
    common = fitted.method == "EE"
    known = {
        "model": "common" if common else "random",
        "test": str(fitted.test),
        "k": int(fitted.k),
        "studies": int(fitted.k),
        "estimate": fitted.b[0],
        **fitted.tested(0),
    }
    numbers = ["asked", "df"]
    if not common:
        known |= {"tau2_method": fitted.method, "I2_from": "tau2"}
        numbers += ["tau2", "tau2_se"]
    if fitted.k > 1:
        numbers += ["I2", "H2", "Q", "Q_df", "Q_p"]
    known |= {name: getattr(fitted, name) for name in numbers}
    return InverseVariance.of(**{**known, **more})


def _counted(studies: Studies, analysis: Analysis) -> Pooled:
    """Mantel-Haenszel or Peto."""
    data, level = studies.data(), analysis.level
    how: dict[str, Any] = {"add": analysis.add, "to": analysis.to, "level": level}
    if analysis.model == "peto":
        found = peto(data, **how)
    else:
        found = mantel_haenszel(studies.measure, data, mh_add=analysis.mh_add, **how)
    model = CountsModel.of(
        model=analysis.model, test="z", asked=analysis.test, k=found.k, studies=min(found.k, studies.count),
        estimate=found.estimate, se=found.se, statistic=found.statistic, p=found.p_value, ci_low=found.ci_low, ci_high=found.ci_high, I2=found.I2, H2=found.H2,
        Q=found.Q, Q_df=found.Q_df, Q_p=found.Q_p,
        association=_test(found.association), breslow_day=_test(found.breslow_day), tarone=_test(found.tarone),
    )  # fmt: skip
    nothing = "No events in one of the groups of all studies: nothing can be estimated."
    return Pooled(model, found.weights, [] if np.isfinite(found.estimate) else [nothing])


def _test(test: ChiSquareTest) -> Test | None:
    return None if np.isnan(test.statistic) else Test(statistic=test.statistic, df=test.df, p=test.p_value)


def _glmm(studies: Studies, analysis: Analysis) -> Pooled:
    k, weights = len(studies.yi), np.full(len(studies.yi), np.nan)
    kind = analysis.glmm
    how: dict[str, Any] = {
        "model": "glmm",
        "kind": kind,
        "tau2_method": "ML",
        "test": "z",
        "asked": analysis.test,
    }
    try:
        found = glmm.glmm(studies.measure, studies.data(), model=kind, level=analysis.level)
    except (ValueError, ArithmeticError, np.linalg.LinAlgError) as error:
        nothing = Mixed(**how, k=k, studies=studies.count)
        return Pooled(nothing, weights, [f"The mixed model cannot be fitted: {error}."])
    counted = min(found.k, studies.count)
    model = Mixed(
        **how, k=found.k, studies=counted,
        estimate=found.estimate, se=found.se, statistic=found.statistic, p=found.p_value, ci_low=found.ci_low, ci_high=found.ci_high, tau2=found.tau2, I2=found.I2, H2=found.H2,
        Q=found.Q_lrt, Q_df=found.Q_df, Q_p=found.Q_lrt_p, Q_wald=found.Q_wald, Q_wald_p=found.Q_wald_p,
        **_prediction(found.estimate, found.se, found.tau2, counted, analysis),
    )  # fmt: skip
    missing = k - found.k
    note = f"In this model {missing} of the studies say nothing: all or none of their participants have an event."
    return Pooled(model, weights, [note] if missing else [])


def _multilevel(studies: Studies, analysis: Analysis) -> Pooled:
    """Effects within studies; robust tests beside the model's own."""
    found = dependence.within(studies, analysis)
    fitted, level = found.fitted, analysis.level
    model = Multilevel(
        model="multilevel", test="z", asked=analysis.test, k=len(studies.yi), tau2_method=analysis.tau2, estimate=fitted.b[0], **fitted.tested(0),
        tau2=float(fitted.tau2), I2=fitted.I2.sum(), Q=fitted.Q, Q_df=fitted.Q_df, Q_p=fitted.Q_p, sigma2=fitted.named(fitted.sigma2),
        I2_of=fitted.named(fitted.I2), rho=found.rho, sharing=found.sharing, studies=studies.count,
        robust=dependence.as_part(dependence.robust(studies, fitted, level)),
        **_prediction(fitted.b[0], fitted.se[0], fitted.tau2, studies.count, analysis),
    )  # fmt: skip
    note = ""
    if not found.nested:
        note = "Every study has one effect, so that the multilevel model is a random-effects model."
    elif found.sharing:
        note = f"{found.sharing} effects share a control, and their sampling errors are correlated as it implies."
        if found.sharing < len(studies.yi):
            note += " No other correlation within studies was assumed; robust tests stand beside."
    elif found.rho == 0:
        note = "No correlation of sampling errors within studies was assumed; robust tests stand beside."
    inverse = fitted.clusters.flat(np.einsum("cmn,cn->cm", fitted.solution.inverse, fitted.clusters.used))
    return Pooled(model, 100 * inverse / inverse.sum(), [note] if note else [])
