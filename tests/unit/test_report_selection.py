"""The report's selection of studies: agreement drawn, studies named without being included, pages to screen on."""

from pathlib import Path

import pandas as pd

from evergreen.report import selection
from evergreen.report.blocks import Figure, Lines, Link, Table
from evergreen.report.citing import Citations
from evergreen.report.waiting_records import waiting_screening
from evergreen.screening.characteristics import COLUMNS
from evergreen.screening.reviewer_comparison import compare

WORKS = pd.DataFrame(
    {"work_id": ["a:1", "a:2", "a:3"], "record_ids": ["a:1", "a:2; b:9", "a:3"], "title": ["One", "Two", "Three"],
     "authors": ["Smith, A", "Smith, A; Lee, B", "Roe, C"], "year": [2001, 2002, 2003], "journal": "J", "pmid": ["1", "", ""],
     "doi": ["", "10.1/x", ""], "url": "", "registry_ids": ["", "", "NCT00000001"], "retracted": False, "volume": "1", "issue": "", "pages": "2-3"}
)  # fmt: skip
EMPTY = pd.DataFrame(columns=COLUMNS)


def votes(*rows):
    return pd.DataFrame(rows, columns=["work_id", "reviewer", "decision"]).assign(pilot=False)


def test_agreement_is_shown_as_a_table_and_drawn():
    stem = Path("results/screening/title_abstract/agreement")
    both = votes(
        ("a:1", "AB", "include"), ("a:1", "CD", "exclude"), ("a:2", "AB", "exclude"), ("a:2", "CD", "exclude")
    )
    comparison = compare(both, stage="title_abstract", reviewers=["AB", "CD"])
    blocks = selection.section(None, None, {stem: comparison}, {}, "Words.").blocks
    table, figure = blocks[1:]
    assert isinstance(table, Table)
    assert isinstance(figure, Figure)
    assert figure.id == "agreement-title_abstract"
    assert ("SVG", "../screening/title_abstract/agreement.svg") in figure.files
    alone = compare(both[both["reviewer"].eq("AB")], stage="title_abstract", reviewers=["AB", "CD"])
    assert len(selection.section(None, None, {stem: alone}, {}, "Words.").blocks) == 1


def test_excluded_and_ongoing_studies_are_listed_with_all_their_reports():
    excluded = pd.DataFrame(
        [
            {
                **dict.fromkeys(COLUMNS, ""),
                "study": "Smith 2001",
                "reason": "Not randomised",
                "note": "open label",
                "work_ids": "a:1; a:2",
            }
        ]
    )
    ongoing = pd.DataFrame(
        [{**dict.fromkeys(COLUMNS, ""), "study": "ROE", "note": "ends 2027", "work_ids": "a:3"}]
    )
    studies = pd.DataFrame(columns=["study", "status", "round", "work_ids"])
    full_text = pd.DataFrame(
        {"work_id": ["a:1", "a:2", "a:3"], "decision": ["exclude", "exclude", "ongoing"]}
    )
    blocks = selection.studies_section(
        studies, WORKS, full_text, [excluded, ongoing, EMPTY], Citations(["a:1", "a:2", "a:3"], {}, [])
    ).blocks
    _, first, second, last = blocks
    assert isinstance(first, Table)
    assert first.caption == "Excluded studies with reasons (1)"
    assert [(row[0], row[-1]) for row in first.rows] == [
        ("Smith 2001", "Not randomised; open label"),
        ("Smith 2001", "Not randomised; open label"),
    ]
    assert [id for id, _ in first.rows_with_ids] == [
        "Excluded-studies-with-reasons--Smith-2001-1dc9facb",
        "Excluded-studies-with-reasons--Smith-2001-1dc9facb--2",
    ]
    assert isinstance(second, Table)
    assert second.rows[0][-2:] == ["NCT00000001", "ends 2027"]
    assert isinstance(last, Lines)
    assert isinstance(last.lines[0], Link)
    assert "(2)" in last.lines[0].text


def test_the_status_says_on_which_page_to_screen():
    conflicts = pd.DataFrame({"work_id": ["a:1"]})
    orphans = pd.DataFrame({"why": [], "reviewer": []})
    reviewer, adjudicator = waiting_screening("full_text", {"AB": WORKS}, conflicts, orphans)
    assert (reviewer.who, reviewer.page) == ("AB", "screening/full_text/AB.html")
    assert adjudicator.page == "screening/full_text/adjudication.html"
