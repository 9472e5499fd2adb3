"""Conversions between what reports print and what pooling needs: mean, standard deviation, standard error.

Source: Cochrane Handbook for Systematic Reviews of Interventions, version 6, sections 6.5.2 and 23.3.4. Medians are in `medians`.

Every function takes and gives single numbers, for each arm of a study reports something else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import scipy  # whose parts load when they are used: `special` takes longer than to convert a sheet that does not need it


class Group(NamedTuple):
    """Summary of one group: participants, mean and standard deviation."""

    n: float
    mean: float
    sd: float


# Below this many participants a printed interval of a mean comes from the t distribution (Handbook 6.5.2.2).
NORMAL_FROM_N = 60


def sd_from_se(se: float, n: float) -> float:
    """Standard deviation from the standard error of a mean (Handbook 6.5.2.2)."""
    return se * math.sqrt(n)


def sd_from_interval(
    low: float, high: float, n: float, *, level: float = 0.95, distribution: str = "auto"
) -> float:
    """Standard deviation from the confidence interval of a mean (Handbook 6.5.2.2).

    `distribution`: `t` (n - 1 degrees of freedom), `z` (exact normal quantile), `3.92` (the Handbook's rounded
    divisor of a 95 % interval) or `auto`: t below 60 participants, z from there on.
    """
    if distribution == "auto":
        distribution = "t" if n < NORMAL_FROM_N else "z"
    if distribution == "3.92":
        if level != 0.95:
            raise ValueError("3.92 is the divisor of a 95 % interval")
        divisor = 3.92
    else:
        divisor = 2 * _quantile(level, n - 1, distribution)
    return math.sqrt(n) * (high - low) / divisor


def se_from_any_interval(
    low: float, high: float, level: float = 0.95, distribution: str = "z", df: float = math.inf
) -> float:
    """Standard error from an interval of any level, by the normal (`z`) or the t distribution (Handbook 6.3).

    On a ratio scale give the logarithms of the limits. Raises ValueError where t has no degrees of freedom.
    """
    return (high - low) / (2 * _quantile(level, _degrees(distribution, df), distribution))


def se_from_p(estimate: float, p: float, distribution: str = "z", df: float = math.inf) -> float:
    """Standard error of an estimate from its two-sided p value, by the normal (`z`) or the t distribution (Handbook 6.3).

    Raises ValueError where t has no degrees of freedom.
    """
    return abs(estimate) / _upper(p / 2, _degrees(distribution, df), distribution)


def _degrees(distribution: str, df: float) -> float:
    if distribution == "t" and not math.isfinite(df):
        raise ValueError("lacks the degrees of freedom of the t distribution")
    return df


def effect_from_score(observed_minus_expected: float, variance: float) -> tuple[float, float]:
    """Log hazard ratio (log-rank test) or Peto's log odds ratio, and its sampling variance.

    From the observed minus the expected events of the intervention group and the variance of that difference (Yusuf et al. 1985, Prog
    Cardiovasc Dis 27:335; Parmar et al. 1998, Stat Med 17:2815; Cochrane Handbook 6.8.2). NaN without a variance.
    """
    if variance <= 0:
        return math.nan, math.nan
    return observed_minus_expected / variance, 1 / variance


def se_from_t(difference: float, statistic: float) -> float:
    """Standard error of a difference in means from its t statistic (Handbook 6.5.2.3)."""
    return abs(difference / statistic)


def se_from_f(difference: float, statistic: float) -> float:
    """Standard error of a difference from the F statistic of its test, whose numerator has one degree of freedom: F is t squared."""
    return se_from_t(difference, math.sqrt(statistic))


def sd_from_mean_t(mean: float, statistic: float, n: float) -> float:
    """Standard deviation of a group from its mean and the t statistic of the test that the mean is 0, as of a paired t test."""
    return sd_from_se(se_from_t(mean, statistic), n)


def sd_from_mean_f(mean: float, statistic: float, n: float) -> float:
    """The same from the F statistic of that test."""
    return sd_from_se(se_from_f(mean, statistic), n)


def sd_from_mean_p(mean: float, p: float, n: float) -> float:
    """The same from the two-sided p value of that test, which has n - 1 degrees of freedom."""
    return sd_from_se(se_from_p(mean, p, "t", n - 1), n)


def t_from_p(p: float, n1: float, n2: float) -> float:
    """t statistic of two groups from its two-sided p value (Handbook 6.5.2.3)."""
    return float(-scipy.special.stdtrit(n1 + n2 - 2, p / 2))


def sd_from_difference_se(se: float, n1: float, n2: float) -> float:
    """Pooled standard deviation of two groups from the standard error of their difference (Handbook 6.5.2.3)."""
    return se / math.sqrt(1 / n1 + 1 / n2)


def sd_from_difference_interval(
    low: float, high: float, n1: float, n2: float, *, level: float = 0.95, distribution: str = "t"
) -> float:
    """Pooled standard deviation from the interval of a difference in means (Handbook 6.5.2.3)."""
    se = (high - low) / (2 * _quantile(level, n1 + n2 - 2, distribution))
    return sd_from_difference_se(se, n1, n2)


def sd_from_difference_t(difference: float, statistic: float, n1: float, n2: float) -> float:
    """Pooled standard deviation from a difference in means and its t statistic (Handbook 6.5.2.3)."""
    return sd_from_difference_se(se_from_t(difference, statistic), n1, n2)


def sd_from_difference_f(difference: float, statistic: float, n1: float, n2: float) -> float:
    """The same from the F statistic of a comparison of two groups."""
    return sd_from_difference_se(se_from_f(difference, statistic), n1, n2)


def sd_from_difference_p(difference: float, p: float, n1: float, n2: float) -> float:
    """The same from the two-sided p value of a t test."""
    return sd_from_difference_t(difference, t_from_p(p, n1, n2), n1, n2)


def mean_of_change(final: float, baseline: float) -> float:
    """Mean of a change from baseline, of the same participants at both times."""
    return final - baseline


def sd_of_change(sd_baseline: float, sd_final: float, r: float) -> float:
    """Standard deviation of the change from baseline; `r` is the pre-post correlation (Handbook 6.5.2.8)."""
    return math.sqrt(sd_baseline**2 + sd_final**2 - 2 * r * sd_baseline * sd_final)


def correlation_from_change(sd_baseline: float, sd_final: float, sd_change: float) -> float:
    """Pre-post correlation from three standard deviations (Handbook 6.5.2.8)."""
    return (sd_baseline**2 + sd_final**2 - sd_change**2) / (2 * sd_baseline * sd_final)


def correlation_of_change(sd_baseline: float, sd_final: float, sd_change: float) -> float:
    """The same; raises ValueError where no correlation has these standard deviations."""
    r = correlation_from_change(sd_baseline, sd_final, sd_change)
    if abs(r) > 1:
        raise ValueError(f"would be a correlation of {r:.3g}")
    return r


def combine_groups(groups: Sequence[Group]) -> Group:
    """Several arms as one group, as if their participants had been one sample (Handbook 6.5.2.10)."""
    n = sum(group.n for group in groups)
    mean = sum(group.n * group.mean for group in groups) / n
    squares = sum((group.n - 1) * group.sd**2 + group.n * (group.mean - mean) ** 2 for group in groups)
    return Group(n, mean, math.sqrt(squares / (n - 1)))


def table_from_odds_ratio(
    odds_ratio: float, n: float, n1: float, outcomes: float
) -> tuple[int, int, int, int]:
    """Cells a, b, c, d of a 2x2 table from its odds ratio, total, first row and first column, to whole people.

    `n1` participants are in the first group and `outcomes` in both groups have the event. Raises ValueError where no
    table has these margins.
    """
    from scipy.optimize import brentq  # takes longer to load than a whole sheet to convert

    if not 0 < n1 < n or not 0 < outcomes < n or odds_ratio <= 0:
        raise ValueError("margins must lie within the total, and the odds ratio above 0")
    low, high = max(0.0, n1 + outcomes - n), min(n1, outcomes)

    def excess(events: float) -> float:
        return events * (n - n1 - outcomes + events) - odds_ratio * (n1 - events) * (outcomes - events)

    events = round(float(brentq(excess, low, high, xtol=1e-12)))
    cells = (events, n1 - events, outcomes - events, n - n1 - outcomes + events)
    return tuple(round(cell) for cell in cells)  # type: ignore[return-value]


def log_odds_ratio_from_d(d: float) -> float:
    """Log odds ratio from a standardised mean difference, by the logistic distribution (Handbook 10.6)."""
    return d * math.pi / math.sqrt(3)


def d_from_log_odds_ratio(log_odds_ratio: float) -> float:
    """Standardised mean difference from a log odds ratio, by the logistic distribution (Handbook 10.6)."""
    return log_odds_ratio * math.sqrt(3) / math.pi


def _quantile(level: float, df: float, distribution: str) -> float:
    return _upper((1 - level) / 2, df, distribution)


def _upper(tail: float, df: float, distribution: str) -> float:
    """What a `z` or `t` statistic exceeds with a probability."""
    return float(-scipy.special.ndtri(tail) if distribution == "z" else -scipy.special.stdtrit(df, tail))
