"""What a study reports that cannot be pooled stays readable, arm by arm."""

import math

import pandas as pd
import pytest

from evergreen.errors import InputError
from evergreen.synthesis.comparisons import choose
from tests.protocols import pooling

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


@pytest.mark.parametrize("measure", ["RR", "OR", "IRR", "ROM", "GEN"])
def test_a_reported_ratio_is_never_taken_for_its_logarithm_in_silence(measure: str) -> None:
    with pytest.raises(InputError, match=r"AB\.csv, row 2, column estimate: .*ratio or its logarithm"):
        choose(RATIO, pooling(measure=measure))
    for scale, effect in (("ratio", math.log(0.8)), ("analysis", 0.8)):
        (own,) = choose(RATIO, pooling(measure=measure, scale=scale)).comparisons
        assert own.yi == pytest.approx(effect)


def test_a_reported_difference_needs_no_scale() -> None:
    (own,) = choose(RATIO, pooling(measure="MD")).comparisons
    assert own.yi == pytest.approx(0.8)
