"""Confidence intervals of tau2, and of tau, I2 and H2 with it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import optimize, special

from evergreen.synthesis import tau2 as heterogeneity
from evergreen.synthesis.model import Fit
from evergreen.synthesis.stack import Array, Stack

METHODS = ("QP", "PL")


@dataclass(frozen=True)
class Bounds:
    """Limits of tau2 (B each); `below` where the lower limit would be under 0, `empty` where even the upper one is."""

    low: Array
    high: Array
    below: Array
    empty: Array


def q_profile(of: Stack, level: float = 0.95) -> Bounds:
    """Limits of tau2 by the Q-profile (Viechtbauer 2007): the tau2 at which Q(tau2) is a quantile of chi2 with k - p df."""
    tail = (1 - level) / 2
    df = of.k - of.p
    low_target, high_target = special.chdtri(df, tail), special.chdtri(df, 1 - tail)
    at_zero = heterogeneity.generalised_q(of, np.zeros(len(of.yi)))[0]
    return Bounds(
        heterogeneity.q_root(of, low_target),
        heterogeneity.q_root(of, high_target),
        at_zero < low_target,
        at_zero < high_target,
    )


def profile_likelihood(of: Stack, estimate: float, *, restricted: bool, level: float = 0.95) -> Bounds:
    """Limits of tau2 of one meta-analysis by the profile likelihood (Hardy & Thompson 1996), ML or restricted.

    The limits are where the log-likelihood is chi2(1) / 2 below its maximum.
    """
    drop = 0.5 * special.chdtri(1, 1 - level)
    best = float(heterogeneity.profiled(of, np.array([estimate]), restricted)[0])

    def excess(value: float) -> float:
        return best - float(heterogeneity.profiled(of, np.array([value]), restricted)[0]) - drop

    below = estimate == 0 or excess(0.0) < 0
    low = 0.0 if below else optimize.brentq(excess, 0.0, estimate, xtol=1e-14, rtol=1e-13)
    step = max(estimate, float(of.vi.max()))
    while excess(estimate + step) < 0:
        step *= 2.0
    high = optimize.brentq(excess, estimate, estimate + step, xtol=1e-14, rtol=1e-13)
    return Bounds(np.array([low]), np.array([high]), np.array([below]), np.array([False]))


def derived(fit: Fit, value: Array) -> dict[str, Array]:
    """tau, I2 (per cent) and H2 that belong to a tau2, with the typical sampling variance of the fit."""
    return {"tau": np.sqrt(value), "I2": 100 * value / (fit.vt + value), "H2": value / fit.vt + 1}
