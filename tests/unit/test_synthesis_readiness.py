"""What pooling would refuse is told before anything runs, with its file, row and column."""

import pandas as pd

from evergreen.protocol.loading import complete
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis.readiness import refusals
from tests.rows import each

FILE = "config/extraction/AB.csv"
STUDIES = pd.DataFrame(
    [["A", "10", "oral", "5"], ["B", "20", "oral", "NR"], ["C", "30", "injected", "1,5"]], columns=["study", "dose", "route", "weight"]
).assign(origin=[f"config/extraction/studies-AB.csv:{row}" for row in (2, 3, 4)])  # fmt: skip


def rows(*changes, outcome="pain", **every):
    """Three studies with two arms each; `changes` are (row, column, value), rows counted from 2 as a person does."""
    table = pd.DataFrame(
        [
            {"study": study, "outcome": outcome, "timepoint": "6 weeks", "arm": group, "group": group, "n": "20", "mean": "5", "sd": "2",
             "unit": "mm", "estimate": "", "estimate_se": "", **every}
            for study in "ABC" for group in ("intervention", "control")
        ]
    )  # fmt: skip
    table["origin"] = [f"{FILE}:{row}" for row in range(2, 8)]
    for row, column, value in changes:
        table.loc[row - 2, column] = value
    return table


def told(table, studies=STUDIES, compare=True, screened=None, **outcome):
    entry = {"id": "pain", "measure": "MD", **outcome}
    outcomes = complete({"review": {"title": "A review"}, "outcomes": [entry]}).outcomes
    errors = refusals(table, studies, outcomes, compare=compare, screened=screened)
    return [str(error) for error in errors]


def test_nothing_to_mend():
    assert told(rows(), moderators=["dose", "route"]) == []


def test_units_name_file_column_and_studies():
    (said,) = told(rows((2, "unit", "cm"), (3, "unit", "cm"), (4, "unit", ""), (5, "unit", "")))
    assert said.startswith(
        f"{FILE}, column unit: outcome pain: the studies give it in different units (cm in A; mm in C)."
    )


def test_several_time_points():
    (said,) = told(rows((4, "timepoint", "12 weeks")))
    assert said == (
        f"{FILE}, row 4, column timepoint: study B, outcome pain: several time points (12 weeks, 6 weeks). "
        "Name the time point to pool under `timepoint` of the outcome."
    )


def test_a_ratio_that_is_not_positive():
    table = rows((2, "group", "contrast"), (2, "estimate", "-0.3"), (2, "estimate_se", "0.1"))
    (said,) = told(table, measure="ROM", scale="ratio")
    assert said.startswith(f"{FILE}, row 2, column estimate: study A, outcome pain: a ratio of -0.3 is not positive.")  # fmt: skip


def test_time_points_that_may_be_one_are_to_be_spelt_alike():
    (said,) = told(rows((2, "timepoint", "6 wk"), (3, "timepoint", "6 weeks")))
    assert (
        "several time points (6 wk, 6 weeks). Spell them alike in the sheets if they are one. Name the time point"
        in said
    )


def test_rows_without_a_time_point_beside_some_with_one_are_to_be_filled_in():
    (said,) = told(rows((3, "timepoint", "")))
    assert (
        "several time points (6 weeks, rows without timepoint). Fill timepoint in where it is missing. Name"
        in said
    )


def test_a_study_that_screening_may_leave_out_is_looked_at_when_it_is_known():
    table = rows((4, "timepoint", "12 weeks"))
    assert told(table, compare=False) == []
    listed = pd.DataFrame(
        [["A", "included", ""], ["b ", "excluded", ""]], columns=["study", "status", "round"]
    )
    assert told(table, screened=listed) == []
    assert len(told(table, screened=listed.assign(status="included"))) == 1


def test_a_model_that_cannot_pool_the_measure():
    (said,) = told(rows(), analysis={"model": "mh"})
    assert said.startswith("config/config.yaml: outcome pain: model mh cannot pool MD.")


def test_a_column_that_no_sheet_has():
    (said,) = told(rows(), moderators=["doses"])
    assert "'doses'" in said
    assert "Did you mean dose?" in said


@each(("value", "shown"), [("20 mg", "'20 mg'"), ("1,5", "'1,5'")])
def test_text_among_the_numbers_of_a_moderator(value, shown):
    studies = STUDIES.assign(dose=["10", value, "30"])
    (said,) = told(rows(), studies, moderators=["dose:route"])
    assert said.startswith(
        f"config/extraction/studies-AB.csv, row 3, column dose: study B, moderator of outcome pain: {shown} is no plain number"
    )


def test_text_among_the_numbers_of_a_moderator_that_stands_in_the_rows():
    assert told(rows(strength="10"), moderators=["strength"]) == []
    (said,) = told(rows((4, "strength", "20 mg"), strength="10"), moderators=["strength"])
    assert said.startswith(f"{FILE}, row 4, column strength: study B, moderator of outcome pain: '20 mg' is")


def test_a_moderator_in_per_cent_is_no_column_of_words():
    """As words it would be a meta-regression on its levels."""
    (said,) = told(rows(), STUDIES.assign(dose=["40%", "40%", "55.5 %"]), moderators=["dose"])
    assert "'40%' is no plain number" in said
    assert told(rows(), STUDIES.assign(dose=["5% gel", "10% gel", "5% gel"]), moderators=["dose"]) == []


def test_a_moderator_that_a_study_does_not_report_is_no_fault():
    assert told(rows(), STUDIES.assign(dose=["10", "NR", ""]), moderators=["dose"]) == []


def test_a_misspelt_outcome_is_told_where_the_protocol_has_one_without_rows():
    (said,) = told(rows(outcome="paine"))
    assert said == (
        f"{FILE}, row 2, column outcome: the outcome 'paine' is not in the protocol, whose outcome 'pain' has no row. "
        "Write pain, or name it as the sheet does under `data` of the outcome."
    )
    both = pd.concat([rows(), rows(outcome="paine")], ignore_index=True)
    assert told(both) == []
    assert told(rows(outcome="weight")) == []


def test_each_fault_is_told_once():
    twice = [Outcome(id="pain", measure="MD")] * 2
    assert len(refusals(rows((4, "timepoint", "12 weeks")), STUDIES, twice)) == 1
