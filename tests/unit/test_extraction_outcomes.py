"""A slice holds all that pooling reads, and changes its name only when that changes."""

import pandas as pd
import pytest

from evergreen import sheets
from evergreen.errors import InputError
from evergreen.extraction import outcomes
from evergreen.extraction.outcomes import as_csv, slice_of, slices_of

ROWS = pd.DataFrame(
    [
        ["S1", "pain", "drug", "5", "AB.csv:2", "AB"],
        ["S2", "Pain ", "drug", "6", "AB.csv:3", "AB"],
        ["S1", "death", "drug", "7", "AB.csv:4", "AB"],
    ],
    columns=["study", "outcome", "arm", "n", "origin", "extractors"],
)
SCREENED = pd.DataFrame([["S1", "included", "2020-01-01"]], columns=["study", "status", "round"])
JUDGED = pd.DataFrame(
    [["S1", "", "overall", "high"], ["S1", "pain", "overall", "low"], ["S2", "", "D1", "low"]],
    columns=["study", "outcome", "domain", "judgement"],
)
STUDIES = pd.DataFrame([["S1", "high", "agreed"]], columns=["study", "dose", "status"])


def test_a_slice_brings_round_screening_risk_of_bias_and_study_columns():
    result = slice_of(ROWS, "pain", screened=SCREENED, judgements=JUDGED, studies=STUDIES, columns=["dose"])
    assert result[["study", "round", "screening", "rob_overall", "risk_of_bias", "dose"]].values.tolist() == [
        ["S1", "2020-01-01", "included", "low", "", "high"],
        ["S2", "", "missing", "", '{"D1": "low"}', ""],
    ]
    assert "origin" not in result


def test_without_screening_every_study_is_there_and_has_no_round():
    result = slice_of(ROWS, "death")
    assert result[["study", "round", "screening"]].values.tolist() == [["S1", "", ""]]


def test_a_slice_changes_with_the_outcomes_own_rows_only():
    before = as_csv(slice_of(ROWS, "pain"))
    moved = ROWS.assign(origin="elsewhere:9", n=["5", "6", "8"])
    assert as_csv(slice_of(moved, "pain")) == before
    assert as_csv(slice_of(moved, "death")) != as_csv(slice_of(ROWS, "death"))
    assert as_csv(slice_of(ROWS, "pain", screened=SCREENED)) != before


def test_a_study_column_that_is_in_no_sheet_is_refused():
    with pytest.raises(InputError, match=r"'dosis'.*Did you mean dose\?"):
        slice_of(ROWS, "pain", studies=STUDIES, columns=["dosis"])


def test_a_study_that_nobody_judged_has_no_risk_of_bias():
    result = slice_of(ROWS, "death", judgements=JUDGED[JUDGED["study"] != "S1"])
    assert result[["rob_overall", "risk_of_bias"]].values.tolist() == [["", ""]]


def test_an_outcome_that_nobody_extracted_has_an_empty_slice():
    assert slice_of(ROWS.iloc[:0], "pain", judgements=JUDGED).empty


def test_a_study_is_found_whatever_its_letter_case():
    rows = ROWS.assign(study=["s1 ", "S2", "s1 "])
    result = slice_of(rows, "pain", screened=SCREENED, judgements=JUDGED, studies=STUDIES, columns=["dose"])
    assert result.loc[0, ["study", "round", "screening", "rob_overall", "dose"]].tolist() == [
        "s1 ", "2020-01-01", "included", "low", "high",
    ]  # fmt: skip


def test_a_slice_says_where_its_rows_came_from_when_asked():
    assert "origin" not in slice_of(ROWS, "pain")
    assert slice_of(ROWS, "pain", places=True)["origin"].tolist() == ["AB.csv:2", "AB.csv:3"]


def test_slices_of_several_outcomes_are_those_of_each(monkeypatch):
    tables = {"screened": SCREENED, "judgements": JUDGED, "studies": STUDIES}
    wanted = [
        {"id": "a", "data": "PAIN", "columns": ["dose"]},
        {"id": "b", "data": "death", "columns": []},
        {"id": "c", "data": "pain", "columns": []},
        {"id": "d", "data": "sleep", "columns": ["dose"]},
    ]
    each = {one["id"]: slice_of(ROWS, one["data"], columns=one["columns"], **tables) for one in wanted}
    calls = []
    monkeypatch.setattr(outcomes, "folded", lambda cell: calls.append(cell) or sheets.folded(cell))
    together = slices_of(ROWS, wanted, **tables)
    assert {name: as_csv(one) for name, one in together.items()} == {
        name: as_csv(one) for name, one in each.items()
    }
    # Two columns of the sheet and of the judgements, each study list once a column, each name asked for once.
    assert len(calls) == 2 * len(ROWS) + 2 * len(JUDGED) + 2 * len(SCREENED) + len(STUDIES) + len(wanted)
