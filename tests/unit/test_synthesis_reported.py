"""What a study reports that cannot be pooled stays readable, arm by arm."""

import pandas as pd

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
    assert [(arm["arm"], arm["n"], arm["mean"], arm["derived"]) for arm in entry["reported"]] == [
        ("60 mg", 217.0, 3.99, []),
        ("120 mg", 219.0, 4.88, ["mean"]),
        ("placebo", 218.0, -1.03, []),
    ]
