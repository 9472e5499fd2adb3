"""Whether the numbers of a row contradict each other: what one exact conversion gives, another has to give as well.

Printed numbers are rounded. Two conversions contradict each other where no numbers that would be printed as these are agree; two spreads
where they are clearly apart, by the same rule for what is refused and for what is asked about.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

from evergreen.extraction.row_values import Values
from evergreen.metaanalysis.conversion_rules import Rule

Compute = Callable[[Rule, Mapping[str, Any]], Mapping[str, float]]
Ends = tuple[float, float]
"""Between which a number lies that rounding and choices of ours leave open."""
ROUNDING = 1e-9
AGREE = 1.08
"""Ratio up to which two spreads agree beside rounding: the participants analysed may be a few less than those entered."""
SPREADS = {"sd": "standard deviation", "se": "standard error", "estimate_se": "standard error"}


def apart(one: Ends, other: Ends, *, spreads: bool) -> bool:
    """Whether two numbers, or two `spreads`, cannot be the same."""
    ratio = AGREE if spreads else 1.0
    slack = ROUNDING * max(abs(one[1]), abs(other[1]))
    return one[0] > other[1] * ratio + slack or other[0] > one[1] * ratio + slack


def between(
    column: str,
    one: tuple[Rule, Mapping[str, Any]],
    other: tuple[Rule, Mapping[str, Any]],
    values: Values,
    compute: Compute,
) -> str:
    """What the other conversion gives, if both, each with its arguments, cannot be right about a column; else ""."""
    theirs = _range(column, *other, values, compute)
    if not apart(_range(column, *one, values, compute), theirs, spreads=column in SPREADS):
        return ""
    ends = [f"{end:.4g}" for end in theirs]
    return " to ".join(dict.fromkeys(ends))


def _range(column: str, rule: Rule, used: Mapping[str, Any], values: Values, compute: Compute) -> Ends:
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
