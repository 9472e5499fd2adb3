"""What single studies do to a result: leave-one-out, cumulative, residuals and deletion diagnostics.

Definitions of Viechtbauer & Cheung (2010), numbers as metafor's `influence.rma.uni`. Every diagnostic comes from one
batch of k fits, each without one study.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evergreen.metaanalysis import tau2 as heterogeneity
from evergreen.metaanalysis.coefficients import tail_and_critical
from evergreen.metaanalysis.inverse_variance import Fit, fit, fit_batch
from evergreen.metaanalysis.least_squares import Array, Batch


@dataclass(frozen=True)
class DeletionDiagnostics:
    """Deletion diagnostics, k entries each (`dfbetas` k x p); NaN where the model cannot be fitted without the study.

    `rstudent` studentised deleted residuals, `dffits`, `cook` Cook's distance, `cov_ratio` covariance ratio,
    `tau2` and `Q` without the study, `hat` leverage, `weight` in per cent, `influential` by metafor's rules:
    |DFFITS| > 3 sqrt(p / (k - p)), chi2(p) tail of Cook's distance below 50 %, hat > 3 p / k, any |DFBETAS| > 1.
    """

    rstudent: Array
    dffits: Array
    cook: Array
    cov_ratio: Array
    tau2: Array
    Q: Array
    hat: Array
    weight: Array
    dfbetas: Array
    influential: Array


def leave_one_out(
    yi: ArrayLike, vi: ArrayLike, *, method: str = "REML", test: str = "z", level: float = 0.95
) -> Fit:
    """The pooled result without each study in turn: a batch of k fits.

    `yi` and `vi` are k effects and their sampling variances; `method`, `test` and `level` as for `inverse_variance.fit`.
    """
    y = np.asarray(yi, dtype=float)
    return fit_batch(Batch.of(y, vi, used=1.0 - np.eye(len(y))), method=method, test=test, level=level)


def cumulative(
    yi: ArrayLike,
    vi: ArrayLike,
    order: ArrayLike,
    *,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> Fit:
    """The pooled result as studies are added in the order of `order` (k numbers; ties in the order given): a batch of k fits.

    `yi` and `vi` are k effects and their sampling variances; `method`, `test` and `level` as for `inverse_variance.fit`.
    """
    sequence = np.argsort(np.asarray(order), kind="stable")
    y, v = np.asarray(yi, dtype=float)[sequence], np.asarray(vi, dtype=float)[sequence]
    return fit_batch(Batch.of(y, v, used=np.tri(len(y))), method=method, test=test, level=level)


def deletion_diagnostics(
    yi: ArrayLike,
    vi: ArrayLike,
    design: ArrayLike | None = None,
    *,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> DeletionDiagnostics:
    """What each of k studies does to the fit, by leaving it out; arguments as for `inverse_variance.fit`."""
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    k = len(y)
    x = np.ones((k, 1)) if design is None else np.asarray(design, dtype=float)
    p = x.shape[1]
    used = 1.0 - np.eye(k)
    possible = (
        np.array([np.linalg.matrix_rank(x[used[i] > 0]) == p for i in range(k)]) if p > 1 else used[0] >= 0
    )
    if p > 1 and method not in heterogeneity.COMMON and k - 1 <= p:
        possible[:] = False  # no study beyond the coefficients is left to estimate tau2 from
    rows = np.flatnonzero(possible)
    # all studies and each deletion in one batch
    every = np.vstack([np.ones(k), used[rows]])
    fitted = fit_batch(Batch.of(y, v, x, used=every), method=method, test=test, level=level)
    whole, without = fitted.one(), fitted.one(slice(1, None))
    hat = leverage(v, x, float(whole.tau2))
    spread = v[rows] + without.tau2
    deleted = np.einsum("bp,bp->b", x[rows], without.b)
    deleted_variance = np.einsum("bi,bij,bj->b", x[rows], without.vb, x[rows])
    residual = y[rows] - deleted
    residual = np.where(np.abs(residual) < 100 * np.finfo(float).eps, 0.0, residual)
    change = whole.b - without.b
    # effects that are all equal leave the Knapp-Hartung test without a variance, and a distance without a unit
    some = bool(np.all(np.diagonal(whole.vb) > 0))
    precision = np.linalg.inv(whole.vb) if some else np.full_like(whole.vb, np.nan)
    # the covariance of all studies' coefficients, but with the tau2 without the study
    plugged = np.linalg.inv(np.einsum("ki,bk,kj->bij", x, 1 / (v[None] + without.tau2[:, None]), x))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "rstudent": residual / np.sqrt(deleted_variance + without.scale * spread),
            "dffits": (x[rows] @ whole.b - deleted) / np.sqrt(without.scale * hat[rows] * spread),
            "cook": np.einsum("bi,ij,bj->b", change, precision, change),
            "cov_ratio": np.linalg.det(without.vb) / np.linalg.det(whole.vb),
            "tau2": without.tau2,
            "Q": without.Q,
            "dfbetas": change / np.sqrt(without.scale[:, None] * np.diagonal(plugged, axis1=1, axis2=2)),
        }
    full = {}
    for name, values in found.items():
        full[name] = np.full((k, *values.shape[1:]), np.nan)
        full[name][rows] = values
    influential = (
        (np.abs(full["dffits"]) > 3 * np.sqrt(p / max(k - p, 1)))
        | (special.chdtr(p, np.nan_to_num(full["cook"])) > 0.5)
        | (hat > 3 * p / k)
        | np.any(np.abs(full["dfbetas"]) > 1, axis=1)
    )
    return DeletionDiagnostics(hat=hat, weight=whole.weight, influential=influential, **full)


def leverage(vi: Array, design: Array, tau2: float) -> Array:
    """Diagonal (k) of the hat matrix X (X'WX)^-1 X'W with weights 1 / (vi + tau2); `design` is X (k x p)."""
    w = 1 / (vi + tau2)
    inverse = np.linalg.inv(design.T @ (w[:, None] * design))
    return np.einsum("ki,ij,kj->k", design, inverse, design) * w


@dataclass(frozen=True)
class Residuals:
    """Internally standardised residuals: `residual`, its standard error `se`, and `z` (k each)."""

    residual: Array
    se: Array
    z: Array


def standardised_residuals(
    yi: ArrayLike, vi: ArrayLike, whole: Fit, design: ArrayLike | None = None
) -> Residuals:
    """Residuals from the fit `whole` over their standard errors sqrt((vi + tau2) (1 - hat)), as metafor's `rstandard`.

    `yi` and `vi` (k each) and `design` (k x p) are what `whole` was made from.
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    x = np.ones((len(y), 1)) if design is None else np.asarray(design, dtype=float)
    residual = y - x @ whole.b
    residual = np.where(np.abs(residual) < 100 * np.finfo(float).eps, 0.0, residual)
    se = np.sqrt((v + whole.tau2) * np.maximum(1 - leverage(v, x, float(whole.tau2)), 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return Residuals(residual, se, residual / se)


@dataclass(frozen=True)
class EmpiricalBayes:
    """Empirical Bayes estimates of the studies' own effects: `estimate`, `se` and limits, k entries each."""

    estimate: Array
    se: Array
    low: Array
    high: Array


def empirical_bayes(
    yi: ArrayLike, vi: ArrayLike, whole: Fit, design: ArrayLike | None = None
) -> EmpiricalBayes:
    """Best linear unbiased predictions (Raudenbush & Bryk 1985): yi pulled towards the fitted value by tau2 / (tau2 + vi).

    `yi` and `vi` (k each) and `design` (k x p) are what `whole` was made from, whose `level` and degrees of freedom make the limits.
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    x = np.ones((len(y), 1)) if design is None else np.asarray(design, dtype=float)
    share = np.zeros(len(y)) if whole.method in heterogeneity.COMMON else whole.tau2 / (whole.tau2 + v)
    estimate = share * y + (1 - share) * (x @ whole.b)
    variance = share * v + (1 - share) ** 2 * np.einsum("ki,ij,kj->k", x, whole.vb, x)
    _, critical = tail_and_critical(np.zeros(1), np.atleast_1d(whole.df), whole.level)
    se = np.sqrt(variance)
    return EmpiricalBayes(estimate, se, estimate - critical * se, estimate + critical * se)


def baujat(yi: ArrayLike, vi: ArrayLike, *, method: str = "REML", test: str = "z") -> tuple[Array, Array]:
    """Coordinates (k each) of the Baujat plot (Baujat et al. 2002, Stat Med 21:2641).

    x: a study's contribution to the residual heterogeneity, its squared Pearson residual; y: its influence on the
    pooled effect, the squared change without it over the variance without it. `yi` and `vi` are k effects and their sampling
    variances; `method` and `test` as for `inverse_variance.fit`.
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    whole = fit(y, v, method=method, test=test)
    without = leave_one_out(y, v, method=method, test=test)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = (whole.b[0] - without.b[:, 0]) ** 2 / without.vb[:, 0, 0]
    return (y - whole.b[0]) ** 2 / (whole.tau2 + v), change


def outliers(found: DeletionDiagnostics, level: float = 0.95) -> Array:
    """Studies whose studentised deleted residual lies outside the normal interval of `level` (k booleans)."""
    return np.abs(np.nan_to_num(found.rstudent)) > special.ndtri(0.5 + level / 2)
