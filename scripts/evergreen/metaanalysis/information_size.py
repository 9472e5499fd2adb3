"""Optimal information size: how many people, or events, one trial would need that could show an effect (two groups of equal size).

Source: the usual sample sizes, by which GRADE judges whether a pooled effect may be precise by chance (Guyatt et al. 2011,
J Clin Epidemiol 64:1283; Pogue and Yusuf 1997). Risks are fractions.
"""

from __future__ import annotations

import math
from statistics import NormalDist


def _quantiles(alpha: float, power: float) -> tuple[float, float]:
    if not 0 < alpha < 1 or not 0 < power < 1:
        raise ValueError(f"alpha {alpha:g} and power {power:g} must lie between 0 and 1")
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / 2), normal.inv_cdf(power)


def people_for_risks(control_risk: float, risk: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """People in both groups together that a difference of two risks needs.

    Normal approximation with the pooled variance under no difference (Fleiss 1981, without continuity correction), as `power.prop.test` of R.
    Raises ValueError for risks that are not between 0 and 1, or are the same.
    """
    if not 0 < control_risk < 1 or not 0 <= risk <= 1 or control_risk == risk:
        raise ValueError(f"risks of {control_risk:g} and {risk:g} need no size")
    z_alpha, z_beta = _quantiles(alpha, power)
    mean = (control_risk + risk) / 2
    none = z_alpha * math.sqrt(2 * mean * (1 - mean))
    some = z_beta * math.sqrt(control_risk * (1 - control_risk) + risk * (1 - risk))
    return 2 * ((none + some) / (control_risk - risk)) ** 2


def people_for_means(difference: float, sd: float = 1.0, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """People in both groups together that a difference of means needs, both in one unit: 4 (z_alpha + z_beta)^2 sd^2 / difference^2.

    Raises ValueError for a difference of 0 and a standard deviation that is not above 0.
    """
    if not difference or sd <= 0:
        raise ValueError(f"a difference of {difference:g} with a standard deviation of {sd:g} needs no size")
    return 4 * (sum(_quantiles(alpha, power)) * sd / difference) ** 2


def events_for_hazards(ratio: float, *, alpha: float = 0.05, power: float = 0.8) -> float:
    """Events in both groups together that a hazard ratio needs: 4 (z_alpha + z_beta)^2 / log(ratio)^2 (Schoenfeld 1983).

    Raises ValueError for a ratio that is not above 0, or is 1.
    """
    if ratio <= 0 or ratio == 1:
        raise ValueError(f"a hazard ratio of {ratio:g} needs no size")
    return 4 * (sum(_quantiles(alpha, power)) / math.log(ratio)) ** 2
