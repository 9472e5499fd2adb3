"""Counts, components of totals, and numbers of others, from what reports print of them (Cochrane Handbook 6.4, 6.5.2 and 6.7)."""

from __future__ import annotations

import math

from evergreen.metaanalysis.conversions import table_from_odds_ratio


def in_other_unit(value: float, factor: float) -> float:
    """A number in another unit, of which one is `factor`."""
    return value * factor


def as_given(value: float = math.nan, **named: float) -> float:
    """A number as another arm, another study or the protocol has it."""
    return next(iter(named.values()), value)


def mean_of_rest(total: float, part: float) -> float:
    """Mean of one component of a total, whose other component is `part`."""
    return total - part


def sd_of_rest(sd_total: float, sd_part: float, r_parts: float) -> float:
    """Standard deviation of one component of a total, from those of the total and of the other component and the components' correlation.

    The variance of the total is that of the components and twice their covariance. Raises ValueError where no standard deviation, or more
    than one, has these numbers.
    """
    square = sd_total**2 - sd_part**2 * (1 - r_parts**2)
    if square < 0:
        raise ValueError("cannot be: no standard deviation has these numbers")
    middle, root = -r_parts * sd_part, math.sqrt(square)
    if middle - root > 0:
        raise ValueError("would be two: more than one standard deviation has these numbers")
    return middle + root


def product(n: float, followup: float) -> float:
    """Person-time of n participants with a mean time at risk."""
    return n * followup


def events_from_percent(n: float, percent: float, percent_half: float) -> float:
    """Participants with the event, from their percentage, printed to `percent_half` of its last decimal.

    Raises ValueError where no whole number of participants is printed so. Of an effective sample size it is a fraction.
    """
    exact = percent * n / 100
    if not float(n).is_integer():
        return exact
    events = float(round(exact))
    if abs(100 * events / n - percent) > percent_half * (1 + 1e-9):
        raise ValueError(f"is no whole number of {n:g}")
    return events


def events_from_rate(rate: float, person_time: float) -> float:
    """Events from their rate, the nearest whole number."""
    return float(round(rate * person_time))


def person_time_from_rate(events: float, rate: float) -> float:
    """Person-time from events and their rate; ZeroDivisionError for a rate of 0."""
    return events / rate


def events_from_odds_ratio(odds_ratio: float, n1: float, n2: float, events: float, position: float) -> float:
    """Events of the first (`position` 1) or second group, from the odds ratio, both sizes and the events of both together.

    Raises ValueError where no table has these margins.
    """
    a, _, c, _ = table_from_odds_ratio(odds_ratio, n1 + n2, n1, events)
    return float(a if position == 1 else c)
