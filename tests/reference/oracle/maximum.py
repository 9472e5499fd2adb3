"""How far R's fit of a mixed model of counts lies below the maximum of its likelihood, and what that excuses.

`glmer` and metafor's optimiser stop where a likelihood moves little, which is far from its maximum where it is flat. The
same likelihood at R's effect and variances, with everything else at its best, says how much R left: where nothing, the
files' tolerances hold; otherwise an estimate may differ by what a loss of that size amounts to, and no more.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy import optimize

from evergreen.metaanalysis import glmm, glmm_models
from evergreen.metaanalysis.glmm_likelihood import Counts, Hypergeometric
from tests.reference import lme4

LEFT = 1e-8  # of a log-likelihood: nothing
MOST = 0.05  # a fit that leaves more than this has failed
SIDES = np.array([0.5, -0.5])


def at_theirs(
    measure: str, data: Mapping[str, np.ndarray], model: str, block: Mapping[str, Any]
) -> tuple[float, float]:
    """Log-likelihood at R's effect and variances, and the same with the random effects at their modes."""
    effect, tau = float(block["b"]), float(np.sqrt(block["tau2"]))
    kept = glmm.informative(measure, data)
    if model == "CM.EL" and measure == "OR":
        exact = Hypergeometric(*(kept[name] for name in ("events1", "n1", "events2", "n2")))
        value = float(exact.integrated(effect, tau).sum())
        return value, value
    if model in {"UM.FS", "UM.RS"} and measure in {"OR", "IRR"}:
        counts = glmm.of_groups(measure, kept)
        if model == "UM.RS":
            return _random_studies(counts, effect, tau, float(np.sqrt(block["sigma2"])))
        return _fixed_studies(counts, effect, tau)
    counts = _single(measure, kept)
    eta = counts.offset + effect
    return _pair(counts, eta, np.full_like(eta, tau))


def _single(measure: str, kept: Mapping[str, np.ndarray]) -> Counts:
    return glmm.of_groups(measure, kept) if measure in {"PLO", "IRLN"} else glmm.conditional(measure, kept)


def _pair(counts: Counts, eta: np.ndarray, loading: np.ndarray) -> tuple[float, float]:
    at_modes = counts.loglik(eta + loading * counts.modes(eta, loading)[:, None])
    return float(counts.integrated(eta, loading, glmm_models.NODES).sum()), float(at_modes.sum())


def _fixed_studies(counts: Counts, effect: float, tau: float) -> tuple[float, float]:
    eta, loading = counts.offset + effect * counts.group, np.tile(tau * SIDES, (len(counts.x), 1))
    size = np.exp(counts.offset) if counts.n is None else counts.n - counts.x + 0.5
    start = np.log((counts.x.sum(axis=1) + 0.5) / size.sum(axis=1))

    def each(alpha: np.ndarray) -> np.ndarray:
        return counts.integrated(eta + alpha[..., None], loading, glmm_models.NODES)

    alpha = glmm_models.maxima(each, start)
    return _pair(counts, eta + alpha[:, None], loading)


def _random_studies(counts: Counts, effect: float, tau: float, sigma: float) -> tuple[float, float]:
    k = len(counts.x)
    eta, one, two = (
        counts.offset + effect * counts.group,
        np.full((k, 2), sigma),
        np.tile(tau * SIDES, (k, 1)),
    )
    total = np.exp(counts.offset).sum() if counts.n is None else (counts.n - counts.x).sum()
    guess = float(np.log(counts.x.sum() / total))

    def value(intercept: float) -> float:
        return float(counts.integrated_twice(eta + intercept, one, two).sum())

    best = optimize.minimize_scalar(
        lambda intercept: -value(intercept), bracket=(guess - 0.5, guess + 0.5), tol=1e-10
    )
    return -float(best.fun), -float(best.fun)


def distance(gap: float) -> float:
    """How far, in standard errors, a loss of `gap` in a log-likelihood lies from its maximum if it is quadratic."""
    return float(np.sqrt(2 * gap))


def excused(
    mine: glmm.GlmmFit, block: Mapping[str, Any], gap: float, modes_moved: float, short: bool
) -> dict[str, float]:
    """What the numbers of a block may differ by besides, where R's likelihood lies `gap` below ours."""
    share = 1.1 * distance(gap)
    allowed = share * mine.se
    slack = {
        "b": allowed, "se": allowed, "ci_lb": 3 * allowed, "ci_ub": 3 * allowed, "zval": share * (1 + abs(mine.statistic)),
        "pval": mine.p_value * np.expm1(share * (1 + mine.statistic**2)), "logLik": modes_moved,
    }  # fmt: skip
    if short:  # the variances are what the likelihood was asked about
        own = {"tau2": mine.tau2, "sigma2": mine.sigma2, "I2": mine.I2, "H2": mine.H2}
        slack |= {key: abs(float(block[key]) - value) for key, value in own.items() if key in block}
    return slack


def differenced(measure: str, data: Mapping[str, np.ndarray], model: str) -> tuple[float, float]:
    """Standard error of a fit by `glmer` with one random effect: as it stops, and of a deviance iterated to its end."""
    kept = glmm.informative(measure, data)
    if model == "UM.FS" and measure in {"OR", "IRR"}:
        counts = glmm.of_groups(measure, kept)
        k = len(counts.x)
        studies = np.repeat(np.eye(k)[:, None, :], 2, axis=1)
        design = np.concatenate([counts.group[:, :, None], studies], axis=2)
        loadings = np.tile(SIDES, (k, 1))[:, :, None]
    else:
        counts = _single(measure, kept)
        design = loadings = np.ones((len(counts.x), 1, 1))
    at, free, stopped, exact = lme4.fitted(counts, design, loadings, glmm_models.NODES)
    return tuple(
        float(np.sqrt(one[0, 0])) for one in (stopped.variance(at, free), exact.variance(at, free, lme4.WIDE))
    )


# --- the exact likelihood of tables: metafor differentiates it over steps of numbers times 0.1 / 2^15, where rounding rules

STEP_OF_NUMBER = 0.1 / 2**15


def curvatures(tables: Hypergeometric, effect: float) -> tuple[float, float]:
    """Standard error of a common effect and Wald statistic of homogeneity, by differences over steps that can bear them."""
    own = tables.saturated()
    inside = np.isfinite(own)

    def information(at: np.ndarray) -> np.ndarray:
        each = {step: tables.loglik(at + step) for step in (-0.02, -0.01, 0.0, 0.01, 0.02)}
        return (each[-0.02] - 16 * each[-0.01] + 30 * each[0.0] - 16 * each[0.01] + each[0.02]) / (
            12 * 0.01**2
        )

    weights = information(np.where(inside, own, 0.0))[inside]
    gaps = own[inside] - np.sum(weights * own[inside]) / np.sum(weights)
    return float(information(np.full(len(own), effect)).sum() ** -0.5), float(np.sum(weights * gaps**2))


def rounding(mine: glmm.GlmmFit) -> float:
    """What rounding in metafor's differences may change the standard error by, as a share of it."""
    noise = 32 * np.finfo(float).eps * (1 + abs(mine.loglik)) / STEP_OF_NUMBER**2
    return float(0.5 * noise / mine.statistic**2)
