"""Cluster-robust tests: standard errors that hold even where the model of the dependence is wrong.

CR1 with C / (C - p) and t with C - p degrees of freedom is metafor's `robust`; CR2 with Satterthwaite's degrees of
freedom is the small-sample correction of Bell & McCaffrey (2002) as Pustejovsky & Tipton (2018) generalised it
(clubSandwich).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evergreen.metaanalysis.coefficients import Coefficients, tests_of
from evergreen.metaanalysis.generalised_least_squares import Clusters, Solution
from evergreen.metaanalysis.inverse_variance import Fit
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.multilevel import MultilevelFit


@dataclass(frozen=True)
class ClusterRobust(Coefficients):
    """Coefficients (p) with cluster-robust standard errors, each with degrees of freedom `df` (p) of its own; `kind` CR1 or CR2."""

    kind: str


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
    bread = solution.covariance
    weighted = solution.inverse @ clusters.x * clusters.used[:, :, None]
    if kind == "CR1":
        count = len(clusters.names)
        scores = np.einsum("cmp,cm->cp", weighted, solution.residual)
        vb = bread @ (scores.T @ scores) @ bread * count / (count - clusters.p)
        df = np.full(clusters.p, float(count - clusters.p))
    elif kind == "CR2":
        adjustment = _adjustments(clusters, marginal, bread)
        scores = np.einsum("cmp,cmn,cn->cp", weighted, adjustment, solution.residual)
        vb = bread @ (scores.T @ scores) @ bread
        df = _satterthwaite(clusters, marginal, bread, weighted, adjustment)
    else:
        raise ValueError(f"unknown robust estimator: {kind}")
    return ClusterRobust(**vars(tests_of(solution.b, vb, df, level)), kind=kind)


def _adjustments(clusters: Clusters, marginal: Array, bread: Array) -> Array:
    """A = D' (D (M - X B X') D')^{-1/2} D with M = D'D, cluster by cluster (C x m x m)."""
    root = np.swapaxes(np.linalg.cholesky(marginal), 1, 2)
    inner = root @ (marginal - clusters.x @ bread @ np.swapaxes(clusters.x, 1, 2)) @ np.swapaxes(root, 1, 2)
    # the padding must not set the scale by which an eigenvalue counts as 0
    inner = inner * (clusters.used[:, :, None] * clusters.used[:, None, :])
    values, vectors = np.linalg.eigh((inner + np.swapaxes(inner, 1, 2)) / 2)
    floor = 16 * np.finfo(float).eps * values.shape[1] * values.max(axis=1, keepdims=True)
    power = np.where(values > floor, 1 / np.sqrt(np.maximum(values, floor)), 0.0)
    half = (vectors * power[:, None, :]) @ np.swapaxes(vectors, 1, 2)
    return np.swapaxes(root, 1, 2) @ half @ root


def _satterthwaite(
    clusters: Clusters, marginal: Array, bread: Array, weighted: Array, adjustment: Array
) -> Array:
    """Degrees of freedom of each coefficient: (sum of P_ii)^2 / sum of P_ij^2 over pairs of clusters."""
    loaded = np.einsum("cmn,cnp->cmp", adjustment, weighted) @ bread
    # (I - H)' A W X B c, of which cluster j's own part and what it takes from the others through the coefficients
    own = np.einsum("cmp,cmn,cnp->cp", loaded, marginal, loaded)
    through = np.einsum("cmq,cmp->cpq", clusters.x, loaded)
    degrees = np.empty(clusters.p)
    for coefficient in range(clusters.p):
        t = through[:, coefficient, :]
        pairs = -(t @ bread @ t.T)
        pairs[np.arange(len(pairs)), np.arange(len(pairs))] += own[:, coefficient]
        degrees[coefficient] = np.trace(pairs) ** 2 / np.sum(pairs**2)
    return degrees
