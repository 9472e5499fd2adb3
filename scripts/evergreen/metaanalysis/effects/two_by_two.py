"""Effects of two-by-two tables: events and participants of two groups.

`data` holds `events1, n1, events2, n2`. With cells a, b (events and non-events of group 1), c, d (of group 2):

    RR    log(a / n1) - log(c / n2)                      1/a - 1/n1 + 1/c - 1/n2
    OR    log(a d / (b c))                               1/a + 1/b + 1/c + 1/d
    RD    a / n1 - c / n2                                ab / n1^3 + cd / n2^3
    PETO  (a - E) / V                                    1 / V, hypergeometric E and V (Yusuf et al. 1985)
    AS    asin(sqrt(a / n1)) - asin(sqrt(c / n2))        1/(4 n1) + 1/(4 n2) (Ruecker et al. 2009)
    PHI   phi coefficient                                large-sample, multinomial sampling
    YUQ   Yule's Q = (OR - 1) / (OR + 1)                 (1 - Q^2)^2 / 4 * (1/a + 1/b + 1/c + 1/d)

Empty cells: `add` is added to the four cells of the studies that have an empty cell (`to="only0"`), of all studies
(`all`), of all studies if any has an empty cell (`if0all`), or of none (`none`). `drop00` gives up studies without
events, or with events only, in both groups. AS and PHI need no correction and get none unless it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evergreen.metaanalysis.effects.zero_cells import addition
from evergreen.metaanalysis.least_squares import Array


def cells(data: Mapping[str, Array]) -> tuple[Array, Array, Array, Array]:
    """The four cells a, b, c, d (k each) from `events1, n1, events2, n2`."""
    a, c = np.asarray(data["events1"], float), np.asarray(data["events2"], float)
    return a, np.asarray(data["n1"], float) - a, c, np.asarray(data["n2"], float) - c


def corrected(
    measure: str,
    table: tuple[Array, Array, Array, Array],
    add: float | None,
    to: str,
    drop00: bool = False,
) -> tuple[Array, Array, Array, Array]:
    """Cells (k each) after the rule for empty ones; the studies that `drop00` gives up have NaN.

    Raises ValueError for a rule `to` that does not exist.
    """
    a, b, c, d = table
    if drop00:
        empty = ((a == 0) & (c == 0)) | ((b == 0) & (d == 0))
        a, b, c, d = (np.asarray(np.where(empty, np.nan, cell)) for cell in (a, b, c, d))
    extra = addition(measure, (a == 0) | (b == 0) | (c == 0) | (d == 0), add, to)
    return a + extra, b + extra, c + extra, d + extra


def effect_sizes(
    measure: str,
    data: Mapping[str, Array],
    *,
    add: float | None = None,
    to: str = "only0",
    drop00: bool = False,
) -> tuple[Array, Array]:
    """Effects (ratios: their logarithm) and variances (k each); NaN where a log or a division has nothing to stand on.

    `data` holds `events1, n1, events2, n2` (k each). `add`, `to` and `drop00` are said above; `add` is 0.5 by default, for AS and
    PHI 0. Raises ValueError for a rule `to` that does not exist.
    """
    a, b, c, d = corrected(measure, cells(data), add, to, drop00)
    n1, n2 = a + b, c + d
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "RR":
            return np.log(a / n1) - np.log(c / n2), 1 / a - 1 / n1 + 1 / c - 1 / n2
        if measure == "OR":
            return np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d
        if measure == "RD":
            return a / n1 - c / n2, a * b / n1**3 + c * d / n2**3
        if measure == "PETO":
            n, events = n1 + n2, a + c
            information = events * (b + d) * (n1 / n) * (n2 / n) / (n - 1)
            return (a - events * n1 / n) / information, 1 / information
        if measure == "AS":
            return np.arcsin(np.sqrt(a / n1)) - np.arcsin(np.sqrt(c / n2)), 1 / (4 * n1) + 1 / (4 * n2)
        if measure == "YUQ":
            ratio = a * d / (b * c)
            Q = (ratio - 1) / (ratio + 1)
            return Q, (1 - Q**2) ** 2 / 4 * (1 / a + 1 / b + 1 / c + 1 / d)
        return _phi(a, b, c, d)


def _phi(a: Array, b: Array, c: Array, d: Array) -> tuple[Array, Array]:
    """Phi and its variance when the table is one multinomial sample (Yule 1912)."""
    n1, n2, m1, m2 = a + b, c + d, a + c, b + d
    n = n1 + n2
    phi = (a * d - b * c) / np.sqrt(n1 * n2 * m1 * m2)
    p1, p2, q1, q2 = n1 / n, n2 / n, m1 / n, m2 / n
    rows, columns = (p1 - p2) / np.sqrt(p1 * p2), (q1 - q2) / np.sqrt(q1 * q2)
    vi = (1 - phi**2 + phi * (1 + phi**2 / 2) * rows * columns - 3 / 4 * phi**2 * (rows**2 + columns**2)) / n
    return phi, vi
