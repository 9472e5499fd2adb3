"""Impossible numbers are refused by cell; possible ones pass."""

import math

import pandas as pd
import pytest

from evergreen import tables
from evergreen.errors import InputError, InputErrors
from evergreen.extraction.check import check, impossible
from evergreen.extraction.constraints import NUMBERS
from evergreen.extraction.row_values import marked
from tests.rows import each

TEXTS = ("study", "outcome", "timepoint", "arm", "group", "unit", "record_id", "source", "note")


def row(**given):
    return {
        **dict.fromkeys(TEXTS, ""), **dict.fromkeys(NUMBERS, math.nan), "study": "S1", "outcome": "pain", "arm": "drug",
        "group": "intervention", "_file": "AB.csv", "_row": 7, **given,
    }  # fmt: skip


IMPOSSIBLE = [
    ({"n": 10.0, "events": 11.0}, "events"),
    ({"n": 0.0, "mean": 3.0}, "n"),
    ({"n": 10.5, "events": 10.6}, "events"),
    ({"n": -1.0}, "n"),
    ({"design_effect": 0.8}, "design_effect"),
    ({"sd": -1.0}, "sd"),
    ({"n": 1.0, "sd": 2.0}, "sd"),
    ({"mean": 1e308}, "mean"),
    ({"se": -0.1}, "se"),
    ({"estimate_se": -0.1}, "estimate_se"),
    ({"n": 20.0, "sd": 1.0, "se": 2.0}, "se"),
    ({"person_time": 0.0, "events": 1.0}, "person_time"),
    ({"r": 1.2}, "r"),
    ({"q1": 5.0, "median": 4.0}, "q1"),
    ({"median": 5.0, "q3": 4.0}, "median"),
    ({"min": 3.0, "max": 2.0}, "min"),
    ({"mean": 9.0, "min": 1.0, "max": 8.0}, "mean"),
    ({"ci_low": 2.0, "ci_high": 1.0}, "ci_low"),
    ({"mean": 3.0, "ci_low": 1.0, "ci_high": 2.0}, "mean"),
    ({"estimate": 0.4, "estimate_ci_low": 0.5, "estimate_ci_high": 2.0}, "estimate"),
    ({"estimate": 3.0, "estimate_ci_high": 2.0}, "estimate"),
]


@each(("given", "column"), IMPOSSIBLE)
def test_an_impossible_number_is_named_by_its_cell(given, column):
    (error,) = impossible([row(**given)])
    assert (error.file, error.row, error.column) == ("AB.csv", 7, column)


@each(
    "given",
    [
        {},
        {"n": 10.0, "events": 10.0},
        {"n": 189.2, "events": 40.4},
        {"n": 0.0, "events": 0.0},
        {"person_time": 0.0, "events": 0.0},
        {"n": 10.0, "events": 14.0, "person_time": 30.0},
        {"min": 1.0, "q1": 1.0, "median": 2.0, "q3": 2.0, "max": 9.0},
        {"mean": 2.0, "ci_low": 2.0, "ci_high": 2.0},
        {"sd": 0.0, "n": 3.0},
    ],
)
def test_possible_numbers_pass(given):
    assert impossible([row(**given)]) == []


def test_arms_of_one_outcome_have_one_unit():
    rows = pd.DataFrame(
        [row(unit="mg"), row(arm="placebo", unit="g", _row=8), row(arm="other", unit="MG", _row=9)]
    )
    (error,) = impossible(tables.rows(rows))
    assert (error.row, error.column) == (8, "unit")


def test_the_same_arm_twice_is_refused_unless_identical():
    check(pd.DataFrame([row(n=5.0), row(n=5.0, _row=8)]))
    with pytest.raises(Exception, match=r"row 8.*already in row 7"):
        check(pd.DataFrame([row(n=5.0), row(n=6.0, _row=8)]))


def test_all_faults_of_a_sheet_are_told_at_once():
    with pytest.raises(InputErrors) as caught:
        check(pd.DataFrame([row(n=-1.0), row(arm="placebo", sd=-1.0, _row=8)]))
    assert len(caught.value.errors) == 2


@each("name", ["extractors", "status", "in_conflict", "origin", "Round", "risk_of_bias"])
def test_a_column_that_the_merge_adds_is_refused_in_a_sheet_of_rows(name):
    with pytest.raises(InputError, match=f"AB.csv, row 1, column {name}: a column called {name} is added"):
        check(pd.DataFrame([row(**{name: "x"})]))


def test_what_an_extractor_derived_may_be_said():
    assert check(pd.DataFrame([row(derived="sd: from a figure")])) is None


@each(
    ("cell", "marks", "problem"),
    [
        ("sd: from SE", ["sd"], ""), ("Mean, SD: other trial", ["mean", "sd"], ""), ("sd", ["sd"], ""), ("sd, from the interval", ["sd"], ""),
        ("CI low: by hand; estimate SE: p", ["ci_low", "estimate_se"], ""), ("sd: from SE; see p. 3", ["sd"], ""), ("sd: a, b: c", ["sd"], ""),
        ("estimate_p: from text", [], ""), ("", [], ""), ("NR", [], ""), ("no", [], ""), ("-", [], ""), (math.nan, [], ""),
        ("mean and sd: from the median", ["mean", "sd"], ""), ("mean/sd", ["mean", "sd"], ""), ("sd | mean", ["sd", "mean"], ""), ("sd: from SE | n/a", ["sd"], ""),
        ("yes", [], "names no column"), ("sd (from SE)", [], "names no column"), ("standard deviation from SE", [], "names no column"),
        ("SDD: from SE", [], "names no column"), ("mean, SDD: from SE", ["mean"], "names something else among columns"),
    ],
)  # fmt: skip
@each("column", ["derived", "imputed"])
def test_what_was_derived_is_said_of_columns(column, cell, marks, problem):
    assert marked(cell if isinstance(cell, str) else "") == marks
    given = pd.DataFrame([row(**{column: cell})])
    if problem:
        with pytest.raises(
            InputError, match=f"row 7, column {column}: .* {problem}.* Write the columns, a colon, and how"
        ):
            check(given)
    else:
        check(given)


def test_what_two_people_derived_holds_of_the_columns_of_both():
    assert marked("sd: from SE | mean, sd: from the median") == ["sd", "mean", "sd"]
