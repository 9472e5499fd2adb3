"""Effects of cluster-randomised and of crossover trials.

Sources: Cochrane Handbook 23.1.4 (effective sample sizes) and 23.2 (crossover trials); Becker & Balagtas 1993 (Biometrics 49:997) and
Elbourne et al. 2002 (Int J Epidemiol 31:140) for counts of the same people under both treatments. Paired effects are those of metafor's
`escalc` for matched pairs (MPRR, MPOR, MPRD) and for two measurements of one group (MC, SMCRP, ROMC).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from evergreen.metaanalysis.effects import effect_sizes, two_by_two
from evergreen.metaanalysis.least_squares import Array

PAIRED = {"MD": "MC", "SMD": "SMCRP", "ROM": "ROMC", "RR": "", "OR": "", "RD": ""}
"""Measures of two groups that there are for two measurements of the same people, and what those of means are called there."""
AS_ENDS = {"mean": "mean1", "sd": "sd1", "mean_baseline": "mean2", "sd_baseline": "sd2"}
"""The numbers of the two groups as those of one group at its end and before."""


def design_effect(icc: float, cluster_size: float) -> float:
    """By how much the variance is larger where clusters of this mean size were randomised, `icc` being the intracluster correlation."""
    return 1 + (cluster_size - 1) * icc


def effective_size(n: float, design_effect: float) -> float:
    """Participants (or events, or person-time) that say as much as n in clusters; a fraction is kept (Handbook 23.1.4)."""
    return n / design_effect


def paired_correlation(sd1: float, sd2: float, difference_se: float, n: float) -> float:
    """Correlation of values under two treatments, from their standard deviations and the paired standard error (Handbook 23.2.7.1).

    Raises ValueError where no correlation has these numbers.
    """
    r = (sd1**2 + sd2**2 - n * difference_se**2) / (2 * sd1 * sd2)
    if abs(r) > 1:
        raise ValueError(f"would be a correlation of {r:.3g}")
    return r


def paired_effects(
    measure: str, data: Mapping[str, Array], r: ArrayLike, *, add: float = 0.5, to: str = "only0"
) -> tuple[Array, Array]:
    """Effects and variances (k each) of trials whose two groups are the same people; NaN where they cannot be computed.

    `data` are the arrays of the measure's kind for two groups (`n1, n2, mean1, ...`), `r` (k) the correlation of a person's values,
    of counts the phi coefficient. Of unequal numbers of people the smaller counts. `add` and `to` are those of tables with empty cells.
    Raises ValueError for a measure that pairs have not.
    """
    if measure not in PAIRED:
        raise ValueError(f"no paired {measure}")
    r = np.asarray(r, dtype=float)
    n = np.minimum(data["n1"], data["n2"])
    if PAIRED[measure]:
        ends = {name: data[of_group] for name, of_group in AS_ENDS.items()}
        return effect_sizes(PAIRED[measure], {**ends, "n": n, "r": r})
    yi, vi = effect_sizes(measure, data, add=add, to=to)
    a, b, c, d = two_by_two.corrected(measure, two_by_two.cells(data), add, to)
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p2 = a / (a + b), c / (c + d)
        # the covariance of two shares of the same n people, on the scale of the measure
        spread = np.sqrt(p1 * (1 - p1) * p2 * (1 - p2))
        scale = {"RD": np.ones(len(n)), "RR": p1 * p2, "OR": spread**2}[measure]
        vi = vi - 2 * r * spread / scale * np.minimum(a + b, c + d) / ((a + b) * (c + d))
    known = np.isfinite(yi) & np.isfinite(vi) & (vi >= 0)
    return np.where(known, yi, np.nan), np.where(known, vi, np.nan)
