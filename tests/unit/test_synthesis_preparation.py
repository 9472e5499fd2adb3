"""What was done to the numbers of studies before pooling is counted where it was done, and nowhere else."""

import pandas as pd

from evergreen.synthesis import outcome
from tests.protocols import pooling
from tests.rows import each

EVENTS = ("study", "arm", "group", "n", "events")
FULL = [
    ("Full", "drug", "intervention", 50, 4), ("Full", "placebo", "control", 50, 9),
]  # fmt: skip
EMPTY = [
    ("Empty", "drug", "intervention", 40, 0), ("Empty", "placebo", "control", 40, 3),
]  # fmt: skip
SILENT = [
    ("Silent", "drug", "intervention", 30, 0), ("Silent", "placebo", "control", 30, 0),
]  # fmt: skip
ARMS = [
    ("Arms", "low", "intervention", 30, 3), ("Arms", "high", "intervention", 30, 5), ("Arms", "placebo", "control", 30, 6),
]  # fmt: skip


def prepared(rows, measure="RR", *, multi_arm="combine", **analysis):
    table = pd.DataFrame([[str(value) for value in row] for row in rows], columns=list(EVENTS))
    entry = pooling(analysis, id="deaths", measure=measure, multi_arm=multi_arm)
    done = outcome.result(table, entry).preparation
    return {name: count for name, count in done if count}


@each(
    ("rows", "more", "expected"),
    [
        ([], {}, {}),
        (FULL, {}, {}),
        (FULL + EMPTY, {}, {"corrected": 1}),
        (FULL + EMPTY, {"to": "if0all"}, {"corrected": 2}),
        (FULL, {"to": "if0all"}, {}),
        (FULL, {"to": "all"}, {"corrected": 1}),
        (FULL + EMPTY, {"to": "none"}, {}),
        (FULL + EMPTY, {"add": 0}, {}),
        (FULL + SILENT, {}, {}),
        (FULL + SILENT, {"drop00": False}, {"corrected": 1}),
        (FULL + EMPTY, {"measure": "AS"}, {}),
        (FULL + EMPTY, {"model": "peto", "measure": "OR"}, {}),
        (FULL + EMPTY, {"model": "mh"}, {"corrected": 1}),
        (FULL + EMPTY, {"model": "mh", "mh_add": 0.5}, {"corrected": 1, "corrected_in_model": 1}),
        (FULL, {"model": "mh", "mh_add": 0.5}, {}),
        (FULL + ARMS, {}, {"combined": 1}),
        (FULL + ARMS, {"multi_arm": "split"}, {"divided": 2}),
        (FULL, {"multi_arm": "split"}, {}),
        (FULL + ARMS, {"multi_arm": "separate", "model": "multilevel"}, {"apart": 2}),
        (FULL + ARMS, {"multi_arm": "separate", "dependent": "aggregate", "rho": 0.5}, {"aggregated": 1}),
    ],
)  # fmt: skip
def test_what_was_done_is_counted(rows, more, expected):
    assert prepared(rows, **more) == expected


def test_a_number_that_was_converted_is_counted_by_study():
    columns = ("study", "arm", "group", "n", "mean", "sd", "derived")
    rows = [
        ("A", "drug", "intervention", "20", "1", "2", "sd: se x sqrt(n)"), ("A", "placebo", "control", "20", "2", "2", ""),
        ("B", "drug", "intervention", "20", "1", "2", ""), ("B", "placebo", "control", "20", "2", "2", ""),
    ]  # fmt: skip
    result = outcome.result(pd.DataFrame(rows, columns=list(columns)), pooling(id="pain", measure="MD"))
    assert result.preparation.derived == 1
