"""Effects of two groups with means and standard deviations.

`data` holds `n1, mean1, sd1, n2, mean2, sd2`. With m = n1 + n2 - 2, s the pooled SD and J(m) the exact correction of
Hedges (1981):

    MD     mean1 - mean2            sd1^2/n1 + sd2^2/n2; `vtype="HO"` pools the variances
    SMD    g = J(m) (mean1 - mean2) / s       1/n1 + 1/n2 + g^2 / (2 (n1 + n2)); `vtype` LS2, UB, AV below
    SMDH   J(m) (mean1 - mean2) / sqrt((sd1^2 + sd2^2) / 2)   for unequal variances (Bonett 2008, 2009)
    SMD1   J(n2 - 1) (mean1 - mean2) / sd2    Glass's delta; SMD1H allows unequal variances
    ROM    log(mean1 / mean2) + (sd1^2/(n1 mean1^2) - sd2^2/(n2 mean2^2)) / 2   with Lajeunesse's (2015) correction
    CVR    log of the ratio of coefficients of variation; VR of standard deviations (Nakagawa et al. 2015)
    D2ORN  Cohen's d times 1.65, D2ORL times pi / sqrt(3): d as a log odds ratio (Chinn 2000)

Variance of the SMD: LS large-sample (Hedges 1982), LS2 with J^2 (Borenstein 2009), UB unbiased (Hedges 1983), AV with
the average effect. `correct=False` leaves out J (Cohen's d) or the correction of ROM.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import special

from evergreen.metaanalysis.least_squares import Array


def small_sample_factor(m: Array) -> Array:
    """Hedges's exact J(m) = gamma(m/2) / (sqrt(m/2) gamma((m-1)/2)); NaN for m <= 1."""
    m = np.asarray(m, dtype=float)
    safe = np.where(m > 1, m, np.nan)
    return np.exp(special.gammaln(safe / 2) - 0.5 * np.log(safe / 2) - special.gammaln((safe - 1) / 2))


def pooled_sd(n1: Array, sd1: Array, n2: Array, sd2: Array) -> Array:
    """Standard deviation within two groups, by their degrees of freedom (k)."""
    return np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / (n1 + n2 - 2))


def effect_sizes(
    measure: str, data: Mapping[str, Array], *, vtype: str = "LS", correct: bool = True
) -> tuple[Array, Array]:
    """Effects (ratios: their logarithm) and variances (k each); NaN where they cannot be computed.

    `data` holds `n1, mean1, sd1, n2, mean2, sd2` (k each); `vtype` and `correct` are said above. Raises ValueError for a variance of
    the SMD that does not exist.
    """
    groups = [np.asarray(data[name], dtype=float) for name in ("n1", "mean1", "sd1", "n2", "mean2", "sd2")]
    n1, m1, sd1, n2, m2, sd2 = groups
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "MD":
            if vtype == "HO":
                return m1 - m2, pooled_sd(n1, sd1, n2, sd2) ** 2 * (1 / n1 + 1 / n2)
            return m1 - m2, sd1**2 / n1 + sd2**2 / n2
        if measure == "ROM":
            return _ratio_of_means(groups, vtype, correct)
        if measure == "CVR":
            v1, v2 = sd1**2 / (n1 * m1**2), sd2**2 / (n2 * m2**2)
            yi = np.log(sd1 / m1) - np.log(sd2 / m2) + (1 / (n1 - 1) - 1 / (n2 - 1)) / 2 - (v1 - v2) / 2
            return yi, 1 / (2 * (n1 - 1)) + v1 + 1 / (2 * (n2 - 1)) + v2
        if measure == "VR":
            one, two = 1 / (2 * (n1 - 1)), 1 / (2 * (n2 - 1))
            return np.log(sd1 / sd2) + one - two, one + two
        return _standardised(measure, groups, vtype, correct)


def _standardised(measure: str, groups: Sequence[Array], vtype: str, correct: bool) -> tuple[Array, Array]:
    n1, m1, sd1, n2, m2, sd2 = groups
    factor = small_sample_factor if correct else np.ones_like
    j, d = factor(n1 + n2 - 2), (m1 - m2) / pooled_sd(n1, sd1, n2, sd2)
    if measure in {"D2ORN", "D2ORL"}:  # metafor transforms d, without the correction
        scale = 1.65 if measure == "D2ORN" else np.pi / np.sqrt(3)
        return scale * d, scale**2 * (1 / n1 + 1 / n2 + d**2 / (2 * (n1 + n2)))
    if measure == "SMD":
        g = j * d
        return g, _variance_of_smd(g, d, j, n1, n2, vtype)
    if measure == "SMDH":
        average = (sd1**2 + sd2**2) / 2
        g = j * (m1 - m2) / np.sqrt(average)
        vi = g**2 * (sd1**4 / (n1 - 1) + sd2**4 / (n2 - 1)) / (8 * average**2)
        return g, vi + sd1**2 / average / (n1 - 1) + sd2**2 / average / (n2 - 1)
    g = factor(n2 - 1) * (m1 - m2) / sd2
    if measure == "SMD1":
        return g, 1 / n1 + 1 / n2 + g**2 / (2 * n2)
    return g, sd1**2 / sd2**2 / (n1 - 1) + 1 / (n2 - 1) + g**2 / (2 * (n2 - 1))


def _variance_of_smd(g: Array, d: Array, j: Array, n1: Array, n2: Array, vtype: str) -> Array:
    n, df = n1 + n2, n1 + n2 - 2
    sampling = 1 / n1 + 1 / n2
    if vtype == "LS":
        return sampling + g**2 / (2 * n)
    if vtype == "LS2":
        return j**2 * (sampling + d**2 / (2 * n))
    if vtype == "UB":
        return sampling + (1 - (df - 2) / (df * small_sample_factor(df) ** 2)) * g**2
    if vtype == "AV":
        known = np.isfinite(g)
        average = np.sum(n[known] * g[known]) / np.sum(n[known])
        return sampling + average**2 / (2 * n)
    raise ValueError(f"unknown variance of the standardised mean difference: {vtype}")


def _ratio_of_means(groups: Sequence[Array], vtype: str, correct: bool) -> tuple[Array, Array]:
    n1, m1, sd1, n2, m2, sd2 = groups
    yi = np.log(m1 / m2)
    v1, v2 = sd1**2 / (n1 * m1**2), sd2**2 / (n2 * m2**2)
    if correct:
        yi = yi + (v1 - v2) / 2
    if vtype == "HO":
        variance = pooled_sd(n1, sd1, n2, sd2) ** 2
        return yi, variance * (1 / (n1 * m1**2) + 1 / (n2 * m2**2))
    if vtype == "AV":
        # as metafor, over all that is known of a group, in studies without the other group too
        one, two = np.isfinite(v1), np.isfinite(v2)
        cv1 = np.sum((n1 * sd1 / m1)[one]) / np.sum(n1[one])
        cv2 = np.sum((n2 * sd2 / m2)[two]) / np.sum(n2[two])
        return yi, cv1**2 / n1 + cv2**2 / n2
    return yi, v1 + v2
