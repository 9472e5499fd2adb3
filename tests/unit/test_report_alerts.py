"""A reader cannot overlook that a report of an included study was retracted or changed after it was found."""

import pandas as pd

from evergreen.records.retractions import Listed
from evergreen.report import alerts, status
from evergreen.report.blocks import Link, Table, Text
from evergreen.report.selection import citation
from evergreen.screening.notices import linked, notices, of_studies, stated

WORKS = pd.DataFrame(
    [
        {"work_id": f"pubmed:{pmid}", "record_ids": f"pubmed:{pmid}; cinahl:{pmid}", "authors": f"{name}, A", "year": 2019,
         "journal": "J", "title": "T", "pmid": str(pmid), "doi": "", "url": "", "retracted": pmid == 4}
        for pmid, name in ((1, "One"), (2, "Two"), (3, "Three"), (4, "Four"))
    ]
)  # fmt: skip
STUDIES = pd.DataFrame(
    [
        {"study": "A", "status": "included", "work_ids": "pubmed:1; pubmed:2"},
        {"study": "B", "status": "pending", "work_ids": "pubmed:4"},
        {"study": "C", "status": "excluded", "work_ids": "pubmed:3"},
    ]
)


def changes(*rows):
    return {("pubmed", "2023-12-31"): pd.DataFrame(rows, columns=["pmid", "change", "detail"], dtype=str)}


CHANGES = changes(
    ("2", "retracted", "RetractionIn 99"), ("2", "revised", "related"), ("1", "deleted", "x"), ("3", "retracted", "")
)  # fmt: skip


def said(works, changed, listed=None):
    return alerts.alerts(works, notices(works, STUDIES, changed, listed or {}))


def test_retractions_of_included_studies_come_first_and_excluded_reports_do_not_matter():
    found = said(WORKS, CHANGES)
    assert [(one.study, one.report.text, one.what, one.round) for one in found] == [
        ("A", "Two 2019, J", "retracted", "2023-12-31"),
        ("A", "One 2019, J", "deleted", "2023-12-31"),
        ("A", "Two 2019, J", "revised", "2023-12-31"),
        ("B", "Four 2019, J", "retracted", ""),
    ]
    assert found[0].notice == Link("PMID 99", "https://pubmed.ncbi.nlm.nih.gov/99/")


def test_the_status_names_the_retracted_report_before_all_else_and_stops_no_final_review():
    items = alerts.waiting(said(WORKS, CHANGES))
    assert "RETRACTED: 1 report of included studies: A (Two 2019, J)" in items[0].line()
    assert "RETRACTED: 1 report of pending studies: B" in items[1].line()
    assert [item.what.split(" (")[0] for item in items[2:]] == ["1 report to look at again"] * 2
    status.refuse_if_final(items, final=True)


def test_the_report_begins_with_a_note_and_says_it_beside_every_citation():
    section = alerts.section(said(WORKS, CHANGES))
    note, table = section.blocks
    assert isinstance(note, Text)
    assert note.style == "note"
    assert note.text.startswith(
        "1 report of included studies has been retracted: A. What this review has of such a report counts"
    )
    assert isinstance(table, Table)
    assert table.rows[0][2] == "RETRACTED"
    marked = alerts.marked(WORKS, notices(WORKS, STUDIES, CHANGES, {}))
    assert marked["retracted"].tolist() == [False, True, True, True]
    assert citation(marked.iloc[1]).text == "Two 2019, J, RETRACTED"


def test_where_nothing_changed_nothing_is_said():
    quiet = WORKS.assign(retracted=False)
    assert said(quiet, changes()) == []
    assert alerts.section([]) is None
    assert alerts.marked(quiet, notices(quiet, STUDIES, {}, {}))["retracted"].tolist() == [False] * 4


def test_a_notice_of_two_sources_is_said_once_and_studies_are_marked_by_the_weightier():
    listed = {
        "pubmed:1": [Listed("expression of concern", "2022-01-01", "doi:10.1/c", "Concerns about data")],
        "pubmed:2": [Listed("retracted", "2023-02-03", "PMID 99", "Falsification of data")],
    }
    found = said(WORKS, CHANGES, listed)
    assert [(one.report.text, one.what, one.known, one.words) for one in found[:3]] == [
        ("Two 2019, J", "retracted", "2023-12-31", "RETRACTED (2023-02-03: Falsification of data)"),
        ("One 2019, J", "expression of concern", "Retraction Watch", "expression of concern (2022-01-01: Concerns about data)"),
        ("One 2019, J", "deleted", "2023-12-31", "no longer in PubMed (deleted, or merged with another record)"),
    ]  # fmt: skip
    assert found[1].notice == Link("doi:10.1/c", "https://doi.org/10.1/c")
    assert of_studies(notices(WORKS, STUDIES, CHANGES, listed)) == {
        "A": "retracted",
        "B": "retracted",
        "C": "retracted",
    }
    only = {"pubmed:1": listed["pubmed:1"]}
    assert of_studies(notices(WORKS.assign(retracted=False), STUDIES, changes(), only)) == {"A": "concern"}


def records(*rows):
    return pd.DataFrame(rows, columns=["record_id", "round", "pmid", "related"])


def test_a_notice_that_a_search_found_says_what_became_of_the_report_that_it_names():
    found = notices(WORKS, STUDIES, {}, {}, stated(records(
        ("cinahl:1", "2020-01-01", "1", "CommentIn 5"),
        ("cinahl:2", "2020-01-01", "2", "ExpressionOfConcernIn 98; ErratumIn 97"),
        ("cinahl:3", "2020-01-01", "3", ""),
        ("pubmed:4", "2020-01-01", "4", "RetractionIn 99"),
        ("x:98", "2023-12-31", "98", "ExpressionOfConcernFor 2"),
        ("x:99", "2023-12-31", "99", "RetractionOf 4; RetractionOf 7; RetractionOf 1"),
        ("x:96", "2023-12-31", "96", "PartialRetractionOf 3"),
    )))  # fmt: skip
    assert found[["study", "what", "notice", "detail", "round"]].to_numpy().tolist() == [
        ["A", "retracted", "PMID 99", "", "2023-12-31"],
        ["A", "expression of concern", "PMID 98", "", ""],
        ["C", "retracted", "PMID 96", "partial retraction", "2023-12-31"],
        ["B", "retracted", "PMID 99", "", ""],
    ]
    assert of_studies(found) == {"A": "retracted", "B": "retracted", "C": "retracted"}


def test_what_a_round_said_is_not_said_again_by_the_record_of_the_notice():
    notice = records(("pubmed:2", "2020-01-01", "2", ""), ("x:99", "2023-12-31", "99", "RetractionOf 2"))
    found = notices(WORKS, STUDIES, CHANGES, {}, stated(notice))
    assert found["what"].tolist() == notices(WORKS, STUDIES, CHANGES, {})["what"].tolist()


def test_a_notice_that_no_database_links_is_told_as_what_its_title_says():
    links = pd.DataFrame(
        [("x:98", "retraction_of", "cinahl:2", "x:98", "cinahl:2", "same title"), ("x:97", "erratum_of", "cinahl:2", "x:97", "cinahl:2", "same title"),
         ("x:99", "retraction_of", "pubmed:4", "x:99", "pubmed:4", "stated"), ("x:96", "retraction_of", "cinahl:3", "x:96", "cinahl:3", "same title"),
         ("x:95", "comment_on", "cinahl:1", "x:95", "cinahl:1", "same title"), ("x:94", "comment_on", "cinahl:1", "x:94", "cinahl:1", "same title")],
        columns=["work_id", "relation", "related_work_id", "record_id", "related_record_id", "how"],
    )  # fmt: skip
    there = pd.DataFrame(
        [("x:94", "2023-12-31", "Reply to: T", "94", ""), ("x:95", "2023-12-31", "Editorial Expression of Concern: T", "", ""),
         ("x:96", "2023-12-31", "Retraction: T", "96", ""), ("x:98", "2023-12-31", "Retraction: T", "", "10.1/n")],
        columns=["record_id", "round", "title", "pmid", "doi"],
    )  # fmt: skip
    said = linked(links, there)
    found = notices(WORKS.assign(retracted=False), STUDIES, {}, {}, said)
    assert found[["what", "notice", "detail", "round"]].to_numpy().tolist() == [
        ["concern_by_title", "", "x:95", "2023-12-31"],
        ["notice_by_title", "doi:10.1/n", "x:98", "2023-12-31"],
        ["notice_by_title", "PMID 96", "x:96", "2023-12-31"],
    ]
    # It is no fact, and nothing is left out for it; where the retraction is known it is not said again.
    assert of_studies(found) == {}
    told = [item.what for item in alerts.waiting(alerts.alerts(WORKS.assign(retracted=False), found))]
    assert any("by its title" in one for one in told)
    assert (
        "notice_by_title" not in notices(WORKS.assign(retracted=True), STUDIES, {}, {}, said)["what"].tolist()
    )
