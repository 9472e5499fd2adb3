"""Forest and funnel plots: what stands in them, that nothing overlaps, that the same content is the same bytes."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from evergreen.bias.tools import TOOLS
from evergreen.figures import axes, forest, forest_table, funnel, outcome_figures, scales, style
from evergreen.figures.forest_bias import Bias
from evergreen.synthesis.outcome import result as pooled_result
from evergreen.synthesis.result import Result
from tests.figures.figures_of_bcg import SETTING, bcg, overlapping, words
from tests.figures.seen import shapes_of
from tests.protocols import pooling
from tests.results import changed, left_out
from tests.results import result as result_of


@pytest.fixture
def result() -> Result:
    return bcg()


def test_forest_shows_the_published_numbers(result: Result) -> None:
    with style.style():
        drawn = forest.forest(result, SETTING)
    shown = words(drawn)
    # RR 0.49 (0.33 to 0.73), prediction 0.14 to 1.76, as metafor and meta print them for these trials.
    for text in (
        "0.49",
        "[0.33,",
        "0.73]",
        "[0.14,",
        "1.76]",
        "88391",
        "191064",
        "1065",
        "100.0%",
        "Favours BCG",
        "BCG",
    ):
        assert any(text == s or s.startswith(text) for s in shown), text
    assert "Heterogeneity: Tau² = 0.31 [0.12, 1.11]; Chi² = 152.23, df = 12 (P < 0.00001); I² = 92%" in shown
    assert "Test for overall effect: T = 3.95, df = 12 (P = 0.0019)" in shown
    total = drawn.numbers[drawn.numbers["row"] == "total"].iloc[0]
    assert total["effect"] == pytest.approx(math.exp(result.model.estimate), rel=1e-12)
    assert len(drawn.numbers) == 13 + 2


@pytest.mark.parametrize("layout", ["RevMan", "JAMA", "BMJ"])
@pytest.mark.parametrize(("k", "long"), [(1, False), (2, True), (13, False), (13, True)])
def test_nothing_overlaps_and_nothing_is_cut(result: Result, layout: str, k: int, long: bool) -> None:
    result = changed(result, studies=(result.studies * 8)[:k])
    setting = forest.Setting("Tuberculosis", "lower", "BCG", "no BCG", layout=layout)
    if long:
        name = "Randomised evaluation of a vaccine with a very long acronym, second report (Supercalifragilisticexpialidocious)"
        result = changed(
            result,
            studies=[changed(study, label=f"{name} {i}") for i, study in enumerate(result.studies)],
            left_out=[left_out(name, reason="the standard deviation is missing " * 6)],
            notes=["A sentence that is long enough to be broken into several lines. " * 4],
        )
        setting = forest.Setting(
            name, None, "Bacillus Calmette-Guérin vaccination at birth", "usual care without", layout=layout
        )
    with style.style():
        for drawn in (forest.forest(result, setting), funnel.funnel(result, setting)):
            assert overlapping(drawn) == []


def test_extreme_interval_is_cut_with_an_arrow_and_does_not_squeeze_the_rest(result: Result) -> None:
    plain = _range(result)
    first, *others = result.studies
    wide = changed(first, ci_low=-60.0, ci_high=60.0)
    low, high = _range(changed(result, studies=[wide, *others]))
    assert high - low < 2 * (plain[1] - plain[0])


def _range(result: Result) -> tuple[float, float]:
    content = forest._Content(result, SETTING, None)
    return forest_table.limits(content.table())


def test_area_of_squares_is_proportional_to_weight(result: Result) -> None:
    with style.style():
        figure = forest.forest(result, SETTING).figure
    areas = [square.get_extents().width ** 2 for square in shapes_of(figure.axes[0], "#0072b2")]
    weights = [study.weight for study in result.studies]
    ratios = [area / weight for area, weight in zip(areas, weights, strict=True)]
    assert ratios == pytest.approx([ratios[0]] * 13, rel=1e-6)


def test_subgroups_have_their_own_diamonds(result: Result) -> None:
    part = changed(result.model, estimate=-0.9, ci_low=-1.6, ci_high=-0.2)
    groups = {
        "allocation": dict.fromkeys(("random", "alternate", "systematic"), part),
        "tests": {"allocation": {"not_done": "not asked for", "without_value": ["Lee 2004"]}},
    }
    with style.style():
        drawn = forest.forest(changed(result, subgroups=groups), SETTING, by="allocation")
    assert (drawn.numbers["row"] == "subtotal").sum() == 3
    assert "Without a value of allocation and in no subgroup: Lee 2004." in words(drawn)
    assert overlapping(drawn) == []


def test_subgroups_without_a_total_have_no_diamond_of_all(result: Result) -> None:
    own = dict.fromkeys(("random", "alternate", "systematic"), result.model)
    own["random"] = changed(result.model, test="z", test_reason="no heterogeneity estimated")
    groups = {"allocation": own, "tests": {"allocation": {"not_done": "what has no total is not compared"}}}
    parted = changed(result, model=None, no_total="they differ", subgroups=groups, influence=None)
    with style.style():
        drawn = forest.forest(parted, SETTING)
        plates = {plate.name: plate for plate in outcome_figures.plates(parted, SETTING)}
    assert drawn.numbers["row"].value_counts().to_dict() == {"study": 13, "subtotal": 3}
    assert "No total: they differ. Weights are those within subgroups." in words(drawn)
    intervals = [text for text in words(drawn) if text.startswith("Confidence interval of the pooled effect")]
    assert [text.partition(";")[0].partition("effect ")[2] for text in intervals] == [
        "(random): Wald (no heterogeneity estimated)", "(alternate, systematic): Hartung-Knapp",
    ]  # fmt: skip
    assert not any(text.startswith(("Total (", "Test for subgroup")) for text in words(drawn))
    assert overlapping(drawn) == []
    undrawn = {name: plate.reason for name, plate in plates.items() if plate.drawn is None}
    assert undrawn["funnel"] == undrawn["living"] == "there is no total: they differ"


def test_an_outcome_that_is_not_pooled_shows_what_was_reported_and_why() -> None:
    reported = [
        {"group": "intervention", "arm": "60 mg", "n": 217.0, "mean": 3.99, "derived": []},
        {"group": "intervention", "arm": "120 mg", "n": 219.0, "mean": 4.88, "derived": ["mean"]},
        {"group": "control", "arm": "placebo", "n": 218.0, "mean": -1.03, "derived": []},
    ]
    silent = left_out("A", reason="the standard deviation is missing", reported=reported)
    result = result_of(outcome="bmd", not_pooled="1 study reports it", left_out=[silent])
    setting = forest.Setting("Bone mineral density", "higher")
    with style.style():
        drawn = forest.forest(result, setting)
        plates = {plate.name: plate for plate in outcome_figures.plates(result, setting)}
    shown = words(drawn)
    assert {
        "3.99",
        "4.88",
        "−1.03",
        "217",
        "The standard deviation is missing",
        "Not pooled: 1 study reports it.",
    } <= set(shown)
    assert "†" in shown
    assert "† Derived from other reported numbers." in shown
    assert overlapping(drawn) == []
    assert plates["funnel"].drawn is None
    assert plates["funnel"].reason


@pytest.mark.parametrize(
    ("kind", "rows"), [("", ["Z"]), ("disputed", ["Z"]), *((kind, []) for kind in ("pending", "excluded", "other_time", "other_people", "other_arms"))],
)  # fmt: skip
def test_a_study_that_answers_another_question_is_a_note_and_no_row(
    result: Result, kind: str, rows: list[str]
) -> None:
    arm = {"n": 40.0, "events": 3.0}
    arms = {"intervention": arm, "control": arm}
    with_it = changed(result, left_out=(left_out("Z", reason="it is not pooled", kind=kind, arms=arms),))
    with style.style():
        drawn = forest.forest(with_it, SETTING)
    shown = words(drawn)
    assert [word for word in shown if word == "Z"] == rows
    assert ("Not estimable" in shown) == bool(rows)
    assert "Left out: Z (it is not pooled)." in shown
    left = drawn.numbers[drawn.numbers["row"] == "left out"]
    assert left["label"].tolist() == ["Z"]
    assert left["intervention_events"].tolist() == [3.0]


def test_what_only_a_study_without_a_row_has_leaves_no_trace_in_the_figure(result: Result) -> None:
    arm = {"n": 40.0, "events": 3.5, "derived": ["events"]}
    judged = {"risk_of_bias": '{"D1": "high"}'}
    elsewhere = left_out(
        "Z",
        reason="another time point",
        kind="other_time",
        arms={"intervention": arm, "control": arm},
        columns=judged,
    )
    with style.style():
        alone = forest.forest(result, SETTING)
        beside = forest.forest(changed(result, left_out=(elsewhere,)), SETTING)
    assert {*words(beside)} - {*words(alone)} == {"Left out: Z (another time point)."}
    assert beside.numbers["intervention_events"].tolist()[-1] == 3.5


def test_a_figure_of_what_is_not_pooled_says_what_is_not_judged() -> None:
    part = left_out("Z", columns={"risk_of_bias": '{"D1": "high"}'})
    assert ", blank\u00a0not judged." in Bias([part], TOOLS["rob2"]).legend()[0]


def test_same_content_same_bytes(result: Result, tmp_path: Path) -> None:
    for name in ("first", "second"):
        with style.style():
            style.save(forest.forest(result, SETTING).figure, tmp_path / name, title="A")
    for suffix in ("svg", "pdf", "png"):
        assert (tmp_path / f"first.{suffix}").read_bytes() == (tmp_path / f"second.{suffix}").read_bytes()
    assert ">Aronson (1948)<" in (tmp_path / "first.svg").read_text()


@pytest.mark.parametrize(
    ("p", "text"),
    [
        (0.5, "P = 0.50"),
        (0.0458, "P = 0.046"),
        (0.0501, "P = 0.050"),
        (0.0497, "P = 0.0497"),
        (0.04999999, "P = 0.050"),
        (0.0019, "P = 0.0019"),
        (0.00012, "P = 0.00012"),
        (0.00002, "P < 0.0001"),
        (1e-9, "P < 0.00001"),
    ],
)
def test_p_values(p: float, text: str) -> None:
    assert scales.p_value(p).replace("\u00a0", " ") == text


def test_numbers_have_true_minus_signs_and_no_negative_zero() -> None:
    assert scales.number(-1.234, 2) == "−1.23"
    assert scales.number(-0.001, 2) == "0.00"
    assert scales.number(None, 2) == ""
    assert scales.number(math.nan, 2) == ""


@pytest.mark.parametrize(("low", "high"), [(0.9, 1.2), (0.05, 8), (0.001, 900), (0.2, 0.9), (1e-6, 1e6)])
def test_ticks_of_ratios_are_inside_even_in_the_logarithm_and_hold_one(low: float, high: float) -> None:
    marks = scales.ticks(scales.scale_of("RR"), math.log(low), math.log(high), 7)
    assert 2 <= len(marks) <= 8
    assert all(math.log(low) - 1e-9 <= position <= math.log(high) + 1e-9 for position, _ in marks)
    if low < 1 < high:
        assert "1" in {label.rstrip("0").rstrip(".") for _, label in marks}


@pytest.mark.parametrize(
    ("low", "high", "texts"),
    [
        (0, 1.4e-7, ["0", "5×10⁻⁸", "10×10⁻⁸"]),
        (-2.5e-8, 3e-8, ["−2×10⁻⁸", "0", "2×10⁻⁸"]),
        (0, 1.6e10, ["0", "5×10⁹", "10×10⁹", "15×10⁹"]),
        (-3e-4, 3e-4, ["−0.0002", "0.0000", "0.0002"]),
    ],
)
def test_ticks_of_tiny_and_huge_numbers_differ(low: float, high: float, texts: list[str]) -> None:
    assert [text for _, text in scales.ticks(scales.Scale("", ""), low, high, 6)] == texts


def test_an_axis_has_two_numbers_where_more_have_no_room() -> None:
    tried = axes.tried_ticks(scales.Scale("", ""), 0.0003, 0.0092, 50, 7, lambda text: 2.0 * len(text))
    assert next(marks for marks, _, free in tried if min(free, default=9) >= 5)== [
        (0.002, "0.002"), (0.008, "0.008"),
    ]  # fmt: skip


def test_curves_of_tiny_effects_fill_their_plot() -> None:
    assert axes.padded([-2e-6, 4e-6], 0.0) == (-2e-6, 4e-6)
    low, high = axes.padded([3e-6, 3e-6])
    assert 0 < low < 3e-6 < high < 1e-5


def test_derived_and_imputed_numbers_have_signs_of_their_own() -> None:
    outcome = pooling(id="pain", measure="MD")
    rows = [
        {"study": study, "group": group, "arm": group, "n": 20, "mean": mean, "sd": 2, **marks}
        for study, marks in (
            ("A", {}),
            ("B", {"derived": "sd: from the interval"}),
            ("C", {"imputed": "sd: that of A"}),
        )
        for group, mean in (("intervention", 1), ("control", 2))
    ]
    made = pooled_result(rows, outcome)
    with style.style():
        drawn = forest.forest(made, SETTING)
    shown = words(drawn)
    assert (shown.count("†"), shown.count("‡")) == (2, 2)
    assert any(text.startswith("‡ Imputed: ") for text in shown)
    assert drawn.numbers["state"].tolist()[:3] == ["reported", "derived", "imputed"]
    assert made.preparation.imputed == 1
    assert [study.imputed for study in made.studies] == [False, False, True]
    assert overlapping(drawn) == []


def test_people_with_several_results_count_once_in_the_totals() -> None:
    settings = {"model": "multilevel", "test": "z", "levels": ("timepoint",)}
    rows = [
        {"study": study, "group": group, "arm": arm, "n": n, "mean": mean, "sd": 2, "timepoint": when}
        for study in ("A", "B")
        for when in ("6 weeks", "12 weeks")
        for group, arm, n, mean in (
            ("intervention", "low", 21, 1), ("intervention", "high", 23, 1.5), ("control", "placebo", 57, 2)
        )
    ]  # fmt: skip
    for how, people in (
        ("combine", ("88", "114")),
        ("separate", ("88", "114")),
        ("split", ("88.0", "114.0")),
    ):
        made = pooled_result(rows, pooling(settings, id="pain", measure="MD", multi_arm=how))
        with style.style():
            drawn = forest.forest(made, SETTING)
        shown = words(drawn)
        assert set(people) <= set(shown), how
        assert made.participants == 202
        assert overlapping(drawn) == []
