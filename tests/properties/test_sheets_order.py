"""The order of people and of rows changes no byte of what extraction, risk of bias and screening write."""

import io
import random
from itertools import permutations

import pandas as pd
import pytest

from evergreen.bias.judgements import judge
from evergreen.bias.tools import ROB2
from evergreen.extraction.merge import merge_extraction, merge_studies
from evergreen.screening.studies import list_studies
from evergreen.spreadsheets import for_people
from tests.unit.test_bias_judgements import answers
from tests.unit.test_bias_judgements import sheet as judged_sheet
from tests.unit.test_extraction_merge import settled, sheet

PEOPLE = {
    "AB": [
        {"study": "Smith 2010", "outcome": "Pain", "arm": "Drug", "n": 10.0, "unit": "mg", "source": "p 3"},
        {"study": "Smith 2010", "outcome": "Pain", "arm": "placebo", "group": "control", "n": 11.0, "source": "p 3"},
        {"study": "Roe\u20112012", "outcome": "pain", "arm": "drug", "n": 9.0, "mean": 0.3},
    ],
    "CD": [
        {"study": "smith 2010", "outcome": "pain", "arm": "DRUG", "n": 10.0, "unit": "MG", "source": "table 2"},
        {"study": "smith  2010", "outcome": "pain", "arm": "Placebo", "group": "control", "n": 12.0},
        {"study": "Roe-2012", "outcome": "PAIN", "arm": "drug", "n": 9.0, "mean": 0.1 + 0.2},
    ],
    "EF": [
        {"study": "SMITH 2010", "outcome": "pain", "arm": "drug", "n": 10.0, "unit": "mg", "source": "p 3", "note": "x"},
        {"study": "Smith 2010", "outcome": "pain", "arm": "placebo", "group": "control", "n": 13.0},
        {"study": "roe-2012", "outcome": "pain", "arm": "drug", "n": 9.0, "mean": 0.3},
        {"study": "Lee 2015", "outcome": "pain", "arm": "drug", "n": 5.0},
    ],
}  # fmt: skip
SETTLED = [
    {"study": "SMITH 2010", "outcome": "pain", "arm": "Placebo", "column": "N", "value": "12", "adjudicator": "gh"},
    {"study": "smith 2010", "outcome": "Pain", "arm": "placebo", "column": "n", "value": "12.0", "adjudicator": "IJ"},
    {"study": "gone", "outcome": "pain", "arm": "x", "column": "n", "value": "1"},
    {"study": "Gone 2", "outcome": "pain", "arm": "x", "column": "n", "value": "1"},
]  # fmt: skip
WITH_PLACES = ["origin"]


def written(*frames: pd.DataFrame) -> str:
    """The bytes of tables, without where their rows stand in their sheets."""
    text = io.StringIO()
    for frame in frames:
        for_people(frame.drop(columns=WITH_PLACES, errors="ignore")).to_csv(text, index=False)
    return text.getvalue()


def shuffled(rows, seed):
    rows = list(rows)
    random.Random(seed).shuffle(rows)
    return rows


@pytest.mark.parametrize("seed", range(4))
def test_extraction_is_the_same_for_every_order_of_people_and_rows(seed):
    results = set()
    for order in permutations(PEOPLE):
        sheets = {name: sheet(*shuffled(PEOPLE[name], seed), file=f"{name}.csv") for name in order}
        merged = merge_extraction(sheets, settled(*shuffled(SETTLED, seed)))
        results.add(written(merged.rows, merged.conflicts))
    plain = merge_extraction(
        {name: sheet(*rows, file=f"{name}.csv") for name, rows in PEOPLE.items()}, settled(*SETTLED)
    )
    assert results == {written(plain.rows, plain.conflicts)}
    assert plain.rows["study"].unique().tolist() == ["Lee 2015", "Roe-2012", "Smith 2010"]
    assert plain.rows["outcome"].unique().tolist() == ["pain"]


@pytest.mark.parametrize("seed", range(4))
def test_study_level_columns_are_the_same_for_every_order_of_people_and_rows(seed):
    people = {
        "AB": {"columns": ["study", "Status", "dose"], "rows": [["S1", "Old", "1.50"], ["S2", "new", "x"]]},
        "CD": {"columns": ["study", "status", "dose"], "rows": [["s1", "old", "1.5"], ["S2", "New", "y"]]},
        "EF": {"columns": ["study", "status", "dose"], "rows": [["S1 ", "OLD", "1.5"], ["s2", "new", "y"]]},
    }
    results = set()
    for order in permutations(people):
        sheets = {
            name: pd.DataFrame(shuffled(people[name]["rows"], seed), columns=people[name]["columns"]).assign(
                _file=f"studies-{name}.csv", _row=range(2, 4)
            )
            for name in order
        }
        merged = merge_studies(sheets)
        results.add(written(merged.rows, merged.conflicts))
    assert len(results) == 1
    assert merged.rows["study"].tolist() == ["S1", "S2"]
    assert merged.rows["study-level: status"].tolist() == ["OLD", "new"]
    assert merged.rows["status"].tolist() == ["agreed", "conflict"]
    assert merged.conflicts["column"].tolist() == ["dose"]


@pytest.mark.parametrize("seed", range(4))
def test_judgements_are_the_same_for_every_order_of_people_and_rows(seed):
    people = {
        "AB": [*answers("1.1=Y 1.2=PY 1.3=N", study="Smith 2010", outcome="Pain", support="said"),
               {"study": "Smith 2010", "outcome": "Pain", "domain": "D3", "judgement": "High risk", "support": "a"}],
        "CD": [*answers("1.1=PY 1.2=Y 1.3=N", study="smith 2010", outcome="pain", support="told"),
               {"study": "smith 2010", "outcome": "pain", "domain": "d3", "judgement": "low", "support": "b"}],
        "EF": [{"study": "smith 2010", "outcome": "pain", "domain": "Missing outcome data", "judgement": "LOW", "support": "c"}],
    }  # fmt: skip
    results = set()
    for order in permutations(people):
        sheets = {name: judged_sheet(*shuffled(people[name], seed), file=f"{name}.csv") for name in order}
        judged = judge(sheets, None, ROB2)
        results.add(written(judged.judgements, judged.conflicts))
    assert len(results) == 1
    assert set(judged.judgements["study"]) == {"smith 2010"}
    assert judged.conflicts[["domain", "values"]].values.tolist()[-1] == ["D3", "AB=high; CD=low; EF=low"]


@pytest.mark.parametrize("seed", range(4))
def test_studies_are_the_same_for_every_order_of_rows(seed):
    works = pd.DataFrame(
        {"work_id": list("abc"), "round": ["2018", "2019", "2020"], "record_ids": list("abc")}
    )
    decided = pd.DataFrame({"work_id": list("abc"), "decision": "include"})
    rows = [("a", "Roe 2020"), ("b", "roe\u00a02020"), ("c", "roe 2020"), ("gone", "roe 2020")]
    assigned = pd.DataFrame(shuffled(rows, seed), columns=["record_id", "study"]).assign(
        _file="studies.csv", _row=2
    )
    result = list_studies(works, dict(zip("abc", "abc", strict=True)), decided, decided, assigned)
    assert result.studies.values.tolist() == [
        ["roe 2020", "included", "2018", "a; b; c", "a; b; c", "assigned", "", ""]
    ]
