"""Fail-safe numbers: how many unseen null studies it would take to change a result."""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evergreen.metaanalysis.inverse_variance import fit
from evergreen.metaanalysis.least_squares import Array

LARGEST = 10_000_000


def rosenthal(yi: ArrayLike, vi: ArrayLike, alpha: float = 0.05) -> float:
    """Unseen studies of no effect that bring Stouffer's one-sided test to `alpha` (Rosenthal 1979, Psychol Bull 86:638).

    `yi` and `vi` are k effects and their sampling variances. A whole number, 0 where the test is not significant.
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    z = abs(np.sum(y / np.sqrt(v))) / math.sqrt(len(y))
    return _whole(len(y) * (z / special.ndtri(1 - alpha)) ** 2 - len(y))


def orwin(yi: ArrayLike, vi: ArrayLike | None = None, target: float | None = None) -> float:
    """Unseen studies of no effect that bring the mean effect to `target` in size (Orwin 1983, J Educ Stat 8:157).

    `target` is on the scale of the effects, by default half of their mean; the mean of the k effects is weighted by inverse variance
    where `vi` is given. A whole number, infinite for a target of 0.
    """
    y = np.asarray(yi, dtype=float)
    w = np.ones_like(y) if vi is None else 1 / np.asarray(vi, dtype=float)
    mean = float(np.sum(w * y) / np.sum(w))
    goal = mean / 2 if target is None else math.copysign(target, mean)
    return math.inf if goal == 0 else _whole(len(y) * (mean - goal) / goal)


def rosenberg(yi: ArrayLike, vi: ArrayLike, alpha: float = 0.05) -> float:
    """Unseen studies of no effect and average weight that bring the common-effect test to `alpha` (Rosenberg 2005, Evolution 59:464).

    `yi` and `vi` are k effects and their sampling variances. A whole number, 0 where the test is not significant.
    """
    y, w = np.asarray(yi, dtype=float), 1 / np.asarray(vi, dtype=float)
    needed = (np.sum(w * y) / special.ndtri(1 - alpha / 2)) ** 2 - np.sum(w)
    return _whole(len(y) * needed / np.sum(w))


def general(
    yi: ArrayLike, vi: ArrayLike, alpha: float = 0.05, *, method: str = "REML", tau2: float | None = None
) -> float:
    """Unseen studies around no effect, as precise and heterogeneous as those seen, that bring the test to `alpha`.

    metafor's general fail-safe number (Viechtbauer, in the manual of `fsn`): the unseen studies have the harmonic mean of
    the sampling variances; tau2 with them is that of the two groups of studies taken together. The number is the first
    at which the p value is not below `alpha`; infinite beyond ten million. `yi` and `vi` are k effects and their sampling
    variances; `tau2` overrides the estimate by `method`.
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    seen = fit(y, v, method=method, tau2=tau2)
    mean, tau2 = float(seen.b[0]), float(seen.tau2)
    typical = 1 / float(np.mean(1 / v))

    def enough(unseen: int) -> bool:
        return p_value_with(unseen, y, v, typical, mean, tau2) >= alpha

    if enough(0):
        return 0.0
    high = 1
    while not enough(high):
        high *= 2
        if high > LARGEST:
            return math.inf
    return float(bisect_left(range(high), True, lo=high // 2 + 1, key=enough))


def p_value_with(unseen: int, y: Array, v: Array, typical: float, mean: float, tau2: float) -> float:
    """Two-sided p value of the pooled effect with `unseen` studies around no effect of sampling variance `typical`.

    `y` and `v` (k each), `mean` and `tau2` are of the studies seen.
    """
    k = len(y)
    together = k * mean / (k + unseen)
    spread = (
        (k - 1) * tau2 + max(0, unseen - 1) * tau2 + k * (mean - together) ** 2 + unseen * together**2
    ) / (k + unseen - 1)  # fmt: skip
    w = 1 / (v + max(0.0, spread))
    total = w.sum() + unseen / (typical + max(0.0, spread))
    return float(2 * special.ndtr(-abs(np.sum(w * y)) / math.sqrt(total)))


def _whole(number: float) -> float:
    """The next whole number, forgiving rounding errors of the last digits."""
    number = max(0.0, float(number))
    return round(number) if abs(number - round(number)) < 1.5e-8 else float(math.ceil(number))
