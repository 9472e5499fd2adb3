"""Effects that carry a unit are pooled in one unit only."""

import pandas as pd
import pytest

from evergreen.errors import InputError
from evergreen.extraction.row_values import typed
from evergreen.extraction.unit_texts import is_change, without_change
from evergreen.protocol.outcomes import Outcome, faults
from evergreen.synthesis import outcome as synthesis
from evergreen.synthesis.units import in_units
from tests.protocols import pooling
from tests.results import written
from tests.rows import each

ANALYSIS = {"model": "common", "tau2": "REML", "test": "z", "level": 0.95}


def result(units, measure="MD", **more):
    rows = [
        {"study": study, "arm": group, "group": group, "n": "20", "mean": "5", "sd": "2", "unit": unit, "screening": "", "timepoint": ""}
        for study, unit in units.items()
        for group in ("intervention", "control")
    ]  # fmt: skip
    return written(pd.DataFrame(rows), pooling(ANALYSIS, id="pain", measure=measure, **more))


def test_another_unit_is_left_out_with_a_sentence():
    found = result({"A": "mm", "B": "MM ", "C": "cm", "D": ""})
    assert [one["study"] for one in found["studies"]] == ["A", "B", "D"]
    assert found["left_out"][0]["study"] == "C"
    assert (
        found["left_out"][0]["reason"]
        == "given in cm, not in mm as the others: convert the numbers in the sheet"
    )


def test_the_protocol_decides_between_units():
    assert [one["study"] for one in result({"A": "mm", "B": "cm"}, unit="cm")["studies"]] == ["B"]
    with pytest.raises(InputError, match=r"different units \(mm in A; cm in B\)"):
        result({"A": "mm", "B": "cm"})


def test_a_standardised_difference_has_no_unit():
    assert result({"A": "mm", "B": "cm"}, measure="SMD")["k"] == 2
    assert result({"A": "mm", "B": "mm"}, unit="points")["k"] == 2


def test_a_negative_number_of_participants_is_refused():
    rows = pd.DataFrame(
        [
            {
                "study": "A",
                "arm": "x",
                "group": "single",
                "n": "-5",
                "events": "0",
                "screening": "",
                "timepoint": "",
            }
        ]
    )
    with pytest.raises(InputError, match="n is negative"):
        written(rows, pooling(ANALYSIS, id="x", measure="PR"))


def test_changes_and_values_are_not_standardised_together():
    found = result({"A": "mm", "B": "points", "C": "points (change)", "D": ""}, measure="SMD")
    assert [one["study"] for one in found["studies"]] == ["A", "B", "D"]
    assert (
        found["left_out"][0]["reason"]
        == "given as change from baseline, the others as value: their standard deviations are of two kinds"
    )
    chosen = result({"A": "mm", "C": "mm change"}, measure="SMD", unit="change")
    assert [one["study"] for one in chosen["studies"]] == ["C"]
    with pytest.raises(InputError, match="some studies give changes, others values"):
        result({"A": "mm", "C": "mm change"}, measure="SMD")


CASE = {
    "Change": ("change in mm", (-3, 2), (-1, 2)), "Final": ("mm", (12, 5), (14, 5)), "Other": ("mm", (11, 5), (14, 5)),
    "NoUnit": ("", (12, 5), (14, 5)),
}  # fmt: skip


def of_case(measure, studies=CASE, **more):
    rows = [
        {
            "study": study,
            "arm": group,
            "group": group,
            "n": "40",
            "mean": str(mean),
            "sd": str(sd),
            "unit": unit,
        }
        for study, (unit, *arms) in studies.items()
        for group, (mean, sd) in zip(("intervention", "control"), arms, strict=True)
    ]
    keys = {
        name: Outcome.model_validate({"id": "x", "measure": measure, name: value})
        for name, value in more.items()
    }
    return synthesis.result(
        rows, pooling(ANALYSIS, measure=measure, **{name: getattr(one, name) for name, one in keys.items()})
    )


def test_changes_and_values_of_one_unit_are_pooled_as_a_mean_difference():
    """Cochrane Handbook 10.5.2; by hand: weights 5, 0.8, 0.8, 0.8 of differences -2, -2, -3, -2."""
    found = of_case("MD")
    assert (found.k, found.left_out) == (4, ())
    assert found.model.estimate == pytest.approx(-(2 * 5 + 7 * 0.8) / 7.4)
    assert found.notes == (
        "Changes from baseline (1 study) and values after it (2 studies) are pooled together (Cochrane Handbook 10.5.2).",
    )


@each(
    ("measure", "values", "kept"),
    [
        ("MD", "change", ["Change", "NoUnit"]), ("MD", "final", ["Final", "NoUnit", "Other"]), ("SMD", "change", ["Change", "NoUnit"]),
        ("SMD", "final", ["Final", "NoUnit", "Other"]), ("SMD", "both", ["Change", "Final", "NoUnit", "Other"]),
    ],
)  # fmt: skip
def test_the_protocol_says_which_of_changes_and_values_are_pooled(measure, values, kept):
    found = of_case(measure, values=values)
    assert sorted(one.study for one in found.studies) == kept
    assert bool(found.notes) is (values == "both")
    assert all("given as" in one.reason for one in found.left_out)


@each(
    ("said", "unit"),
    [("change in mm", "mm"), ("mm, change from baseline", "mm"), ("points (change)", "points"), ("Mean change from baseline in kg", "kg"),
     ("% change, hand", "% change, hand"), ("percentage change", "percentage change"), ("percent change", "percent change"), ("score 0-280", "score 0-280"), ("change", ""),
     ("Veränderung in mm", "mm"), ("kg, Gewichtsänderung", "kg"), ("changement en mm", "mm"), ("Variazione di mm", "mm"), ("mm (cambio)", "mm"),
     ("изменение в мм", "мм"), ("Δ mm", "mm"), ("mmの変化量", "mm"), ("% Veränderung", "% Veränderung"),
     ("ml exchange volume", "ml exchange volume"), ("mg/dl δ", "mg/dl δ"), ("révolutions", "révolutions")],
)  # fmt: skip
def test_a_unit_is_the_same_whether_it_is_a_change(said, unit):
    assert without_change(said) == unit
    no_change = said == unit and "%" not in unit and "per" not in unit
    assert is_change(said) is not no_change


def test_numbers_are_pooled_in_the_unit_of_the_outcome_and_the_factor_is_recorded():
    studies = {"A": ("g/dL", (12, 1), (11, 1.5)), "B": ("change in g/L", (8, 12), (1, 14))}
    found = of_case("MD", studies, unit="g/dL", units={"g/L": 0.1})
    assert [one.yi for one in found.studies] == pytest.approx([1, 0.7])
    assert found.studies[1].vi == pytest.approx((1.2**2 + 1.4**2) / 40)
    assert [one.state for one in found.studies] == ["reported", "derived"]
    made = {(one.group, one.column): one for one in found.studies[1].conversions}
    assert made["control", "mean"].inputs == {"factor": 0.1, "mean": 1}
    assert {one.conversion for one in made.values()} == {"unit"}


@each(
    ("units", "difference"),
    [(("g/L", "", ""), 0.2), (("", "g/L", ""), 0.2), (("g/dL", "", ""), 2), (("", "", ""), 2), (("g/L", "", "g/dL"), 0.2)],
)  # fmt: skip
def test_an_arm_without_a_unit_has_that_of_its_comparison(units, difference):
    rows = [
        {"study": "A", "arm": group, "group": group, "n": "20", "mean": mean, "sd": "2", "unit": unit, "estimate": estimate}
        for group, mean, unit, estimate in zip(("intervention", "control", "contrast"), ("12", "10", ""), units, ("", "", "3"), strict=True)
    ]  # fmt: skip
    asked = Outcome.model_validate({"id": "x", "measure": "MD", "unit": "g/dL", "units": {"g/L": 0.1}})
    one, other, contrast = in_units(typed(rows), asked)
    assert one["mean"] - other["mean"] == pytest.approx(difference)
    assert contrast["estimate"] == pytest.approx(0.3 if "g/L" in units and not units[2] else 3)


def test_a_scale_that_runs_the_other_way_is_turned_before_pooling():
    studies = {"A": ("pain", (4, 2), (6, 2)), "B": ("change in SF-36", (10, 20), (-10, 20))}
    found = of_case("SMD", studies, units={"sf-36": -1}, values="both")
    assert [one.yi for one in found.studies] == pytest.approx([-0.9903485130532745] * 2)
    assert found.studies[1].arms["control"].mean == 10
    off = of_case("SMD", studies, units={"sf-36": -1}, values="both", conversions={"never": ["unit"]})
    assert off.studies[1].yi == pytest.approx(0.9903485130532745)


def test_a_reported_difference_is_turned_with_its_limits():
    rows = [
        {
            "study": "A",
            "group": "contrast",
            "estimate": "2",
            "estimate_ci_low": "1",
            "estimate_ci_high": "3.1",
            "unit": "SF-36",
            "scale": "analysis",
        }
    ]
    outcome = Outcome.model_validate({"id": "x", "measure": "MD", "units": {"SF-36": -0.5}, "unit": "pain"})
    (row,) = in_units(typed(rows), outcome)
    assert (row["estimate"], row["estimate_ci_low"], row["estimate_ci_high"], row["unit"]) == (
        -1,
        -1.55,
        -0.5,
        "pain",
    )


@each(
    ("measure", "keys", "said"),
    [
        ("MD", {"units": {"g": 0}, "unit": "kg"}, "factor 0"),
        ("MD", {"units": {"G/dL": 10}, "unit": "g/dL"}, "factor 10, and 1 too"),
        ("MD", {"units": {"mg": 0.001, "Mg": 1000}, "unit": "g"}, "factor 1000, and 0.001 too"),
        ("ROM", {"units": {"g": -1}}, "cannot be turned"),
        ("MD", {"units": {"g": 2}}, "has none"),
    ],
)
def test_factors_that_say_nothing_are_refused(measure, keys, said):
    turned = Outcome.model_validate({"id": "x", "measure": "MD", "unit": "points", "units": {"Points": -1}})
    assert not list(faults([turned])), "the outcome's own unit may run the other way, however it is written"
    (fault,) = faults([Outcome.model_validate({"id": "x", "measure": measure, **keys})])
    assert said in fault.problem
