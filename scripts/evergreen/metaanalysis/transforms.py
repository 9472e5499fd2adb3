"""From the analysis scale to the scale that is reported."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]


def freeman_tukey(events: ArrayLike, n: ArrayLike) -> Array:
    """Freeman-Tukey double arcsine of the share of `events` (a fraction may be one) among `n` (Freeman & Tukey 1950); arrays are broadcast."""
    x, n = np.asarray(events, dtype=float), np.asarray(n, dtype=float)
    return (np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2


def inverse_freeman_tukey(value: ArrayLike, n: ArrayLike) -> Array:
    """Proportion that belongs to a Freeman-Tukey value (Miller 1978); for a pooled one n is the harmonic mean.

    Values beyond those of 0 and 1 give 0 and 1.
    """
    y, n = np.asarray(value, dtype=float), np.asarray(n, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        sine = np.sin(2 * y)
        inside = 1 - (sine + (sine - 1 / sine) / n) ** 2
        p = 0.5 * (1 - np.sign(np.cos(2 * y)) * np.sqrt(np.maximum(inside, 0.0)))
    p = np.where(y >= freeman_tukey(n, n), 1.0, p)
    return np.where(y <= freeman_tukey(0.0, n), 0.0, p)


def harmonic_mean(n: ArrayLike) -> float:
    """Harmonic mean of numbers of participants (k), with which a pooled Freeman-Tukey value goes back (Miller 1978)."""
    return float(1 / np.mean(1 / np.asarray(n, dtype=float)))


def back(value: ArrayLike, scale: str, n: float = np.nan) -> Array:
    """Values of the analysis scale on the scale that is shown (`Measure.scale`); the identity for a scale of no other name.

    `n` is the number of participants, or the person-time, that the Freeman-Tukey scales need: for a pooled value the harmonic mean.
    """
    y = np.asarray(value, dtype=float)
    return BACK[scale](y, n) if scale in BACK else y


def _inverse_of_rate(y: Array, n: float) -> Array:
    return np.where(y <= np.sqrt(1 / n) / 2, 0.0, (1 / n - 8 * y**2 + 16 * n * y**4) / (16 * y**2 * n))


BACK: dict[str, Callable[[Array, float], Array]] = {
    "log": lambda y, n: np.exp(y),
    "logit": lambda y, n: 1 / (1 + np.exp(-y)),
    "arcsine": lambda y, n: np.sin(np.clip(y, 0, np.pi / 2)) ** 2,
    "freeman_tukey": inverse_freeman_tukey,
    "rate_freeman_tukey": _inverse_of_rate,
    "square": lambda y, n: np.maximum(y, 0) ** 2,
    "correlation": lambda y, n: np.tanh(y),
    "cube_root": lambda y, n: 1 - (1 - y) ** 3,
    "log_complement": lambda y, n: 1 - np.exp(-y),
}
