"""Kendall's rank correlation and its p value, without the half second that loading all of scipy's statistics takes."""

from __future__ import annotations

import math

import numpy as np
from scipy import special

from evergreen.metaanalysis.least_squares import Array

MOST_EXACT = 171
"""From this many numbers on the counts of orders are no doubles any more, and shares are added instead."""


def kendall(x: Array, y: Array, *, exact: bool) -> tuple[float, float]:
    """Kendall's tau-b of two lists of n numbers, and its two-sided p value.

    `exact` counts the orders of numbers without ties (Kendall 1970, Rank Correlation Methods); else the normal
    approximation, whose variance allows for ties. NaN where all numbers of one side are the same.
    """
    n = len(x)
    pairs = n * (n - 1) // 2
    x_ties, y_ties = _ties(x), _ties(y)
    tied_x, tied_y = int((x_ties * (x_ties - 1)).sum()) // 2, int((y_ties * (y_ties - 1)).sum()) // 2
    if pairs in (tied_x, tied_y):
        return math.nan, math.nan
    signs = np.sign(x[:, None] - x[None]) * np.sign(y[:, None] - y[None])
    excess = int(signs.sum()) // 2  # concordant less discordant pairs
    tau = float(min(1.0, max(-1.0, excess / np.sqrt(pairs - tied_x) / np.sqrt(pairs - tied_y))))
    if exact:
        return tau, _exact(n, (pairs - abs(excess)) // 2)
    m = n * (n - 1.0)
    variance = (
        (m * (2 * n + 5) - _weighed(x_ties, 5) - _weighed(y_ties, 5)) / 18
        + 2 * tied_x * tied_y / m
        + _weighed(x_ties, None) * _weighed(y_ties, None) / (9 * m * (n - 2))
    )
    return tau, float(2 * special.ndtr(-abs(excess / np.sqrt(variance))))


def _ties(values: Array) -> Array:
    counts = np.unique(values, return_counts=True)[1].astype(float)
    return counts[counts > 1]


def _weighed(ties: Array, more: int | None) -> float:
    """Sum over ties of t (t - 1) (t - 2), or of t (t - 1) (2 t + `more`)."""
    return float((ties * (ties - 1) * (ties - 2 if more is None else 2 * ties + more)).sum())


def _exact(n: int, inversions: int) -> float:
    """Twice the share of all orders of n numbers with at most so many inversions, which are at most half of the pairs."""
    if 4 * inversions == n * (n - 1):
        return 1.0
    orders = np.zeros(inversions + 1)
    orders[0] = 1.0
    for length in range(2, n + 1):
        orders = np.cumsum(orders) if n < MOST_EXACT else np.cumsum(orders) / length
        if length <= inversions:
            orders[length:] -= orders[: inversions + 1 - length].copy()
    total = 2.0 * orders.sum()
    return float(min(1.0, total / math.factorial(n) if n < MOST_EXACT else total))
