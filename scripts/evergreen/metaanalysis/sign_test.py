"""Vote counting by the direction of effects: the share of studies on one side, its interval, and the sign test.

Source: Cochrane Handbook 12.2.1.3, which names Wilson's interval (Brown, Cai and DasGupta 2001, Statist Sci 16:101) and the sign
test. Effects are counted by their direction only, never by their statistical significance.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy import special


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
    if not 0 <= count <= n or n == 0:
        raise ValueError(f"{count} of {n} effects cannot lie on one side")
    share, z2 = count / n, float(special.ndtri((1 + level) / 2)) ** 2
    middle, half = share + z2 / (2 * n), math.sqrt(z2 * (share * (1 - share) + z2 / (4 * n)) / n)
    low = 0.0 if count == 0 else (middle - half) / (1 + z2 / n)
    high = 1.0 if count == n else (middle + half) / (1 + z2 / n)
    p = min(1.0, 2 * float(special.bdtr(min(count, n - count), n, 0.5)))
    return Signs(count, n, share, low, high, p)
