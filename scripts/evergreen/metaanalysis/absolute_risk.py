"""What a relative effect means in people: from an effect and the risk of the control group to the risk with the intervention.

Effects are on their natural scale (a ratio, not its logarithm), risks are fractions. Source: Cochrane Handbook 15.4.4; for
hazard ratios the formula of proportional hazards.
"""

from __future__ import annotations

import math
from collections.abc import Callable

RISKS: dict[str, Callable[[float, float], float]] = {
    "RR": lambda effect, risk: effect * risk,
    "OR": lambda effect, risk: effect * risk / (1 - risk + effect * risk),
    "PETO": lambda effect, risk: effect * risk / (1 - risk + effect * risk),
    "HR": lambda effect, risk: -math.expm1(effect * math.log1p(-risk)),
    "RD": lambda effect, risk: risk + effect,
}
"""The measures that say something of the risk; a relative effect can lead beyond 1, a difference below 0 as well."""


def risk_with_intervention(measure: str, effect: float, control_risk: float) -> float:
    """Risk that an effect means where the control group's risk is `control_risk`, not limited to 0 and 1.

    Raises ValueError for a measure that is not in RISKS.
    """
    if measure not in RISKS:
        raise ValueError(f"{measure} has no absolute effect")
    return RISKS[measure](effect, control_risk)


def of_risks(measure: str, risk: float, control_risk: float) -> float:
    """The effect, on its natural scale, that two risks mean; the way back from `risk_with_intervention`.

    Raises ValueError for a measure that is not in RISKS, and for risks that are not between 0 and 1.
    """
    if measure not in RISKS:
        raise ValueError(f"{measure} has no absolute effect")
    if not 0 < risk < 1 or not 0 < control_risk < 1:
        raise ValueError(f"means a risk of {risk:.3g} at a control risk of {control_risk:.3g}")
    if measure == "RD":
        return risk - control_risk
    if measure == "RR":
        return risk / control_risk
    if measure == "HR":
        return math.log1p(-risk) / math.log1p(-control_risk)
    return risk * (1 - control_risk) / (control_risk * (1 - risk))


def ratio_of_other_measure(of: str, to: str, estimate: float, control_risk: float) -> float:
    """An effect as another measure, both on their natural scale, at a risk of the control group.

    Raises ValueError as `of_risks`.
    """
    return of_risks(to, risk_with_intervention(of, estimate, control_risk), control_risk)


def difference_per_1000(measure: str, effect: float, control_risk: float) -> float:
    """People more (or fewer, if negative) with the event among 1000. Raises ValueError as `risk_with_intervention`."""
    return 1000 * (risk_with_intervention(measure, effect, control_risk) - control_risk)


def number_needed_to_treat(measure: str, effect: float, control_risk: float) -> float:
    """People to treat for one more to have, or not to have, the event; infinite without a difference.

    Raises ValueError as `risk_with_intervention`.
    """
    return needed(difference_per_1000(measure, effect, control_risk) / 1000)


def needed(difference: float) -> float:
    """People to treat for one more, or one fewer, to have the event where risks differ by a fraction; infinite where they do not.

    The numbers needed at the limits of a difference are those of its confidence interval. Where no difference lies between the limits
    it leads from one through infinity to the other: the number for benefit on one side, for harm on the other (Altman 1998, BMJ 317:1309).
    """
    return 1 / abs(difference) if difference else math.inf
