"""The tables of studies that are named but not included."""

import pandas as pd

from evergreen.screening.characteristics import characteristics

WORKS = pd.DataFrame(
    {"work_id": list("abcdef"), "round": "2019", "title": ["A", "B", "C", "D", "E", "F"], "year": pd.array([2001, 2002, None, 2004, 2005, 2006], dtype="Int64"),
     "authors": ["Smith J; Lee K", "de la Cruz, Ana", "", "Smith J", "Wu X", "Wu X"], "journal": "J", "doi": "", "pmid": "", "url": "",
     "registry_ids": ["", "", "", "NCT1", "", ""]}
)  # fmt: skip
REASONS = {"wrong_population": "Wrong population", "review": "Review"}


def test_studies_are_listed_once_and_never_beside_the_included_ones():
    full_text = pd.DataFrame(
        {"work_id": list("abcdef"), "decision": ["exclude", "exclude", "exclude", "ongoing", "exclude", "include"],
         "reason": ["review", "review", "wrong_population", "", "review", ""]}
    )  # fmt: skip
    studies = pd.DataFrame(
        {"study": ["Delta", "Wu"], "status": ["excluded", "included"], "work_ids": ["b; c", "e; f"]}
    )
    votes = pd.DataFrame({"work_id": ["a", "a", "b"], "note": ["seen", "seen", "also"]})
    tables = characteristics(WORKS, full_text, votes, studies, REASONS)
    shown = tables["exclude"][["study", "reason", "title", "note", "work_ids"]].to_numpy().tolist()
    assert shown == [
        ["Smith 2001", "Review", "A", "seen", "a"],
        ["Delta", "Wrong population", "B; C", "also", "b; c"],
    ]
    assert tables["ongoing"][["study", "registry_ids"]].to_numpy().tolist() == [["Smith 2004", "NCT1"]]
    assert tables["awaiting"].empty


def test_reports_of_one_author_and_year_that_nobody_assigned_stay_apart():
    works = WORKS.assign(authors="Smith J", year=2001)
    full_text = pd.DataFrame({"work_id": ["a", "b"], "decision": "exclude", "reason": "review"})
    nothing = (
        pd.DataFrame({"work_id": [], "note": []}),
        pd.DataFrame({"study": [], "status": [], "work_ids": []}),
    )
    named = characteristics(works, full_text, *nothing, REASONS)["exclude"]
    assert named[["study", "work_ids"]].to_numpy().tolist() == [["Smith 2001a", "a"], ["Smith 2001b", "b"]]


def test_a_report_without_author_is_named_by_its_id():
    full_text = pd.DataFrame({"work_id": ["c", "b"], "decision": ["awaiting", "awaiting"], "reason": ""})
    votes = pd.DataFrame({"work_id": [], "note": []})
    studies = pd.DataFrame({"study": [], "status": [], "work_ids": []})
    assert characteristics(WORKS, full_text, votes, studies, REASONS)["awaiting"]["study"].tolist() == [
        "c",
        "de la Cruz 2002",
    ]
