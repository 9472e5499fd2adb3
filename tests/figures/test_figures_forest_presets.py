"""The looks of a forest plot: what each shows, that its numbers are those of the result, orders, totals of two models, judgements."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pandas as pd
import pytest

import tests.protocols
from evergreen.bias.tools import TOOLS
from evergreen.figures import forest, scales, style
from evergreen.figures.drapery import drapery
from evergreen.figures.forest_order import ordered
from evergreen.figures.forest_presets import PRESETS
from evergreen.figures.funnel import funnel
from evergreen.figures.names_above import Names
from evergreen.figures.wording import changes as changes_of
from evergreen.figures.wording import sensitivity
from evergreen.screening.study_labels import by_name
from evergreen.synthesis import outcome as pooling
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.analyses import Sensitivity
from tests.figures.figures_of_bcg import BCG, SETTING, overlapping, texts, words
from tests.results import changed, left_out, part, study


@cache
def bcg_with(**analysis: Any) -> Result:
    """The BCG trials, the last three found later, and one trial without events; `analysis` is what the protocol says besides."""
    rows = [
        {"study": trial["study"], "arm": group, "group": group, "n": str(trial["n"][arm]), "events": str(trial["events"][arm]),
         "allocation": trial["allocation"], "dose": str(i % 3), "round": "2018-12-31" if i < 10 else "2020-12-31",
         "report_name": trial["study"].replace("(", "").replace(")", ""), "report_year": str(trial["year"])}
        for i, trial in enumerate(BCG["trials"])
        for arm, group in enumerate(("intervention", "control"))
    ] + [
        {"study": "Silent 2001", "arm": group, "group": group, "n": "50", "events": "0", "allocation": "random", "dose": "1", "round": "2018-12-31",
         "report_name": "", "report_year": ""}
        for group in ("intervention", "control")
    ]  # fmt: skip
    entry = tests.protocols.pooling(
        id="tb", measure="RR", analysis={"test": "knha", **analysis}, subgroups=["allocation"]
    )
    return pooling.result(pd.DataFrame(rows), entry)


def drawn_as(layout: str, result: Result, by: str | None = None, **setting: Any) -> forest.Drawn:
    with style.style():
        return forest.forest(result, replace(SETTING, layout=layout, **setting), by=by)


@pytest.mark.parametrize("layout", list(PRESETS))
def test_every_number_of_a_figure_is_that_of_the_result(layout: str) -> None:
    result, preset = bcg_with(both=True), PRESETS[layout]
    scale = scales.of_result(result)
    drawn = drawn_as(layout, result)
    shown = words(drawn)
    assert overlapping(drawn, laid_out=True) == []
    assert result.model is not None
    assert result.beside is not None
    effects = [(one.yi, one.ci_low, one.ci_high) for one in result.studies]
    for effect in (*effects, result.model.interval, result.beside.model.interval):
        assert set(preset.interval(scale, *effect)) <= set(shown)
    assert set(preset.limited(scale, result.model.pi_low, result.model.pi_high)) <= set(shown)
    sign = "%" if preset.percent else ""
    weights = [*(one.weight for one in result.studies), *result.beside.weights]
    assert {f"{weight:.1f}{sign}" for weight in weights} | {f"100.0{sign}"} <= set(shown)
    for one in result.counted:
        for arm in one.arms.values():
            pairs = (
                {f"{arm.events:.0f}/{arm.n:.0f}"}
                if preset.by_field
                else {f"{arm.events:.0f}", f"{arm.n:.0f}"}
            )
            assert pairs <= set(shown)


@pytest.mark.parametrize(
    ("layout", "there", "absent"),
    [
        ("RevMan", ["Study", "Events", "Weight", "Total events", "[0.33,", "5.1%", "Favours BCG", "Test for overall effect: T = 3.95, df = 12 (P = 0.0019)"], ["Source"]),
        ("JAMA", ["Source", "No. of events/total No.", "(0.33–0.73)", "5.1", "Risk ratio (95% CI)", "1065/191114", "Test for overall effect: T = 3.95, df = 12 (P = .002)"], ["Total events", "Study"]),
        ("BMJ", ["Study", "No of events/total", "(0.33 to 0.73)", "5.1", "Test for overall effect: T = 3.95, df = 12 (P = 0.0019)"], ["Total events"]),
        ("plain", ["Study", "Events", "[0.33,", "5.1%"], ["Total events"]),
    ],
)  # fmt: skip
def test_looks_differ_as_journals_print(layout: str, there: list[str], absent: list[str]) -> None:
    shown = words(drawn_as(layout, bcg_with()))
    assert [text for text in there if text not in shown] == []
    assert [text for text in absent if text in shown] == []


def test_the_sides_stand_above_in_jama_and_below_elsewhere() -> None:
    for layout in PRESETS:
        drawn = drawn_as(layout, bcg_with())
        height = {text.get_text(): text.get_position()[1] for text in texts(drawn)}
        side = next(y for text, y in height.items() if text.startswith("Favours"))
        assert (side < height["Aronson 1948"]) == (layout == "JAMA")


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.5, "P = .50"), (0.0458, "P = .046"), (0.04, "P = .04"), (0.0499, "P = .0499"), (0.0019, "P = .002"), (0.00012, "P < .001"), (0.995, "P > .99")],
)  # fmt: skip
def test_p_values_of_jama(p: float, text: str) -> None:
    assert scales.p_value_of_jama(p).replace("\u00a0", " ") == text


@pytest.mark.parametrize(
    ("order", "first", "last"),
    [("round", "Aronson 1948", "Silent 2001"), ("year", "Aronson 1948", "Silent 2001"), ("effect", "Vandiviere et al 1973", "Silent 2001"),
     ("weight", "TPT Madras 1980", "Silent 2001"), ("name", "Aronson 1948", "Vandiviere et al 1973"), ("dose", "Aronson 1948", "Vandiviere et al 1973")],
)  # fmt: skip
def test_studies_stand_in_the_order_that_is_asked_for(order: str, first: str, last: str) -> None:
    result = bcg_with()
    result = (
        changed(
            result,
            studies=[
                changed(
                    one, columns={**one.columns, "dose": str(-len(one.label) if one.label == last else i)}
                )
                for i, one in enumerate(result.studies)
            ],
        )
        if order == "dose"
        else result
    )
    drawn = drawn_as("RevMan", result, order=order)
    labels = drawn.numbers[drawn.numbers["row"].isin(["study", "left out"])]["label"].tolist()
    if order == "dose":
        assert labels[0] == last
    else:
        assert (labels[0], labels[-1]) == (first, last)
    years = [int(label[-4:]) for label in labels]
    assert order != "year" or years == sorted(years)


def test_names_stand_as_in_a_list_of_names() -> None:
    names = ["Ångström 2001", "Zhu 1999", "Ægidius 2000", "van der Berg 2003", "Müller 10", "Muller 9", "Ørsted 1999", "Abel 1980"]  # fmt: skip
    assert sorted(names, key=by_name) == ["Abel 1980", "Ægidius 2000", "Ångström 2001", "Muller 9", "Müller 10", "Ørsted 1999", "van der Berg 2003", "Zhu 1999"]  # fmt: skip
    ones = [
        study(name, columns={"dose": dose})
        for name, dose in (("B", "high"), ("A", ""), ("C", "10"), ("D", "9"))
    ]
    assert [one.study for one in ordered([*ones, left_out("E")], "Dose")] == ["D", "C", "B", "A", "E"]


def test_two_models_have_their_totals_and_weights() -> None:
    result = bcg_with(both=True)
    drawn = drawn_as("RevMan", result, by="allocation")
    shown = words(drawn)
    assert {"Total (common effect, 95% CI)", "Total (random effects, 95% CI)"} <= {
        " ".join(label.split()) for label in drawn.numbers["label"].str.replace("\u00a0", " ")
    }
    assert (drawn.numbers["row"] == "subtotal").sum() == 6
    assert {"common", "random"} <= set(shown), "the weights of each model have a column"
    notes = " ".join(shown).replace("\u00a0", " ")
    assert "Confidence interval of the pooled effect (common effect): Wald." in notes
    assert "Confidence interval of the pooled effect (random effects): Hartung-Knapp; Tau²: REML" in notes
    # metafor 3.8: rma(yi, vi, method = "REML", test = "knha") in each allocation, whose estimates give 2.038345; mods = ~alloc, "FE": 19.86537.
    # The R package meta prints the same two.
    tested = [text.replace("\u00a0", " ") for text in shown if text.startswith("Test for subgroup")]
    assert [re.findall(r"\((\w+) effects?\): Chi² = ([\d.]+), df = 2", text)[0] for text in tested] == [
        ("common", "19.87"),
        ("random", "2.04"),
    ]
    # metafor: rma(yi, vi, data = dat.bcg, method = "EE"), and its weights()
    assert result.beside is not None
    assert result.beside.model.estimate == pytest.approx(-0.430285163654091, rel=1e-9)
    assert result.beside.weights[0] == pytest.approx(0.50375480, rel=1e-6)
    numbers = drawn.numbers.set_index("label")
    assert numbers.loc["Aronson 1948", "weight_percent_common"] == pytest.approx(0.50375480, rel=1e-6)


def test_both_models_have_a_line_in_the_other_figures_and_studies_their_names() -> None:
    result = bcg_with(both=True)
    assert result.pooled is not None
    with style.style():
        titled = replace(SETTING, title="Contour-enhanced funnel plot: Tuberculosis")
        drawn = [funnel(result, titled), funnel(result, titled, contours=True), drapery(result, result.pooled, titled)]  # fmt: skip
    for figure in drawn:
        assert overlapping(figure) == []
        assert any("common effect" in text for text in words(figure))
        assert "Comstock et al 1974" in words(figure)
    assert {study.label for study in result.studies} <= set(words(drawn[2])), "over the curves all have room"
    names = Names(["a long name of a study"] * 40, list(range(40)))
    assert names.height == 0, "names that have no room side by side stand in the table only"


def test_subgroups_share_tau2_as_in_metafor() -> None:
    """rma(yi, vi, mods = ~ 0 + alloc, test = "knha"), rma(yi, vi, mods = ~ alloc, test = "knha") of metafor 5.1 on dat.bcg, tol 1e-12."""
    result = bcg_with(subgroup_tau2="common")
    levels = result.subgroups.columns["allocation"]
    expected = {"alternate": (-0.5179557771553, 0.42194705859414, 0.2477325613919), "random": (-0.96577417854582, 0.25558539270557, 0.0036097934886),
                "systematic": (-0.42891756092359, 0.32989689652393, 0.2227142572745)}  # fmt: skip
    for level, numbers in expected.items():
        model = levels[level]
        assert (model.estimate, model.se, model.p) == pytest.approx(numbers, rel=1e-9)
        assert (model.tau2, model.df) == pytest.approx((0.3615036643239, 10), rel=1e-9)
    test = result.subgroups.tests["allocation"]
    assert (test.Q, test.df, test.df2, test.p) == pytest.approx(
        (0.9662208448133, 2, 10, 0.4133837457217), rel=1e-9
    )
    shown = words(drawn_as("RevMan", result, by="allocation"))
    assert "Test for subgroup differences: F = 0.97, df = 2, 10 (P = 0.41)" in shown


@pytest.mark.parametrize(
    ("tool", "level", "letters"),
    [
        ("rob2", "some concerns", "ABCDEF"),
        ("robins-i", "serious", "ABCDEFGH"),
        ("rob1", "unclear", "ABCDEFG"),
        ("newcastle-ottawa", "7", "ABCDEFGHI"),
    ],
)
def test_the_overall_judgement_is_a_column_of_tools_that_have_one(
    tool: str, level: str, letters: str
) -> None:
    own = TOOLS[tool]
    judged = {domain.id: own.levels[0] for domain in own.domains_of("")}
    columns = {"risk_of_bias": json.dumps(judged), "rob_overall": level}
    result = bcg_with()
    result = changed(result, studies=[changed(one, columns=columns) for one in result.studies])
    drawn = drawn_as("RevMan", result, tool=own)
    shown = words(drawn)
    assert "".join(text for text in shown if len(text) == 1 and text.isupper()) == letters
    legend = " ".join(shown[shown.index(next(text for text in shown if text.startswith("Risk of bias: "))) :])
    head = own.overall_head or "Overall risk of bias"
    assert (f"({letters[-1]}) {head}" in legend) == bool(own.overall_head)
    assert overlapping(drawn, laid_out=True) == []


def test_studies_of_the_latest_search_are_marked() -> None:
    shown = words(drawn_as("RevMan", bcg_with()))
    assert shown.count("▸") == 3
    assert "▸ Found by the search of 2020-12-31, the latest that brought a study of this outcome." in shown
    assert "▸" not in words(
        drawn_as(
            "RevMan",
            changed(bcg_with(), studies=[changed(one, round="2018-12-31") for one in bcg_with().studies]),
        )
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"tau2": "DL", "test": "z"}, "DerSimonian-Laird, Wald"), ({"model": "common"}, "Common effect"), ({"model": "glmm", "glmm": "CM.EL"}, "Mixed model CM.EL"), ({"tau2": "ML", "test": "knha"}, "Maximum likelihood, Hartung-Knapp"),
        ({"model": "mh", "measure": "OR"}, "Mantel-Haenszel, odds ratio"), ({"without": "high_risk"}, "Without high risk of bias"),
        ({"without_studies": ["A", "B"]}, "Without A, B"), ({"r": 0.8}, "Correlation with baseline 0.8"), ({"measure": "RD", "level": 0.9}, "Risk difference, 90% intervals"),
        ({"predtype": "riley"}, "predtype = riley"),
        ({"measure": ["OR", "YUQ"]}, "Odds ratio or Yule's Q"),
    ],
)  # fmt: skip
def test_sensitivity_analyses_are_said_in_words(changes: dict[str, Any], said: str) -> None:
    assert sensitivity(part(Sensitivity, changes=changes)) == said


def test_an_entry_of_several_analyses_is_one_sentence() -> None:
    assert changes_of({"tau2": ("DL", "PM"), "without": ("high_risk", "derived")}) == (
        "DerSimonian-Laird or Paule-Mandel, without high risk of bias or without derived values"
    )
    assert changes_of({"without": "each_source"}) == "Without each source"


@pytest.mark.parametrize(
    ("shown", "text"),
    [(0.0012, "0.0012"), (0.034, "0.034"), (0.05, "0.05"), (0.5, "0.50"), (12.345, "12.35"), (999.4, "999.40"), (1234.5, "1234"), (2.5e7, "2.5×10⁷"), (3e-6, "3.0×10⁻⁶")],
)  # fmt: skip
def test_ratios_are_written_so_that_they_can_be_read(shown: float, text: str) -> None:
    assert scales.scale_of("OR").written(shown) == text
