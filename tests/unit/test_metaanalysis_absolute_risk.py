"""Absolute effects (reference numbers from R)."""

import math

import pytest

from evergreen.metaanalysis import absolute_risk
from tests.reference.given import numbers


def test_absolute_effects_agree_with_the_reference():
    block = numbers("conversions")["absolute_effects"]
    for i, per_1000 in enumerate(block["acr"]):
        risk = per_1000 / 1000
        for measure, effect, expected in (
            ("RR", "rr", "rd_per1000"), ("RR", "rr_lb", "lb"), ("RR", "rr_ub", "ub"),
            ("OR", "or", "rd_per1000_from_or"), ("HR", "hr", "rd_per1000_from_hr"),
        ):  # fmt: skip
            found = absolute_risk.difference_per_1000(measure, block[effect][i], risk)
            assert found == pytest.approx(block[expected][i], rel=1e-10)
        assert absolute_risk.number_needed_to_treat("RR", block["rr"][i], risk) == pytest.approx(
            block["nnt_from_rr"][i]
        )


def test_no_difference_needs_infinitely_many():
    assert absolute_risk.number_needed_to_treat("RR", 1.0, 0.2) == math.inf
    with pytest.raises(ValueError, match="MD has no absolute effect"):
        absolute_risk.difference_per_1000("MD", 1.0, 0.2)
