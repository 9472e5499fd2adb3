"""From arm rows to a pooled outcome: published numbers, arms, what cannot be pooled."""

import json
import math

import numpy as np
import pandas as pd
import pytest
from scipy import special

from evergreen.errors import InputError
from evergreen.synthesis.outcome import not_pooled, result
from evergreen.synthesis.result.study_rows import in_group
from tests.protocols import pooling
from tests.results import left_out, written
from tests.rows import each

ANALYSIS = {"model": "random", "tau2": "DL", "test": "z", "level": 0.95, "prediction": True}
SERIOUS = [
    ("DRIVE", "2018-12-31", "placebo", "control", 88, 9),
    ("DRIVE", "2018-12-31", "Q6M", "intervention", 86, 4),
    ("DRIVE", "2018-12-31", "Q3M", "intervention", 85, 6),
    ("DRIVE", "2018-12-31", "Q2M", "intervention", 87, 8),
    ("DESIRABLE", "2020-12-31", "placebo", "control", 224, 13),
    ("DESIRABLE", "2020-12-31", "Q6M", "intervention", 221, 19),
    ("DESIRABLE", "2020-12-31", "Q3M", "intervention", 222, 19),
    ("Iwamoto2022", "2023-12-31", "denosumab", "intervention", 23, 1),
    ("Iwamoto2022", "2023-12-31", "csDMARD", "control", 23, 2),
]


def entry(measure: str = "RR", **more):
    return pooling({**ANALYSIS, **more.pop("analysis", {})}, id="outcome", measure=measure, **more)


def table(rows, columns=("study", "round", "arm", "group", "n", "events")) -> pd.DataFrame:
    return pd.DataFrame([[str(value) for value in row] for row in rows], columns=list(columns))


def means(rows) -> pd.DataFrame:
    return table(rows, ("study", "arm", "group", "n", "mean", "sd"))


def pooled(result, back=math.exp):
    return tuple(round(back(result["model"][key]), 2) for key in ("estimate", "ci_low", "ci_high"))


def test_serious_adverse_events_of_the_bundled_review():
    """RR 1.00 (0.54 to 1.86), DerSimonian-Laird, denosumab arms combined."""
    result = written(table(SERIOUS), entry())
    assert pooled(result) == (1.00, 0.54, 1.86)
    assert result["k"] == 3
    json.dumps(result, allow_nan=False)


def test_published_review_of_taar1_agonists(shared):
    """PANSS total: fixed SMD 0.132 (0.017 to 0.246), REML 0.146 (-0.050 to 0.341), sign turned for benefit."""
    arms = pd.read_csv(shared / "data" / "reviews" / "taar1" / "arms.csv")
    arms = arms[
        (arms["overall_scale_name"] == "PANSS total") & arms["drug_new"].isin(["TAAR1 agonist", "placebo"])
    ]
    group = arms["drug_new"].map({"placebo": "control", "TAAR1 agonist": "intervention"})
    rows = means(
        zip(
            arms["study_name"],
            arms["arm_name"],
            group,
            arms["overall_n"],
            arms["overall_mean"],
            arms["overall_sd"],
            strict=True,
        )
    )
    fixed = written(rows, entry("SMD", analysis={"model": "common"}))["model"]
    random = written(rows, entry("SMD", analysis={"tau2": "REML"}))["model"]
    assert [round(-fixed[key], 3) for key in ("estimate", "ci_high", "ci_low")] == [0.132, 0.017, 0.246]
    assert [round(-random[key], 3) for key in ("estimate", "ci_high", "ci_low")] == [0.146, -0.050, 0.341]


def test_rounds_show_the_effect_as_it_grew():
    rounds = written(table(SERIOUS), entry())["rounds"]
    assert {day: view["k"] for day, view in rounds.items()} == {
        "2018-12-31": 1,
        "2020-12-31": 2,
        "2023-12-31": 3,
    }
    assert rounds["2020-12-31"]["added"] == ["DESIRABLE"]
    first = rounds["2018-12-31"]["model"]
    assert first["estimate"] == pytest.approx(math.log(18 / 258 / (9 / 88)))


def test_arms_are_combined_split_or_kept_apart():
    split = written(table(SERIOUS), entry(multi_arm="split"))
    assert [study["label"] for study in split["studies"]][:3] == ["DRIVE (Q2M)", "DRIVE (Q3M)", "DRIVE (Q6M)"]
    assert split["studies"][0]["arms"]["control"] == {
        "n": 88 / 3,
        "events": 3.0,
        "derived": [],
        "imputed": [],
    }
    with pytest.raises(InputError, match="multilevel"):
        written(table(SERIOUS), entry(multi_arm="separate"))


def test_combined_means_are_those_of_one_sample():
    """Handbook 6.5.2.10; the numbers of its oracle block."""
    rows = means(
        [
            ("A", "1", "intervention", 20, 10.1, 2.2),
            ("A", "2", "intervention", 34, 12.4, 3.1),
            ("A", "c", "control", 17, 9.3, 1.9),
        ]
    )
    arm = written(rows, entry("MD"))["studies"][0]["arms"]["intervention"]
    assert (arm["mean"], arm["sd"]) == pytest.approx((11.54814814814815, 2.9959243220875518), rel=1e-12)


def test_protocol_chooses_arms_and_the_others_are_listed():
    result = written(
        table(SERIOUS), entry(arms={"intervention": ["q6m", "denosumab"], "control": ["Placebo", "csDMARD"]})
    )
    assert result["studies"][0]["arms"]["intervention"]["n"] == 86
    assert {arm["arm"] for arm in result["arms_left_out"]} == {"Q3M", "Q2M"}


def test_what_cannot_be_pooled_is_said():
    rows = means(
        [
            ("A", "d", "intervention", 20, 1.0, ""),
            ("A", "p", "control", 20, 2.0, ""),
            ("B", "d", "intervention", 20, 1.0, 2.0),
        ]
    )
    result = written(rows, entry("MD"))
    assert result["model"] is None
    assert result["studies"] == []
    assert {item["study"]: item["reason"] for item in result["left_out"]} == {
        "A": "number of participants and mean reported, no usable standard deviation",
        "B": "a control arm is missing",
    }
    assert result["left_out"][0]["arms"]["control"]["mean"] == 2.0


def test_studies_that_screening_did_not_include_are_left_out():
    rows = table(SERIOUS).assign(screening=["pending"] * 4 + ["excluded"] * 3 + ["included"] * 2)
    result = written(rows, entry())
    assert [(item["study"], item["reason"]) for item in result["left_out"]] == [
        ("DESIRABLE", "not included by screening"),
        ("DRIVE", "screening is pending"),
    ]
    assert result["k"] == 1
    assert result["notes"] == ["One study: nothing is pooled, its own estimate and interval are shown."]


@each(
    "alone, said",
    [
        (["b"], ["b has one study: nothing is pooled, its own estimate and interval are shown."]),
        (
            ["b", "c"],
            ["b and c have one study each: nothing is pooled, their own estimates and intervals are shown."],
        ),
        ([], []),
    ],
)
def test_subgroups_of_one_study_are_named_together(alone, said):
    kinds = {"S1": "a", "S2": "a", **{f"T{kind}": kind for kind in alone}}
    rows = [
        (study, "", arm, group, 20, 5 + many, kind)
        for study, kind in kinds.items()
        for arm, group, many in (("x", "intervention", 0), ("y", "control", 3))
    ]
    rows = table(rows, ("study", "round", "arm", "group", "n", "events", "kind"))
    assert written(rows, entry(subgroups=["kind"], total=False))["notes"] == said


def test_one_tau2_of_subgroups_without_a_total_is_refused():
    """Each had its own, and the page said one for all."""
    with pytest.raises(InputError, match="is one tau2 of all studies, and `total` is false"):
        written(table(SERIOUS), entry(subgroups=["kind"], total=False, analysis={"subgroup_tau2": "common"}))


def test_double_zeros_have_no_odds_ratio_without_correction():
    rows = table([("A", "", "d", "intervention", 20, 0), ("A", "", "p", "control", 20, 0)])
    result = written(rows, entry("OR", analysis={"add": 0, "to": "none"}))
    assert result["model"] is None
    assert result["left_out"][0]["reason"] == "no events in either group"


def test_contrasts_on_a_ratio_scale():
    columns = ("study", "arm", "group", "estimate", "estimate_ci_low", "estimate_ci_high", "estimate_se")
    rows = table(
        [
            ("A", "", "contrast", 0.49, 0.22, 1.09, ""),
            ("B", "", "contrast", 0.61, "", "", 0.3),
            ("C", "", "contrast", 0.7, "", "", ""),
        ],
        columns,
    )
    result = written(rows, entry("OR", scale="ratio"))
    assert [study["vi"] for study in result["studies"]] == pytest.approx(
        [0.16666698676277192, 0.09], rel=1e-9
    )
    assert result["left_out"][0]["reason"] == "an estimate is reported without standard error or interval"


@each(
    ("rows", "sentence"),
    [
        ([("A", "", "d", "intervention", 10, 11), ("A", "", "p", "control", 20, 1)], "11 events in 10"),
        ([("A", "", "d", "intervention", 10, 1), ("A", "", "d", "intervention", 10, 1)], "stands twice"),
    ],
)
def test_impossible_numbers_are_refused_by_name(rows, sentence):
    with pytest.raises(InputError, match=sentence):
        written(table(rows), entry())


def test_several_time_points_are_refused_by_name():
    rows = table(SERIOUS[:2]).assign(timepoint=["6 months", "12 months"])
    with pytest.raises(InputError, match=r"study DRIVE.*several time points"):
        written(rows, entry())
    result = written(rows, entry(timepoint="24 Months"))
    assert "another time point" in result["left_out"][0]["reason"]


def test_both_intervals_where_knapp_hartung_is_narrower():
    result = written(table(SERIOUS), entry(analysis={"tau2": "REML", "test": "knha"}))
    assert "wald" in result["model"] or result["model"]["ci_high"] > 0.69
    two = written(table(SERIOUS[:7]), entry(analysis={"test": "knha"}))
    assert set(two["model"]["wald"]) == {"se", "statistic", "p", "ci_low", "ci_high"}
    assert two["notes"]


def test_studies_without_any_event_are_said_and_not_pooled():
    rows = table(
        [(study, "", group, group, n, 0) for study, n in (("A", 20), ("B", 60)) for group in ("intervention", "control")]
    )  # fmt: skip
    for measure in ("RR", "OR"):
        found = written(rows, entry(measure))
        assert (found["model"], found["studies"]) == (None, [])
        assert {one["reason"] for one in found["left_out"]} == {"no events in either group"}
    assert written(rows, entry("RD"))["model"]["estimate"] == 0
    rows.loc[0, "events"] = "1"
    assert written(rows, entry())["k"] == 1
    assert written(rows, entry(analysis={"drop00": False}))["k"] == 2


def test_arms_that_the_protocol_does_not_name_are_said():
    found = written(table(SERIOUS), entry(arms={"intervention": ["Q6M"], "control": ["placebo"]}))
    assert {one["study"]: one["reason"] for one in found["left_out"]} == {
        "Iwamoto2022": "none of its arms is among those that the protocol names"
    }
    found = written(table(SERIOUS), entry(arms={"intervention": ["Q6M"]}))
    assert (
        found["left_out"][0]["reason"]
        == "an intervention arm is missing among those that the protocol names (reported: denosumab)"
    )


def test_a_sensitivity_analysis_without_a_study_that_is_not_there_is_not_done():
    found = written(table(SERIOUS), entry(analysis={"sensitivity": [{"without_studies": ["DRIVEN"]}]}))
    assert found["sensitivity"]["without DRIVEN"]["not_done"] == "DRIVEN is not among the studies pooled"


def test_a_moderator_that_is_not_reported_leaves_its_study_out_of_the_regression_only():
    rows = table(SERIOUS).assign(dose="1")
    rows.loc[rows["study"] == "DESIRABLE", "dose"] = "NR"
    rows.loc[rows["study"] == "DRIVE", "dose"] = "2"
    found = written(rows, entry(moderators=["dose"]))
    assert found["k"] == 3
    assert found["moderators"]["not_done"].endswith("2 coefficients, but only 2 studies with all moderators")


def test_moderators_that_no_study_has_together_are_said_to_be_no_regression():
    rows = table(SERIOUS)
    first = rows["study"] == rows["study"].iloc[0]
    rows["dose"], rows["region"] = np.where(first, "", "225"), np.where(first, "Asia", "")
    for asked in (["dose", "region"], ["region", "dose:region"]):
        said = written(rows, entry(moderators=asked))["moderators"]["not_done"]
        assert said.endswith("no study has a value in each of these columns")


def test_equal_effects_leave_nothing_to_explain():
    """Slopes of 0 but for rounding, without a standard error, had a P value of 0."""
    rows = [
        {"study": f"T{n}", "group": group, "arm": group, "n": n, "mean": 10.1 + n / 7 + 0.3 * (group == "intervention"), "sd": 2 + n / 30, "dose": n % 4}
        for n in (11, 23, 38, 54) for group in ("intervention", "control")
    ]  # fmt: skip
    analysis = {"test": "knha", "k_min_small_study": 3}
    found = written(pd.DataFrame(rows).astype(str), pooling(analysis, id="pain", measure="MD", moderators=("dose",)))  # fmt: skip
    assert found["small_study"]["not_done"] == "all studies have the same effect, whatever their size"
    assert found["moderators"]["not_done"] == "moderators dose: all studies have the same effect"


def test_a_moderator_of_words_has_its_levels_with_the_reference_first():
    rows = table(SERIOUS)
    rows["region"] = rows["study"].map({"DESIRABLE": "Europe"}).fillna("Asia")
    found = written(rows, entry(moderators=["region"]))["moderators"]
    assert found["levels"] == {"region": ["Asia", "Europe"]}
    assert [one["name"] for one in found["coefficients"]] == ["intercept", "regionEurope"]


@each("model", ["random", "common", "mh", "peto", "glmm", "multilevel"])
def test_the_line_of_a_bubble_plot_is_that_of_the_meta_regression(model):
    rows = [
        {
            "study": f"T{dose}",
            "arm": group,
            "group": group,
            "n": 60 + 7 * dose,
            "events": events,
            "dose": dose,
        }
        for dose, pair in enumerate([(9, 12), (4, 20), (15, 14), (3, 19), (11, 10), (2, 22)])
        for group, events in zip(("intervention", "control"), pair, strict=True)
    ]
    found = written(rows, pooling({"model": model}, id="pain", measure="OR", moderators=("dose",)))
    first, slope = (one["estimate"] for one in found["moderators"]["coefficients"])
    line = found["bubble"]
    assert line["mean"] == pytest.approx([first + slope * at for at in line["at"]], rel=1e-12)


def several_arms(**analysis):
    """Ten trials of which every other has two intervention arms, with a dose, regressed on it."""
    rows = [
        {"study": f"T{number}", "arm": arm, "group": arm.rstrip("12"), "n": 40, "mean": 9 - dose / 20 + number % 3, "sd": 4, "dose": dose}
        for number in range(10)
        for arm, dose in [("control", 0), ("intervention1", 5 + number), ("intervention2", 20)][: 2 + number % 2]
    ]  # fmt: skip
    return written(rows, pooling(analysis, id="pain", multi_arm="separate", moderators=("dose",)))


@each(
    "analysis",
    [
        {"model": "multilevel"},
        {"model": "random", "dependent": "robust"},
        {"model": "common", "dependent": "robust"},
    ],
)
def test_effects_that_depend_on_each_other_are_regressed_as_they_are_pooled(analysis):
    found = several_arms(**analysis)["moderators"]
    assert (found["k"], found["studies"]) == (15, 10)
    assert set(found["sigma2"]) == ({"study", "effect"} if analysis["model"] == "multilevel" else set())
    assert found["sharing"] == (10 if analysis["model"] == "multilevel" else 0)
    assert [one["robust"]["df"] < 10 for one in found["coefficients"]] == [True, True]
    assert found["robust"]["p"] == pytest.approx(found["coefficients"][1]["robust"]["p"])
    assert found["permutation_p"] is None
    one_each = several_arms(**analysis | {"model": "random", "dependent": "aggregate", "rho": 0.5})[
        "moderators"
    ]
    assert (one_each["k"], one_each["robust"]) == (10, None)


def test_a_meta_regression_needs_more_studies_than_coefficients():
    rows = [
        {"study": study, "arm": arm, "group": arm.rstrip("12"), "n": 40, "mean": mean, "sd": 4, "dose": study}
        for study, mean in (("A", 1), ("B", 2))
        for arm in ("control", "intervention1", "intervention2")
    ]
    found = written(
        rows, pooling({"model": "multilevel"}, id="pain", multi_arm="separate", moderators=("dose",))
    )
    assert found["moderators"]["not_done"].endswith("2 coefficients, but only 2 studies with all moderators")


def test_the_prediction_band_follows_the_studies_and_not_the_test():
    found = several_arms(model="random", test="z", dependent="robust")
    line = {name: np.array(found["bubble"][name]) for name in ("mean", "ci_high", "pi_low", "pi_high")}
    se = (line["ci_high"] - line["mean"]) / special.ndtri(0.975)
    half = special.stdtrit(10 - 2, 0.975) * np.sqrt(se**2 + found["moderators"]["tau2"])
    assert line["pi_high"] == pytest.approx(line["mean"] + half)
    assert line["pi_low"] == pytest.approx(line["mean"] - half)
    assert several_arms(model="common", dependent="robust")["bubble"]["pi_low"] == []


@each("how, analysis", [("combine", {}), ("split", {}), ("separate", {"model": "multilevel"})])
def test_every_arm_counts_of_a_study_of_which_several_comparisons_are_not_estimable(how, analysis):
    silent = [("S", arm, group, 50 + 10 * extra, 0) for extra, (arm, group) in enumerate([("placebo", "control"), ("low", "intervention"), ("high", "intervention")])]  # fmt: skip
    others = [("T", "placebo", "control", 50, 5), ("T", "low", "intervention", 60, 3)]
    rows = table([*silent, *others], ("study", "arm", "group", "n", "events"))
    found = result(rows, pooling(analysis, id="pain", measure="RR", multi_arm=how))
    groups = [in_group(found.counted, group, lambda arm: arm.n) for group in ("intervention", "control")]
    assert groups == [60 + 70 + 60, 50 + 50]
    assert sum(groups) == found.participants


def test_a_correlation_of_one_has_no_sampling_variance():
    rows = pd.DataFrame([{"study": s, "group": "single", "arm": "", "n": n, "r": r} for s, n, r in (("A", "20", "1"), ("B", "30", "0.4"), ("C", "4", "0.2"))])  # fmt: skip
    found = written(rows, entry("ZCOR"))
    assert [one["reason"] for one in found["left_out"]] == [
        "its correlation is 1, which leaves the effect without a sampling variance",
        "it has four or fewer participants, which leaves the effect without a sampling variance",
    ]


@each(
    "kinds, said",
    [
        ([], "no study reports this outcome"),
        ([""], "1 study reports this outcome, none in a form that can be pooled"),
        (["", ""], "2 studies report this outcome, none in a form that can be pooled"),
        (["pending"], "1 study reports this outcome and is not pooled: it awaits screening"),
        (["pending", "excluded", "excluded", ""],
         "4 studies report this outcome, of which none is pooled: 1 awaits screening, 2 are not included by screening, 1 in a form that cannot be pooled"),
        (["other_time", "disputed"],
         "2 studies report this outcome, of which none is pooled: 1 reports it at another time point only, 1 awaits what its extractors disagree on"),
    ],
)  # fmt: skip
def test_why_nothing_is_pooled_is_what_the_reasons_are(kinds, said):
    assert not_pooled([left_out(f"S{at}", kind=kind) for at, kind in enumerate(kinds)]) == said


def test_what_people_call_an_arm_is_no_reason_for_leaving_a_study_out():
    name = "wait list (screening is pending)"
    rows = [("A", "2018-12-31", "drug", "intervention", 8, 2), ("A", "2018-12-31", name, "control", 0, 0)]
    found = written(table(rows), entry())
    assert [(one["reason"], one.get("kind", "")) for one in found["left_out"]] == [
        (f"the arm {name} has no participants", "")
    ]
    assert found["not_pooled"] == "1 study reports this outcome, none in a form that can be pooled"
