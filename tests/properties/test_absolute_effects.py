"""Absolute effects and numbers needed of any effect at any risk."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen.grade.absolute import Baseline, Interval, absolute, number_needed
from evergreen.metaanalysis import information_size
from evergreen.protocol.outcomes import Outcome

RATIOS = st.lists(st.floats(0.01, 20), min_size=3, max_size=3).map(sorted)
RISK = st.floats(0.001, 0.999)
BETTER = st.sampled_from(["lower", "higher", None])


def means(measure, ratios, risk, better):
    low, estimate, high = ratios
    outcome = Outcome.model_validate({"id": "a", "measure": measure, "better": better})
    return absolute(outcome, Interval(estimate, low, high), Baseline(risk, "", "", ""))


@given(st.sampled_from(["RR", "OR", "PETO", "HR"]), RATIOS, RISK, BETTER)
def test_risks_are_risks_in_the_order_of_their_ratios(measure, ratios, risk, better):
    found = means(measure, ratios, risk, better)
    assert 0 <= found.risk.low <= found.risk.estimate <= found.risk.high <= 1
    for value, difference in zip(found.risk, found.difference, strict=True):
        assert difference == pytest.approx(value - risk, abs=1e-15)
    assert (measure == "RR") or not found.capped
    # A higher risk without the intervention never means a lower one with it.
    higher = means(measure, ratios, min(risk * 1.1, 0.9999), better)
    assert all(now >= before - 1e-12 for before, now in zip(found.risk, higher.risk, strict=True))


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3).map(sorted), BETTER)
def test_the_interval_of_a_number_needed_holds_it_and_leads_through_infinity_only_across_no_difference(
    values, better
):
    low, estimate, high = values
    found = number_needed(Interval(estimate, low, high), better)
    assert found.through_infinity == (low < 0 < high)
    ends = [1 / number if number else math.inf for number in found.limits]
    own = 1 / found.estimate
    if found.through_infinity:
        # On each side only numbers above that of its limit; the estimate lies on one of them.
        side = found.limits_toward.index(found.toward) if found.toward else None
        assert side is None or own <= ends[side] * (1 + 1e-12)
        assert found.limits_toward[0] != found.limits_toward[1]
    else:
        assert min(ends) * (1 - 1e-12) <= own <= max(ends) * (1 + 1e-12)
        assert len({toward for toward in found.limits_toward if toward}) <= 1
    mirrored = number_needed(Interval(-estimate, -high, -low), better)
    assert mirrored.limits == found.limits[::-1]


@given(st.floats(0.01, 0.9), st.floats(0.01, 0.09))
def test_a_smaller_difference_needs_more_people(risk, step):
    near, far = (
        information_size.people_for_risks(risk, risk + step / 2),
        information_size.people_for_risks(risk, risk + step),
    )
    assert near > far
    assert information_size.people_for_means(step) > information_size.people_for_means(2 * step)
    assert information_size.events_for_hazards(1 + step) == pytest.approx(
        information_size.events_for_hazards(1 / (1 + step))
    )
