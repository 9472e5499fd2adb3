"""Effects as readers see them: on the scale of their measure, with the decimals of that scale."""

from __future__ import annotations

from evergreen.figures import scales
from evergreen.synthesis.result.result_part import Estimated


def interval(low: float | None, high: float | None, scale: scales.Scale) -> str:
    """`0.54 to 1.86`; "" where there is none."""
    if low is None or high is None:
        return ""
    return f"{scale.text(low)}\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{scale.text(high)}"


def estimate(found: Estimated, scale: scales.Scale) -> str:
    """`0.98 (0.54 to 1.86)`."""
    limits = interval(found.ci_low, found.ci_high, scale)
    return f"{scale.text(found.estimate)} ({limits})" if limits else scale.text(found.estimate)
