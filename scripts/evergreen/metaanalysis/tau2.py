"""Estimators of the between-study variance tau2, for a whole batch of meta-analyses at once.

Every estimate is truncated at 0. Names are metafor's. With P = W - WX(X'WX)^-1 X'W, W = diag(1 / (vi + tau2)):

* closed: DL (DerSimonian & Laird 1986), DL2 (DerSimonian & Kacker 2007, two steps), HE (Hedges & Olkin 1985), HS and
  HSk (Hunter & Schmidt 2004, with Brannick et al.'s k / (k - p)), SJ (Sidik & Jonkman 2005);
* roots of the generalised Q: PM (Paule & Mandel 1982) solves y'Py = k - p; EB (Morris 1983) and SJIT (iterated SJ) are
  fixed points of the same equation; PMM puts the median of chi2 on the right side (Viechtbauer 2021);
* likelihood: ML and REML, at the global maximum: the score is scanned over an interval outside which it has no root,
  every descending root is polished, and the likelihoods of the candidates and of tau2 = 0 are compared.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from evergreen.metaanalysis.least_squares import Array, Batch, inverted, total

COMMON = ("EE", "FE", "CE")

GRID_POINTS = 16
CACHED = 20480
"""Cells of a part of a batch: some six arrays of as many numbers stay in a processor's own cache."""
MANY = 64
"""Meta-analyses of which the likelihood is scanned with single precision first."""
TOLERANCE = 1e-9
"""Share of the smallest sampling variance up to which an estimate is 0 but for rounding: where iterations stop."""
NEWTON_STEPS = 100


def estimate(batch: Batch, method: str) -> Array:
    """tau2 of each meta-analysis (B) by `method`; 0 for a common-effect model, and where k <= p nothing is left to estimate.

    Raises ValueError for an estimator that does not exist.
    """
    if method in COMMON:
        return np.zeros(len(batch.yi))
    if method not in ESTIMATORS:
        raise ValueError(f"unknown estimator of tau2: {method}")
    tau2 = np.zeros(len(batch.yi))
    rows = np.flatnonzero(batch.k > batch.p)
    # a part at a time, so that the arrays of an iteration stay in the processor's cache; those of one length together, without padding
    length = batch.length[rows]
    as_given = not len(rows) or length.min() == batch.yi.shape[1]
    if not as_given:
        order = np.argsort(length, kind="stable")
        rows, length = rows[order], length[order]
    start = 0
    while start < len(rows):
        end = start + max(1, CACHED // int(length[start]))
        part = rows[start:end]
        every = as_given and len(part) == len(tau2)
        whole = batch if every else batch.take(part, int(length[start:end].max()))
        tau2[part] = np.maximum(ESTIMATORS[method](whole), 0.0)
        start = end
    return tau2


def above_zero(batch: Batch, tau2: Array) -> NDArray[np.bool_]:
    """Whether each tau2 (B) is more than 0 by more than the estimators' tolerance."""
    return tau2 > TOLERANCE * np.where(batch.used > 0, batch.vi, np.inf).min(axis=1)


def standard_error(batch: Batch, method: str, tau2: Array) -> Array:
    """Standard error of the estimate (B), as metafor reports it; NaN for a common-effect model and where k <= p."""
    count = len(batch.yi)
    if method in COMMON:
        return np.full(count, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(batch.k > batch.p, _standard_error(batch, method, tau2), np.nan)


def _standard_error(batch: Batch, method: str, tau2: Array) -> Array:
    count = len(batch.yi)
    k, p = batch.k, batch.p
    df = np.where(k > p, k - p, np.nan)
    if method in {"HE", "SJ", "DL2"}:
        start = _dl(batch).clip(0.0) if method == "DL2" else _variance(batch)
        w = batch.used if method == "HE" else batch.weights(start)
        inverse = inverted(batch.cross(w))
        trace, square = batch.traces(w, inverse)
        _, square_v, mixed = batch.traces_with(w, inverse, batch.vi * batch.used)
        spread = np.sqrt(2 * square_v + 4 * tau2 * mixed + 2 * tau2**2 * square)
        if method == "DL2":
            return spread / trace
        return (start if method == "SJ" else 1.0) / df * spread
    if method in {"HS", "HSk", "DL"}:
        w = batch.weights(np.zeros(count))
        trace, square = batch.traces(w, inverted(batch.cross(w)))
        spread = np.sqrt(2 * df + 4 * tau2 * trace + 2 * tau2**2 * square)
        if method == "DL":
            return spread / trace
        return spread / w.sum(axis=1) * (k / df if method == "HSk" else 1.0)
    w = batch.weights(tau2)
    if method == "ML":
        return np.sqrt(2 / (w**2).sum(axis=1))
    if method == "REML":
        return np.sqrt(2 / batch.traces(w, inverted(batch.cross(w)))[1])
    return np.sqrt(2 * k**2 / df) / w.sum(axis=1)


def generalised_q(batch: Batch, tau2: Array) -> tuple[Array, Array]:
    """Q(tau2) = y'Py and its derivative -y'PPy (B each); Q is convex and decreasing in tau2."""
    w = batch.weights(tau2)
    fit = batch.solve(w)
    pull = w * fit.residual
    return fit.rss, -total(pull, pull)


def q_root(batch: Batch, target: Array) -> Array:
    """The tau2 >= 0 with Q(tau2) = target (B), 0 where Q(0) is below it already.

    Newton's method on 1 / Q, which is nearly a straight line: exact in one step for equal variances.
    """
    tau2 = np.zeros(len(batch.yi))
    value, slope = generalised_q(batch, tau2)
    active = np.flatnonzero(value > target)
    for _ in range(NEWTON_STEPS):
        if not len(active):
            break
        part = batch if len(active) == len(tau2) else batch.take(active)
        value, slope = generalised_q(part, tau2[active])
        step = (value / target[active] - 1.0) * value / -slope
        before = tau2[active]
        tau2[active] = np.maximum(before + step, before * 0.01)
        active = active[np.abs(tau2[active] - before) > 4e-15 * (tau2[active] + part.vi.min(axis=1))]
    return tau2


def profiled(batch: Batch, tau2: Array, restricted: bool) -> Array:
    """Log-likelihood (B) at `tau2` (B), maximised over the coefficients; the restricted one as metafor's (with log|X'X| / 2)."""
    w = batch.weights(tau2)
    spread = (np.log(batch.vi + tau2[:, None]) * batch.used).sum(axis=1)
    value = -0.5 * (spread + batch.solve(w).rss)
    if not restricted:
        return value - 0.5 * batch.k * np.log(2 * np.pi)
    volume = batch.log_determinant(batch.used) - batch.log_determinant(w)
    return value - 0.5 * (batch.k - batch.p) * np.log(2 * np.pi) + 0.5 * volume


def _variance(batch: Batch) -> Array:
    """Variance of the effects with denominator k (B)."""
    mean = batch.yi.sum(axis=1) / batch.k
    return (((batch.yi - mean[:, None]) * batch.used) ** 2).sum(axis=1) / batch.k


def _moment(batch: Batch, w: Array) -> Array:
    """Method of moments with fixed weights (DerSimonian & Kacker 2007): (y'Py - tr(PV)) / tr(P)."""
    fit = batch.solve(w)
    trace, _ = batch.traces(w, fit.inverse)
    trace_v, _, _ = batch.traces_with(w, fit.inverse, batch.vi * batch.used)
    return (fit.rss - trace_v) / trace


def _dl(batch: Batch) -> Array:
    w = batch.weights(np.zeros(len(batch.yi)))
    fit = batch.solve(w)
    return (fit.rss - (batch.k - batch.p)) / batch.traces(w, fit.inverse)[0]


def _hs(batch: Batch, factor: Array | float = 1.0) -> Array:
    w = batch.weights(np.zeros(len(batch.yi)))
    return (factor * batch.solve(w).rss - batch.k) / w.sum(axis=1)


def _sj(batch: Batch) -> Array:
    start = _variance(batch)
    return start * batch.solve(batch.weights(start)).rss / (batch.k - batch.p)


ESTIMATORS: dict[str, Callable[[Batch], Array]] = {
    "DL": _dl,
    "DL2": lambda batch: _moment(batch, batch.weights(np.maximum(_dl(batch), 0.0))),
    "HE": lambda batch: _moment(batch, batch.used),
    "HS": _hs,
    "HSk": lambda batch: _hs(batch, batch.k / (batch.k - batch.p)),
    "SJ": _sj,
    "ML": lambda batch: _likelihood(batch, restricted=False),
    "REML": lambda batch: _likelihood(batch, restricted=True),
    **dict.fromkeys(("EB", "PM", "SJIT"), lambda batch: q_root(batch, batch.k - batch.p)),
    "PMM": lambda batch: q_root(batch, special.chdtri(batch.k - batch.p, 0.5)),
}


def _scan(batch: Batch, grid: Array, restricted: bool) -> Array:
    """Twice the derivative of the log-likelihood at each point of a grid (B x g)."""
    if batch.basis is not None:
        repeated = batch.take(np.repeat(np.arange(len(batch.yi)), grid.shape[1]))
        return _score_and_slope(repeated, grid.ravel(), restricted)[0].reshape(grid.shape)
    mean = batch.yi.sum(axis=1) / batch.k
    used, vi, at = batch.used.T, batch.vi.T, grid.T
    y = batch.yi.T - mean * used
    if len(grid) < MANY:
        return _scores(used, vi, y, at, restricted)[0].T
    # Of many, the sign is told with half the digits first; in double precision where rounding might have turned it.
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        short = [np.ascontiguousarray(of, np.float32) for of in (used, vi, y, at)]
        rough, size = _scores(short[0], short[1], short[2], short[3], restricted)
        rounding = np.finfo(np.float32).eps * (batch.k + 8) * size
        rows = np.flatnonzero(~(np.abs(rough) > rounding).all(axis=0))
    scores = rough.T.astype(float)
    if len(rows):
        scores[rows] = _scores(used[:, rows], vi[:, rows], y[:, rows], at[:, rows], restricted)[0].T
    return scores


def _scores(used: Array, vi: Array, y: Array, grid: Array, restricted: bool) -> tuple[Array, Array]:
    """Twice the derivative of the log-likelihood of effects that were centred (k x B), at each point of a grid (g x B), and the sum of
    its terms' sizes (g x B each).

    Studies come first, so that the sums of many meta-analyses are taken side by side.
    """
    square, w, product = y * y, np.empty_like(y), np.empty_like(y)
    sums = np.empty((5, *grid.shape), dtype=y.dtype)  # of w, wy, ww, wwy and wwyy
    for point, at in enumerate(grid):
        np.divide(used, np.add(vi, at, out=w), out=w)
        np.add.reduce(w, axis=0, out=sums[0, point])
        np.add.reduce(np.multiply(w, y, out=product), axis=0, out=sums[1, point])
        np.multiply(w, w, out=w)
        np.add.reduce(w, axis=0, out=sums[2, point])
        np.add.reduce(np.multiply(w, y, out=product), axis=0, out=sums[3, point])
        np.add.reduce(np.multiply(w, square, out=product), axis=0, out=sums[4, point])
    trace, mean, information, weighed, spread = sums
    mean = mean / trace
    mixed, moved = 2 * mean * weighed, mean**2 * information
    lost = information / trace if restricted else np.zeros_like(trace)
    return spread - mixed + moved - trace + lost, spread + np.abs(mixed) + moved + trace + lost


def _score_and_slope(batch: Batch, tau2: Array, restricted: bool) -> tuple[Array, Array, Array]:
    """The score, its own derivative, and twice the expected information (B each)."""
    w = batch.weights(tau2)
    if batch.basis is None:
        return _score_and_slope_of_mean(batch, w, restricted)
    fit = batch.solve(w)
    pull = w * fit.residual
    projected = np.einsum("bkp,bk->bp", batch.basis, w * pull)
    lost = np.einsum("bi,bij,bj->b", projected, fit.inverse, projected)
    cube = np.einsum("bk,bk,bk->b", w, pull, pull) - lost
    if restricted:
        trace, information = batch.traces(w, fit.inverse)
    else:
        trace, information = w.sum(axis=1), total(w, w)
    return total(pull, pull) - trace, information - 2.0 * cube, information


def _score_and_slope_of_mean(batch: Batch, w: Array, restricted: bool) -> tuple[Array, Array, Array]:
    """As `_score_and_slope` with weights `w` (B x k) for an intercept only, where sums are enough."""
    weight, squares = w.sum(axis=1), w * w
    pull = batch.yi - batch.yi[:, :1]  # as in `solve`, so that large effects lose no digits
    pull -= (total(w, pull) / weight)[:, None]
    pull *= w
    trace, information = weight, squares.sum(axis=1)
    if restricted:
        ratio = information / weight
        trace, information = weight - ratio, information - 2.0 * total(squares, w) / weight + ratio**2
    spread, cube = total(pull, pull), np.einsum("bk,bk,bk->b", w, pull, pull)
    pull *= w
    return spread - trace, information - 2.0 * (cube - pull.sum(axis=1) ** 2 / weight), information


def _last_root(batch: Batch, lowest: Array, restricted: bool) -> Array:
    """A tau2 above which the likelihood only falls (B); `lowest` is the smallest sampling variance of each (B).

    With r the least squares residuals, y'PPy <= r'r / (t + min v)^2 and tr(P) >= (k - p) / (t + max v), so the score
    is negative beyond the positive root of a quadratic.
    """
    highest = np.where(batch.used > 0, batch.vi, 0.0).max(axis=1)
    a = batch.solve(batch.used).rss / (batch.k - batch.p * restricted)
    return np.maximum(0.0, 0.5 * (a + np.sqrt(a * a + 4 * a * (highest - lowest))) - lowest)


def _likelihood(batch: Batch, restricted: bool) -> Array:
    """Global maximum of the (restricted) likelihood in tau2 >= 0 (B)."""
    lowest = np.where(batch.used > 0, batch.vi, np.inf).min(axis=1)
    end = _last_root(batch, lowest, restricted) * (1 + 1e-9)
    # points are spread evenly on the scale of log(tau2 + min v): that is where the likelihood can bend;
    # a study without sampling variance makes tau2 = 0 impossible, and the scan starts just above it
    offset = np.where(lowest > 0, lowest, 1e-8 * end)
    offset = np.where(offset > 0, offset, 1.0)
    ratio = np.log1p(end / offset)
    grid = offset[:, None] * np.expm1(ratio[:, None] * np.linspace(0.0, 1.0, GRID_POINTS))
    grid[:, 0] = np.where(lowest > 0, 0.0, 0.5 * offset)
    scores = _scan(batch, grid, restricted)
    falls = (scores[:, :-1] > 0) & (scores[:, 1:] <= 0)
    row, cell = np.nonzero(falls)
    best = np.zeros(len(batch.yi))
    if not len(row):
        return best
    part = batch if len(row) == len(best) and np.array_equal(row, np.arange(len(best))) else batch.take(row)
    low, high = grid[row, cell], grid[row, cell + 1]
    start = _between(part, low, high, scores[row, cell], -scores[row, cell + 1])
    roots = _polish(part, low, high, start, restricted)
    # the maximum is unique where the score starts above 0 and falls once; elsewhere likelihoods decide
    several = (np.bincount(row, minlength=len(best)) > 1) | ((scores[:, 0] <= 0) & (lowest > 0))
    best[row] = roots
    contested = np.flatnonzero(several[row])
    if len(contested):
        rows = row[contested]
        candidates = batch.take(rows)
        bottom = np.where(lowest[rows] > 0, 0.0, grid[rows, 0])
        rise = profiled(candidates, roots[contested], restricted) - profiled(candidates, bottom, restricted)
        best[rows] = 0.0
        for position in np.argsort(rise, kind="stable"):
            if rise[position] > 0:
                best[rows[position]] = roots[contested[position]]
    return best


def _between(batch: Batch, low: Array, high: Array, gain: Array, loss: Array) -> Array:
    """A first guess of the root of the score between `low`, where it is `gain`, and `high`, where it is -`loss`.

    With one sampling variance v for all studies the score is a straight line when it is multiplied by (tau2 + v)^2; of many meta-analyses
    that saves a step, with the harmonic mean for v.
    """
    if len(low) >= MANY:
        with np.errstate(divide="ignore"):
            v = batch.k / (batch.used / batch.vi).sum(axis=1)
        gain, loss = gain * (low + v) ** 2, loss * (high + v) ** 2
    return low + (high - low) * gain / (gain + loss)


def _polish(batch: Batch, low: Array, high: Array, start: Array, restricted: bool) -> Array:
    """The root of the score between `low` (score > 0) and `high` (score <= 0), by Newton kept inside the bracket."""
    low, high = low.copy(), high.copy()
    root = start.copy()
    current = batch
    active = np.arange(len(root))
    floor = batch.vi.min(axis=1)
    for _ in range(NEWTON_STEPS):
        at = root[active]
        score, slope, information = _score_and_slope(current, at, restricted)
        positive = score > 0
        low[active] = np.where(positive, at, low[active])
        high[active] = np.where(positive, high[active], at)
        # where the curvature has the wrong sign the expected one (Fisher scoring) is used
        step = score / np.where(slope < 0, -slope, information)
        new = at + step
        inside = (new >= low[active]) & (new <= high[active])
        new = np.where(inside, new, 0.5 * (low[active] + high[active]))
        root[active] = new
        # the step after one of this size would be lost in rounding: convergence is quadratic
        moving = np.abs(new - at) > TOLERANCE * (new + floor[active])
        if not moving.any():
            break
        if not moving.all():
            active = active[moving]
            current = batch.take(active)
    return root
