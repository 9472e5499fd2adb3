"""Conversions between what reports print and what pooling needs: mean, standard deviation, standard error.

Sources: Cochrane Handbook for Systematic Reviews of Interventions, version 6, sections 6.5.2 and 23.3.4; Wan et al. 2014
(BMC Med Res Methodol 14:135); Luo et al. 2018 (Stat Methods Med Res 27:1785); Shi et al. 2020 (Res Synth Methods 11:641) and
Shi et al. 2023 (test of skewness), combined as in R's `metafor::conv.fivenum`.

Every function takes and gives single numbers, for each arm of a study reports something else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import scipy  # whose parts load when they are used: `special` takes longer than to convert a sheet that does not need it


class MeanSD(NamedTuple):
    """Mean and standard deviation of a group."""

    mean: float
    sd: float


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


def se_from_interval(low: float, high: float, *, level: float = 0.95) -> float:
    """Standard error from a Wald interval; on a ratio scale give the logarithms of the limits."""
    return (high - low) / (2 * _quantile(level, math.inf, "z"))


def se_from_any_interval(
    low: float, high: float, level: float, distribution: str, df: float = math.inf
) -> float:
    """Standard error from an interval of any level, by the normal (`z`) or the t distribution (Handbook 6.3).

    Raises ValueError where t has no degrees of freedom.
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


def split_group(n: float, events: float, comparisons: int) -> tuple[float, float]:
    """Participants and events of a shared control for each of several comparisons; fractions are kept.

    Mean and standard deviation stay as they are (Handbook 23.3.4).
    """
    return n / comparisons, events / comparisons


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


def risk_ratio_from_odds_ratio(odds_ratio: float, control_risk: float) -> float:
    """Risk ratio that an odds ratio means at a given risk in the control group (Handbook 15.4.4)."""
    return odds_ratio / (1 - control_risk + control_risk * odds_ratio)


class Quantiles(NamedTuple):
    """Median with extremes, with quartiles, or with both; NaN where not reported."""

    n: float
    median: float
    q1: float = math.nan
    q3: float = math.nan
    low: float = math.nan
    high: float = math.nan

    @property
    def ranged(self) -> bool:
        """Whether both extremes are reported."""
        return not math.isnan(self.low + self.high)

    @property
    def quartiled(self) -> bool:
        """Whether both quartiles are reported."""
        return not math.isnan(self.q1 + self.q3)


def mean_sd(numbers: Quantiles, *, method: str = "default") -> MeanSD:
    """Mean and standard deviation from median with quartiles, extremes, or both.

    `method`: `default` (mean by Luo 2018; standard deviation by Wan 2014, by Shi 2020 where all five numbers are given),
    `luo-wan` (the same without Shi), `wan2014`, `bland2015` (all five numbers), `hozo2005` (extremes) or `log-normal` (Shi 2020b, for positive, right-skewed
    data). Raises ValueError where the method has no formula for what is given.
    """
    if not numbers.ranged and not numbers.quartiled:
        raise ValueError("needs both quartiles or both extremes beside the median")
    if method == "log-normal":
        return _log_normal(numbers)
    if method == "bland2015":
        return _bland(numbers)
    if method == "hozo2005":
        return _hozo(numbers)
    if method == "luo-wan":
        return MeanSD(_mean_luo(numbers), _sd_wan(numbers))
    if method == "wan2014":
        return MeanSD(_mean_wan(numbers), _sd_wan(numbers))
    return MeanSD(_mean_luo(numbers), _sd_shi(numbers))


def mean_sd_unless_skewed(
    n: float, median: float, *, method: str = "default", **quantiles: float
) -> MeanSD | None:
    """Mean and standard deviation by a method of `mean_sd`; None where it has no formula for what is given.

    Raises ValueError where the numbers contradict the distribution that the method assumes, or have no spread.
    """
    numbers = Quantiles(n, median, **quantiles)
    known = {
        "bland2015": numbers.ranged and numbers.quartiled,
        "hozo2005": numbers.ranged and not numbers.quartiled,
    }
    if not known.get(method, numbers.ranged or numbers.quartiled):
        return None
    if numbers.quartiled and numbers.q1 == numbers.q3:
        raise ValueError("has equal quartiles, from which no spread follows")
    tested = numbers
    if method == "log-normal":
        if not min(value for value in numbers if not math.isnan(value)) > 0:
            raise ValueError("is not positive, as log-normal data are")
        tested = Quantiles(n, *(math.log(value) for value in numbers[1:]))
    if skewed(tested):
        raise ValueError(f"is skewed{' also in its logarithms' * (tested is not numbers)} (test of Shi 2023)")
    return mean_sd(numbers, method=method)


def sd_beside_mean(n: float, mean: float, median: float = math.nan, **quantiles: float) -> float | None:
    """Standard deviation from quartiles, extremes, or both, where the mean is known and the median is not.

    None with a median, which `mean_sd` takes. Raises ValueError where the numbers contradict a normal distribution, by the test for
    medians with the mean in its place, or have no spread.
    """
    numbers = Quantiles(n, mean, **quantiles)
    if not math.isnan(median) or not (numbers.ranged or numbers.quartiled):
        return None
    if numbers.quartiled and numbers.q1 == numbers.q3:
        raise ValueError("has equal quartiles, from which no spread follows")
    if skewed(numbers):
        raise ValueError("is skewed (test of Shi 2023)")
    return _sd_shi(numbers)


def skewed(numbers: Quantiles) -> bool:
    """Whether the numbers contradict a normal distribution at the 5 % level (Shi 2023)."""
    n, median, q1, q3, low, high = numbers
    extremes = abs(low + high - 2 * median) / (high - low) if high > low else 0.0
    quartiles = abs(q1 + q3 - 2 * median) / (q3 - q1) if q3 > q1 else 0.0
    if not numbers.quartiled:
        return extremes >= 1.01 / math.log(n + 9) + 2.43 / (n + 1)
    if not numbers.ranged:
        return quartiles >= 2.65 / math.sqrt(n) - 6 / n**2
    statistic = max(2.65 * math.log(0.6 * n) / math.sqrt(n) * extremes, quartiles)
    return statistic >= 3 / math.sqrt(n) - 40 / n**3


def _mean_luo(numbers: Quantiles) -> float:
    n, median, q1, q3, low, high = numbers
    if not numbers.quartiled:
        weight = 4 / (4 + n**0.75)
        return weight * (low + high) / 2 + (1 - weight) * median
    if not numbers.ranged:
        weight = 0.7 + 0.39 / n
        return weight * (q1 + q3) / 2 + (1 - weight) * median
    outer = 2.2 / (2.2 + n**0.75)
    inner = 0.7 - 0.72 / n**0.55
    return outer * (low + high) / 2 + inner * (q1 + q3) / 2 + (1 - outer - inner) * median


def _mean_wan(numbers: Quantiles) -> float:
    _, median, q1, q3, low, high = numbers
    if not numbers.quartiled:
        return (low + 2 * median + high) / 4
    if not numbers.ranged:
        return (q1 + median + q3) / 3
    return (low + 2 * q1 + 2 * median + 2 * q3 + high) / 8


def _sds(numbers: Quantiles) -> tuple[float, float]:
    """Standard deviation by the range and by the quartiles (Wan 2014); NaN where not reported."""
    by_range = (numbers.high - numbers.low) / (
        2 * float(scipy.special.ndtri((numbers.n - 0.375) / (numbers.n + 0.25)))
    )
    by_quartiles = (numbers.q3 - numbers.q1) / (
        2 * float(scipy.special.ndtri((0.75 * numbers.n - 0.125) / (numbers.n + 0.25)))
    )
    return by_range, by_quartiles


def _sd_wan(numbers: Quantiles) -> float:
    known = [sd for sd in _sds(numbers) if not math.isnan(sd)]
    return sum(known) / len(known)


def _sd_shi(numbers: Quantiles) -> float:
    if not (numbers.ranged and numbers.quartiled):
        return _sd_wan(numbers)
    by_range, by_quartiles = _sds(numbers)
    weight = 1 / (1 + 0.07 * numbers.n**0.6)
    return weight * by_range + (1 - weight) * by_quartiles


def _bland(numbers: Quantiles) -> MeanSD:
    """Bland 2015 (Int J Stat Med Res 4:57)."""
    _, median, q1, q3, low, high = numbers
    if not (numbers.ranged and numbers.quartiled):
        raise ValueError("Bland's method needs extremes and quartiles")
    squares = (low**2 + 2 * q1**2 + 2 * median**2 + 2 * q3**2 + high**2) / 16
    products = (low * q1 + q1 * median + median * q3 + q3 * high) / 8
    mean = _mean_wan(numbers)
    return MeanSD(mean, math.sqrt(squares + products - mean**2))


def _hozo(numbers: Quantiles) -> MeanSD:
    """Hozo 2005 (BMC Med Res Methodol 5:13)."""
    n, median, _, _, low, high = numbers
    if numbers.quartiled or not numbers.ranged:
        raise ValueError("Hozo's method is for a median with extremes alone")
    mean = (low + 2 * median + high) / 4 if n <= 25 else median
    if n <= 15:
        sd = math.sqrt(((low - 2 * median + high) ** 2 / 4 + (high - low) ** 2) / 12)
    else:
        sd = (high - low) / (4 if n <= 70 else 6)
    return MeanSD(mean, sd)


def _log_normal(numbers: Quantiles) -> MeanSD:
    """Shi 2020b (Stat Med 39): moments on the log scale, taken back with a correction for their bias."""
    if not min(value for value in numbers if not math.isnan(value)) > 0:
        raise ValueError("log-normal data are positive")
    n = numbers.n
    logs = Quantiles(n, *(math.log(value) for value in numbers[1:]))
    spread = _sd_shi(logs)
    if not numbers.quartiled:
        second, fourth, a, b = 1.01 + 0.25 / math.log(n) ** 2, 1 + 2.23 / math.log(n) ** 2, 0.565, 0.37
    elif not numbers.ranged:
        second, fourth, a, b = 1 + 1.58 / n, 1 + 19.2 / n**1.2, 0.57, 0.75
    else:
        second, fourth, a, b = 1 + 0.28 / math.log(n) ** 2, 1 + 3.93 / n, 0.405, 0.315
    mu, variance, quartic = _mean_luo(logs), spread**2 / second, spread**4 / fourth

    def bias(times_a: float, times_b: float) -> float:
        return 1 + times_a * a * variance / n + times_b * b * quartic / n

    mean = math.exp(mu + variance / 2) / bias(1, 1)
    square = math.exp(2 * mu + 2 * variance) / bias(4, 16) - math.exp(2 * mu + variance) / bias(4, 4)
    return MeanSD(mean, math.sqrt(square))


def _quantile(level: float, df: float, distribution: str) -> float:
    return _upper((1 - level) / 2, df, distribution)


def _upper(tail: float, df: float, distribution: str) -> float:
    """What a `z` or `t` statistic exceeds with a probability."""
    return float(-scipy.special.ndtri(tail) if distribution == "z" else -scipy.special.stdtrit(df, tail))
