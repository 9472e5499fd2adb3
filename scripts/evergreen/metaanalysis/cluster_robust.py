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
from evergreen.metaanalysis.generalised_least_squares import Blocks, Gls, blocks, gls
from evergreen.metaanalysis.inverse_variance import Fit
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.multilevel import MultilevelFit


@dataclass(frozen=True)
class Robust(Coefficients):
    """Coefficients with robust standard errors, and t tests with `df` of their own."""

    kind: str


def of_multilevel(fitted: MultilevelFit, kind: str = "CR2", level: float = 0.95) -> Robust:
    """Robust tests of a multilevel model, clustered by study."""
    return _robust(fitted.blocks, fitted.solved, fitted.total, kind, level)


def of_fit(
    yi: ArrayLike,
    vi: ArrayLike,
    cluster: list[object],
    fitted: Fit,
    design: ArrayLike | None = None,
    *,
    kind: str = "CR2",
    level: float = 0.95,
) -> Robust:
    """Robust tests of an ordinary random-effects model whose effects come in clusters."""
    of = blocks(yi, vi, cluster, design)
    total = of.v + float(fitted.tau2) * of.used[:, :, None] * np.eye(of.used.shape[1])
    return _robust(of, gls(of, total), total, kind, level)


def _robust(of: Blocks, solved: Gls, total: Array, kind: str, level: float) -> Robust:
    bread = solved.covariance
    weighted = solved.inverse @ of.x * of.used[:, :, None]
    if kind == "CR1":
        count = len(of.names)
        scores = np.einsum("cmp,cm->cp", weighted, solved.residual)
        vb = bread @ (scores.T @ scores) @ bread * count / (count - of.p)
        df = np.full(of.p, float(count - of.p))
    elif kind == "CR2":
        adjustment = _adjustments(of, total, bread)
        scores = np.einsum("cmp,cmn,cn->cp", weighted, adjustment, solved.residual)
        vb = bread @ (scores.T @ scores) @ bread
        df = _satterthwaite(of, total, bread, weighted, adjustment)
    else:
        raise ValueError(f"unknown robust estimator: {kind}")
    return Robust(**vars(tests_of(solved.b, vb, df, level)), kind=kind)


def _adjustments(of: Blocks, total: Array, bread: Array) -> Array:
    """A = D' (D (M - X B X') D')^{-1/2} D with M = D'D, cluster by cluster (C x m x m)."""
    root = np.swapaxes(np.linalg.cholesky(total), 1, 2)
    inner = root @ (total - of.x @ bread @ np.swapaxes(of.x, 1, 2)) @ np.swapaxes(root, 1, 2)
    # the padding must not set the scale by which an eigenvalue counts as 0
    inner = inner * (of.used[:, :, None] * of.used[:, None, :])
    values, vectors = np.linalg.eigh((inner + np.swapaxes(inner, 1, 2)) / 2)
    floor = 16 * np.finfo(float).eps * values.shape[1] * values.max(axis=1, keepdims=True)
    power = np.where(values > floor, 1 / np.sqrt(np.maximum(values, floor)), 0.0)
    half = (vectors * power[:, None, :]) @ np.swapaxes(vectors, 1, 2)
    return np.swapaxes(root, 1, 2) @ half @ root


def _satterthwaite(of: Blocks, total: Array, bread: Array, weighted: Array, adjustment: Array) -> Array:
    """Degrees of freedom of each coefficient: (sum of P_ii)^2 / sum of P_ij^2 over pairs of clusters."""
    loaded = np.einsum("cmn,cnp->cmp", adjustment, weighted) @ bread
    # (I - H)' A W X B c, of which cluster j's own part and what it takes from the others through the coefficients
    own = np.einsum("cmp,cmn,cnp->cp", loaded, total, loaded)
    through = np.einsum("cmq,cmp->cpq", of.x, loaded)
    degrees = np.empty(of.p)
    for coefficient in range(of.p):
        t = through[:, coefficient, :]
        pairs = -(t @ bread @ t.T)
        pairs[np.arange(len(pairs)), np.arange(len(pairs))] += own[:, coefficient]
        degrees[coefficient] = np.trace(pairs) ** 2 / np.sum(pairs**2)
    return degrees
