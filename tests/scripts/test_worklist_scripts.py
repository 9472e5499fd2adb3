"""Lists of extractors and assessors by the script's command line: which files there are, and what is made again when."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest

import write_worklists
from evergreen import tables

SCREENED = {
    "study": ["Cohen2008", "Newman2024", "Gone1999"],
    "status": ["included", "included", "excluded"],
    "work_ids": ["pubmed:1; pubmed:2", "pubmed:3", "pubmed:4"],
}
OUTCOMES = [{"id": "any_ae", "measure": "RR", "timepoint": ["12 months"]}]


@pytest.fixture
def review(root, tmp_path, monkeypatch):
    """A review's directory with the sheets of the bundled one, and included studies."""
    monkeypatch.chdir(tmp_path)
    for folder in ("extraction", "risk_of_bias"):
        shutil.copytree(root / "config" / folder, tmp_path / "config" / folder)
    tables.write_table(pd.DataFrame(SCREENED), tmp_path / "studies.csv")
    works = pd.DataFrame({"work_id": [f"pubmed:{number}" for number in range(1, 5)], "title": "A trial", "authors": "Smith J; Doe A",
                          "year": 2008, "journal": "Bone", "doi": "", "pmid": "", "registry_ids": ""})  # fmt: skip
    tables.write_table(works, tmp_path / "works.parquet")
    return tmp_path


def write(title: str = "A review", **extraction) -> None:
    values = {
        "title": title, "question": {}, "highlight": [], "reasons": [], "eligibility": {}, "formerly": {}, "stages": {},
        "extraction": {
            "people": ["AB", "EF"], "outcomes": OUTCOMES, "columns": ["dose"],
            "sheets": {"AB": "config/extraction/AB.csv", "CD": "config/extraction/CD.csv"},
            "study_sheets": {"AB": "config/extraction/studies-AB.csv"}, **extraction,
        },
        "bias": {"people": ["AB"], "sheets": {"AB": "config/risk_of_bias/AB.csv"}, "tool": "rob1", "tool_file": [], "rows": {}, "outcomes": OUTCOMES},
    }  # fmt: skip
    write_worklists.main(
        ["--works", "works.parquet", "--studies", "studies.csv", "--params", json.dumps(values), "--code", "x",
         "--folder", "results/screening", "--results", "results"]
    )  # fmt: skip


def test_everybody_named_gets_lists_and_only_those_that_changed_are_made_again(review, capsys):
    write()
    made = {path.relative_to(review / "results").as_posix() for path in review.glob("results/*/worklists/*")}
    people = [f"extraction/worklists/{name}" for who in ("AB", "EF") for name in (f"{who}.xlsx", f"{who}.csv", f"{who}.html", f"studies-{who}.csv")]  # fmt: skip
    assert made == {*people, *(f"risk_of_bias/worklists/AB.{suffix}" for suffix in ("xlsx", "csv", "html"))}
    fresh = tables.read_table(review / "results/extraction/worklists/EF.csv")
    assert set(fresh["study"]) == {"Cohen2008", "Newman2024"}
    assert fresh.drop(columns=["study", "outcome", "timepoint", "arm", "group"]).eq("").all().all()
    own = tables.read_table(review / "results/extraction/worklists/AB.csv")
    assert own["study"].iloc[-1] == "Newman2024"  # appended
    page = (review / "results/extraction/worklists/EF.html").read_text(encoding="utf-8")
    assert "Smith J et al. A trial. Bone 2008. pubmed:3" in page
    assert "Gone1999" not in page
    capsys.readouterr()
    write()
    assert capsys.readouterr().out == ""
    sheet = review / "config/risk_of_bias/AB.csv"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("unclear", "low", 1), encoding="utf-8")
    # A new record changes the tables of works and studies, and no list.
    tables.write_table(tables.read_table("works.parquet").assign(year=2008)[::-1], review / "works.parquet")
    write()
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[0] for line in told] == ["Risk of bias (Cochrane risk of bias tool (2011))"]


def test_without_screening_the_studies_are_those_that_anybody_names(review):
    values = {
        "title": "A review", "question": {}, "highlight": [], "reasons": [], "eligibility": {}, "formerly": {}, "stages": {},
        "extraction": {"people": ["EF"], "outcomes": OUTCOMES, "columns": [], "sheets": {"AB": "config/extraction/AB.csv"}, "study_sheets": {}},
    }  # fmt: skip
    write_worklists.main(
        ["--params", json.dumps(values), "--folder", "results/screening", "--results", "results"]
    )
    own = tables.read_table(review / "config/extraction/AB.csv")
    asked = tables.read_table(review / "results/extraction/worklists/EF.csv")
    assert set(asked["study"]) == set(own["study"])
