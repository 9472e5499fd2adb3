"""What single studies do to a result: leave-one-out, cumulative, residuals and deletion diagnostics.

Definitions of Viechtbauer & Cheung (2010), numbers as metafor's `influence.rma.uni`. Every diagnostic comes from one
batch of fits, each without one study. Where studies have several effects, `cluster` says which are of one and left out
together, as in metafor's `cooks.distance.rma.mv`, `rstudent.rma.mv` and `dfbetas.rma.mv`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from evergreen.metaanalysis import tau2 as heterogeneity
from evergreen.metaanalysis.coefficients import tail_and_critical
from evergreen.metaanalysis.inverse_variance import Fit, How, fit, fit_batch, members
from evergreen.metaanalysis.least_squares import Array, Batch


@dataclass(frozen=True)
class DeletionDiagnostics:
    """Deletion diagnostics, k entries each (`dfbetas` k x p), of clusters as many as there are; NaN where the model cannot be fitted
    without the study.

    `rstudent` studentised deleted residuals, `dffits` (both NaN of several effects), `chi2` of the deleted residuals of a study's `effects`
    together, `cook` Cook's distance, `cov_ratio` covariance ratio, `tau2` and `Q` without the study, `hat` leverage and `weight` (per
    cent), sums over its effects, `influential` by metafor's rules:
    |DFFITS| > 3 sqrt(p / (k - p)), chi2(p) tail of Cook's distance below 50 %, hat > 3 p / k, any |DFBETAS| > 1.
    """

    rstudent: Array
    chi2: Array
    effects: Array
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
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    cluster: Sequence[object] | None = None,
    **how: Unpack[How],
) -> Fit:
    """The pooled result without each study in turn: a batch of k fits, or of as many as there are clusters.

    `yi` and `vi` are k effects and their sampling variances; `how` as for `inverse_variance.fit`.
    """
    y = np.asarray(yi, dtype=float)
    used = 1.0 - members(cluster, len(y))
    return fit_batch(Batch.of(y, vi, used=used), **how)


def steps(order: ArrayLike, cluster: Sequence[object] | None = None) -> list[list[int]]:
    """Positions of the effects that each step of a cumulative result adds: those of one cluster together, where its first is."""
    places = np.asarray(order, dtype=float)
    own = [np.flatnonzero(row).tolist() for row in members(cluster, len(places))]
    return sorted(own, key=lambda positions: min(places[positions]))


def cumulative(
    yi: ArrayLike,
    vi: ArrayLike,
    order: ArrayLike,
    *,
    cluster: Sequence[object] | None = None,
    **how: Unpack[How],
) -> Fit:
    """The pooled result as studies are added in the order of `order` (k numbers; ties in the order given): a batch of k fits, or of
    as many as there are clusters (`steps`).

    `yi` and `vi` are k effects and their sampling variances; `how` as for `inverse_variance.fit`.
    """
    added = steps(order, cluster)
    sequence = [position for positions in added for position in positions]
    y, v = np.asarray(yi, dtype=float)[sequence], np.asarray(vi, dtype=float)[sequence]
    used = np.tri(len(y))[np.cumsum([len(positions) for positions in added]) - 1]
    study = how.get("study")
    if study is not None:
        how["study"] = [study[position] for position in sequence]
    return fit_batch(Batch.of(y, v, used=used), **how)


def deletion_diagnostics(
    yi: ArrayLike,
    vi: ArrayLike,
    design: ArrayLike | None = None,
    *,
    cluster: Sequence[object] | None = None,
    **how: Unpack[How],
) -> DeletionDiagnostics:
    """What each of k studies does to the fit, by leaving it out; other arguments as for `inverse_variance.fit`."""
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    x = np.ones((len(y), 1)) if design is None else np.asarray(design, dtype=float)
    p = x.shape[1]
    own = members(cluster, len(y))
    k, used, effects = len(own), 1.0 - own, own.sum(axis=1)
    possible = used.sum(axis=1) > 0
    if p > 1:
        possible &= np.array([np.linalg.matrix_rank(x[row > 0]) == p for row in used])
        # no study beyond the coefficients is left to estimate tau2 from
        if how.get("method") not in heterogeneity.COMMON:
            possible &= used.sum(axis=1) > p
    rows = np.flatnonzero(possible)
    # all studies and each deletion in one batch
    every = np.vstack([np.ones(len(y)), used[rows]])
    fitted = fit_batch(Batch.of(y, v, x, used=every), **how)
    whole, without = fitted.one(), fitted.one(slice(1, None))
    each_hat = leverage(v, x, float(whole.tau2))
    hat = own @ each_hat
    change = whole.b - without.b
    single = effects[rows] == 1
    # of the one effect that a study has, where it has one
    first = own.argmax(axis=1)[rows]
    spread = v[first] + without.tau2
    residual = y[first] - np.einsum("bp,bp->b", x[first], without.b)
    residual = np.where(np.abs(residual) < 100 * np.finfo(float).eps, 0.0, residual)
    deleted_variance = np.einsum("bi,bij,bj->b", x[first], without.vb, x[first])
    # effects that are all equal leave the Knapp-Hartung test without a variance, and a distance without a unit
    some = bool(np.all(np.diagonal(whole.vb) > 0))
    precision = np.linalg.inv(whole.vb) if some else np.full_like(whole.vb, np.nan)
    # the covariance of all studies' coefficients, but with the tau2 without the study
    plugged = np.linalg.inv(np.einsum("ki,bk,kj->bij", x, 1 / (v[None] + without.tau2[:, None]), x))
    with np.errstate(divide="ignore", invalid="ignore"):
        rstudent = residual / np.sqrt(deleted_variance + without.scale * spread)
        dffits = np.einsum("bp,bp->b", x[first], change) / np.sqrt(without.scale * each_hat[first] * spread)
        found = {
            "rstudent": np.where(single, rstudent, np.nan),
            "chi2": np.where(single, rstudent**2, _joint(y, v, x, own[rows] > 0, without)),
            "dffits": np.where(single, dffits, np.nan),
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
        (np.abs(np.nan_to_num(full["dffits"])) > 3 * np.sqrt(p / max(k - p, 1)))
        | (special.chdtr(p, np.nan_to_num(full["cook"])) > 0.5)
        | (hat > 3 * p / k)
        | np.any(np.abs(full["dfbetas"]) > 1, axis=1)
    )
    return DeletionDiagnostics(
        hat=hat, weight=own @ whole.weight, effects=effects, influential=influential, **full
    )


def _joint(y: Array, v: Array, x: Array, own: NDArray[np.bool_], without: Fit) -> Array:
    """Chi2 of the deleted residuals of each cluster (rows of `own`) together, by their covariance; NaN where it has none."""
    found = np.full(len(own), np.nan)
    for row, mask in enumerate(own):
        if mask.sum() > 1:
            residual = y[mask] - x[mask] @ without.b[row]
            spread = x[mask] @ without.vb[row] @ x[mask].T
            spread += without.scale[row] * np.diag(v[mask] + without.tau2[row])
            found[row] = residual @ np.linalg.solve(spread, residual)
    return found


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


def baujat(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    cluster: Sequence[object] | None = None,
    **how: Unpack[How],
) -> tuple[Array, Array]:
    """Coordinates (k each, or as many as there are clusters) of the Baujat plot (Baujat et al. 2002, Stat Med 21:2641).

    x: a study's contribution to the residual heterogeneity, its squared Pearson residuals; y: its influence on the
    pooled effect, the squared change without it over the variance without it. `yi` and `vi` are k effects and their sampling
    variances; `how` as for `inverse_variance.fit`.
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    whole = fit(y, v, **how)
    without = leave_one_out(y, v, cluster=cluster, **how)
    with np.errstate(divide="ignore", invalid="ignore"):
        change = (whole.b[0] - without.b[:, 0]) ** 2 / without.vb[:, 0, 0]
    own = members(cluster, len(y))
    return own @ ((y - whole.b[0]) ** 2 / (whole.tau2 + v)), change


def outliers(found: DeletionDiagnostics, level: float = 0.95) -> NDArray[np.bool_]:
    """Studies whose deleted residual, of several effects together, lies outside what `level` of studies have (k booleans)."""
    return special.chdtr(found.effects, np.nan_to_num(found.chi2)) > level
