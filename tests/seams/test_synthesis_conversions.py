"""What pooling makes of numbers that reports do not print: correlations swept, imputed numbers left out, differences of another measure."""

import math

import pytest

from evergreen.extraction.derive import fill_in
from evergreen.extraction.row_values import typed
from evergreen.protocol.conversions import Conversions
from evergreen.synthesis.outcome import result
from tests.protocols import pooling

SWEPT = Conversions.model_validate({"r": {"value": 0.5, "sweep": [0, 0.5, 0.8]}})
ENDS = {"n": 30, "sd_baseline": 4, "sd_final": 4.4}


def rows(outcome, *studies):
    """Arms of studies, {group: numbers}, filled in as the outcome has it."""
    found = typed(
        [{"study": name, "outcome": "pain", "arm": group, "group": group, "scale": "analysis", **numbers}
         for name, groups in studies for group, numbers in groups.items()]
    )  # fmt: skip
    fill_in(found, lambda row: outcome.filling)
    return found


CHANGE = ("A", {"intervention": {**ENDS, "mean": -2}, "control": {**ENDS, "mean": -1}})
REPORTED = [
    (name, {"intervention": {"n": 25, "mean": -2, "sd": 3}, "control": {"n": 25, "mean": mean, "sd": 3}})
    for name, mean in (("B", -1.2), ("C", -0.5))
]


def test_a_correlation_is_swept_and_each_value_is_a_sensitivity_analysis():
    outcome = pooling(conversions=SWEPT)
    found = result(rows(outcome, CHANGE, *REPORTED), outcome)
    spread = {r: 4**2 + 4.4**2 - 2 * r * 4 * 4.4 for r in (0, 0.5, 0.8)}
    assert found.studies[0].vi == pytest.approx(2 * spread[0.5] / 30)
    assert list(found.sensitivity) == ["r = 0", "r = 0.8"]
    for r, name in ((0, "r = 0"), (0.8, "r = 0.8")):
        assert found.sensitivity[name].studies[0].vi == pytest.approx(2 * spread[r] / 30)
        assert found.sensitivity[name].k == 3
    assert [study.state for study in found.studies] == ["imputed", "reported", "reported"]
    assert found.preparation.imputed == 1
    made = found.studies[0].conversions[0]
    assert (made.group, made.column, made.conversion, made.inputs["r"]) == (
        "intervention",
        "sd",
        "sd_change",
        0.5,
    )


def test_imputed_numbers_are_left_out_of_the_analysis_or_of_one_beside_it():
    outcome = pooling(conversions=SWEPT, without="imputed")
    found = result(rows(outcome, CHANGE, *REPORTED), outcome)
    (gone,) = found.left_out
    assert gone.study == "A"
    assert "imputed numbers are left out" in gone.reason
    beside = pooling({"sensitivity": [{"without": ["imputed", "derived"]}]}, conversions=SWEPT)
    found = result(rows(beside, CHANGE, *REPORTED), beside)
    assert (len(found.studies), found.sensitivity["without imputed values"].k) == (3, 2)


def test_a_reported_effect_goes_before_imputed_numbers_of_arms():
    study = ("A", {**CHANGE[1], "contrast": {"estimate": -0.9, "estimate_se": 0.4}})
    outcome = pooling(conversions=SWEPT)
    (one,) = result(rows(outcome, study), outcome).studies
    assert (one.yi, one.vi, one.state) == (-0.9, pytest.approx(0.16), "reported")


DIFFERENCE = {
    "intervention": {"n": 20, "mean": 5}, "control": {"n": 20, "mean": 7},
    "contrast": {"estimate": -1.9, "estimate_se": 0.5, "estimate_measure": "MD"},
}  # fmt: skip


def test_a_reported_difference_is_pooled_as_such_and_gives_the_deviation_behind_a_standardised_one():
    as_such = pooling(measure="MD")
    (one,) = result(rows(as_such, ("A", DIFFERENCE)), as_such).studies
    assert (one.yi, one.state) == (-1.9, "reported")
    standardised = pooling(measure="SMD")
    (one,) = result(rows(standardised, ("A", DIFFERENCE)), standardised).studies
    sd = 0.5 / math.sqrt(2 / 20)
    assert one.yi == pytest.approx(-2 / sd * (1 - 3 / (4 * 38 - 1)), rel=1e-4)
    assert one.state == "derived"


def test_a_difference_is_no_standardised_difference():
    outcome = pooling(measure="SMD", scale="analysis")
    (gone,) = result(rows(outcome, ("A", {"contrast": DIFFERENCE["contrast"]})), outcome).left_out
    assert gone.reason.startswith("it reports a mean difference, and the measure is the standardi")


def test_a_correlation_on_which_no_number_rests_is_not_swept():
    outcome = pooling(conversions=SWEPT)
    found = result(rows(outcome, *REPORTED), outcome)
    assert {name: (one.model, one.not_done) for name, one in found.sensitivity.items()} == dict.fromkeys(
        ("r = 0", "r = 0.8"), (None, "no number that is pooled rests on it")
    )
