"""Coefficients of a model, and the tests that rest on their covariance alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from evergreen.metaanalysis.least_squares import Array


@dataclass(frozen=True)
class Coefficients:
    """p coefficients on the scale of the effects (a batch of B models: B x p), each tested against 0.

    `statistic` is z, or t with `df` degrees of freedom (NaN: z), `p_value` two-sided; `ci_low` and `ci_high` are limits at `level`, a
    share; `vb` is the covariance of the coefficients (p x p).
    """

    level: float
    b: Array
    se: Array
    statistic: Array
    df: Array
    p_value: Array
    ci_low: Array
    ci_high: Array
    vb: Array

    def tested(self, position: int) -> dict[str, Any]:
        """Standard error, test and interval of one of p coefficients."""
        return {
            "se": self.se[position],
            "statistic": self.statistic[position],
            "p": self.p_value[position],
            "ci_low": self.ci_low[position],
            "ci_high": self.ci_high[position],
        }


def tests_of(b: Array, vb: Array, df: Array, level: float) -> Coefficients:
    """Test coefficients `b` (p, or B x p) with covariance `vb` (p x p, or B x p x p) against 0.

    `df` are degrees of freedom of t, of the shape of `b` or broadcast to it; NaN stands for the normal distribution.
    """
    se = np.sqrt(np.diagonal(vb, axis1=-2, axis2=-1))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = b / se
    p_value, critical = tail_and_critical(statistic, df, level)
    return Coefficients(level, b, se, statistic, df, p_value, b - critical * se, b + critical * se, vb)


def tail_and_critical(statistic: Array, df: Array, level: float) -> tuple[Array, Array]:
    """Two-sided p value of a statistic, and the critical value of two-sided intervals at `level` (a share).

    `df` are degrees of freedom of t, broadcast to the statistic; NaN stands for the normal distribution.
    """
    normal = np.isnan(df)
    some = np.where(normal, 1.0, df)
    tail = np.where(normal, 2 * special.ndtr(-np.abs(statistic)), 2 * special.stdtr(some, -np.abs(statistic)))
    quantile = 0.5 + level / 2
    return tail, np.where(normal, special.ndtri(quantile), special.stdtrit(some, quantile))


def wald(b: Array, vb: Array, columns: Sequence[int], df: Array) -> tuple[Array, Array, Array]:
    """Joint Wald test that some coefficients are 0: statistic (B), its two degrees of freedom (B x 2), p value (B).

    `b` is B x p, `vb` B x p x p, `columns` are the coefficients tested. With `df` NaN the statistic is chi2, its second degree of
    freedom NaN; else it is divided by their number and F with `df` (B). NaN where the covariance has no inverse.
    """
    part = b[:, columns]
    covariance = vb[:, columns][:, :, columns]
    m = len(columns)
    with np.errstate(divide="ignore", invalid="ignore"):
        if m == 1:
            value = part[:, 0] ** 2 / covariance[:, 0, 0]
        else:
            try:
                value = np.einsum("bi,bi->b", part, np.linalg.solve(covariance, part[:, :, None])[:, :, 0])
            except np.linalg.LinAlgError:
                value = np.full(len(b), np.nan)
    normal = np.isnan(df)
    value = np.where(normal, value, value / m)
    tail = np.where(normal, special.chdtrc(m, value), special.fdtrc(m, np.where(normal, 1.0, df), value))
    return value, np.stack([np.full(len(b), float(m)), df], axis=1), tail


def i2_from_q(Q: float, df: float) -> float:
    """I2 in per cent from Cochran's Q and its degrees of freedom: 100 (Q - df) / Q, not below 0 (Higgins & Thompson 2002)."""
    return max(0.0, 100 * (Q - df) / Q) if Q > 0 else 0.0


def information_criteria(loglik: Array, parameters: int, count: Array) -> dict[str, Array]:
    """AIC, BIC and the corrected AIC of a log-likelihood (B) with so many parameters and observations (B).

    As metafor counts them: k observations of a likelihood, k - p of a restricted one.
    """
    n = np.maximum(count, parameters + 2)
    return {
        "AIC": -2 * loglik + 2 * parameters,
        "BIC": -2 * loglik + parameters * np.log(count),
        "AICc": -2 * loglik + 2 * parameters * n / (n - parameters - 1),
    }
