"""Which studies a review has, from decisions and assignments."""

import pandas as pd
import pytest

from evergreen.errors import InputError
from evergreen.screening.studies import list_studies, of_included

WORKS = pd.DataFrame(
    {
        "work_id": list("abcdef"),
        "round": ["2018", "2018", "2020", "2020", "2023", "2023"],
        "record_ids": ["a; a2", *"bcdef"],
    }
)
CLUSTERS = {"a": "a", "a2": "a", **{name: name for name in "bcdef"}}


def decisions(**values: str) -> pd.DataFrame:
    return pd.DataFrame({"work_id": list(values), "decision": list(values.values())})


def listed(assigned: list[tuple[str, str]], title_abstract, full_text):
    rows = pd.DataFrame(assigned, columns=["record_id", "study"]).assign(_file="studies.csv", _row=2)
    return list_studies(WORKS, CLUSTERS, title_abstract, full_text, rows)


def test_reports_make_studies():
    passed = decisions(a="include", b="include", c="include", d="include", e="exclude", f="")
    result = listed(
        [("a2", "Alpha"), ("c", "Alpha"), ("c", "Beta"), ("d", "Gamma"), ("e", "Delta"), ("f", "Epsilon"), ("gone", "Zeta")],
        passed, decisions(a="include", b="include", c="exclude", d="awaiting"),
    )  # fmt: skip
    table = result.studies.set_index("study")
    assert table["status"].to_dict() == {
        "Alpha": "included", "Beta": "excluded", "Gamma": "pending", "Delta": "excluded", "Epsilon": "pending", "b": "included",
    }  # fmt: skip
    assert table.loc["Alpha", ["round", "work_ids", "record_ids", "how"]].tolist() == [
        "2018",
        "a; c",
        "a; a2; c",
        "assigned",
    ]
    assert table.loc["b", "how"] == "own"
    assert table.loc["Beta", "round"] == ""
    assert result.orphans[["record_id", "study"]].to_numpy().tolist() == [["gone", "Zeta"]]


def test_a_study_that_is_named_by_a_report_has_that_report_too():
    passed = decisions(a="include", b="include")
    for name in ("a", "A"):
        table = listed([("b", name)], passed, passed).studies
        assert table[["study", "work_ids", "how"]].to_numpy().tolist() == [[name, "a; b", "assigned"]]


def test_reports_whose_ids_are_one_name_are_no_studies_by_themselves():
    works = WORKS.replace({"work_id": {"a": "bib:smith", "b": "bib:Smith"}})
    clusters = {name: name for name in works["work_id"]}
    nobody = pd.DataFrame(columns=["record_id", "study", "_file", "_row"])
    passed = pd.DataFrame({"work_id": ["bib:smith", "bib:Smith", "c"], "decision": "include"})
    with pytest.raises(InputError, match="bib:smith and bib:Smith are included, and no sheet"):
        list_studies(works, clusters, passed, passed, nobody)
    # Where one of them has a name of its own, or is not included, nothing is the other's.
    named = pd.DataFrame([("bib:Smith", "Smith", "studies.csv", 2)], columns=list(nobody))
    table = list_studies(works, clusters, passed, passed, named).studies
    assert table["study"].tolist() == ["Smith", "bib:smith", "c"]
    table = list_studies(works, clusters, passed[1:], passed[1:], nobody).studies
    assert table["study"].tolist() == ["bib:Smith", "c"]


def test_the_round_of_a_study_is_that_of_its_first_included_report():
    passed = decisions(a="include", c="include")
    table = listed([("a", "Alpha"), ("c", "Alpha")], passed, decisions(a="exclude", c="include")).studies
    assert table["round"].tolist() == ["2020"]


def test_a_work_that_passed_titles_is_open_until_full_text():
    table = listed([("a", "Alpha")], decisions(a="include"), decisions(a="")).studies
    assert table["status"].tolist() == ["pending"]


def test_rows_on_included_studies_keep_their_columns_where_there_are_none():
    studies = pd.DataFrame({"study": ["Alpha", "Beta"], "status": ["included", "excluded"]})
    rows = pd.DataFrame({"study": ["alpha", "Beta"], "domain": ["D1", "D2"]})
    assert of_included(rows, studies)["domain"].tolist() == ["D1"]
    assert list(of_included(rows.iloc[:0], studies)) == ["study", "domain"]


def test_a_study_is_called_by_what_is_published_of_it_and_not_by_its_registration():
    works = WORKS.assign(
        authors=["", "Cohen SB", "Amgen", "", "", ""], year=[2004, 2008, 2013, 2020, 2021, 2022],
        journal=["", "Arthritis Rheum", "", "", "", ""], volume=["", "58", "", "", "", ""],
        publication_types=["Trial registry record (ClinicalTrials.gov)", "", "Trial registry record (ICTRP)", "", "", ""],
    )  # fmt: skip
    passed = decisions(a="include", b="include", c="include")
    rows = pd.DataFrame(
        {"record_id": ["a", "b", "c"], "study": ["Alpha", "Alpha", "Gamma"], "_file": "", "_row": 2}
    )
    table = list_studies(works, CLUSTERS, passed, passed, rows).studies
    assert table["report_name"].tolist() == ["Cohen 2008 (Alpha)", "Amgen 2013 (Gamma)"]
    assert table["report_year"].tolist() == ["2008", "2013"]
