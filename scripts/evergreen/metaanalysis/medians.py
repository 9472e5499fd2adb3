"""Mean and standard deviation behind a median with quartiles, extremes, or both, by formulas; whether they may be taken.

Sources: Wan et al. 2014 (BMC Med Res Methodol 14:135); Luo et al. 2018 (Stat Methods Med Res 27:1785); Shi et al. 2020 (Res Synth
Methods 11:641) and Shi et al. 2023 (test of skewness), combined as in R's `metafor::conv.fivenum`. Distributions are fitted in
`quantile_fits`. Every function takes and gives single numbers.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import scipy  # whose parts load when they are used


class MeanSD(NamedTuple):
    """Mean and standard deviation of a group."""

    mean: float
    sd: float


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
    if method in METHODS:
        return METHODS[method](numbers)
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
        tested = _logarithms(numbers)
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
    n, _, q1, q3, low, high = numbers
    by_range = (high - low) / (2 * float(scipy.special.ndtri((n - 0.375) / (n + 0.25))))
    by_quartiles = (q3 - q1) / (2 * float(scipy.special.ndtri((0.75 * n - 0.125) / (n + 0.25))))
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


def _logarithms(numbers: Quantiles) -> Quantiles:
    if not min(value for value in numbers if not math.isnan(value)) > 0:
        raise ValueError("is not positive, as log-normal data are")
    return Quantiles(numbers.n, *map(math.log, numbers[1:]))


def _log_normal(numbers: Quantiles) -> MeanSD:
    """Shi 2020b (Stat Med 39): moments on the log scale, taken back with a correction for their bias."""
    n, logs = numbers.n, _logarithms(numbers)
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


METHODS: dict[str, Callable[[Quantiles], MeanSD]] = {
    "luo-wan": lambda numbers: MeanSD(_mean_luo(numbers), _sd_wan(numbers)),
    "wan2014": lambda numbers: MeanSD(_mean_wan(numbers), _sd_wan(numbers)),
    "bland2015": _bland,
    "hozo2005": _hozo,
    "log-normal": _log_normal,
}
"""Methods of `mean_sd` but the default."""
