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


def fisher_scoring(y: np.ndarray, v: np.ndarray, design: np.ndarray | None = None) -> float:
    """tau2 by REML as `rma` reports it at its default threshold: scoring from Hedges' estimate."""
    k = len(y)
    x = np.ones((k, 1)) if design is None else np.asarray(design, dtype=float)

    def projection(w: np.ndarray) -> np.ndarray:
        return np.diag(w) - (w[:, None] * x) @ np.linalg.solve(x.T @ (w[:, None] * x), x.T * w)

    plain = projection(np.ones(k))
    tau2 = max(0.0, float(y @ plain @ y - np.sum(np.diag(plain) * v)) / (k - x.shape[1]))
    for _ in range(100):
        P = projection(1 / (v + tau2))
        pull = P @ y
        step = float(pull @ pull - np.trace(P)) / float(np.sum(P * P))
        while tau2 + step < 0:
            step /= 2
        tau2 += step
        if abs(step) <= THRESHOLD:
            break
    return tau2


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
