"""Numbers from percentages, rates, components, donors, other arms, margins and estimates of other measures, through the sheet."""

import math
from itertools import permutations

import pytest

from evergreen.extraction.derive import fill_in
from evergreen.extraction.row_values import record_of, typed
from evergreen.metaanalysis import absolute_risk
from evergreen.metaanalysis.conversion_rules import RISKS
from evergreen.protocol.conversions import Conversions
from evergreen.synthesis.outcome import result
from tests.protocols import pooling
from tests.reference.given import numbers
from tests.rows import each
from tests.seams.test_extraction_conversions import one as of_sheet

GIVEN = numbers("conversions")
COMMON = {"model": "common", "test": "z"}


def filled(*rows, **conversions):
    """Rows of one study unless they say another, as `result` takes them."""
    outcome = pooling(COMMON, conversions=Conversions.model_validate(conversions))
    found = typed(
        [{"study": "A", "outcome": "pain", "arm": row["group"], "scale": "", **row} for row in rows]
    )
    fill_in(found, lambda row: outcome.filling)
    return found


def arm(group="intervention", **numbers):
    return {"group": group, **numbers}


ALONE = [
    ({"n": 37, "percent": 35.1}, "events", 13, "percent"),
    ({"n": 189.2, "percent": 25}, "events", 47.3, "percent"),
    ({"n": 40, "followup": 1.5}, "person_time", 60, "person_time"),
    ({"rate": 0.2, "person_time": 61}, "events", 12, "rate"),
    ({"rate": 0.2, "events": 12}, "person_time", 60, "events_rate"),
    ({"n": 40, "followup": 1.5, "rate": 0.25}, "events", 15, "rate"),
    ({"mean": 1.0, "n": 20, "donor": "Saag 2018", "donor_sd": 4.62}, "sd", 4.62, "donor"),
    ({"mean_total": 1.49, "mean_part": 0.98}, "mean", 0.51, "mean_rest"),
    ({"mean": 1.0, "sd_total": 5, "sd_part": 3, "r_parts": 0}, "sd", 4, "sd_rest"),
    # 5^2 = 3^2 + x^2 + 2 x 0.5 x 3 x
    ({"mean": 1.0, "sd_total": 5, "sd_part": 3, "r_parts": 0.5}, "sd", -1.5 + math.sqrt(2.25 + 16), "sd_rest"),
]  # fmt: skip


@each(("row", "column", "value", "id_"), ALONE)
def test_what_a_row_says_of_its_own_numbers(row, column, value, id_):
    (found,) = filled(arm(**row))
    assert found[column] == pytest.approx(value, rel=1e-12)
    entry = next(entry for entry in record_of(found) if entry["column"] == column)
    assert entry["conversion"] == id_
    assert entry["state"] == ("imputed" if id_ == "donor" else "derived")
    (off,) = filled(arm(**row), never=[id_])
    assert math.isnan(off[column])


REFUSED = [
    ({"n": 37, "percent": 12.3}, "is no whole number of 37"),
    ({"n": 37, "percent": 35.1, "rate": 0.2, "person_time": 100}, "contradict each other"),
    ({"mean": 1.0, "n": 20, "donor_sd": 4.62}, "is not said (column donor)"),
    ({"mean": 1.0, "n": 20, "donor": "NR", "donor_sd": 4.62}, "is not said (column donor)"),
    ({"mean": 1.0, "n": 20, "donor": "B"}, "the donor B gives no standard deviation of this group"),
    ({"mean": 1.0, "sd_total": 2, "sd_part": 3, "r_parts": 0}, "no standard deviation has these numbers"),
    ({"mean": 1.0, "sd_total": 2.5, "sd_part": 3, "r_parts": 0.8}, "gives a standard deviation of -"),
    ({"mean": 1.0, "sd_total": 2.5, "sd_part": 3, "r_parts": -0.8}, "more than one standard deviation"),
    ({"mean": 1.0, "sd_total": 5.01, "sd_part": 3.02, "r_parts": 0.01, "se": 0.51, "n": 25}, "contradict each other"),
]  # fmt: skip


@each(("row", "said"), REFUSED)
def test_what_cannot_be_or_contradicts_is_refused(row, said):
    (found,) = filled(arm(**row))
    assert said in found["not_derived"]


@each("donor", ["NR", "none", "n/a", "\u2013", ""])
def test_who_has_no_donor_is_not_told_of_one(donor):
    (found,) = filled(arm(mean=1.0, n=20, donor=donor))
    assert found["not_derived"] == ""


def test_conversions_of_the_sheet_are_those_of_the_merged_rows():
    found = of_sheet({"n": 37.0, "percent": 35.1})
    assert (found["events"], found["derived"].split(":")[0]) == (13.0, "events")


def test_donors_of_the_sheets_give_their_pooled_deviation_to_the_same_group():
    rows = [
        arm(n=30, mean=2.0, donor="B; C"), arm("control", n=30, mean=1.0, donor="B"),
        arm(study="B", n=20, mean=1, sd=3), arm("control", study="B", n=22, mean=1, se=0.5), arm(study="C", n=41, mean=1, sd=4),
    ]  # fmt: skip
    found = filled(*rows)
    assert found[0]["sd"] == pytest.approx(math.sqrt((19 * 9 + 40 * 16) / 59))
    assert found[1]["sd"] == pytest.approx(0.5 * math.sqrt(22))
    assert found[0]["imputed"].startswith("sd: the standard deviation of B and C (Cochrane Handbook 6.5.2.7)")
    imputed = filled(*rows[:2], arm(study="B", n=20, mean=1, donor="X", donor_sd=3), rows[4])
    assert math.isnan(imputed[0]["sd"])


def test_imputed_components_are_swept_and_without_a_correlation_left_out():
    """Joint space narrowing of DESIRABLE: totals minus erosion, at correlations of 0, 0.5 and 0.8."""
    groups = {"intervention": (0.99, 3.77, 0.51, 2.17), "control": (1.49, 3.76, 0.98, 2.48)}
    rows = [
        {
            "study": "A",
            "outcome": "pain",
            "arm": group,
            "group": group,
            "n": 217,
            "mean_total": total,
            "sd_total": t,
            "mean_part": part,
            "sd_part": e,
        }
        for group, (total, t, part, e) in groups.items()
    ]

    def pooled(**conversions):
        outcome = pooling(COMMON, conversions=Conversions.model_validate(conversions))
        found = typed(rows)
        fill_in(found, lambda row: outcome.filling)
        return result(found, outcome)

    found = pooled(r_parts={"value": 0.5, "sweep": [0, 0.5, 0.8]})
    (study,) = found.studies
    assert (study.state, study.yi) == ("imputed", pytest.approx(-0.03))

    def sd(r, t, e):
        return -r * e + math.sqrt(t * t - e * e * (1 - r * r))

    for r, one in (
        (0.5, found.studies[0]),
        (0, found.sensitivity["r_parts = 0"].studies[0]),
        (0.8, found.sensitivity["r_parts = 0.8"].studies[0]),
    ):
        assert one.vi == pytest.approx(sum(sd(r, t, e) ** 2 / 217 for _, t, _, e in groups.values()))
    (gone,) = pooled().left_out
    assert "standard deviation" in gone.reason


def test_a_correlation_of_the_other_arm_is_derived_where_it_is_asked_for():
    own = arm(n=30, mean=-2, sd_baseline=4, sd_final=4.4)
    other = arm("control", n=30, mean=-1, sd=2.683281572999747, sd_baseline=4, sd_final=4.4)
    found = filled(own, other, also=["r_other_arm"])
    assert found[0]["r"] == pytest.approx(0.8)
    assert found[0]["sd"] == pytest.approx(2.683281572999747)
    assert {entry["state"] for entry in record_of(found[0])} == {"derived"}
    assert math.isnan(filled(own, other)[0]["sd"])
    assert math.isnan(filled(own, {**other, "sd": math.nan}, also=["r_other_arm"])[0]["sd"])
    by_error = {**other, "sd": math.nan, "se": 2.683281572999747 / math.sqrt(30)}
    for rows in ((own, by_error), (by_error, own)):
        found = filled(*rows, also=["r_other_arm"], r={"value": 0.5})
        assert [row["sd"] for row in found] == pytest.approx([2.683281572999747] * 2)
        assert {row["imputed"] for row in found} == {""}


def test_arms_take_the_mean_correlation_of_those_that_have_their_own_in_whatever_order():
    ends = {"n": 50, "mean_baseline": 20, "mean_final": 15, "sd_baseline": 8, "sd_final": 9}
    arms = [
        {**ends, "arm": name, "group": group, **own}
        for name, group, own in (
            ("states", "intervention", {"r": 0.5}), ("spread", "intervention", {"se": 4 / math.sqrt(50)}), ("a", "intervention", {"sd_baseline": math.nan}), ("b", "control", {}),
        )
    ]  # fmt: skip
    own = (8**2 + 9**2 - 4**2) / (2 * 8 * 9)
    for rows in permutations(arms):
        found = {row["arm"]: row["r"] for row in filled(*rows, also=["r_other_arm"])}
        assert found["states"] == 0.5
        assert [found["a"], found["b"]] == pytest.approx([(0.5 + own) / 2] * 2)


TABLE = GIVEN["table_from_odds_ratio"]


@each("at", range(len(TABLE["odds_ratio"])))
def test_an_odds_ratio_and_the_margins_give_the_table(at):
    """As metafor's conv.2x2."""
    n1, n, events = TABLE["n1"][at], TABLE["n"][at], TABLE["n2"][at]
    contrast = {
        "group": "contrast",
        "estimate": TABLE["odds_ratio"][at],
        "estimate_measure": "OR",
        "events": events,
        "scale": "ratio",
    }
    found = filled(arm(n=n1), arm("control", n=n - n1), contrast)
    cells = [table[at] for table in TABLE["cells"]] if len(TABLE["cells"]) == 4 else TABLE["cells"][at]
    assert [found[0]["events"], found[1]["events"]] == [cells[0], cells[2]]
    adjusted = filled(arm(n=n1), arm("control", n=n - n1), {**contrast, "adjusted": "age"})
    assert math.isnan(adjusted[0]["events"])
    plain = filled(arm(n=n1), arm("control", n=n - n1), {**contrast, "adjusted": "unadjusted"})
    assert plain[0]["events"] == found[0]["events"]


def contrast_of(measure, estimate, low=math.nan, high=math.nan, **more):
    return {
        "study": "A", "outcome": "pain", "arm": "x", "group": "contrast", "estimate": estimate, "estimate_ci_low": low, "estimate_ci_high": high,
        "estimate_measure": measure, "scale": "analysis" if measure in ("RD", "SMD") else "ratio", **more,
    }  # fmt: skip


def pooled(rows, measure, **conversions):
    outcome = pooling(COMMON, measure=measure, conversions=Conversions.model_validate(conversions))
    return result(typed(rows), outcome)


def test_estimates_of_other_measures_as_the_handbook_has_them():
    """Risk differences per 1000 of the oracle, and its risk ratios at a risk of 0.2, by R's metafor and the Handbook's formulas."""
    block = GIVEN["absolute_effects"]
    for at, acr in enumerate(block["acr"]):
        for of, name in (("RR", "rd_per1000"), ("OR", "rd_per1000_from_or"), ("HR", "rd_per1000_from_hr")):
            ratio = block[of.lower()][at]
            rows = [contrast_of(of, ratio, ratio / 1.2, ratio * 1.2, control_risk=acr / 1000)]
            (one,) = pooled(rows, "RD", also=[f"{of.lower()}_to_rd"]).studies
            assert 1000 * one.yi == pytest.approx(block[name][at], rel=1e-10)
    scales = GIVEN["other_scales"]
    for x, log_or, d, rr in zip(
        scales["x"],
        scales["log_odds_ratio_of_d"],
        scales["d_of_log_odds_ratio"],
        scales["risk_ratio_at_0.2"],
        strict=True,
    ):
        limits = (math.exp(x - 0.3), math.exp(x + 0.3))
        (one,) = pooled(
            [contrast_of("OR", math.exp(x), *limits)], "RR", also=["or_to_rr"], control_risk={"value": 0.2}
        ).studies
        assert (math.exp(one.yi), one.state) == (pytest.approx(rr, rel=1e-10), "imputed")
        (one,) = pooled([contrast_of("SMD", x, x - 0.3, x + 0.3)], "OR", also=["smd_to_or"]).studies
        assert one.yi == pytest.approx(log_or, abs=1e-12)
        assert math.sqrt(one.vi) == pytest.approx(0.3 / 1.959963984540054 * math.pi / math.sqrt(3))
        (one,) = pooled([contrast_of("OR", math.exp(x), *limits)], "SMD", also=["or_to_smd"]).studies
        assert (one.yi, one.state) == (pytest.approx(d, abs=1e-12), "derived")


@each("of", RISKS)
@each("to", RISKS)
def test_every_measure_of_risks_comes_back_from_every_other(of, to):
    for risk in (0.05, 0.3, 0.62):
        for control in (0.1, 0.44):
            effect = absolute_risk.of_risks(of, risk, control)
            assert absolute_risk.risk_with_intervention(of, effect, control) == pytest.approx(risk)
            there = absolute_risk.ratio_of_other_measure(of, to, effect, control)
            assert absolute_risk.ratio_of_other_measure(to, of, there, control) == pytest.approx(effect)


def test_the_control_arm_gives_its_risk_and_limits_are_converted_one_by_one():
    rows = [
        contrast_of("OR", 0.5, 0.3, 0.8),
        {"study": "A", "outcome": "pain", "arm": "c", "group": "control", "n": 50, "events": 10},
    ]
    (one,) = pooled(rows, "RR", also=["or_to_rr"]).studies
    low, high = (ratio / (0.8 + 0.2 * ratio) for ratio in (0.3, 0.8))
    assert math.exp(one.yi) == pytest.approx(0.5 / 0.9)
    assert math.sqrt(one.vi) == pytest.approx(math.log(high / low) / (2 * 1.959963984540054))
    assert one.state == "derived"
    assert {(made.conversion, made.inputs["control_risk"]) for made in one.conversions} == {("or_to_rr", 0.2)}


@each(
    ("row", "measure", "conversions", "said"),
    [
        (contrast_of("OR", 0.5, 0.3, 0.8), "RR", {}, "it reports an odds ratio, and the measure is the risk ratio"),
        (contrast_of("OR", 0.5, 0.3, 0.8), "RR", {"also": ["or_to_rr"]}, "the risk of the control group is not known"),
        (contrast_of("RR", 1.9, 1.1, 3, control_risk=0.5), "OR", {"also": ["rr_to_or"]}, "means a risk of 1.5"),
        (contrast_of("OR", 0.5, control_risk=0.5), "RR", {"also": ["or_to_rr"]}, "neither standard error nor interval"),
        (contrast_of("OR", 0.5, 0.3, 0.8, conversions="none"), "RR", {"also": ["or_to_rr"], "control_risk": {"value": 0.2}}, "the measure is the risk ratio"),
    ],
)  # fmt: skip
def test_what_is_not_converted_is_left_out_with_the_reason(row, measure, conversions, said):
    (gone,) = pooled([row], measure, **conversions).left_out
    assert said in gone.reason
