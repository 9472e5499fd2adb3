"""Effects that depend on each other within clusters: block matrices, and the likelihood of covariance components.

Effects are sorted into C clusters of at most m effects; arrays are C x m (...) with padding that weighs nothing. The
covariance of a cluster is V + sum_j theta_j B_j, so that score and information of the components theta are sums over
clusters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evergreen.metaanalysis.least_squares import Array


@dataclass(frozen=True)
class Clusters:
    """Effects `y` (C x m), design `x` (C x m x p), sampling covariances `v` (C x m x m), mask `used`.

    `place` (k x 2) says where each effect of the original order stands; `names` are the clusters in order of appearance.
    """

    y: Array
    x: Array
    v: Array
    used: Array
    place: np.ndarray
    names: list[str]

    @classmethod
    def of(
        cls,
        yi: ArrayLike,
        vi: ArrayLike,
        cluster: Sequence[object],
        design: ArrayLike | None = None,
        *,
        rho: float = 0.0,
        covariance: ArrayLike | None = None,
    ) -> Clusters:
        """Sort k effects `yi` with sampling variances `vi` and a `design` (k x p; default an intercept) into clusters.

        `cluster` (k) names the cluster of each effect. Within a cluster the sampling errors have correlation `rho`, or the covariances
        of the k x k matrix `covariance` (of which only the blocks of the clusters are used, and `vi` is not).
        """
        y, variances = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
        x = np.ones((len(y), 1)) if design is None else np.asarray(design, dtype=float)
        names = list(dict.fromkeys(str(one) for one in cluster))
        number = {name: position for position, name in enumerate(names)}
        rows = np.array([number[str(one)] for one in cluster])
        columns = np.array([int((rows[:position] == row).sum()) for position, row in enumerate(rows)])
        size = (len(names), int(columns.max()) + 1)
        blocked_y, blocked_x, used = np.zeros(size), np.zeros((*size, x.shape[1])), np.zeros(size)
        index = np.arange(size[1])
        blocked_y[rows, columns], blocked_x[rows, columns], used[rows, columns] = y, x, 1.0
        if covariance is None:
            sd = np.zeros(size)
            sd[rows, columns] = np.sqrt(variances)
            v = rho * sd[:, :, None] * sd[:, None, :]
            v[:, index, index] = sd**2
        else:
            whole, v = np.asarray(covariance, dtype=float), np.zeros((*size, size[1]))
            for name in range(len(names)):
                members = np.flatnonzero(rows == name)
                v[name][np.ix_(columns[members], columns[members])] = whole[np.ix_(members, members)]
        v[:, index, index] += 1.0 - used  # of the padding
        return cls(blocked_y, blocked_x, v, used, np.column_stack([rows, columns]), names)

    @property
    def k(self) -> int:
        """Number of effects."""
        return len(self.place)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return self.x.shape[2]

    @property
    def tested(self) -> list[int]:
        """The coefficients of an omnibus test: all but an intercept that stands before others."""
        others = self.p > 1 and bool(np.all(self.flat(self.x)[:, 0] == 1))
        return list(range(int(others), self.p))

    def flat(self, blocked: Array) -> Array:
        """Values C x m (...) as k (...), in the original order of the effects."""
        return blocked[self.place[:, 0], self.place[:, 1]]

    def solve(self, marginal: Array) -> Solution:
        """Generalised least squares with `marginal`, the covariance blocks M of the effects (C x m x m): sampling errors and random effects."""
        inverse = np.linalg.inv(marginal)
        weighted = inverse @ self.x
        information = np.einsum("cmp,cmq->pq", self.x, weighted)
        covariance = np.linalg.inv(information)
        b = covariance @ np.einsum("cmp,cm->p", weighted, self.y)
        residual = (self.y - self.x @ b) * self.used
        # a second pass takes the rounding of the first out
        b = b + covariance @ np.einsum("cmp,cm->p", weighted, residual)
        residual = (self.y - self.x @ b) * self.used
        rss = float(np.einsum("cm,cmn,cn->", residual, inverse, residual))
        return Solution(b, covariance, residual, rss, inverse, float(np.linalg.slogdet(marginal)[1].sum()))

    def log_likelihood(self, solution: Solution, restricted: bool) -> float:
        """Log-likelihood at a solution, with its constants; the restricted one with metafor's log |X'X| / 2."""
        value = -0.5 * (solution.log_determinant + solution.rss)
        if not restricted:
            return value - 0.5 * self.k * np.log(2 * np.pi)
        flat = self.flat(self.x)
        volume = np.linalg.slogdet(flat.T @ flat)[1] + np.linalg.slogdet(solution.covariance)[1]
        return float(value - 0.5 * (self.k - self.p) * np.log(2 * np.pi) + 0.5 * volume)

    def score(self, solution: Solution, bases: Sequence[Array], restricted: bool) -> Array:
        """Derivative of the (restricted) log-likelihood in the components (q) that multiply the blocks `bases` (C x m x m each)."""
        pull = np.einsum("cmn,cn->cm", solution.inverse, solution.residual)
        weighted = solution.inverse @ self.x
        slopes = []
        for base in bases:
            quadratic = np.sum(pull * (base @ pull[:, :, None])[:, :, 0])
            trace = np.sum(solution.inverse * base)
            if restricted:
                trace -= np.sum(solution.covariance * np.einsum("cmp,cmq->pq", weighted, base @ weighted))
            slopes.append(0.5 * (quadratic - trace))
        return np.array(slopes)


@dataclass(frozen=True)
class Solution:
    """A fit by generalised least squares.

    Coefficients `b` (p) and their `covariance` (p x p), `residual` (C x m, 0 in the padding), `rss` = r'M^-1 r, and of the blocks M the
    `inverse` (C x m x m) and the sum of their log determinants.
    """

    b: Array
    covariance: Array
    residual: Array
    rss: float
    inverse: Array
    log_determinant: float
