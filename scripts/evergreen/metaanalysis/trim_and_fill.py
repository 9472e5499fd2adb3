"""Trim and fill (Duval & Tweedie 2000): how many studies a symmetric funnel lacks, and the result with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evergreen.metaanalysis.inverse_variance import Fit, fit
from evergreen.metaanalysis.least_squares import Array

ESTIMATORS = ("L0", "R0", "Q0")
MAX_STEPS = 100


@dataclass(frozen=True)
class Filled:
    """`missing` studies on `side`, its standard error, R0's p value (NaN otherwise), the studies added, the new fit."""

    missing: int
    missing_se: float
    side: str
    p_value: float
    yi: Array
    vi: Array
    fit: Fit


def trim_and_fill(
    yi: ArrayLike,
    vi: ArrayLike,
    *,
    estimator: str = "L0",
    side: str | None = None,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> Filled:
    """How many studies a symmetric funnel lacks, and the result with them (Duval & Tweedie 2000, Biometrics 56:455).

    `yi` and `vi` are k effects and their sampling variances. `estimator` is L0, R0 or Q0; `side` (left or right: where studies are
    missing) is chosen by Egger's regression if None; `method`, `test` and `level` as for `inverse_variance.fit`. Raises ValueError
    for another estimator, and where the iteration goes in circles, as metafor does.
    """
    if estimator not in ESTIMATORS:
        raise ValueError(f"unknown estimator of missing studies: {estimator}")
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    k = len(y)
    if side is None:
        egger = fit(y, v, np.column_stack([np.ones(k), np.sqrt(v)]), method=method)
        # a slope of 0 but for rounding is none
        side = "right" if egger.b[1] < -1e-10 * egger.se[1] else "left"
    flip = -1.0 if side == "right" else 1.0
    order = np.argsort(flip * y, kind="stable")
    sorted_y, sorted_v = flip * y[order], v[order]
    missing, before, steps = 0, -1, 0
    while missing != before:
        before, steps = missing, steps + 1
        if steps > MAX_STEPS:
            raise ValueError("trim and fill goes in circles: no stable number of missing studies")
        centre = float(fit(sorted_y[: k - missing], sorted_v[: k - missing], method=method).b[0])
        distance = sorted_y - centre
        ranks = np.empty(k)
        ranks[np.argsort(np.abs(distance), kind="stable")] = np.arange(1, k + 1)
        raw, missing_se = _missing(np.sign(distance) * ranks, estimator)
        missing = int(np.round(max(0.0, raw)))
    extra_y = flip * (centre - distance[k - missing :]) + 0.0 if missing else np.empty(0)  # 0 has no sign
    extra_v = sorted_v[k - missing :] if missing else np.empty(0)
    filled = fit(np.append(y, extra_y), np.append(v, extra_v), method=method, test=test, level=level)
    # R0 counts a run that is geometric when none is missing: P(at least this many)
    p_value = 0.5 ** (missing + 1) if estimator == "R0" else np.nan
    return Filled(missing, missing_se, side, p_value, extra_y, extra_v, filled)


def _missing(signed: Array, estimator: str) -> tuple[float, float]:
    """Estimated number of missing studies and its standard error from signed ranks."""
    k = len(signed)
    if estimator == "R0":
        negative = -signed[signed < 0]
        raw = (k - negative.max() if len(negative) else -np.inf) - 1
        return raw, float(np.sqrt(2 * max(0.0, raw) + 2))
    rank_sum = signed[signed > 0].sum()
    if estimator == "L0":
        raw = (4 * rank_sum - k * (k + 1)) / (2 * k - 1)
    else:
        raw = k - 0.5 - np.sqrt(2 * k**2 - 4 * rank_sum + 0.25)
    variance = (
        k * (k + 1) * (2 * k + 1)
        + 10 * raw**3 + 27 * raw**2 + 17 * raw
        - 18 * k * raw**2 - 18 * k * raw + 6 * k**2 * raw
    ) / 24  # fmt: skip
    with np.errstate(invalid="ignore"):
        if estimator == "L0":
            return float(raw), float(4 * np.sqrt(variance) / (2 * k - 1))
        return float(raw), float(2 * np.sqrt(variance) / np.sqrt((k - 0.5) ** 2 - raw * (2 * k - raw - 1)))
