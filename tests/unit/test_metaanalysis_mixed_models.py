"""Mixed models of counts: what has no maximum is refused in a sentence, whatever the model."""

import numpy as np
import pytest

from evergreen.metaanalysis import glmm
from evergreen.metaanalysis.models import MODELS
from tests.rows import each

TABLES = {
    "no events in group 1": ([0, 0, 0], [20, 30, 40], [3, 2, 4], [20, 30, 40]),
    "all of group 1": ([20, 30, 40], [20, 30, 40], [13, 12, 24], [20, 30, 40]),
    "no events in group 2": ([3, 2, 4], [20, 30, 40], [0, 0, 0], [20, 30, 40]),
    "all of group 2": ([3, 2, 4], [20, 30, 40], [20, 30, 40], [20, 30, 40]),
}


@each("numbers", TABLES.values(), ids=TABLES)
@each("model", MODELS["glmm"].variants["OR"])
@each("common", [True, False])
def test_groups_without_or_with_all_events_are_refused(numbers, model, common):
    data = dict(zip(("events1", "n1", "events2", "n2"), map(np.array, numbers), strict=True))
    if model == "CM.AL" and data["events1"].all() and data["events2"].all():
        # it takes events for rare, and so knows of no participants without one
        assert np.isfinite(glmm.glmm("OR", data, model=model, common=common).estimate)
        return
    with pytest.raises(ValueError, match="no finite maximum"):
        glmm.glmm("OR", data, model=model, common=common)


@each("model", MODELS["glmm"].variants["IRR"])
def test_rates_without_events_in_a_group_are_refused(model):
    data = {"events1": [0, 0], "person_time1": [90, 80], "events2": [3, 2], "person_time2": [70, 60]}
    with pytest.raises(ValueError, match="no finite maximum"):
        glmm.glmm("IRR", {name: np.array(value) for name, value in data.items()}, model=model)


def test_effects_of_opposite_extremes_are_refused():
    data = {"events1": [0, 5], "n1": [30, 30], "events2": [4, 0], "n2": [30, 30]}
    with pytest.raises(ValueError, match="differ so much"):
        glmm.glmm("OR", {name: np.array(value) for name, value in data.items()}, model="CM.AL")


def test_studies_without_a_finite_effect_say_nothing_about_homogeneity():
    data = {"events1": [0, 3], "n1": [30, 30], "events2": [4, 0], "n2": [30, 30]}
    fitted = glmm.glmm("OR", {name: np.array(value) for name, value in data.items()}, common=True)
    assert fitted.Q_wald == 0.0
    assert fitted.Q_wald_p == 1.0
