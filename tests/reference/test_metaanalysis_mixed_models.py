"""Mixed models of sparse counts, against lme4's and metafor's numbers and likelihoods integrated on dense grids."""

import numpy as np
import pytest

from evergreen.metaanalysis import glmm
from tests.rows import each


def test_homogeneity_is_tested_against_the_highest_likelihood_of_an_effect_in_each_study():
    """At a standard deviation of 0 this likelihood is flat but not highest: glmer starts there, stays, and gives 9.3158.

    The number expected is that of glmer's own deviance at its minimum (a standard deviation of 0.464).
    """
    data = {
        "events1": np.array([0.0, 3, 0, 5, 0]), "n1": np.array([20.0, 30, 40, 50, 25]),
        "events2": np.array([2.0, 0, 4, 0, 0]), "n2": np.array([20.0, 30, 40, 50, 25]),
    }  # fmt: skip
    assert glmm.glmm("OR", data, model="UM.RS", common=True).Q_lrt == pytest.approx(
        19.843572 - 10.479039, abs=2e-6
    )


APART = {
    "events1": [37, 47, 44, 12, 19, 22, 0, 0, 0], "n1": [317, 267, 154, 43, 71, 92, 51, 252, 182],
    "events2": [0, 30, 0, 0, 56, 0, 0, 15, 32], "n2": [257, 140, 166, 76, 278, 91, 210, 115, 174],
}  # fmt: skip


@each("model", ["CM.EL", "CM.AL"])
def test_an_effect_that_heterogeneity_would_make_more_certain_is_none(model):
    """Integrated densely the exact likelihood has its maximum at 3.98 (SE 5.27), tau2 140.8; the nodes had a standard error of 0.0006."""
    with pytest.raises(ValueError, match="differ so much"):
        glmm.glmm("OR", APART, model=model)


def test_modes_of_effects_far_apart_are_found():
    """Expected of metafor; where Newton's method went to and fro between them, there was no estimate."""
    found = glmm.glmm("OR", of_tables(**APART), model="UM.RS")
    assert (found.estimate, found.se) == pytest.approx((1.59914, 1.76176), rel=2e-3)
    assert (found.tau2, found.sigma2, found.Q_lrt) == pytest.approx((22.04996, 1.92334, 226.6275), rel=2e-3)
    assert found.loglik > -60.39403


def test_a_step_to_where_means_overflow_is_taken_back():
    """Expected of metafor, which stops at a log-likelihood of -35.39595."""
    data = {
        "events1": [0, 3, 4, 0, 7, 2, 10, 1, 9, 11, 10], "person_time1": [15.6, 71.5, 143, 18.2, 269.1, 66.3, 318.5, 78, 161.2, 205.4, 332.8],
        "events2": [0, 0, 1, 0, 10, 0, 4, 0, 1, 2, 1], "person_time2": [7.8, 35.1, 71.5, 9.1, 133.9, 32.5, 158.6, 39, 80.6, 102.7, 166.4],
    }  # fmt: skip
    counts = {name: np.array(value, dtype=float) for name, value in data.items()}
    found = glmm.glmm("IRR", counts, model="UM.RS")
    assert (found.estimate, found.se, found.tau2) == pytest.approx((0.46643, 0.34075, 0.28928), rel=1e-3)
    assert found.loglik > -35.39595


def of_tables(events1, n1, events2, n2):
    return {
        name: np.array(value, dtype=float)
        for name, value in (("events1", events1), ("n1", n1), ("events2", events2), ("n2", n2))
    }


def test_an_exact_model_has_the_nodes_that_its_curvature_needs():
    """Expected of a grid of 6,001 points; 15 nodes had a standard error of 0.144, and so no estimate."""
    data = of_tables(
        [2, 3, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0], [119, 102, 75, 59, 130, 197, 101, 95, 148, 199, 129, 195],
        [0, 0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0], [59, 51, 37, 29, 65, 98, 50, 47, 74, 99, 64, 97],
    )  # fmt: skip
    found = glmm.glmm("OR", data, model="CM.EL")
    assert (found.estimate, found.tau2) == pytest.approx((1.53697, 7.9457), rel=1e-4)
    assert found.se == pytest.approx(2.4931, rel=0.01)


def test_a_likelihood_that_rises_with_heterogeneity_for_ever_has_no_estimate():
    """15 nodes had a maximum at a tau2 of 42, behind which the likelihood goes on to rise (-2.5055 at a tau of 200)."""
    data = of_tables(
        [0, 0, 0, 1, 0, 0], [73, 56, 97, 82, 53, 78], [1, 1, 5, 0, 0, 1], [146, 112, 194, 164, 106, 156]
    )
    with pytest.raises(ValueError, match="differ so much"):
        glmm.glmm("OR", data, model="CM.EL")
