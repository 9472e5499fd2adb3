"""Numbers that say the truth by default: intervals, studies without events, Peto's effects; against numbers by metafor 4."""

import json
import math

import pandas as pd
import pytest

from evergreen.figures.wording import explained
from evergreen.grade.absolute import control_risk
from evergreen.metaanalysis.conversion_rules import BY_ID
from evergreen.protocol.loading import complete
from evergreen.report import results
from evergreen.report.facts import analysed_outcomes
from evergreen.report.pooling_words import synthesis
from evergreen.synthesis.outcome import result as pooled
from tests.results import written
from tests.rows import each


def entry(measure, **own):
    raw = {"review": {"title": "A review"}, "outcomes": [{"id": "one", "measure": measure, **own}]}
    (outcome,) = complete(raw).outcomes
    return outcome


def table(rows, columns):
    names = ["study", "group", "arm", *columns]
    cells = [
        [study, group, group, *arm]
        for study, *arms in rows
        for group, arm in zip(("intervention", "control"), arms, strict=True)
    ]
    return pd.DataFrame([[str(cell) for cell in row] for row in cells], columns=names)


def means(*effects):
    """A study of 50 in each group with standard deviation 2 for each mean difference."""
    rows = [(f"S{place}", (50, 10 + effect, 2), (50, 10, 2)) for place, effect in enumerate(effects)]
    return table(rows, ("n", "mean", "sd"))


@each(
    ("effects", "asked", "applied", "reason", "words"),
    [
        ((1.0, 1.0), "auto", "z", "fewer than three studies", "Wald (fewer than three studies)"),
        ((1.0, 1.1, 1.05), "auto", "z", "no heterogeneity estimated", "Wald (no heterogeneity estimated)"),
        ((0.2, 2.1, -1.0, 1.5), "auto", "knha", "", "Hartung-Knapp"),
        ((1.0, 1.1, 1.05), "knha", "knha", None, "Hartung-Knapp"),
        ((1.0, 1.1, 1.05), "adhoc", "adhoc", None, "Hartung-Knapp (not narrower than Wald)"),
        ((0.2, 2.1, -1.0, 1.5), "z", "z", None, "Wald"),
        ((1.0,), "auto", "z", None, "Wald"),
    ],
)
def test_result_says_what_was_asked_and_what_was_applied(effects, asked, applied, reason, words):
    outcome = entry("MD", **({} if asked == "auto" else {"analysis": {"test": asked}}))
    result = pooled(means(*effects), outcome)
    model = result.model
    assert (model.asked, model.test, model.test_reason) == (asked, applied, reason)
    assert f"Confidence interval of the pooled effect: {words}" in explained(model).split("; ")[0].rstrip(".")
    if asked == "auto" and len(effects) > 1:
        outcomes = [outcome]
        said = " ".join(synthesis(outcomes, analysed_outcomes(outcomes, {"one": result})))
        assert f"{'Wald-type' if applied == 'z' else 'Hartung-Knapp'} intervals at the 95% level" in said
        assert (f"({reason})" in said) == bool(reason)


def test_levels_that_are_one_number_are_one_however_many_zeros_it_has():
    levels = ["10", "10.0", "5", "10", "0.50", ".5", "ten"]
    rows = means(*range(7)).assign(dose=[level for level in levels for _ in range(2)])
    found = written(rows, entry("MD", subgroups=["dose"]))["subgroups"]["dose"]
    assert {level: block["k"] for level, block in found.items()} == {".5": 2, "10": 3, "5": 1, "ten": 1}


def test_a_value_that_is_not_reported_is_no_level_of_a_subgroup():
    rows = means(*range(6)).assign(
        dose=[level for level in ("a", "a", "b", "b", "NR", "n/a") for _ in range(2)]
    )
    found = written(rows, entry("MD", subgroups=["dose"]))["subgroups"]
    assert list(found["dose"]) == ["a", "b"]
    assert found["tests"]["dose"]["df"] == 1
    assert found["tests"]["dose"]["without_value"] == ["S4", "S5"]


def test_arms_that_may_be_one_under_two_names_are_not_pooled():
    rows = means(1, 2, 3)
    again = rows[:1].assign(arm="the same")
    both = pd.concat([rows, again]).assign(in_conflict=["row", *[""] * 5, "row"])
    result = pooled(both, entry("MD"))
    assert [one.study for one in result.studies] == ["S1", "S2"]
    assert [one.reason for one in result.left_out] == [
        "the extractors disagree on its arms: each has one that the other lacks, which may be the same"
    ]
    assert pooled(both, entry("MD", arms={"intervention": rows["arm"][0]})).k == 3, (
        "the protocol names one of them"
    )


@each("name", ["timepoint", "instrument", "population"])
def test_rows_that_may_be_one_at_two_places_are_not_pooled(name):
    rows = means(1, 2, 3).assign(**{name: "a"})
    again = rows[:2].assign(**{name: ""})
    disputed = ["row", "row", *[""] * 4]
    both = pd.concat([rows.assign(in_conflict=disputed), again.assign(in_conflict="row")])
    levels = entry("MD", analysis={"model": "multilevel", "levels": [name]})
    for asked in (entry("MD"), levels):
        result = pooled(both, asked)
        assert [one.study for one in result.studies] == ["S1", "S2"]
        assert [(one.study, one.kind) for one in result.left_out] == [("S0", "disputed")]


def test_an_arm_that_may_be_another_is_no_other_place_and_stops_no_arms_that_are_asked_for():
    rows = pd.concat([means(1, 2).assign(timepoint=time) for time in ("a", "b")])
    more = [rows[:1].assign(arm=arm, timepoint=time) for time in ("a", "b") for arm in ("x", "y")]
    both = pd.concat([rows.assign(in_conflict=""), *(one.assign(in_conflict="row") for one in more)])
    asked = entry("MD", analysis={"model": "multilevel", "levels": ["timepoint"]}, arms={"intervention": ["intervention"]})  # fmt: skip
    assert pooled(both, asked).k == 4


def sd_from(conversion):
    """The record of a row whose standard deviation was converted."""
    return json.dumps([BY_ID[conversion].entry("sd", 2.0, "", {}, "derived")])


@each(
    ("disputed", "cells", "asked", "pooled_now"),
    [
        ("crossover", {}, {}, False),
        ("icc; cluster_size", {}, {}, False),
        ("icc; cluster_size", {"design_effect": "2"}, {}, True),  # the design effect is reported
        ("unit", {}, {}, False),
        ("unit", {}, {"measure": "SMD"}, False),
        ("unit", {}, {"measure": "VR", "values": "both"}, False),
        ("ci_level", {}, {}, True),  # the standard deviation is reported
        ("ci_level", {"converted": sd_from("ci")}, {}, False),
        ("ci_level", {"converted": sd_from("se")}, {}, True),
        ("conversions", {"converted": sd_from("se")}, {}, False),
        ("sd", {"converted": sd_from("se")}, {}, False),
        ("se; median; estimate_p; direction; adjusted", {}, {}, True),
        ("adjusted", {}, {"adjusted": "preferred"}, False),
    ],
)  # fmt: skip
def test_a_cell_in_dispute_is_no_empty_one(disputed, cells, asked, pooled_now):
    rows = means(1, 2, 3).assign(in_conflict=[disputed, *[""] * 5], **cells)
    result = pooled(rows, entry(asked.pop("measure", "MD"), **asked))
    assert result.k == 2 + pooled_now
    assert [(one.study, one.kind) for one in result.left_out] == [("S0", "disputed")] * (not pooled_now)


@each(
    ("disputed", "cells", "pooled_now"),
    [
        ("n; mean; unit; estimate; estimate_ci_level", {}, True),
        ("n", {"converted": sd_from("se")}, True),
        ("n; estimate_p", {"converted": sd_from("difference_ci")}, True),
        ("estimate_ci_level", {"converted": sd_from("difference_ci")}, False),
        ("unit", {"converted": sd_from("difference_ci")}, False),
        ("unit", {"unit": ""}, False),  # it may be that of the arms
    ],
)
def test_what_is_disputed_of_a_reported_effect_counts_where_numbers_of_arms_are_made_of_it(
    disputed, cells, pooled_now
):
    rows = means(1, 2, 3).assign(**{"unit": "mm", **cells})
    beside = rows[:1].assign(
        group="contrast", arm="", n="", mean="", sd="", converted="", in_conflict=disputed
    )
    result = pooled(pd.concat([rows.assign(in_conflict=""), beside]), entry("SMD"))
    assert result.k == 2 + pooled_now


def test_rows_whose_place_the_extractors_dispute_do_not_count_as_ones_that_say_nothing():
    rows = means(1, 2, 3).assign(population=["", "", "", "", "ITT", "ITT"])
    asked = entry("MD", where={"population": "ITT"})
    assert pooled(rows, asked).k == 3
    disputed = rows.assign(in_conflict=["population", *[""] * 5])
    result = pooled(disputed, asked)
    assert [one.study for one in result.studies] == ["S1", "S2"]
    assert [one.reason for one in result.left_out] == ["the extractors disagree on its population"]
    settled = pd.concat([disputed, rows[:2].assign(population="ITT")])
    assert pooled(settled, asked).k == 3, "another row of the arm says so"


def test_every_place_decides_for_itself():
    rows = means(0.2, 2.1, -1.0, 1.5).assign(kind=["a"] * 4 + ["b"] * 4)
    rows["round"] = ["2018-01-01"] * 4 + ["2020-01-01"] * 4
    outcome = entry("MD", subgroups=["kind"], analysis={"sensitivity": [{"test": "z"}, {"tau2": "DL"}, {"without_studies": ["S0", "S1"]}]})  # fmt: skip
    result = written(rows, outcome)
    assert result["model"]["test"] == "knha"
    assert {level: block["test"] for level, block in result["subgroups"]["kind"].items()} == {
        "a": "z",
        "b": "z",
    }
    assert [view["model"]["test"] for view in result["rounds"].values()] == ["z", "knha"]
    rows_of = {
        label: (one["model"]["asked"], one["model"]["test"]) for label, one in result["sensitivity"].items()
    }
    assert rows_of == {"test = z": ("z", "z"), "tau2 = DL": ("auto", "knha"), "without S0, S1": ("auto", "z")}
    for one in result["influence"]["studies"]:
        kept = means(0.2, 2.1, -1.0, 1.5)
        alone = written(kept[kept["study"] != one["label"]], entry("MD"))["model"]
        assert one["without"]["test"] == alone["test"]
        assert [one["without"][key] for key in ("ci_low", "p")] == pytest.approx(
            [alone["ci_low"], alone["p"]], rel=1e-6
        )


COUNTED = [(name, (50, 4 + at), (50, 9 - at)) for at, name in enumerate("ABC")]
USELESS = {"tau2": "DL", "smd_vtype": "UB", "mh_add": 0.5, "glmm": "CM.EL", "predtype": "riley", "i2": "Q", "rho": 0.5, "add": 0.1, "drop00": False, "prediction": False}  # fmt: skip
OF_MODEL, OF_MEASURE = "{} is no setting of the model ", "{} is no setting of the measure "


@each(
    ("measure", "own", "used"),
    [
        ("MD", {}, {"tau2", "predtype", "i2", "prediction"}),
        ("MD", {"dependent": "aggregate", "rho": 0.2}, {"tau2", "predtype", "i2", "prediction", "rho"}),
        ("MD", {"model": "common"}, set()),
        ("SMD", {"model": "multilevel"}, {"smd_vtype", "predtype", "rho", "prediction"}),
        ("RR", {"model": "mh"}, {"mh_add", "add", "drop00"}),
        ("RD", {"model": "mh"}, {"mh_add", "add"}),
        ("OR", {"model": "peto"}, set()),
        ("OR", {"model": "glmm"}, {"glmm", "predtype", "drop00", "prediction"}),
    ],
)
def test_a_sensitivity_analysis_of_what_model_and_measure_do_not_know_is_not_made(measure, own, used):
    rows = counts(COUNTED) if measure in {"RR", "OR", "RD"} else means(0.2, 2.1, -1.0)
    asked = [{key: value} for key, value in USELESS.items()]
    found = pooled(rows, entry(measure, analysis={**own, "sensitivity": asked})).sensitivity
    made = {key for one in found.values() if one.model for key in one.changes}
    assert made == used
    for one in found.values():
        (key,) = one.changes
        assert (
            one.model
            or one.not_done.startswith((OF_MODEL.format(key), OF_MEASURE.format(key)))
            or (key == "tau2" and "is fitted by" in one.not_done)
        )


@each("test", ["auto", "knha", "adhoc", "z"])
@each(("predtype", "lost"), [("default", 1), ("t", 1), ("riley", 2)])
def test_prediction_interval_never_follows_the_test(test, predtype, lost):
    analysis = {"test": test, "predtype": predtype}
    three = written(means(0.2, 2.1, -1.0), entry("MD", analysis=analysis))["model"]
    assert three["pi_df"] == 3 - lost
    two = written(means(0.2, 2.1), entry("MD", analysis=analysis))["model"]
    assert two["pi_low"] is None


@each("model", ["common", "multilevel"])
def test_prediction_interval_of_other_models(model):
    found = written(means(0.2, 2.1, -1.0), entry("MD", analysis={"model": model}))["model"]
    assert (found["pi_low"] is None) == (model == "common")
    assert found.get("pi_df") == (None if model == "common" else 2)


# events among participants of both groups: nobody, some, nobody, some
SILENT = [
    ("A", (260, 0), (477, 0)),
    ("B", (460, 18), (394, 32)),
    ("C", (129, 0), (88, 0)),
    ("D", (61, 15), (61, 17)),
]
EVERYBODY = [("A", (20, 20), (30, 30)), *SILENT[1::2]]


def counts(rows):
    return table(rows, ("n", "events"))


@each(
    ("measure", "rows", "own", "left_out", "estimate", "se"),
    [
        ("RR", SILENT, {}, {"A", "C"}, -0.4364687039, 0.3024112308),
        ("OR", SILENT, {}, {"A", "C"}, -0.5368451926, 0.2957509211),
        ("RR", SILENT, {"drop00": False}, set(), -0.4341324475, 0.2064165633),
        ("OR", SILENT, {"drop00": False}, set(), -0.5431489869, 0.2406187486),
        ("RD", SILENT, {}, set(), -0.008082502755, 0.008617518473),
        ("OR", EVERYBODY, {}, {"A"}, -0.5368451926, 0.2957509211),
        ("RR", EVERYBODY, {}, set(), None, None),
        # B alone has an empty cell that the rule sees: `if0all` corrects nothing once A and C are given up
        ("RR", SILENT, {"to": "if0all"}, {"A", "C"}, -0.4364687039, 0.3024112308),
        ("PETO", SILENT, {}, {"A", "C"}, None, None),
        ("YUQ", SILENT, {}, {"A", "C"}, None, None),
        ("AS", SILENT, {}, set(), None, None),
        ("OR", SILENT, {"model": "peto"}, {"A", "C"}, None, None),
        ("OR", SILENT, {"model": "glmm"}, {"A", "C"}, None, None),
        ("RR", SILENT, {"model": "mh"}, {"A", "C"}, None, None),
        ("RD", SILENT, {"model": "mh"}, set(), None, None),
    ],
)  # fmt: skip
def test_studies_that_say_nothing_of_the_effect(measure, rows, own, left_out, estimate, se):
    result = pooled(counts(rows), entry(measure, analysis={"tau2": "DL", "test": "z", "gosh": 0, **own}))
    assert {one.study for one in result.left_out if one.not_estimable} == left_out
    assert result.k == len(rows) - len(left_out) == result.model.k
    reason = "everybody in both groups has the event" if rows is EVERYBODY else "no events in either group"
    assert {one.reason for one in result.left_out} == ({reason} if left_out else set())
    assert {arm.n for one in result.left_out for arm in one.arms.values()} == {
        size for study, *arms in rows for size, _ in arms if study in left_out
    }
    if estimate is not None:
        assert (result.model.estimate, result.model.se) == pytest.approx((estimate, se), rel=1e-6)
    # whatever is pooled, everybody counts
    assert results.participants(result) == sum(n for _, *arms in rows for n, _ in arms)


@each(
    ("measure", "model", "label"),
    [("RR", "random", "measure = RD"), ("OR", "peto", "measure = RD, model = mh"), ("RD", "random", None)],
)
def test_a_sensitivity_row_shows_the_risk_difference(measure, model, label):
    result = written(counts(SILENT), entry(measure, analysis={"model": model, "tau2": "DL"}))
    assert list(result["sensitivity"]) == ([label] if label else [])
    if model == "random" and label:
        assert result["sensitivity"][label]["k"] == 4
        assert result["sensitivity"][label]["model"]["estimate"] == pytest.approx(-0.008082502755, rel=1e-6)
    asked = entry(measure, analysis={"model": model, "sensitivity": [{"tau2": "PM"}]})
    assert len(written(counts(SILENT[1::2]), asked)["sensitivity"]) == 1


def test_rates_without_events_are_not_estimable():
    rows = [("A", (0, 100), (0, 90)), ("B", (12, 90), (20, 100)), ("C", (5, 80), (4, 85))]
    result = written(table(rows, ("events", "person_time")), entry("IRR", analysis={"tau2": "DL"}))
    assert result["k"] == 2
    assert result["model"]["estimate"] == pytest.approx(-0.2479260724, rel=1e-6)
    assert written(table(rows, ("events", "person_time")), entry("IRD"))["k"] == 3


def test_risk_without_the_intervention_counts_the_studies_that_say_nothing():
    assert control_risk(pooled(counts(SILENT), entry("RR"))) == pytest.approx((0 + 32 / 394) / 2)


# rma.peto and escalc(measure = "PETO", add = 0, to = "none")
RARE = [("R1", (400, 0), (400, 2)), ("R2", (500, 1), (500, 3)), ("R3", (100, 0), (100, 0))]
PETO = {"R1": (-2.002506266, 2.002506266), "R2": (-1.003012048, 1.003012048)}


@each("measure", ["OR", "PETO"])
@each("own", [{}, {"drop00": False}, {"add": 1, "to": "all"}])
def test_peto_model_shows_petos_effects_in_every_row(measure, own):
    rows = counts(RARE).assign(kind=["a"] * 4 + ["b"] * 2)
    outcome = entry(measure, subgroups=["kind"], analysis={"model": "peto", "sensitivity": [{"without_studies": "R2"}], **own})  # fmt: skip
    result = written(rows, outcome)
    assert (result["measure"], result["k"]) == ("PETO", 2)
    assert {one["study"]: (one["yi"], one["vi"]) for one in result["studies"]} == {
        study: pytest.approx(numbers, rel=1e-9) for study, numbers in PETO.items()
    }
    model = result["model"]
    assert (model["estimate"], model["se"], model["Q"]) == pytest.approx(
        (-1.336566742, 0.8174860067, 0.332384829), rel=1e-8
    )
    # the rows are the parts of the total: by inverse variance they give it
    weights = {study: 1 / v for study, (_, v) in PETO.items()}
    assert sum(w * PETO[study][0] for study, w in weights.items()) / sum(weights.values()) == pytest.approx(
        model["estimate"]
    )
    assert [one["weight"] for one in result["studies"]] == pytest.approx(
        [100 * w / sum(weights.values()) for w in weights.values()]
    )
    assert result["left_out"][0]["not_estimable"]
    alone = result["sensitivity"]["without R2"]
    assert (alone["measure"], alone["model"]["estimate"]) == ("PETO", pytest.approx(PETO["R1"][0], rel=1e-9))
    assert result["preparation"]["corrected"] == 0


def test_other_models_of_the_same_studies_show_effects_of_their_own():
    outcome = entry("OR", analysis={"model": "peto", "sensitivity": [{"model": "mh"}, {"model": "common"}]})
    result = pooled(counts(RARE), outcome)
    for label in ("model = mh", "model = common"):
        row = result.sensitivity[label]
        assert row.measure == "OR"
        # 0.5 in the empty cells of the first study
        assert row.studies[0].yi == pytest.approx(math.log(0.5 * 398.5 / (400.5 * 2.5)))
    asked = written(counts(RARE), entry("OR", analysis={"model": "mh", "sensitivity": [{"model": "peto"}]}))
    assert asked["measure"] == "OR"
    assert asked["sensitivity"]["model = peto"]["measure"] == "PETO"


@each(
    ("notices", "expected"),
    [
        # Equal variances, so that a common effect is the mean of the studies that are left.
        (("", "retracted", ""), {"retracted": (2, 2.0)}),
        (("retracted", "concern", ""), {"retracted": (2, 2.5), "concern": (1, 3.0)}),
        (("", "concern", ""), {"concern": (2, 2.0)}),
        (("", "", ""), {}),
    ],
)
def test_studies_with_a_retracted_report_are_left_out_beside_the_main_analysis(notices, expected):
    rows = means(1.0, 2.0, 3.0)
    rows["report_notice"] = [notice for notice in notices for _ in range(2)]
    found = written(rows, entry("MD", analysis={"model": "common"})).pop("sensitivity")
    assert {name: (one["k"], one["model"]["estimate"]) for one in found.values() for name in [one["changes"]["without"]]} == {
        name: (k, pytest.approx(estimate)) for name, (k, estimate) in expected.items()
    }  # fmt: skip
    asked = entry("MD", analysis={"sensitivity": [{"without": ["retracted", "concern"]}]})
    said = [one["not_done"] for one in written(rows, asked)["sensitivity"].values()]
    assert [bool(reason) for reason in said] == ["retracted" not in notices, not any(notices)]


def test_a_control_that_several_comparisons_share_counts_once_in_the_risk_without_the_intervention():
    rows = [("A", *((100, events) for events in (30, 34, 38, 50))), ("B", (100, 8), (100, 10)), ("C", (100, 9), (100, 12))]  # fmt: skip
    several = [
        {"study": study, "arm": f"drug {at}", "group": "intervention", "n": n, "events": events}
        for study, *arms in rows
        for at, (n, events) in enumerate(arms[:-1])
    ] + [
        {"study": study, "arm": "placebo", "group": "control", "n": arms[-1][0], "events": arms[-1][1]}
        for study, *arms in rows
    ]
    found = pooled(pd.DataFrame(several).astype(str), entry("RR", multi_arm="split"))
    assert len(found.studies) == 5
    assert control_risk(found) == pytest.approx(0.12)
