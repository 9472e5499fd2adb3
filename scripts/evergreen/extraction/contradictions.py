"""Whether the numbers of a row contradict each other: what one exact conversion gives, another has to give as well.

Printed numbers are rounded. Two conversions contradict each other where no numbers that would be printed as these are agree.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from evergreen.extraction.row_values import Values
from evergreen.metaanalysis.conversion_rules import Rule

Compute = Callable[[Rule, Mapping[str, Any]], Mapping[str, float]]
ROUNDING = 1e-9


def between(
    column: str,
    one: tuple[Rule, Mapping[str, Any]],
    other: tuple[Rule, Mapping[str, Any]],
    values: Values,
    compute: Compute,
) -> str:
    """What the other conversion gives, if both, each with its arguments, cannot be right about a column; else ""."""
    low, high = _range(column, *one, values, compute)
    other_low, other_high = _range(column, *other, values, compute)
    slack = ROUNDING * max(abs(high), abs(other_high))
    if low <= other_high + slack and other_low <= high + slack:
        return ""
    ends = [f"{other_low:.4g}", f"{other_high:.4g}"]
    return " to ".join(dict.fromkeys(ends))


def _range(
    column: str, rule: Rule, used: Mapping[str, Any], values: Values, compute: Compute
) -> tuple[float, float]:
    """Smallest and largest value that numbers printed like the arguments give."""
    names = {**rule.needs, **rule.options}
    axes: list[list[tuple[str, Any]]] = []
    for argument, value in used.items():
        name = names[argument]
        if name in values.open:
            axes.append([(argument, choice) for choice in values.open[name]])
        elif isinstance(value, float) and (half := values.half(name)):
            axes.append([(argument, value - half), (argument, value + half)])
        else:
            axes.append([(argument, value)])
    found = []
    for corner in product(*axes):
        try:
            number = compute(rule, dict(corner)).get(column, math.nan)
        except (ValueError, ArithmeticError):
            continue
        if not math.isnan(number):
            found.append(number)
    return (min(found), max(found)) if found else (-math.inf, math.inf)
