"""Effects of correlations (`data` holds `r, n`) and of Cronbach's alpha (`data` holds `alpha, items, n`).

COR   r                              (1 - r^2)^2 / (n - 1); `vtype="AV"` puts the average r in the variance
UCOR  Olkin & Pratt's (1958) unbiased correlation; `vtype="UB"` its unbiased variance (Hedges 1989)
ZCOR  atanh(r)                       1 / (n - 3) (Fisher 1921)
ARAW  alpha, AHW 1 - (1 - alpha)^(1/3) (Hakstian & Whalen 1976), ABT -log(1 - alpha) (Bonett 2002)
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy import special

from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.measures import MEASURES


def hypergeometric(a: float, c: Array, x: Array) -> Array:
    """Gauss's 2F1(a, a; c; x) for 0 <= x <= 1.

    Scipy overflows for large c with x near 1, just where the series needs few terms: they fall like n^-c.
    """
    term, series = np.ones_like(x), np.ones_like(x)
    for n in range(100):
        term = term * (a + n) ** 2 / ((c + n) * (n + 1)) * x
        series = series + term
    return np.where(c > 50, series, special.hyp2f1(a, a, c, x))


def effect_sizes(measure: str, data: Mapping[str, Array], *, vtype: str = "LS") -> tuple[Array, Array]:
    """Correlations or alphas and their variances (k each), as the measure has them above; NaN where undefined.

    `data` holds `r, n` or `alpha, items, n` (k each). No variance for a correlation of four or fewer participants. `vtype` is LS
    (default), AV or UB, for COR and UCOR.
    """
    if MEASURES[measure].kind == "reliability":
        return _reliability(measure, data)
    r, n = np.asarray(data["r"], dtype=float), np.asarray(data["n"], dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "ZCOR":
            yi, vi = np.arctanh(r), 1 / (n - 3)
        else:
            yi = r * hypergeometric(0.5, (n - 2) / 2, 1 - r**2) if measure == "UCOR" else r
            if vtype == "UB":
                shrunk = hypergeometric(1.0, n / 2, 1 - r**2)
                vi = yi**2 - (1 - (n - 3) / (n - 2) * (1 - r**2) * shrunk)
            elif vtype == "AV":
                both = np.isfinite(n * yi)
                average = np.sum((n * yi)[both]) / np.sum(n[both])
                vi = (1 - average**2) ** 2 / (n - 1)
            else:
                vi = (1 - yi**2) ** 2 / (n - 1)
        vi = np.where(n <= 4, np.nan, vi)
    return yi, vi


def _reliability(measure: str, data: Mapping[str, Array]) -> tuple[Array, Array]:
    alpha, items, n = (np.asarray(data[name], dtype=float) for name in ("alpha", "items", "n"))
    spread = items / (items - 1)
    if measure == "ARAW":
        return alpha, 2 * spread * (1 - alpha) ** 2 / (n - 2)
    if measure == "AHW":
        root = np.cbrt(1 - alpha)
        return 1 - root, 18 * spread * (n - 1) * root**2 / (9 * n - 11) ** 2
    return -np.log(1 - alpha), 2 * spread / (n - 2)
