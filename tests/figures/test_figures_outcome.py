"""The further figures of an outcome: which are drawn, what numbers stand in them, that nothing overlaps."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from evergreen.figures import forest, funnel, normal_quantiles, outcome_figures, scales, style
from evergreen.synthesis import outcome as pooling
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.pooled_models import CountsModel
from evergreen.synthesis.result.trail_places import page_of
from tests import protocols
from tests.figures.figures_of_bcg import BCG, SETTING, overlapping, pooled, words
from tests.results import changed, of_sheet, part


@pytest.fixture(scope="module")
def result() -> Result:
    return pooled()


@pytest.fixture(scope="module")
def plates(result: Result) -> dict[str, outcome_figures.Plate]:
    with style.style():
        # As many as there are: what a review asks for at most.
        setting = replace(SETTING, further_up_to=len(result.studies))
        return {plate.name: plate for plate in outcome_figures.plates(result, setting)}


def numbers(plate: outcome_figures.Plate) -> Any:
    assert plate.drawn is not None, plate.reason
    return plate.drawn.numbers


def test_all_figures_apply_to_thirteen_trials_and_nothing_overlaps(
    plates: dict[str, outcome_figures.Plate],
) -> None:
    assert [name for name, plate in plates.items() if plate.drawn is None] == [
        "directions"  # these trials are pooled
    ]
    assert set(plates) == {
        "forest", "funnel", "forest_by_allocation", "living", "sensitivity", "leave_one_out", "cumulative", "influence", "baujat", "gosh", "tau2_profile",
        "radial", "drapery", "labbe", "funnel_contour", "funnel_trim_fill", "bubble_latitude", "directions", "evidence", "qq", "funnel_by_allocation",
    }  # fmt: skip
    assert {
        name: found for name, plate in plates.items() if plate.drawn and (found := overlapping(plate.drawn))
    } == {}


def test_leave_one_out_and_cumulative_agree_with_metafor(plates: dict[str, outcome_figures.Plate]) -> None:
    drawn = numbers(plates["leave_one_out"]).set_index("label")
    expected = BCG["leave_one_out"]
    studies = [trial["study"] for trial in BCG["trials"]]
    assert drawn.loc[studies, "analysis_effect"].tolist() == pytest.approx(expected["estimate"], rel=1e-7)
    assert drawn.loc[studies, "analysis_ci_low"].tolist() == pytest.approx(expected["ci_low"], rel=1e-6)
    assert drawn.index[-1] == "All studies"
    cumulated = numbers(plates["cumulative"])["analysis_effect"][:13].tolist()
    assert cumulated == pytest.approx(BCG["cumulative_by_normal_test"], rel=1e-7)


def test_the_bands_of_a_meta_regression_are_metafors(result: Result) -> None:
    """metafor 5.1: `rma(yi, vi, mods = ~ablat, method = "REML", test = "knha")`, then `predict(newmods = c(13, 33, 55))`."""
    line = result.bubble
    assert line is not None
    of_metafor = {
        "mean": (-0.1268542151, -0.7088887154, -1.3491266656),
        "ci_low": (-0.5516634035, -0.9778821268, -1.8536293891),
        "pi_low": (-0.8686884365, -1.3738794077, -2.1393026989),
        "pi_high": (0.6149800062, -0.0438980230, -0.5589506324),
    }
    for name, expected in of_metafor.items():
        # Between the 101 points of the curve a straight line is off by less than a ten-thousandth.
        assert np.interp([13, 33, 55], line.at, getattr(line, name)) == pytest.approx(expected, abs=1e-4), (
            name
        )  # type: ignore[arg-type]


def test_residuals_and_quantiles_are_metafors(plates: dict[str, outcome_figures.Plate]) -> None:
    """metafor 5.1: `qqnorm(rma(yi, vi, method = "REML"), type = "rstudent")`; the band is of order statistics."""
    drawn = numbers(plates["qq"]).set_index("study")
    of_metafor = {"Aronson (1948)": (-0.1940281424, -0.2181424857), "Hart & Sutherland (1977)": (-1.7688250385, -1.4512006643), "TPT Madras (1980)": (1.7688250385, 1.4500805246)}  # fmt: skip
    for study, expected in of_metafor.items():
        assert drawn.loc[study, ["quantile", "residual"]].tolist() == pytest.approx(expected, abs=1e-5)
    fourth = drawn.iloc[3]
    assert stats.norm.cdf([fourth["low"], fourth["high"]]) == pytest.approx(
        stats.beta(4, 10).ppf([0.025, 0.975])
    )
    assert normal_quantiles.quantiles(5) == pytest.approx(
        [-1.17976112, -0.49720057, 0, 0.49720057, 1.17976112]  # R: qnorm(ppoints(5))
    )


def test_evidence_adds_up(plates: dict[str, outcome_figures.Plate]) -> None:
    drawn = numbers(plates["evidence"])
    described = plates["evidence"].drawn.description
    assert f"with {drawn['participants'].sum():,.0f} participants" in described
    assert drawn["studies_so_far"].iloc[-1] == 13
    assert drawn["participants_so_far"].iloc[-1] == sum(sum(trial["n"]) for trial in BCG["trials"]) == 357_347
    assert drawn["year"].tolist() == sorted({str(trial["year"]) for trial in BCG["trials"]})


def test_points_lead_to_their_trail_and_regions_are_named(
    plates: dict[str, outcome_figures.Plate], result: Result, tmp_path: Path
) -> None:
    plate = plates["funnel_contour"]
    assert plate.drawn is not None
    with style.style():
        style.save(plate.drawn.figure, tmp_path / "funnel", formats=("svg",), title="T", description="D")
    text = (tmp_path / "funnel.svg").read_text()
    led = re.findall(r'<a xlink:href="\.\./\.\./\.\./report/([^"]*)"', text)
    assert led == [page_of("tb", study.label) for study in result.studies]
    assert 'role="graphics-document document"' in text  # an img has no links
    assert {"P > 0.10", "0.05 < P ≤ 0.10", "0.01 < P ≤ 0.05", "P ≤ 0.01"} <= set(words(plate.drawn))


def test_no_number_has_a_hyphen_for_a_minus(plates: dict[str, outcome_figures.Plate]) -> None:
    said = [(name, text) for name, plate in plates.items() if plate.drawn for text in words(plate.drawn)]
    assert [one for one in said if re.search(r"(?<![\w.-])-\s?\d", one[1])] == []


def test_trim_and_fill_adds_what_metafor_adds(plates: dict[str, outcome_figures.Plate]) -> None:
    added = numbers(plates["funnel_trim_fill"])["study"].eq("added by trim and fill").sum()
    assert added == BCG["filled"]


def test_the_profile_is_highest_at_the_estimate(
    plates: dict[str, outcome_figures.Plate], result: Result
) -> None:
    drawn = numbers(plates["tau2_profile"])
    step = drawn["tau2"][1]
    assert drawn["tau2"][drawn["log_likelihood"].idxmax()] == pytest.approx(result.model.tau2, abs=step)


def test_rates_in_the_labbe_plot_are_events_over_participants(
    plates: dict[str, outcome_figures.Plate],
) -> None:
    first = numbers(plates["labbe"]).set_index("study").loc["Aronson (1948)"]
    assert (first["risk_control"], first["risk_intervention"]) == (11 / 139, 4 / 123)


def test_sensitivity_analyses_on_another_scale_or_not_done_are_notes(
    plates: dict[str, outcome_figures.Plate],
) -> None:
    drawn = plates["sensitivity"].drawn
    assert drawn is not None
    assert set(drawn.numbers["label"]) == {
        "DerSimonian-Laird", "Paule-Mandel", "Common effect", "Main analysis", "Odds ratio", "Mean difference",
    }  # fmt: skip
    other = drawn.numbers.set_index("label").loc["Odds ratio"]
    assert (other["measure"], round(other["effect"], 2)) == ("OR", 0.47)
    text = " ".join(words(drawn))
    assert "On another scale: Odds ratio, OR 0.47" in text
    assert "Not done: Mean difference (MD needs other numbers than RR)." in text


def test_what_does_not_apply_is_said(result: Result) -> None:
    small = changed(
        result,
        k=2,
        measure="MD",
        studies=result.studies[:2],
        rounds={},
        sensitivity={},
        moderators=None,
        subgroups={},
        small_study={"not_done": "2 studies"},
    )
    with style.style():
        reasons = {
            plate.name: plate.reason
            for plate in outcome_figures.plates(small, forest.Setting("Pain"))
            if plate.drawn is None
        }
    assert reasons["baujat"] == "it needs at least 4 pooled studies, and there are 2"
    assert reasons["labbe"] == "it is drawn for two groups with events"
    assert reasons["sensitivity"] == "the protocol asks for no sensitivity analysis"
    assert "forest" not in reasons
    assert "funnel" not in reasons


def test_contours_are_drawn_for_ten_studies_however_many_effects_they_have(result: Result) -> None:
    rows = [changed(study, study=study.study[:1]) for study in result.studies]
    with style.style():
        reasons = [
            next(one.reason for one in outcome_figures.plates(some, forest.Setting("Pain")) if one.name == "funnel_contour")
            for some in (result, changed(result, studies=rows))
        ]  # fmt: skip
    assert reasons == ["", "it needs at least 10 pooled studies, and there are 8"]


def test_reported_odds_ratios_alone_have_no_labbe_plot() -> None:
    rows = [
        {"study": study, "arm": "drug", "group": "contrast", "estimate": estimate, "estimate_se": "0.25"}
        for study, estimate in (("A", "0.5"), ("B", "0.7"), ("C", "0.9"))
    ]
    found = pooling.result(pd.DataFrame(rows), protocols.pooling(id="x", measure="OR", scale="ratio"))
    with style.style():
        reasons = {plate.name: plate.reason for plate in outcome_figures.plates(found, SETTING)}
    assert reasons["labbe"] == "no study states the events of both groups"
    assert reasons["forest"] == ""


def test_figures_that_show_each_study_are_drawn_up_to_so_many_studies_as_asked(result: Result) -> None:
    one_by_one = {"leave_one_out", "cumulative", "influence", "baujat", "qq", "radial", "drapery", "labbe"}
    with style.style():
        found = list(outcome_figures.plates(result, replace(SETTING, further_up_to=12)))
    assert {plate.name: plate.reason for plate in found if plate.name in one_by_one} == dict.fromkeys(
        one_by_one, "it shows each of 13 studies, and figures.further_up_to is 12"
    )
    assert {plate.name for plate in found if plate.drawn is None} == {*one_by_one, "directions"}


def test_an_outcome_pooled_otherwise_is_not_repooled_by_inverse_variance(result: Result) -> None:
    peto = changed(
        result,
        model=part(CountsModel, model="peto", test="z", estimate=-0.7, se=0.1, ci_low=-0.9, ci_high=-0.5),
    )
    with style.style():
        reasons = {
            plate.name: plate.reason for plate in outcome_figures.plates(peto, SETTING) if plate.drawn is None
        }
    assert reasons["leave_one_out"] == "it is drawn for inverse-variance models"


def test_a_model_without_an_estimate_gets_a_table_and_reasons(result: Result) -> None:
    without = changed(result.model, estimate=None)
    empty = changed(result, model=without, notes=["No events in one of the groups."])
    with style.style():
        plates = {plate.name: plate for plate in outcome_figures.plates(empty, SETTING)}
    assert {name for name, plate in plates.items() if plate.drawn} >= {"forest", "funnel"}
    assert plates["drapery"].reason == "the outcome is not pooled"
    drawn = plates["forest"].drawn
    assert drawn is not None
    assert "No events in one of the groups." in words(drawn)


@pytest.mark.parametrize(
    ("measure", "name"),
    [("PLO", "Logit of proportion"), ("PAS", "Arcsine square root of proportion"), ("PFT", "Double arcsine of proportion"),
     ("IRS", "Square root of rate"), ("ZCOR", "Fisher's z of correlation")],
)  # fmt: skip
def test_a_funnel_names_the_scale_that_its_axes_have(measure: str, name: str) -> None:
    numbers = {"events": "4", "person_time": "9.5", "n": "20", "r": "0.3"}
    blank = {"arm": "", "group": "single", "timepoint": "", "screening": ""}
    rows = pd.DataFrame([{"study": f"S{i}", **blank, **numbers, "events": str(i + 3)} for i in range(4)])
    entry = protocols.pooling(id="x", measure=measure, analysis={"test": "z", "gosh": 0})
    with style.style():
        axes = funnel.funnel(pooling.result(rows, entry), SETTING).figure.axes[0]
    inner = name if measure == "ZCOR" else name[:1].lower() + name[1:]
    assert (axes.get_xlabel(), axes.get_ylabel()) == (name, f"Standard error ({inner})")


def test_a_proportion_has_a_wald_interval_beside_and_no_test_of_no_effect() -> None:
    blank = {"arm": "", "group": "single", "timepoint": "", "screening": "", "n": "40"}
    rows = pd.DataFrame([{"study": f"S{i}", **blank, "events": str(4 + 5 * i)} for i in range(2)])
    entry = protocols.pooling(id="x", measure="PLO", analysis={"test": "knha", "gosh": 0})
    with style.style():
        said = " ".join(words(forest.forest(pooling.result(rows, entry), SETTING))).replace("\u00a0", " ")
    assert "Wald interval: " in said
    assert "Z =" not in said


def test_of_effects_that_depend_on_each_other_figures_leave_out_whole_studies(tmp_path: Path) -> None:
    rows = [
        {"study": study, "outcome": "x", "arm": group, "group": group, "timepoint": weeks, "n": 20, "mean": mean, "sd": 2}
        for at, study in enumerate("ABCDE") for weeks in ("4 weeks", "8 weeks") for group, mean in (("intervention", 5 + at), ("control", 7 + len(weeks)))
    ]  # fmt: skip
    analysis = {"dependent": "robust", "levels": ["timepoint"], "gosh": 50}
    found = of_sheet(tmp_path / "AB.csv", rows, measure="MD", scale=None, analysis=analysis)
    with style.style():
        drawn = {plate.name: plate for plate in outcome_figures.plates(found, SETTING)}
    table = numbers(drawn["leave_one_out"])
    assert table["label"].tolist() == [*"ABCDE", "All studies"]
    assert table["k"].tolist() == [8] * 5 + [10]
    assert table["studies"].tolist() == [4] * 5 + [5]
    assert numbers(drawn["influence"]).columns[:3].tolist() == ["study", "chi2", "dfbetas"]
    assert {"with A", "with E"} & set(numbers(drawn["gosh"]).columns)
    assert drawn["qq"].reason == "a study with several effects has no residual of its own"
    assert overlapping(drawn["influence"].drawn) == []


def test_series_say_between_which_effects_they_lie_for_those_who_do_not_see_them(result: Result) -> None:
    found, scale = result, scales.of_result(result)
    with style.style():
        drawn = outcome_figures.series.leave_one_out(found, found.influence, SETTING)
    effects = sorted(one.without.estimate for one in found.influence.studies)
    assert drawn.description == f"13 pooled effects, {scale.text(effects[0])} to {scale.text(effects[-1])}."
