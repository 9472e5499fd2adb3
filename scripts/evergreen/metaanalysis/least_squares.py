"""Many meta-analyses side by side: padded arrays, and the weighted least squares that every model stands on.

A batch holds B meta-analyses with at most k studies each. Arrays are B x k; where a meta-analysis has fewer
studies the rest is padding with `used` = 0. One meta-analysis is a batch of one. Leave-one-out, cumulative and
bootstrap analyses are batches too, so that they cost one pass instead of a loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Batch:
    """Effects `yi` and sampling variances `vi` (B x k), the design, and which cells are used (B x k of 0 and 1).

    The design is kept as an orthonormal basis `basis` (B x k x p) and the triangle `triangle` (B x p x p) with
    X = basis @ triangle, so that a badly scaled moderator (a year) costs no digits. `basis` is None for the model
    with an intercept only, the common case, which then needs sums alone.
    """

    yi: Array
    vi: Array
    used: Array
    basis: Array | None
    triangle: Array | None
    intercept: bool

    @classmethod
    def of(
        cls,
        yi: ArrayLike,
        vi: ArrayLike,
        design: ArrayLike | None = None,
        used: ArrayLike | None = None,
    ) -> Batch:
        """A batch from effects and variances (k, or B x k) and a design (k x p, or B x k x p; default an intercept).

        `used` (B x k of 0 and 1) says which studies each meta-analysis has; default all of them. Raises ValueError where
        the columns of a design depend on each other.
        """
        y = np.atleast_2d(np.asarray(yi, dtype=float))
        v = np.atleast_2d(np.asarray(vi, dtype=float))
        mask = np.ones_like(y) if used is None else np.atleast_2d(np.asarray(used, dtype=float))
        y, v, mask = np.broadcast_arrays(y, v, mask)
        y, v = np.where(mask > 0, y, 0.0), np.where(mask > 0, v, 1.0)
        if design is None:
            return cls(y, v, mask, None, None, True)
        x = np.asarray(design, dtype=float)
        x = np.broadcast_to(x if x.ndim == 3 else x[None], (*y.shape, x.shape[-1])) * mask[:, :, None]
        if x.shape[2] == 1 and bool(np.all(x[:, :, 0] == mask)):
            return cls(y, v, mask, None, None, True)
        basis, triangle = np.linalg.qr(x)
        diagonal = np.abs(np.diagonal(triangle, axis1=1, axis2=2))
        length = np.sqrt(np.einsum("bkp,bkp->bp", x, x))
        if np.any(diagonal <= 1e-10 * np.maximum(length, np.finfo(float).tiny)):
            raise ValueError("the columns of the design depend on each other")
        return cls(y, v, mask, basis, triangle, bool(np.all(x[:, :, 0] == mask)))

    @classmethod
    def ragged(cls, yis: Sequence[ArrayLike], vis: Sequence[ArrayLike]) -> Batch:
        """A batch of B meta-analyses of different sizes, each with its own effects and variances, with an intercept only."""
        size = max(len(np.asarray(y)) for y in yis)
        shape = (len(yis), size)
        y, v, mask = np.zeros(shape), np.ones(shape), np.zeros(shape)
        for row, (one, its_variances) in enumerate(zip(yis, vis, strict=True)):
            effects = np.asarray(one, dtype=float)
            y[row, : len(effects)] = effects
            v[row, : len(effects)] = np.asarray(its_variances, dtype=float)
            mask[row, : len(effects)] = 1.0
        return cls(y, v, mask, None, None, True)

    @property
    def k(self) -> Array:
        """Number of studies of each meta-analysis (B)."""
        return self.used.sum(axis=1)

    @property
    def p(self) -> int:
        """Number of coefficients."""
        return 1 if self.basis is None else self.basis.shape[2]

    @property
    def length(self) -> NDArray[np.intp]:
        """Columns up to the last study of each meta-analysis (B)."""
        return self.used.shape[1] - (self.used[:, ::-1] > 0).argmax(axis=1)

    def take(self, rows: Any, length: int | None = None) -> Batch:
        """The meta-analyses `rows` (index or mask over B) as a batch, of their first `length` columns (default all)."""
        basis = None if self.basis is None else self.basis[rows, :length]
        triangle = None if self.triangle is None else self.triangle[rows]
        yi, vi, used = (of[:, :length][rows] for of in (self.yi, self.vi, self.used))
        return Batch(yi, vi, used, basis, triangle, self.intercept)

    def design(self) -> Array:
        """The design matrix X (B x k x p)."""
        if self.basis is None or self.triangle is None:
            return self.used[:, :, None]
        return self.basis @ self.triangle

    def weights(self, tau2: Array) -> Array:
        """Inverse-variance weights 1 / (vi + tau2), 0 in the padding; `tau2` has B values."""
        return self.used / (self.vi + tau2[:, None])

    def cross(self, w: Array) -> Array:
        """X' diag(w) X in the coordinates of the basis (B x p x p)."""
        if self.basis is None:
            return w.sum(axis=1)[:, None, None]
        return np.swapaxes(self.basis * w[:, :, None], 1, 2) @ self.basis

    def solve(self, w: Array) -> Solution:
        """Weighted least squares of yi on the design with weights `w` (B x k)."""
        if self.basis is None:
            weight = w.sum(axis=1)
            # deviations from a rough mean first: effects that are large beside their spread lose no digits
            centre = self.yi[:, 0]
            shift = total(w, self.yi - centre[:, None]) / weight
            b, inverse = (centre + shift)[:, None], (1.0 / weight)[:, None, None]
            fitted = b
        else:
            inverse = np.linalg.inv(self.cross(w))
            b = (inverse @ np.einsum("bkp,bk->bp", self.basis, w * self.yi)[:, :, None])[:, :, 0]
            fitted = np.einsum("bkp,bp->bk", self.basis, b)
        residual = (self.yi - fitted) * self.used
        return Solution(b, inverse, residual, np.einsum("bk,bk,bk->b", w, residual, residual))

    def coefficients(self, b: Array, covariance: Array) -> tuple[Array, Array]:
        """Coefficients and their covariance in the terms of the design that was given, from those of the basis."""
        if self.triangle is None:
            return b, covariance
        back = np.linalg.inv(self.triangle)
        return (back @ b[:, :, None])[:, :, 0], back @ covariance @ np.swapaxes(back, 1, 2)

    def log_determinant(self, w: Array) -> Array:
        """log |X'WX| of the design that was given (B)."""
        value = np.log(w.sum(axis=1)) if self.basis is None else np.linalg.slogdet(self.cross(w))[1]
        if self.triangle is not None:
            value = value + 2.0 * np.linalg.slogdet(self.triangle)[1]
        return value

    def traces(self, w: Array, inverse: Array) -> tuple[Array, Array]:
        """tr(P) and tr(PP) of the residual projection P = W - WX (X'WX)^-1 X'W (B each)."""
        if self.basis is None:
            weight, squares = w.sum(axis=1), total(w, w)
            ratio = squares / weight
            return weight - ratio, squares - 2.0 * np.einsum("bk,bk,bk->b", w, w, w) / weight + ratio**2
        _, trace, square = self._traces(w, inverse, self.used)
        return trace, square

    def traces_with(self, w: Array, inverse: Array, v: Array) -> tuple[Array, Array, Array]:
        """tr(PV), tr(PVPV) and tr(PVP) for a diagonal V (B x k), P as in `traces` (B each)."""
        once, trace, square = self._traces(w, inverse, v)
        mixed = (
            (w**2 * v).sum(axis=1)
            - 2.0 * np.trace(inverse @ self.cross(w**3 * v), axis1=1, axis2=2)
            + np.einsum("bij,bji->b", once, inverse @ self.cross(w**2))
        )
        return trace, square, mixed

    def _traces(self, w: Array, inverse: Array, v: Array) -> tuple[Array, Array, Array]:
        """(X'WX)^-1 X'WVWX (B x p x p), tr(PV) and tr(PVPV) (B each)."""
        once = inverse @ self.cross(w**2 * v)
        trace = (w * v).sum(axis=1) - np.trace(once, axis1=1, axis2=2)
        square = (
            ((w * v) ** 2).sum(axis=1)
            - 2.0 * np.trace(inverse @ self.cross(w**3 * v**2), axis1=1, axis2=2)
            + np.einsum("bij,bji->b", once, once)
        )
        return once, trace, square


@dataclass(frozen=True)
class Solution:
    """A weighted least squares fit of a batch in the coordinates of its basis.

    `b` B x p, `inverse` B x p x p = (X'WX)^-1, `residual` B x k (0 in the padding), `rss` B = r'Wr.
    """

    b: Array
    inverse: Array
    residual: Array
    rss: Array


def inverted(matrix: Array) -> Array:
    """Inverse of small symmetric matrices (B x p x p); p = 1 is a division."""
    return 1.0 / matrix if matrix.shape[-1] == 1 else np.linalg.inv(matrix)


def total(values: Array, others: Array) -> Array:
    """Sum of products along the studies (B), without a temporary array."""
    return np.einsum("bk,bk->b", values, others)
