"""Effects as readers see them: on the scale of their measure, with the decimals of that scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evergreen.figures import scales
from evergreen.protocol.outcomes import Outcome


def scale_of(outcome: Outcome, result: Mapping[str, Any]) -> scales.Scale:
    """The scale of an outcome's effects, the same as in its figures."""
    return scales.of_result(result, ratio=outcome.scale == "ratio")


def interval(low: float | None, high: float | None, scale: scales.Scale) -> str:
    """`0.54 to 1.86`; "" where there is none."""
    if low is None or high is None:
        return ""
    return f"{scale.text(low)}\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{scale.text(high)}"


def estimate(model: Mapping[str, Any], scale: scales.Scale) -> str:
    """`0.98 (0.54 to 1.86)`."""
    limits = interval(model["ci_low"], model["ci_high"], scale)
    return f"{scale.text(model['estimate'])} ({limits})" if limits else scale.text(model["estimate"])
