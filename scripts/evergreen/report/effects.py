"""Effects as readers see them: on the scale of their measure, with two decimals."""

from __future__ import annotations

from evergreen.figures import scales

DECIMALS = 2


def shown(value: float | None, scale: scales.Scale) -> str:
    """A number of the analysis scale as readers see it."""
    return "" if value is None else scales.number(scale.back(value), DECIMALS)


def interval(low: float | None, high: float | None, scale: scales.Scale) -> str:
    """`0.54 to 1.86`; "" where there is none."""
    if low is None or high is None:
        return ""
    return f"{shown(low, scale)}\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{shown(high, scale)}"
