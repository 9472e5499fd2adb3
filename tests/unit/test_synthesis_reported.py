"""What a study reports that cannot be pooled stays readable, arm by arm."""

import math

import pandas as pd
import pytest

from evergreen.errors import InputError
from evergreen.synthesis.comparisons import choose

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
    chosen = choose(pd.DataFrame(ROWS).fillna(""), {"id": "bmd", "measure": "MD"})
    assert not chosen.comparisons
    (entry,) = chosen.left_out
    assert [(arm["arm"], arm["n"], arm["mean"], arm["derived"]) for arm in entry["reported"]] == [
        ("60 mg", 217.0, 3.99, []),
        ("120 mg", 219.0, 4.88, ["mean"]),
        ("placebo", 218.0, -1.03, []),
    ]


def contrast(**cells: str) -> pd.DataFrame:
    numbers = {"estimate": "", "estimate_se": "", "estimate_ci_low": "", "estimate_ci_high": ""}
    row = {
        "study": "A",
        "outcome": "pain",
        "arm": "",
        "group": "contrast",
        **numbers,
        **cells,
        "_file": "AB.csv",
        "_row": "2",
    }
    return pd.DataFrame([row])  # fmt: skip


RATIO = contrast(estimate="0.80", estimate_ci_low="0.65", estimate_ci_high="0.98")


@pytest.mark.parametrize("measure", ["RR", "OR", "IRR", "ROM", "GEN"])
def test_a_reported_ratio_is_never_taken_for_its_logarithm_in_silence(measure: str) -> None:
    outcome = {"id": "pain", "measure": measure}
    for scale in (None, {}):
        asked = outcome if scale is None else {**outcome, "scale": None}
        with pytest.raises(InputError, match=r"AB\.csv, row 2, column estimate: .*ratio or its logarithm"):
            choose(RATIO, asked)
    (own,) = choose(RATIO, {**outcome, "scale": "ratio"}).comparisons
    assert own.yi == pytest.approx(math.log(0.8))
    (own,) = choose(RATIO, {**outcome, "scale": "analysis"}).comparisons
    assert own.yi == pytest.approx(0.8)


def test_a_reported_difference_needs_no_scale() -> None:
    (own,) = choose(RATIO, {"id": "pain", "measure": "MD"}).comparisons
    assert own.yi == pytest.approx(0.8)
