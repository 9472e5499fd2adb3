"""Vote counting by the direction of effects: the share of studies on one side, its interval, and the sign test.

Source: Cochrane Handbook 12.2.1.3, which names Wilson's interval (Brown, Cai and DasGupta 2001, Statist Sci 16:101) and the sign
test. Effects are counted by their direction only, never by their statistical significance.
"""

from __future__ import annotations

from typing import NamedTuple


class Signs(NamedTuple):
    """How many of `n` effects lie on one side: `favouring` and `share` with its interval, and the two-sided P value of the sign test."""

    favouring: int
    n: int
    share: float
    ci_low: float
    ci_high: float
    p: float


def sign_test(count: int, n: int, level: float = 0.95) -> Signs:
    """The share of `count` among `n` effects that have a direction, against one half.

    `count` and `n` are numbers of studies, those without a direction left aside; `level` is a fraction. Raises ValueError for no effect
    at all and for more on one side than there are.
    """
    from scipy.stats import binomtest  # takes long to load, and few outcomes need it

    if not 0 <= count <= n or n == 0:
        raise ValueError(f"{count} of {n} effects cannot lie on one side")
    test = binomtest(count, n)
    interval = test.proportion_ci(level, method="wilson")
    return Signs(count, n, count / n, float(interval.low), float(interval.high), float(test.pvalue))
