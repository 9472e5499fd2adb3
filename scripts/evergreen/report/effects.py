"""Effects as readers see them: on the scale of their measure, with the decimals of that scale."""

from __future__ import annotations

from collections.abc import Mapping

from evergreen.figures import scales, wording
from evergreen.synthesis.result.result_part import Estimated

NONE = "not pooled"


def interval(low: float | None, high: float | None, scale: scales.Scale) -> str:
    """`0.54 to 1.86`; "" where there is none."""
    if low is None or high is None:
        return ""
    return f"{scale.limit(low)}\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{scale.limit(high)}"


def estimate(found: Estimated, scale: scales.Scale, level: float | None = None) -> str:
    """`0.98 (0.54 to 1.86)`, with a `level` where nothing else says it `0.98 (95% CI 0.54 to 1.86)`."""
    limits = interval(found.ci_low, found.ci_high, scale)
    of = "" if level is None else f"{wording.interval_of(level)} "
    return f"{scale.text(found.estimate)} ({of}{limits})" if limits else scale.text(found.estimate)


def named(found: Estimated, scale: scales.Scale, level: float | None = None) -> str:
    """`RR 0.98 (0.54 to 1.86)`."""
    return f"{scale.short} {estimate(found, scale, level)}"


def of_subgroups(subtotals: Mapping[str, Estimated], scale: scales.Scale, level: float | None = None) -> str:
    """`hand: MD 4.03 (1.28 to 6.78); spine: MD 5.47 (4.71 to 6.22)`; "" where there are none."""
    return "; ".join(f"{name}: {named(one, scale, level)}" for name, one in subtotals.items())


def shown(
    model: Estimated | None,
    subtotals: Mapping[str, Estimated],
    scale: scales.Scale,
    level: float | None = None,
) -> str:
    """A pooled effect; without one those of subgroups, and without these that nothing is pooled."""
    if model is None or model.estimate is None:
        return of_subgroups(subtotals, scale, level) or NONE
    return named(model, scale, level)


def percent(i2: float | None) -> str:
    """`92%`; "" where there is none."""
    return "" if i2 is None else f"{i2:.0f}%"
