"""Mean and standard deviation behind a median of data that need not be normal: quantile estimation, Box-Cox, MLN.

Sources: McGrath et al. 2020 (Stat Methods Med Res 29:2520), quantile estimation (QE) and Box-Cox (BC); Cai et al. 2021 (Stat Methods
Med Res 30:2701), the method for unknown non-normal distributions (MLN). Bounds, starting values and tolerances are those of R's
estmeansd, so that the numbers are. Where it simulates the distribution behind a transformation, its moments are integrated here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.special import betaincinv, gammaincinv, gammaln, log_ndtr, ndtr, ndtri

from evergreen.metaanalysis.medians import MeanSD, Quantiles, mean_sd

Array = NDArray[np.float64]
Family = Callable[[Array, float, float], Array]
SMALLEST, LARGEST_SHAPE = 1e-3, 100.0
SMALL_N = 3


class BoxCox(NamedTuple):
    """A normal distribution of the values after a power transformation: its mean, standard deviation, and the power."""

    location: float
    scale: float
    shape: float


def quantile_estimation(n: float, median: float, **quantiles: float) -> MeanSD | None:
    """Mean and standard deviation of the distribution (normal, log-normal, gamma, Weibull, beta) whose quantiles lie nearest.

    Only the normal distribution has negative quantiles. The normal standard deviation is at most 50 and the Weibull scale at most 100,
    as McGrath has it: for larger numbers other distributions are chosen. None without quartiles or extremes; ValueError where
    nothing follows.
    """
    numbers = _checked(n, median, quantiles)
    if numbers is None:
        return None
    values, probabilities = _points(numbers)
    start = mean_sd(numbers, method="luo-wan")
    inner = (values[0], values[2]) if len(values) == 3 else (values[1], values[3])
    fits = [_nearest(_normal, values, probabilities, start, (inner, (SMALLEST, 50.0)), MeanSD)]
    if values[0] > 0:
        cv = start.sd / start.mean
        shape = cv**-1.086
        logs = (math.log(start.mean / math.sqrt(1 + cv**2)), math.sqrt(math.log1p(cv**2)))
        free = (SMALLEST, LARGEST_SHAPE)
        fits += [
            _nearest(_log_normal, values, probabilities, logs, ((math.log(inner[0]), math.log(inner[1])), (SMALLEST, 10.0)), _moments_of_log_normal),
            _nearest(_gamma, values, probabilities, (cv**-2, cv**-2 / start.mean), (free, free), _moments_of_gamma),
            _nearest(_weibull, values, probabilities, (shape, start.mean / math.gamma(1 + 1 / shape)), (free, free), _moments_of_weibull),
        ]  # fmt: skip
        if values[-1] < 1:
            whole = start.mean * (1 - start.mean) / start.sd**2 - 1
            fits.append(
                _nearest(_beta, values, probabilities, (start.mean * whole, (1 - start.mean) * whole), ((SMALLEST, 40.0), (SMALLEST, 40.0)), _moments_of_beta)
            )  # fmt: skip
    return min(fits, key=lambda fit: fit[0])[1]


def box_cox(n: float, median: float, **quantiles: float) -> MeanSD | None:
    """Mean and standard deviation by the power of a Box-Cox transformation that makes the quantiles symmetrical (McGrath's BC).

    None without quartiles or extremes; ValueError where nothing follows, as from numbers that are not positive.
    """
    numbers = _checked(n, median, quantiles, positive=True)
    return None if numbers is None else _moments(box_cox_fit(numbers), symmetrical=True)


def box_cox_fit(numbers: Quantiles) -> BoxCox:
    """The distribution after the transformation of `box_cox`."""
    values, _ = _points(numbers)

    def asymmetry(power: float) -> float:
        own = _transformed(values, power)
        low, middle, high = own[: len(own) // 2], own[len(own) // 2], own[len(own) // 2 + 1 :][::-1]
        return float((((high - middle) / (middle - low) - 1) ** 2).sum())

    if asymmetry(0.0) < 1e-8:
        power = 0.0
    else:  # the tolerance is that of R's optimize, which walks the same way
        found = optimize.fminbound(asymmetry, -2, 3, xtol=np.finfo(float).eps ** 0.25)
        power = _power(float(found))
    return _fitted(numbers, power)


def unknown_distribution(n: float, median: float, **quantiles: float) -> MeanSD | None:
    """Mean and standard deviation by the most likely Box-Cox transformation, and the most likely distribution after it (Cai's MLN).

    None without quartiles or extremes; ValueError where nothing follows, as from numbers that are not positive.
    """
    numbers = _checked(n, median, quantiles, positive=True)
    return None if numbers is None else _moments(unknown_distribution_fit(numbers), symmetrical=False)


def unknown_distribution_fit(numbers: Quantiles) -> BoxCox:
    """The distribution after the transformation of `unknown_distribution`."""
    values, _ = _points(numbers)

    def unlikelihood(power: float) -> float:
        own = _fitted(numbers, power)
        return -_log_likelihood(numbers, _transformed(values, power), own.location, own.scale)

    power = _power(float(optimize.fminbound(unlikelihood, 0, 10, xtol=1e-3)))
    first, after = _fitted(numbers, power), _transformed(values, power)

    def at(theta: Array) -> float:
        place, spread = first.location + theta[0] * first.scale, first.scale * math.exp(theta[1])
        return -_log_likelihood(numbers, after, place, spread)

    theta = optimize.minimize(
        at, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}
    ).x
    return BoxCox(first.location + theta[0] * first.scale, first.scale * math.exp(theta[1]), power)


def _checked(
    n: float, median: float, quantiles: dict[str, float], *, positive: bool = False
) -> Quantiles | None:
    numbers = Quantiles(n, median, **quantiles)
    if not (numbers.ranged or numbers.quartiled):
        return None
    values, _ = _points(numbers)
    if n < SMALL_N:
        raise ValueError("has fewer than three participants")
    if (np.diff(values) <= 0).any():
        raise ValueError("has equal quantiles, from which no distribution follows")
    if positive and values[0] <= 0:
        raise ValueError("is not positive, as data for a power transformation are")
    return numbers


def _points(numbers: Quantiles) -> tuple[Array, Array]:
    """The quantiles that are known, from the smallest, and their probabilities."""
    n, median, q1, q3, low, high = numbers
    points = [(low, 1 / n), (q1, 0.25), (median, 0.5), (q3, 0.75), (high, 1 - 1 / n)]
    keep = [numbers.ranged, numbers.quartiled, True, numbers.quartiled, numbers.ranged]
    values, probabilities = zip(
        *(point for point, there in zip(points, keep, strict=True) if there), strict=True
    )
    return np.array(values, dtype=float), np.array(probabilities, dtype=float)


def _nearest(
    family: Family,
    values: Array,
    probabilities: Array,
    start: tuple[float, float],
    bounds: tuple[tuple[float, float], tuple[float, float]],
    moments: Callable[[float, float], MeanSD],
) -> tuple[float, MeanSD]:
    """Squared distance of the quantiles of a family from those reported, at its smallest, and mean and deviation there."""
    low, high = np.array(bounds, dtype=float).T
    inside = np.clip(start, low + 1e-9 * (high - low), high - 1e-9 * (high - low))
    found: Any = optimize.least_squares(
        lambda theta: family(probabilities, *theta) - values, inside, bounds=(low, high), x_scale=np.abs(inside) + 1e-3,
        xtol=1e-14, ftol=1e-14, gtol=1e-14, max_nfev=2000,
    )  # fmt: skip
    return float(2 * found.cost), moments(*map(float, found.x))


def _normal(p: Array, mean: float, sd: float) -> Array:
    return np.asarray(mean + sd * ndtri(p))


def _log_normal(p: Array, mean: float, sd: float) -> Array:
    return np.exp(mean + sd * ndtri(p))


def _gamma(p: Array, shape: float, rate: float) -> Array:
    return np.asarray(gammaincinv(shape, p) / rate)


def _weibull(p: Array, shape: float, scale: float) -> Array:
    return np.asarray(scale * (-np.log1p(-p)) ** (1 / shape))


def _beta(p: Array, a: float, b: float) -> Array:
    return np.asarray(betaincinv(a, b, p))


def _moments_of_log_normal(mean: float, sd: float) -> MeanSD:
    return MeanSD(math.exp(mean + sd**2 / 2), math.sqrt(math.expm1(sd**2) * math.exp(2 * mean + sd**2)))


def _moments_of_gamma(shape: float, rate: float) -> MeanSD:
    return MeanSD(shape / rate, math.sqrt(shape) / rate)


def _moments_of_weibull(shape: float, scale: float) -> MeanSD:
    first, second = (math.exp(float(gammaln(1 + power / shape))) for power in (1, 2))
    return MeanSD(scale * first, scale * math.sqrt(second - first**2))


def _moments_of_beta(a: float, b: float) -> MeanSD:
    return MeanSD(a / (a + b), math.sqrt(a * b / (a + b + 1)) / (a + b))


def _power(power: float) -> float:
    return 0.0 if abs(power) < 1e-8 else max(0.0, power)


def _transformed(values: Array, power: float) -> Array:
    return np.log(values) if abs(power) < 1e-8 else (values**power - 1) / power


def _fitted(numbers: Quantiles, power: float) -> BoxCox:
    """Mean (Luo 2018) and standard deviation (Wan 2014) of the transformed values."""
    n, *values = numbers
    own = [
        value if math.isnan(value) else float(_transformed(np.array([value]), power)[0]) for value in values
    ]
    after = mean_sd(Quantiles(n, *own), method="luo-wan")
    return BoxCox(after.mean, after.sd, power)


def _log_likelihood(numbers: Quantiles, after: Array, mean: float, sd: float) -> float:
    """Log-likelihood of the order statistics that the quantiles are, under a normal distribution of the transformed values."""
    n = numbers.n
    z = (after - mean) / sd
    first, middle, third = (math.floor(share * n + 1) for share in (0.25, 0.5, 0.75))
    between = np.log(np.diff(ndtr(z)).clip(min=1e-300))
    if not numbers.quartiled:
        counts, ends = [middle - 2, n - middle - 1], 0.0
    elif not numbers.ranged:
        counts = [middle - first - 1, third - middle - 1]
        ends = (first - 1) * float(log_ndtr(z[0])) + (n - third) * float(log_ndtr(-z[-1]))
    else:
        counts, ends = [first - 2, middle - first - 1, third - middle - 1, n - third - 1], 0.0
    density = -0.5 * float(z @ z) - len(z) * (math.log(sd) + 0.5 * math.log(2 * math.pi))
    return density + float(np.dot(counts, between)) + ends


def _moments(fit: BoxCox, *, symmetrical: bool) -> MeanSD:
    """Mean and standard deviation of the values before the transformation, whose normal distribution is cut where no value leads to.

    To be symmetrical it is cut as far above its mean as below. With a power of up to 0.01 the `symmetrical` one (BC) is log-normal, as
    estmeansd has it.
    """
    location, scale, power = fit
    if power < 1e-8 or (symmetrical and power <= 1e-2):
        return _moments_of_log_normal(location, scale)
    ends = sorted((-1 / power, 2 * location + 1 / power))
    low, high = (float(np.clip((end - location) / scale, -12.0, 12.0)) for end in ends)
    nodes, weights = np.polynomial.legendre.leggauss(400)
    z = (low + high) / 2 + (high - low) / 2 * nodes
    weights = weights * np.exp(-0.5 * z**2)
    weights /= weights.sum()
    base = power * (location + scale * z) + 1
    values = np.sign(base) * np.exp(np.log(np.abs(base).clip(min=1e-300)) / power)
    mean = float(weights @ values)
    return MeanSD(mean, math.sqrt(float(weights @ (values - mean) ** 2)))
