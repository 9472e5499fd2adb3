"""What was compared with R, within which tolerance, and what was skipped and why."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np


@dataclass
class Ledger:
    """What was compared, what was skipped and why, where R stopped short of its own answer, and what differs."""

    compared: Counter[str] = field(default_factory=Counter)
    numbers: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    short: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def skip(self, reason: str, count: int = 1) -> None:
        self.skipped[reason] += count

    def block(
        self,
        kind: str,
        path: str,
        theirs: Mapping[str, Any],
        ours: Mapping[str, Any],
        *,
        rtol: float = 1e-10,
        atol: float = 0.0,
        rtols: Mapping[str, float] | None = None,
        slack: Mapping[str, Any] | None = None,
        ignore: Sequence[str] = (),
    ) -> None:
        """Compare every number of a block; `slack` is what a number may differ by besides."""
        self.compared[kind] += 1
        for key, value in theirs.items():
            if key in ignore or (isinstance(value, str) and value not in {"Inf", "-Inf"}):
                continue
            if key not in ours:
                self.failed.append(f"{path}.{key}: not compared")
                continue
            mine, other = numbers(ours[key]), numbers(value)
            self.numbers += mine.size
            if mine.shape != other.shape:
                self.failed.append(f"{path}.{key}: {mine.shape} against {other.shape}")
                continue
            more = np.zeros_like(mine) if slack is None or key not in slack else np.abs(numbers(slack[key]))
            tolerance = (rtols or {}).get(key, rtol)
            # a number below the smallest normal one has no digits to compare
            tiny = np.finfo(float).tiny
            allowed = (
                tolerance * np.abs(np.where(np.isfinite(other), other, 0)) + atol + np.nan_to_num(more) + tiny
            )
            same = (np.isnan(mine) & np.isnan(other)) | (mine == other) | (np.abs(mine - other) <= allowed)
            if not same.all():
                worst = int(np.flatnonzero(~same.ravel())[0])
                self.failed.append(
                    f"{path}.{key}: {mine.ravel()[worst]!r} against {other.ravel()[worst]!r}"
                    f" ({(~same).sum()} of {same.size})"
                )


def numbers(value: Any) -> np.ndarray:
    """A JSON value as an array of floats; null is NaN, a list of one is its number."""
    if isinstance(value, np.ndarray):
        result = value.astype(float)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        result = (
            np.array([number(item) for item in value], dtype=float)
            if not _nested(value)
            else np.array([[number(item) for item in row] for row in value])
        )
    else:
        result = np.array(number(value))
    return result.reshape(()) if result.size == 1 else result


def _nested(value: Sequence[Any]) -> bool:
    return bool(value) and isinstance(value[0], list | tuple | np.ndarray)


def number(value: Any) -> float:
    if value is None:
        return math.nan
    if isinstance(value, str):
        return {"Inf": math.inf, "-Inf": -math.inf}[value]
    return float(value)


def column(values: Sequence[Any]) -> np.ndarray:
    return np.array([math.nan if value is None else float(value) for value in values])
