"""What goes with what stands in two tables; formulas, estimators and the protocol keep to them."""

import inspect
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from evergreen.metaanalysis import (
    effects,
    glmm,
    inverse_variance,
    multilevel,
    prediction,
    small_study,
    tau2,
    transforms,
    trim_and_fill,
)
from evergreen.metaanalysis.mantel_haenszel import mantel_haenszel
from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.metaanalysis.models import MODELS, PREDICTION, TAU2, Conflict, conflict
from evergreen.protocol.analysis import Measure, Settings
from tests.rows import each

SCRIPTS = Path(__file__).parents[2] / "scripts"
NUMBERS = {
    "n": [30.0, 40.0, 50.0], "events": [3.0, 9.0, 5.0], "mean": [5.0, 6.0, 7.0], "sd": [2.0, 1.5, 1.0], "r": [0.3, 0.5, 0.2],
    "person_time": [300.0, 200.0, 100.0], "mean_baseline": [4.0, 5.5, 7.5], "sd_baseline": [1.8, 1.6, 1.2],
    "alpha": [0.8, 0.7, 0.9], "items": [10.0, 12.0, 8.0],
}  # fmt: skip
COMPUTED = [name for name, one in MEASURES.items() if one.kind != "generic"]


def numbers(measure):
    """Arrays of three studies; the groups differ, for without an effect an odds ratio and Yule's Q are both 0."""
    arrays = {name: np.array(NUMBERS[name.rstrip("12")]) for name in KINDS[MEASURES[measure].kind].arrays}
    return {name: np.roll(values, 1) if name.endswith("2") else values for name, values in arrays.items()}


@each("measure", COMPUTED)
def test_every_measure_has_a_formula_of_its_own_and_a_scale_to_be_shown_on(measure):
    yi, vi = effects.effect_sizes(measure, numbers(measure))
    assert np.all(np.isfinite(yi))
    assert np.all(vi > 0)
    scale = MEASURES[measure].scale
    assert scale == "identity" or not np.allclose(transforms.back(yi, scale, 40.0), yi)
    formula = effects.FORMULAS[MEASURES[measure].kind]
    assert set(MEASURES[measure].options) <= inspect.signature(formula).parameters.keys()


def test_no_two_measures_of_a_kind_are_the_same():
    for kind in KINDS:
        names = [name for name in COMPUTED if MEASURES[name].kind == kind]
        values = {tuple(np.concatenate(effects.effect_sizes(name, numbers(name)))) for name in names}
        assert len(values) == len(names), kind


def test_an_effect_or_an_option_that_does_not_exist_is_refused():
    for measure in ("GEN", "XX"):
        with pytest.raises(ValueError, match=measure):
            effects.effect_sizes(measure, {})
    with pytest.raises(ValueError, match="ZCOR has no option add"):
        effects.effect_sizes("ZCOR", numbers("ZCOR"), add=0.5)


@each("measure", MEASURES)
def test_tests_for_small_study_effects_that_suit_a_measure_exist(measure):
    data = {} if measure == "GEN" else numbers(measure)
    assert set(MEASURES[measure].asymmetry) <= small_study.ASYMMETRY.keys()
    found = small_study.of_measure(measure, np.array([0.1, 0.4, 0.2]), np.array([0.1, 0.2, 0.05]), data)
    assert set(found) == set(MEASURES[measure].asymmetry)
    assert all(isinstance(one, small_study.Asymmetry) for one in found.values())


@each(
    ("model", "measure", "how", "what"),
    [
        ("mh", "SMD", {}, "measure"),
        ("peto", "RR", {}, "measure"),
        ("glmm", "RR", {}, "measure"),
        ("glmm", "IRR", {"variant": "CM.AL"}, "variant"),
        ("glmm", "OR", {"variant": "CM.AL"}, None),
        ("glmm", "PLO", {"variant": "UM.FS"}, None),
        ("multilevel", "MD", {"tau2": "DL"}, "tau2"),
        ("mh", "RR", {"tau2": "DL", "test": "z"}, None),
        ("common", "RR", {"test": "knha"}, "test"),
        ("random", "RR", {"test": "knha", "tau2": "PMM"}, None),
    ],
)
def test_what_does_not_go_together(model, measure, how, what):
    found = conflict(model, measure, **how)
    assert (found and found.what) == what
    assert found is None or (isinstance(found, Conflict) and found.allowed)


def test_estimators_have_what_the_tables_promise_and_no_more():
    assert set(TAU2) == tau2.ESTIMATORS.keys()
    y, v = [0.1, 0.4, -0.2], [0.1, 0.2, 0.05]
    for test in MODELS["random"].tests:
        inverse_variance.fit(y, v, test=test)
    for kind in PREDICTION:
        prediction.interval(inverse_variance.fit(y, v), kind)
    for method in MODELS["multilevel"].tau2:
        multilevel.three_level(y, v, ["a", "a", "b"], method=method)
    for measure in MODELS["mh"].measures:
        assert np.isfinite(mantel_haenszel(measure, numbers(measure)).estimate)
    for refused in (
        lambda: mantel_haenszel("AS", numbers("AS")),
        lambda: glmm.glmm("RR", numbers("RR")),
        lambda: glmm.glmm("IRR", numbers("IRR"), model="CM.AL"),
        lambda: multilevel.three_level(y, v, ["a", "a", "b"], method="DL"),
        lambda: inverse_variance.fit(y, v, method="XX"),
        lambda: inverse_variance.fit(y, v, test="XX"),
        lambda: prediction.interval(inverse_variance.fit(y, v), "XX"),
        lambda: small_study.regression_test(y, v, predictor="XX"),
        lambda: trim_and_fill.trim_and_fill(y, v, estimator="XX"),
        *(
            lambda name=name: effects.effect_sizes(name, numbers(name), to="XX")
            for name in ("RR", "IRR", "IR", "PLO")
        ),
    ):
        with pytest.raises(ValueError, match=r"AS|RR|DL|XX"):
            refused()


def test_a_protocol_can_ask_for_what_there_is_and_for_nothing_else():
    asked = {name: set(get_args(field.annotation)) for name, field in Settings.model_fields.items()}
    assert set(get_args(Measure)) <= MEASURES.keys()
    assert asked["model"] == MODELS.keys()
    assert asked["tau2"] == set(TAU2)
    assert asked["predtype"] == set(PREDICTION)
    assert asked["test"] <= set(MODELS["random"].tests)
    assert asked["glmm"] == set(MODELS["glmm"].variants["OR"])


@each(
    ("measure", "estimate", "se"),
    [("IRR", 0.1522735984079, 0.4164112511728), ("IRD", 0.00760600691539, 0.02191410015418)],
)
def test_what_is_added_to_cells_is_added_to_the_events_of_rates(measure, estimate, se):
    """metafor: rma.mh(x1i = c(0, 7, 3), ..., add = c(.5, .5), to = c("only0", "only0"))."""
    data = {"events1": [0, 7, 3], "person_time1": [90, 85, 40], "events2": [5, 4, 0], "person_time2": [80, 88, 61]}  # fmt: skip
    found = mantel_haenszel(measure, data, mh_add=0.5)
    assert (found.estimate, found.se) == pytest.approx((estimate, se))
