"""Cluster-robust tests: standard errors that hold even where the model of the dependence is wrong.

CR1 with C / (C - p) and t with C - p degrees of freedom is metafor's `robust`; CR2 with Satterthwaite's degrees of
freedom is the small-sample correction of Bell & McCaffrey (2002) as Pustejovsky & Tipton (2018) generalised it
(clubSandwich). Several coefficients together are tested by Wald's F with CR1 and by the approximate Hotelling's T2 of Tipton &
Pustejovsky (2015, J Educ Behav Stat 40:604) with CR2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evergreen.metaanalysis.coefficients import Coefficients, tests_of, wald
from evergreen.metaanalysis.generalised_least_squares import Clusters, Solution
from evergreen.metaanalysis.inverse_variance import Fit
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.multilevel import MultilevelFit


@dataclass(frozen=True)
class ClusterRobust(Coefficients):
    """Coefficients (p) with cluster-robust standard errors, each with degrees of freedom `df` (p) of its own; `kind` CR1 or CR2.

    `QM` is the F of all but the intercept together (of the mean where there are no others) with its two degrees of freedom. What a cluster
    alone determines, such as the effect in a group that has no other, has no test with CR2 (NaN), for nothing tells how clusters vary
    there; nor has `QM` where too few clusters leave no degrees of freedom.
    """

    kind: str
    QM: float
    QM_df: Array
    QM_p: float


def of_multilevel(fitted: MultilevelFit, kind: str = "CR2", level: float = 0.95) -> ClusterRobust:
    """Cluster-robust tests of the coefficients of a multilevel model, clustered by study.

    `kind` is CR1 or CR2 (see above), `level` that of the intervals, as a share. Raises ValueError for another kind.
    """
    return _robust(fitted.clusters, fitted.solution, fitted.marginal, kind, level)


def of_inverse_variance(
    yi: ArrayLike,
    vi: ArrayLike,
    cluster: list[object],
    fitted: Fit,
    design: ArrayLike | None = None,
    *,
    kind: str = "CR2",
    level: float = 0.95,
) -> ClusterRobust:
    """Cluster-robust tests of an ordinary common- or random-effects model whose effects come in clusters.

    `yi` and `vi` (k each) and `design` (k x p) are what `fitted` was made from, `cluster` (k) says which effects belong together.
    `kind` is CR1 or CR2 (see above), `level` that of the intervals, as a share. Raises ValueError for another kind.
    """
    clusters = Clusters.of(yi, vi, cluster, design)
    marginal = clusters.v + float(fitted.tau2) * clusters.used[:, :, None] * np.eye(clusters.used.shape[1])
    return _robust(clusters, clusters.solve(marginal), marginal, kind, level)


def _robust(
    clusters: Clusters, solution: Solution, marginal: Array, kind: str, level: float
) -> ClusterRobust:
    columns = clusters.tested
    if kind == "CR1":
        bread, count = solution.covariance, len(clusters.names)
        scores = np.einsum("cmn,cnp,cm->cp", solution.inverse, clusters.x, solution.residual)
        vb = bread @ (scores.T @ scores) @ bread * count / (count - clusters.p)
        df = np.full(clusters.p, float(count - clusters.p))
        omnibus = tuple(one[0] for one in wald(solution.b[None], vb[None], columns, df[:1]))
    elif kind == "CR2":
        lower = np.linalg.cholesky(marginal)
        white = np.linalg.solve(lower, clusters.x) * clusters.used[:, :, None]
        basis, triangle = np.linalg.qr(white.reshape(-1, clusters.p))
        basis = basis.reshape(white.shape)
        turned = _adjustments(clusters, lower, basis) @ basis @ np.linalg.inv(triangle).T
        scores = np.einsum("cmp,cm->cp", lower @ turned, solution.residual)
        vb = scores.T @ scores
        alone = _of_one_cluster(basis, np.linalg.inv(triangle))
        vb[alone], vb[:, alone] = np.nan, np.nan
        parts = np.swapaxes(lower, 1, 2) @ lower @ turned
        between = _covariances(basis, parts)
        df = np.array([_satterthwaite(between(one, one)) for one in range(clusters.p)])
        omnibus = _hotelling(basis, parts[:, :, columns], solution.b[columns], vb[np.ix_(columns, columns)])
    else:
        raise ValueError(f"unknown robust estimator: {kind}")
    QM, QM_df, QM_p = omnibus
    tests = tests_of(solution.b, vb, df, level)
    return ClusterRobust(**vars(tests), kind=kind, QM=float(QM), QM_df=QM_df, QM_p=float(QM_p))


def _adjustments(clusters: Clusters, lower: Array, basis: Array) -> Array:
    """(D (M - X B X') D')^{-1/2} with M = D'D, cluster by cluster (C x m x m); `lower` are D', `basis` (C x m x p) is orthonormal and D'^-1 X
    times a triangle, so that X B X' = D' basis basis' D.

    What a cluster alone determines leaves 0 of it, however badly scaled the design.
    """
    both = np.swapaxes(lower, 1, 2) @ lower
    left = np.eye(lower.shape[1]) - basis @ np.swapaxes(basis, 1, 2)
    # the padding must not set the scale by which an eigenvalue counts as 0
    used = clusters.used[:, :, None] * clusters.used[:, None, :]
    values, vectors = np.linalg.eigh(both @ left @ both * used)
    size = np.trace(both @ both * used, axis1=1, axis2=2)[:, None]
    floor = 16 * np.finfo(float).eps * size
    power = np.where(values > floor, 1 / np.sqrt(np.maximum(values, floor)), 0.0)
    return (vectors * power[:, None, :]) @ np.swapaxes(vectors, 1, 2)


def _of_one_cluster(basis: Array, back: Array) -> Array:
    """Which coefficients (p) a cluster alone determines, wholly or in part; `back` (p x p) takes those of the `basis` (C x m x p) to them."""
    _, size, directions = np.linalg.svd(basis, full_matrices=False)
    found = directions[size > 1 - 1e-10] @ back.T
    return np.any(np.abs(found) > 1e-8 * np.linalg.norm(back, axis=1), axis=0)


def _covariances(basis: Array, parts: Array) -> Callable[[int, int], Array]:
    """Of two of the q combinations of effects `parts` (C x m x q, of independent errors of variance 1) the covariances between what
    clusters bring to them (C x C): of each its own, less what residuals have in common through the coefficients."""
    through = np.einsum("cmp,cmq->qcp", basis, parts)

    def between(one: int, two: int) -> Array:
        own = np.einsum("cm,cm->c", parts[:, :, one], parts[:, :, two])
        pairs: Array = np.diag(own) - through[one] @ through[two].T
        return pairs

    return between


def _satterthwaite(pairs: Array) -> float:
    """Degrees of freedom of a coefficient: (sum of P_ii)^2 / sum of P_ij^2 over pairs of clusters."""
    with np.errstate(invalid="ignore"):  # of what one cluster alone determines
        return float(np.trace(pairs) ** 2 / np.sum(pairs**2))


def _hotelling(basis: Array, parts: Array, b: Array, vb: Array) -> tuple[float, Array, float]:
    """F of q coefficients `b` together, with covariance `vb` (q x q), its two degrees of freedom and P value.

    nu is that of the Wishart matrix with the total variance of `vb`, scaled to the identity as its mean (clubSandwich's HTZ); of one
    coefficient it is Satterthwaite's. NaN where no degrees of freedom are left.
    """
    count = range(len(b))
    between = _covariances(basis, parts)
    values, vectors = np.linalg.eigh([[np.trace(between(s, t)) for t in count] for s in count])
    if not np.all(np.isfinite(vb)) or values[0] <= np.finfo(float).eps * values[-1]:
        return np.nan, np.array([len(b), np.nan]), np.nan
    between = _covariances(basis, parts @ (vectors / np.sqrt(values)))
    total = 0.0
    for s in count:
        for t in count:
            both = between(s, t)
            total += float(np.sum(between(s, s) * between(t, t)) + np.sum(both * both.T))
    nu = len(b) * (len(b) + 1) / total
    df = np.array([len(b), nu - len(b) + 1])
    if df[1] <= 0:
        return np.nan, df, np.nan
    T2, _, _ = wald(b[None], vb[None], [*count], np.array([np.nan]))
    F = float(df[1] / (nu * len(b)) * T2[0])
    return F, df, float(special.fdtrc(*df, F))
