"""Notices of the Retraction Watch Database are found by DOI and PMID, whatever spelling either has.

Columns, natures, dates with the month first and 0 for no PMID are those of the database's user guide (retractionwatch.com).
"""

from pathlib import Path

import pytest

from evergreen import sheets, tables
from evergreen.errors import InputError
from evergreen.records.retractions import Listed, find

HEAD = "Record ID,Title,Journal,RetractionDate,RetractionDOI,RetractionPubMedID,OriginalPaperDate,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,Reason,Notes"
WORKS = [
    {"work_id": "pubmed:1", "doi": "10.1000/abc", "pmid": "1"},
    {"work_id": "embase:2", "doi": "10.1000/def", "pmid": ""},
    {"work_id": "pubmed:3", "doi": "", "pmid": "3"},
    {"work_id": "pubmed:4", "doi": "", "pmid": ""},
]


def read(tmp_path: Path, *rows: str):
    path = tmp_path / "retractions.csv"
    path.write_text("\n".join([HEAD, *rows, ""]), encoding="utf-8")
    return tables.rows(sheets.read_sheet(path, "retractions"))


def row(
    doi="",
    pmid="0",
    nature="Retraction",
    date="4/26/2023 0:00",
    notice="10.1000/N1",
    notice_pmid="0",
    reason="+Plagiarism;+Error in Data;",
):
    return f'7,"A, title",J,{date},{notice},{notice_pmid},1/1/2019,{doi},{pmid},{nature},{reason},'


GONE = Listed("retracted", "2023-04-26", "doi:10.1000/n1", "Plagiarism; Error in Data")


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([row("10.1000/ABC")], {"pubmed:1": [GONE]}),
        ([row("https://doi.org/10.1000/abc.", "1")], {"pubmed:1": [GONE]}),
        ([row("10.1000/other", "1")], {"pubmed:1": [GONE]}),
        ([row("unavailable", "3", notice_pmid="88")], {"pubmed:3": [Listed("retracted", "2023-04-26", "PMID 88", GONE.reason)]}),
        ([row("10.1000/none", "0"), row("", "")], {}),
        ([row("10.1000/def", nature="Expression of Concern")], {"embase:2": [Listed("expression of concern", *list(vars(GONE).values())[1:])]}),
        ([row("10.1000/abc"), row("10.1000/abc")], {"pubmed:1": [GONE]}),
        (
            [row("10.1000/abc"), row("10.1000/abc", nature="Reinstatement", date="5/1/2023", reason="")],
            {"pubmed:1": [Listed("reinstated", "2023-05-01", "doi:10.1000/n1", "")]},
        ),
        (
            [row("10.1000/abc", nature="Reinstatement", date="5/1/2022", reason=""), row("10.1000/abc")],
            {"pubmed:1": [Listed("reinstated", "2022-05-01", "doi:10.1000/n1", ""), GONE]},
        ),
        ([row("10.1000/abc", nature="Correction", date="2020-01-31")], {"pubmed:1": [Listed("corrected", "2020-01-31", *list(vars(GONE).values())[2:])]}),
    ],
)  # fmt: skip
def test_notices_about_works_are_found(tmp_path, rows, expected):
    assert find(read(tmp_path, *rows), WORKS) == expected


def test_a_nature_that_the_database_does_not_have_is_refused_with_its_row(tmp_path):
    with pytest.raises(
        InputError,
        match=r"retractions.csv, row 3, column RetractionNature: 'Removal', of a notice on embase:2, is no nature .* Expression of concern",
    ):
        find(read(tmp_path, row("10.1/x", nature="Removal"), row("10.1000/def", nature="Removal")), WORKS)
