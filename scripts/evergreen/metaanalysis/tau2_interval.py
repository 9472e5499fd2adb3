"""Confidence intervals of tau2, and of tau, I2 and H2 with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evergreen.metaanalysis import tau2 as heterogeneity
from evergreen.metaanalysis.inverse_variance import Fit
from evergreen.metaanalysis.least_squares import Array, Batch

TALBOT_NODES = 32


@dataclass(frozen=True)
class Bounds:
    """Limits of tau2 (B each); `below` where the lower limit would be under 0, `empty` where even the upper one is (both are 0 then)."""

    low: Array
    high: Array
    below: NDArray[np.bool_]
    empty: NDArray[np.bool_]


def q_profile(batch: Batch, level: float = 0.95) -> Bounds:
    """Limits of tau2 by the Q-profile (Viechtbauer 2007, Stat Med 26:37): where Q(tau2) is a quantile of chi2 with k - p df.

    For every meta-analysis of a batch, at `level`, a share.
    """
    tail = (1 - level) / 2
    df = batch.k - batch.p
    count = len(batch.yi)
    targets = np.concatenate([special.chdtri(df, tail), special.chdtri(df, 1 - tail)])
    limits = heterogeneity.q_root(batch.take(np.tile(np.arange(count), 2)), targets)
    at_zero = heterogeneity.generalised_q(batch, np.zeros(count))[0]
    return Bounds(limits[:count], limits[count:], at_zero < targets[:count], at_zero < targets[count:])


def profile_likelihood(batch: Batch, estimate: float, *, restricted: bool, level: float = 0.95) -> Bounds:
    """Limits of tau2 of one meta-analysis (a batch of one) by the profile likelihood (Hardy & Thompson 1996), ML or restricted.

    `estimate` is tau2 at the maximum. The limits are where the log-likelihood is a chi2(1) quantile of `level` / 2 below it.
    """
    from scipy import optimize  # loading it takes longer than pooling, and few outcomes need it

    drop = 0.5 * special.chdtri(1, 1 - level)
    best = float(heterogeneity.profiled(batch, np.array([estimate]), restricted)[0])

    def excess(value: float) -> float:
        return best - float(heterogeneity.profiled(batch, np.array([value]), restricted)[0]) - drop

    below = estimate == 0 or excess(0.0) < 0
    low = 0.0 if below else optimize.brentq(excess, 0.0, estimate, xtol=1e-14, rtol=1e-13)
    step = max(estimate, float(batch.vi.max()))
    while excess(estimate + step) < 0:
        step *= 2.0
    high = optimize.brentq(excess, estimate, estimate + step, xtol=1e-14, rtol=1e-13)
    return Bounds(np.array([low]), np.array([high]), np.array([below]), np.array([False]))


def generalised_q(batch: Batch, a: Array, level: float = 0.95) -> Bounds:
    """Limits of tau2 of one meta-analysis from the generalised Q with fixed weights `a` (Jackson 2013).

    The limits are where the distribution function at the observed Q is a tail of the level.
    """
    from scipy import optimize

    lower_tail = generalised_q_tail(batch, a)
    tail = (1 - level) / 2

    def limit(target: float) -> float:
        if lower_tail(0.0) <= target:
            return 0.0
        high = float(batch.vi[0].max())
        while lower_tail(high) > target:
            high *= 2.0
        near = 1e-14 * float(batch.vi[0].min())
        return optimize.brentq(lambda t: lower_tail(t) - target, 0.0, high, xtol=near, rtol=1e-12)

    targets = (1 - tail, tail)
    low, high = (np.array([limit(target)]) for target in targets)
    below, empty = (np.array([lower_tail(0.0) < target]) for target in targets)
    return Bounds(low, high, below, empty)


def generalised_q_tail(batch: Batch, a: Array) -> Callable[[float], float]:
    """P(Q <= the observed one) of one meta-analysis as a function of tau2, for the generalised Q with fixed weights `a`.

    Q = y'Py is a sum of chi2(1) variables weighted by the eigenvalues of S P S, S = diag(sqrt(vi + tau2)).
    """
    x = batch.design()[0]
    weights = np.asarray(a, dtype=float)
    y, v = batch.yi[0], batch.vi[0]
    weighted = weights[:, None] * x
    projection = np.diag(weights) - weighted @ np.linalg.solve(x.T @ weighted, x.T * weights)
    Q = float(y @ projection @ y)
    count = len(y) - x.shape[1]

    def lower_tail(tau2: float) -> float:
        root = np.sqrt(v + tau2)
        return weighted_chi2_cdf(Q, np.linalg.eigvalsh(root[:, None] * projection * root)[-count:])

    return lower_tail


def weighted_chi2_cdf(x: float, weights: Array) -> float:
    """P(sum of weights * chi2(1) <= x) for positive weights.

    The Laplace transform of the distribution function, prod (1 + 2 s w)^-1/2 / s, has its singularities on the negative
    axis, so that Talbot's contour inverts it to double precision with a few nodes (Weideman 2006).
    """
    theta = (2 * np.arange(TALBOT_NODES) + 1) * np.pi / TALBOT_NODES - np.pi
    cot = 1 / np.tan(0.6407 * theta)
    scale = TALBOT_NODES / x
    s = scale * (0.5017 * theta * cot - 0.6122 + 0.2645j * theta)
    slope = scale * (0.5017 * cot - 0.5017 * 0.6407 * theta / np.sin(0.6407 * theta) ** 2 + 0.2645j)
    transform = np.exp(-0.5 * np.log(1 + 2 * s[:, None] * weights[None]).sum(axis=1)) / s
    return float(np.sum(np.exp(s * x) * transform * slope).imag / TALBOT_NODES)


def derived(fit: Fit, value: Array) -> dict[str, Array]:
    """tau, I2 (per cent) and H2 that belong to a tau2 (a number or an array), with the typical sampling variance of `fit`."""
    return {"tau": np.sqrt(value), "I2": 100 * value / (fit.vt + value), "H2": value / fit.vt + 1}
