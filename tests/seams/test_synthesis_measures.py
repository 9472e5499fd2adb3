"""Every measure that a protocol can ask for gets from a sheet to a pooled result with a scale to be shown on."""

import math
from typing import get_args

import numpy as np
import pytest

from evergreen.figures.scales import SCALES
from evergreen.metaanalysis import transforms
from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.protocol.analysis import Measure
from tests.protocols import pooling
from tests.results import written
from tests.rows import each

ASKED = get_args(Measure)
NUMBERS = {
    "n": [30, 40, 50, 25], "events": [3, 9, 5, 4], "mean": [5, 6, 7, 4], "sd": [2, 1.5, 1, 3], "r": [0.3, 0.5, 0.2, 0.4],
    "person_time": [300, 200, 100, 150], "mean_baseline": [4, 5.5, 7.5, 3], "sd_baseline": [1.8, 1.6, 1.2, 2],
}  # fmt: skip


@each("measure", ASKED)
def test_from_a_sheet_to_a_pooled_result(measure):
    kind = KINDS[MEASURES[measure].kind]
    groups = ["intervention", "control"] if kind.groups == 2 else ["single"] if kind.numbers else ["contrast"]
    rows = [
        {"study": f"T{row}", "arm": group, "group": group, "estimate": row / 10, "estimate_se": 0.2 + row / 20}
        | {name: NUMBERS[name][(row + shift) % 4] for name in kind.numbers}
        for row in range(4) for shift, group in enumerate(groups)
    ]  # fmt: skip
    asked = pooling(id="pain", measure=measure, scale="analysis", analysis={"k_min_small_study": 3})
    found = written(rows, asked)
    assert (found["k"], found["left_out"]) == (4, [])
    assert math.isfinite(found["model"]["estimate"])
    assert set(found["small_study"]["tests"]) <= {"Egger", "Harbord", "Peters", "Pustejovsky-Rodgers"}
    shown = SCALES[measure]
    assert shown.ratio == (
        (MEASURES[measure].scale == "log" and kind.groups == 2) or measure in ("ROMC", "VRC", "HR")
    )
    estimate = found["model"]["estimate"]
    assert np.isfinite(shown.back(estimate))
    # what is shown is what the mathematics says; a double arcsine goes back with the studies' sizes
    if measure != "PFT":
        assert shown.back(estimate) == pytest.approx(
            float(transforms.back(estimate, MEASURES[measure].scale))
        )


def test_borensteins_variance_of_a_standardised_difference():
    """Example of Borenstein et al. 2009, Introduction to Meta-Analysis, chapter 4: g is 0.5924, its variance 0.0411."""
    rows = [
        {"study": "T", "arm": group, "group": group, "n": 50, "mean": mean, "sd": sd}
        for group, mean, sd in (("intervention", 103, 5.5), ("control", 100, 4.5))
    ]
    (own,) = written(rows, pooling(measure="SMD", analysis={"smd_vtype": "LS2"}))["studies"]
    assert (own["yi"], own["vi"]) == pytest.approx((0.5924, 0.0411), abs=5e-5)
