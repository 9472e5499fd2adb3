"""Effects of one group before and after: means and standard deviations twice, and the pre-post correlation r.

`data` holds `n, mean, sd, mean_baseline, sd_baseline, r`; an effect is after minus (or over) before. s_d is the SD of
the change, sd^2 + sd_baseline^2 - 2 r sd sd_baseline its square; J(m) Hedges's correction with m = n - 1.

    MC     mean - mean_baseline                           s_d^2 / n
    SMCC   J (mean - mean_baseline) / s_d                 1/n + g^2 / (2n) (Gibbons et al. 1993)
    SMCR   J (mean - mean_baseline) / sd_baseline         2 (1 - r)/n + g^2 / (2n) (Becker 1988)
    SMCRH  J (mean - mean_baseline) / sd                  variance for unequal SDs (Bonett 2008)
    SMCRP  standardised by the average of both variances, J with m = 2 (n - 1) / (1 + r^2) (Cousineau 2020)
    ROMC   log(mean / mean_baseline) (Lajeunesse 2011, 2015); CVRC of coefficients of variation; VRC of SDs
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evergreen.metaanalysis.effects.two_means import small_sample_factor
from evergreen.metaanalysis.least_squares import Array


def effect_sizes(measure: str, data: Mapping[str, Array]) -> tuple[Array, Array]:
    """Effects after minus before (ratios: their logarithm) and variances (k each); NaN where they cannot be computed.

    `data` holds `n, mean, sd, mean_baseline, sd_baseline, r` (k each).
    """
    n, m1, sd1, m2, sd2, r = (
        np.asarray(data[name], dtype=float)
        for name in ("n", "mean", "sd", "mean_baseline", "sd_baseline", "r")
    )
    change = sd1**2 + sd2**2 - 2 * r * sd1 * sd2
    with np.errstate(divide="ignore", invalid="ignore"):
        j = small_sample_factor(n - 1)
        if measure == "MC":
            return m1 - m2, change / n
        if measure == "SMCC":
            g = j * (m1 - m2) / np.sqrt(change)
            return g, 1 / n + g**2 / (2 * n)
        if measure == "SMCR":
            g = j * (m1 - m2) / sd2
            return g, 2 * (1 - r) / n + g**2 / (2 * n)
        if measure == "SMCRH":
            g = j * (m1 - m2) / sd1
            return g, change / (sd1**2 * (n - 1)) + g**2 / (2 * (n - 1))
        if measure == "SMCRP":
            average = (sd1**2 + sd2**2) / 2
            g = small_sample_factor(2 * (n - 1) / (1 + r**2)) * (m1 - m2) / np.sqrt(average)
            return g, 2 * (1 - r) / n + g**2 * (1 + r**2) / (4 * n)
        if measure == "VRC":
            return np.log(sd1 / sd2), (1 - r**2) / (n - 1)
        cv1, cv2 = sd1 / m1, sd2 / m2
        ratio = (cv1**2 + cv2**2 - 2 * r * cv1 * cv2) / n
        if measure == "ROMC":
            return np.log(m1 / m2) + (cv1**2 - cv2**2) / (2 * n), ratio
        return np.log(cv1 / cv2) - (cv1**2 - cv2**2) / (2 * n), (1 - r**2) / (n - 1) + ratio
