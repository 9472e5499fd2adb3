"""The further figures of an outcome: which are drawn, what numbers stand in them, that nothing overlaps."""

from __future__ import annotations

from typing import Any

import pytest

from evergreen.figures import forest, outcome_figures, style
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.pooled_models import CountsModel
from tests.figures.figures_of_bcg import BCG, SETTING, overlapping, pooled, words
from tests.results import changed, part


@pytest.fixture(scope="module")
def result() -> Result:
    return pooled()


@pytest.fixture(scope="module")
def plates(result: Result) -> dict[str, outcome_figures.Plate]:
    with style.style():
        return {plate.name: plate for plate in outcome_figures.plates(result, SETTING)}


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
    assert set(drawn.numbers["label"]) == {"tau2 = DL", "tau2 = PM", "model = common", "Main analysis"}
    text = " ".join(words(drawn))
    assert "On another scale: measure = OR, OR 0.47" in text
    assert "Not done: measure = MD (MD needs other numbers than RR)." in text


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
