"""Where R stops: the searches behind those of metafor's numbers that are not run to the end, retraced on our functions.

metafor's `uniroot` ends within `.Machine$double.eps^0.25` of a root and its Fisher scoring, unless told otherwise, when
tau2 moves by less than 1e-5. Retracing a search on our own function gives R's number if, and only if, the function is the
same; so these numbers can be compared as sharply as all others, beside the root itself.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

UNIROOT = float(np.finfo(float).eps ** 0.25)
THRESHOLD = 1e-5


def uniroot(f: Callable[[float], float], low: float, high: float, tolerance: float = UNIROOT) -> float:
    """The root that R's `uniroot` reports: Brent's (1973) zero finder, which stops within `tolerance`."""
    a, b = low, high
    fa, fb = f(a), f(b)
    c, fc = a, fa
    while True:
        before = b - a
        if abs(fc) < abs(fb):
            a, b, c = b, c, b
            fa, fb, fc = fb, fc, fb
        near = 2 * np.finfo(float).eps * abs(b) + tolerance / 2
        step = (c - b) / 2
        if abs(step) <= near or fb == 0:
            return b
        if abs(before) >= near and abs(fa) > abs(fb):
            gap = c - b
            if a == c:
                p, q = gap * (fb / fa), 1 - fb / fa
            else:
                r, s, t = fa / fc, fb / fc, fb / fa
                p = t * (gap * r * (r - s) - (b - a) * (s - 1))
                q = (r - 1) * (s - 1) * (t - 1)
            if p > 0:
                q = -q
            else:
                p = -p
            if p < 0.75 * gap * q - abs(near * q) / 2 and p < abs(before * q / 2):
                step = p / q
        if abs(step) < near:
            step = near if step > 0 else -near
        a, fa = b, fb
        b += step
        fb = f(b)
        if (fb > 0) == (fc > 0):
            c, fc = a, fa


def upward(f: Callable[[float], float], high: float) -> float:
    """The end of an interval that `uniroot` extends upwards until an increasing function is not negative there."""
    further = 0.01 * high
    while f(high) < 0:
        high += further
        further *= 2
    return high


def fisher_scoring(
    y: np.ndarray, v: np.ndarray, design: np.ndarray | None = None, threshold: float = THRESHOLD
) -> float:
    """tau2 by REML as `rma` reports it at `threshold` (its default): scoring from Hedges' estimate."""
    k = len(y)
    x = np.ones((k, 1)) if design is None else np.asarray(design, dtype=float)

    def likelihood(tau2: float) -> float:
        w = 1 / (v + tau2)
        gram = x.T @ (w[:, None] * x)
        gap = y - x @ np.linalg.solve(gram, x.T @ (w * y))
        return float(np.sum(np.log(w)) - np.linalg.slogdet(gram)[1] - np.sum(w * gap**2)) / 2

    def projection(w: np.ndarray) -> np.ndarray:
        return np.diag(w) - (w[:, None] * x) @ np.linalg.solve(x.T @ (w[:, None] * x), x.T * w)

    plain = projection(np.ones(k))
    tau2 = max(0.0, float(y @ plain @ y - np.sum(np.diag(plain) * v)) / (k - x.shape[1]))
    for _ in range(100 if threshold == THRESHOLD else 10000):
        P = projection(1 / (v + tau2))
        pull = P @ y
        step = float(pull @ pull - np.trace(P)) / float(np.sum(P * P))
        while tau2 + step < 0:
            step /= 2
        tau2 += step
        if abs(step) <= threshold:
            break
    # R gives 0 where the likelihood is higher there, by more than the tolerance that the files set
    rise = UNIROOT if threshold == THRESHOLD else 1e-12
    if np.all(v > 0) and tau2 > threshold and likelihood(0.0) - likelihood(tau2) > rise:
        return 0.0
    return tau2


def iterated_sj(y: np.ndarray, v: np.ndarray, design: np.ndarray | None, threshold: float) -> float:
    """tau2 by the iterated estimator of Sidik and Jonkman, which nears 0 by ever smaller steps: where R stops, if it does."""
    k = len(y)
    x = np.ones((k, 1)) if design is None else np.asarray(design, dtype=float)
    tau2 = float(np.var(y))
    for _ in range(10000):
        w = 1 / (v + tau2)
        gap = y - x @ np.linalg.solve(x.T @ (w[:, None] * x), x.T @ (w * y))
        before, tau2 = tau2, tau2 * float(np.sum(w * gap**2)) / (k - x.shape[1])
        if abs(tau2 - before) <= threshold:
            return tau2
    return float("inf")


def rounding(y: np.ndarray, v: np.ndarray, design: np.ndarray | None) -> tuple[float, float]:
    """What R's Q may be off by, and the share of the trace of its P: it forms P = W - WX(X'WX)^-1 X'W, whose entries
    nearly cancel where weights are of very different size. (Moderators far from 0 have a tolerance of their own.)"""
    if design is not None and np.max(v) < 1e6 * np.min(v):
        return 0.0, 0.0
    k = len(y)
    x = np.ones((k, 1)) if design is None else np.asarray(design, dtype=float)
    lost = float(np.finfo(float).eps * np.linalg.cond(x / np.sqrt(v)[:, None]) ** 2)
    gram = x.T @ (x / v[:, None])
    trace = float(np.sum(1 / v) - np.trace(np.linalg.solve(gram, x.T @ (x / v[:, None] ** 2))))
    return lost * float(np.sum(y**2 / v)), lost * float(np.sum(1 / v)) / max(trace, np.finfo(float).tiny)


def files_threshold(y: np.ndarray) -> float:
    """The threshold at which the files' own iterations stop: coarse where effects are small."""
    return 1e-12 * max(1.0, float(np.var(y, ddof=1)))


def exact_least_squares(
    y: np.ndarray, w: np.ndarray, design: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    """Weighted least squares in rational arithmetic: coefficients, (X'WX)^-1 and the residual sum of squares."""
    rows = [[Fraction(float(value)) for value in row] for row in design]
    weights, values = [Fraction(float(one)) for one in w], [Fraction(float(one)) for one in y]
    p = len(rows[0])
    table = [
        [sum((one * r[i] * r[j] for one, r in zip(weights, rows, strict=True)), Fraction()) for j in range(p)]
        + [sum((one * r[i] * z for one, r, z in zip(weights, rows, values, strict=True)), Fraction())]
        + [Fraction(int(i == j)) for j in range(p)]
        for i in range(p)
    ]
    for i in range(p):  # a Gram matrix needs no exchange of rows
        table[i] = [value / table[i][i] for value in table[i]]
        for j in range(p):
            if j != i:
                factor = table[j][i]
                table[j] = [one - factor * two for one, two in zip(table[j], table[i], strict=True)]
    b = [row[p] for row in table]
    rss = sum(
        (
            one * (z - sum((c * d for c, d in zip(b, r, strict=True)), Fraction())) ** 2
            for one, z, r in zip(weights, values, rows, strict=True)
        ),
        Fraction(),
    )
    inverse = np.array([[float(value) for value in row[p + 1 :]] for row in table])
    return np.array([float(value) for value in b]), inverse, float(rss)
