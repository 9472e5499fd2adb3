"""What a study reports that cannot be pooled stays readable, arm by arm."""

import math

import pandas as pd
import pytest

from evergreen.errors import InputError
from evergreen.figures.scales import of_result
from evergreen.synthesis.choosing import choose
from evergreen.synthesis.outcome import result
from tests.protocols import pooling
from tests.rows import each

ROWS = [
    {"study": "A", "outcome": "bmd", "arm": "60 mg", "group": "intervention", "n": "217", "mean": "3.99"},
    {
        "study": "A",
        "outcome": "bmd",
        "arm": "120 mg",
        "group": "intervention",
        "n": "219",
        "mean": "4.88",
        "derived": "mean: from a figure",
    },
    {"study": "A", "outcome": "bmd", "arm": "placebo", "group": "control", "n": "218", "mean": "-1.03"},
]


def test_means_without_deviations_are_listed_by_arm() -> None:
    chosen = choose(pd.DataFrame(ROWS).fillna(""), pooling(id="bmd", measure="MD"))
    assert not chosen.comparisons
    (entry,) = chosen.left_out
    assert [(arm.arm, arm.n, arm.mean, arm.derived) for arm in entry.reported] == [
        ("60 mg", 217.0, 3.99, ()),
        ("120 mg", 219.0, 4.88, ("mean",)),
        ("placebo", 218.0, -1.03, ()),
    ]


CELLS = {
    "study": "A", "outcome": "pain", "arm": "", "group": "contrast", "estimate": "0.80", "estimate_se": "",
    "estimate_ci_low": "0.65", "estimate_ci_high": "0.98", "origin": "AB.csv:2",
}  # fmt: skip
RATIO = pd.DataFrame([CELLS])


@each("measure", ["RR", "OR", "IRR", "ROM", "GEN"])
def test_a_reported_ratio_is_never_taken_for_its_logarithm_in_silence(measure: str) -> None:
    with pytest.raises(InputError, match=r"AB\.csv, row 2, column estimate: .*ratio or its logarithm"):
        choose(RATIO, pooling(measure=measure))
    for scale, effect in (("ratio", math.log(0.8)), ("analysis", 0.8)):
        (own,) = choose(RATIO, pooling(measure=measure, scale=scale)).comparisons
        assert own.yi == pytest.approx(effect)


@each("measure", ["PLO", "PAS", "PFT", "IRS", "ZCOR"])
def test_what_is_pooled_on_another_scale_than_it_is_printed_on_is_asked_about(measure: str) -> None:
    with pytest.raises(InputError, match=r"AB\.csv, row 2, column estimate: .*on the scale of the analysis"):
        choose(RATIO, pooling(measure=measure))
    (own,) = choose(RATIO, pooling(measure=measure, scale="analysis")).comparisons
    assert own.yi == pytest.approx(0.8)


def test_a_reported_difference_needs_no_scale() -> None:
    (own,) = choose(RATIO, pooling(measure="MD")).comparisons
    assert own.yi == pytest.approx(0.8)


@each(
    ("measure", "asked", "row", "effect"),
    [
        ("RR", {}, {"scale": "ratio"}, math.log(0.8)),
        ("RR", {}, {"scale": "analysis"}, 0.8),
        ("RR", {"scale": "analysis"}, {"scale": "ratio"}, math.log(0.8)),
        ("GEN", {}, {"scale": "ratio"}, math.log(0.8)),
        ("GEN", {"scale": "ratio"}, {"scale": "analysis"}, 0.8),
        ("HR", {"scale": "ratio"}, {}, math.log(0.8)),
        ("HR", {"scale": "ratio"}, {"scale": "analysis"}, 0.8),
        ("MD", {}, {"scale": "ratio"}, "it reports a ratio, and the measure (mean difference) is none"),
        ("RR", {"scale": "ratio"}, {"in_conflict": "scale"}, "the extractors disagree on the scale of the estimate"),
        ("MD", {}, {"estimate": "", "in_conflict": "estimate", "estimate_ci_low": ""}, "the extractors disagree on estimate"),
        ("RR", {"scale": "ratio"}, {"in_conflict": "estimate_measure"}, "the extractors disagree on the measure of the estimate"),
        # the middle of its limits stands in for no number that is in dispute, and the level behind them counts where they do
        ("MD", {}, {"estimate": "", "in_conflict": "estimate"}, "the extractors disagree on estimate"),
        ("MD", {}, {"in_conflict": "estimate_ci_level; estimate_p"}, "the extractors disagree on estimate ci level"),
        ("MD", {}, {"in_conflict": "estimate_ci_level; estimate_p", "estimate_se": "0.1"}, 0.8),
        ("MD", {}, {"in_conflict": "estimate_p"}, 0.8),
        # O - E and its variance say the logarithm, whatever is said of estimates
        *(
            (measure, {"scale": scale} if scale else {}, {"estimate": "", "estimate_ci_low": "", "o_minus_e": "-5", "variance": "20"}, -0.25)
            for measure in ("HR", "PETO", "GEN") for scale in ("ratio", "analysis", "")
        ),
        ("HR", {"scale": "ratio"}, {"estimate_ci_low": "", "o_minus_e": "-5", "variance": "20"}, -0.25),  # an estimate without its limits
        ("HR", {"scale": "ratio"}, {"o_minus_e": "-5", "variance": "20"}, math.log(0.8)),
        ("RR", {}, {"estimate": "", "estimate_ci_low": "", "o_minus_e": "-5", "variance": "20"}, "and the measure is the risk ratio"),
        ("HR", {}, {"estimate": "", "estimate_ci_low": "", "estimate_p": "<0.001"}, "only a p value is reported"),
        ("HR", {}, {"estimate": "", "estimate_ci_low": "", "o_minus_e": "-5"}, "without its variance"),
        ("HR", {}, {"estimate": "", "estimate_ci_low": "", "variance": "20"}, "not O - E itself"),
        ("HR", {}, {"estimate": "", "estimate_ci_low": "", "o_minus_e": "0", "variance": "0"}, "O - E has no variance"),
    ],
)  # fmt: skip
def test_an_effect_is_on_the_scale_that_its_row_says_else_its_outcome(measure, asked, row, effect):
    chosen = choose(pd.DataFrame([{**CELLS, **row}]), pooling(id="pain", measure=measure, **asked))
    if isinstance(effect, str):
        (left_out,) = chosen.left_out
        assert effect in left_out.reason
    else:
        (own,) = chosen.comparisons
        assert own.yi == pytest.approx(effect)
        assert own.vi == pytest.approx(1 / 20 if effect == -0.25 else own.vi)


def test_effects_of_which_single_rows_say_that_they_are_ratios_are_shown_as_such():
    rows = pd.DataFrame([{**CELLS, "study": name, "scale": "ratio"} for name in "ABC"])
    for asked, name in (({"measure": "GEN"}, "Ratio"), ({"measure": "HR"}, "Hazard ratio")):
        found = result(rows, pooling(id="pain", **asked))
        scale = of_result(found)
        assert (scale.name, scale.text(found.model.estimate)) == (name, "0.80")
    plain = result(pd.DataFrame([CELLS]), pooling(id="pain", measure="GEN", scale="analysis"))
    assert of_result(plain).name == "Effect"


def test_a_bound_of_a_p_value_is_said_where_a_study_is_left_out():
    why = "estimate_se: P < 0.001 is a bound; sd_baseline: it is skewed"
    row = {**CELLS, "estimate_ci_low": "", "not_derived": why}
    (left_out,) = choose(pd.DataFrame([row]), pooling(measure="HR", scale="ratio")).left_out
    assert left_out.reason == (
        "an estimate is reported without standard error or interval"
        " (standard error: P < 0.001 is a bound; standard deviation at baseline: it is skewed)"
    )


def test_the_arms_beside_a_hazard_ratio_are_shown_and_counted():
    arms = [
        {"arm": arm, "group": group, "n": n, "events": events, "estimate": "", "estimate_ci_low": "", "estimate_ci_high": ""}
        for arm, group, n, events in (
            ("5 mg", "intervention", "100", "20"), ("10 mg", "intervention", "50", "9"), ("none", "control", "120", ""),
        )
    ]  # fmt: skip
    for arm, counts in (("5 MG", {"n": 100, "events": 20}), ("", {"n": 150, "events": 29})):
        rows = pd.DataFrame([{**CELLS, "n": "", "events": "", **row} for row in ({"arm": arm}, *arms)])
        (study,) = result(rows, pooling(measure="HR", scale="ratio")).studies
        assert study.yi == pytest.approx(math.log(0.8))
        shown = {group: own.model_dump(exclude={"derived", "imputed"}) for group, own in study.arms.items()}
        assert shown == {"intervention": counts, "control": {"n": 120}}


def contrast_with_arms(n_of_control: str) -> pd.DataFrame:
    both = {"outcome": "pain", "unit": "mm"}
    return pd.DataFrame(
        [
            {"study": study, **both, **row}
            for study in "AB"
            for row in (
                {"arm": "drug", "group": "intervention", "n": "50"},
                {"arm": "placebo", "group": "control", "n": n_of_control},
                {"arm": "drug", "group": "contrast", "estimate": "-3", "estimate_se": "1"},
            )
        ]
    ).fillna("")


@each(("n_of_control", "participants"), [("52", 204.0), ("", None)])
def test_the_people_of_a_reported_difference_are_those_of_its_arms(n_of_control, participants) -> None:
    """Counted where both groups say how many they are; half of them would be told as all."""
    found = result(contrast_with_arms(n_of_control), pooling(id="pain", measure="MD"))
    assert (found.k, found.participants) == (2, participants)


def test_an_estimate_that_was_reported_is_no_effect_of_another_measure():
    arms = [
        {"study": study, "group": group, "arm": group, "n": n, "events": events}
        for study, events in (("B", 12), ("C", 9))
        for group, n, events in (("intervention", 100, events), ("control", 100, 15))
    ]
    sensitivity = [{"measure": "RD"}, {"measure": "OR"}, {"tau2": "DL"}]
    found = result([CELLS, *arms], pooling({"sensitivity": sensitivity}, measure="RR", scale="ratio"))
    assert found.k == 3
    kept = {label: list(one.labels) for label, one in found.sensitivity.items()}
    assert kept == {"measure = RD": ["B", "C"], "measure = OR": ["B", "C"], "tau2 = DL": ["A", "B", "C"]}


@each("multi_arm", ["combine", "separate"])
@each("measure", ["HR", "GEN"])
def test_arms_alone_give_no_reported_effect_and_do_not_stop_the_run(measure: str, multi_arm: str) -> None:
    arms = [
        {"study": "B", "outcome": "pain", "arm": group, "group": group, "n": "50", "events": "5", "origin": f"AB.csv:{row}"}
        for row, group in enumerate(("intervention", "control"), 3)
    ]  # fmt: skip
    rows = pd.concat([RATIO, pd.DataFrame(arms)], ignore_index=True).fillna("")
    analysis = {"model": "multilevel"} if multi_arm == "separate" else {}
    chosen = choose(rows, pooling(analysis, measure=measure, scale="ratio", multi_arm=multi_arm))
    assert [one.study for one in chosen.comparisons] == ["A"]
    assert [(gone.study, gone.reason) for gone in chosen.left_out] == [
        ("B", "numbers of its arms alone, and no reported effect (a row of group `contrast`)")
    ]
