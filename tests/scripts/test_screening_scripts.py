"""The scripts of screening on the bundled review's own sheets, every record taken as a work of its own."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import compare_reviewers
import count_votes
import list_studies
import write_worklists
from evergreen import tables
from evergreen.errors import InputError
from evergreen.screening.exchange import ris_lists
from tests.protocols import question
from tests.protocols import stage as stage_given

LABELS = [
    ["wrong_population", "Wrong population"],
    ["wrong_intervention", "Wrong intervention"],
    ["wrong_comparator", "Wrong comparator"],
    ["not_randomised", "Not randomised"],
    ["review", "Review"],
    ["duplicate_report", "Duplicate report"],
]
PLAN = {
    **stage_given(reviewers=["AB", "CD"]),
    "reasons": [[key, [label]] for key, label in LABELS],
    "again": {},
    "formerly": {},
}


@pytest.fixture
def corpus(tmp_path, root):
    """works.parquet and clusters.csv of all records that AB voted on, and one that awaits votes."""
    voted = pd.read_csv(root / "config/screening/title_abstract/AB.csv", dtype=str)["record_id"].tolist()
    ids = [*voted, "pubmed:99999999"]
    works = pd.DataFrame(
        {
            "work_id": ids,
            "round": "2018-12-31",
            "column": "databases",
            "record_ids": ids,
            "title": "A title",
            "year": 2018,
        }
    )
    tables.write_table(works, tmp_path / "works.parquet")
    clusters = pd.DataFrame({"record_id": ids, "work_id": ids, "kept": True, "reason": ""})
    tables.write_table(clusters, tmp_path / "clusters.csv")
    return tmp_path


def counted(corpus, root, stage, plan=PLAN):
    sheets = sorted(str(path) for path in (root / "config/screening" / stage).glob("*.csv"))
    before = [] if stage == "title_abstract" else ["--before", str(corpus / "title_abstract/decisions.csv")]
    count_votes.main(
        ["--stage", stage, "--works", str(corpus / "works.parquet"), "--clusters", str(corpus / "clusters.csv"),
         "--votes", *sheets, *before, "--params", json.dumps(plan), "--out", str(corpus / stage)]
    )  # fmt: skip
    return tables.read_table(corpus / stage / "decisions.csv")


def test_the_bundled_review_reaches_its_studies(corpus, root, capsys):
    first = counted(corpus, root, "title_abstract")
    how = first["how"].value_counts().to_dict()
    assert how["adjudicated"] == 8
    assert how["pending"] == 1
    assert tables.read_table(corpus / "title_abstract/orphans.csv").empty
    second = counted(corpus, root, "full_text")
    assert len(second) == first["decision"].eq("include").sum() == 24
    assert second["how"].value_counts().to_dict() == {"agreed": 22, "adjudicated": 2}
    assert second.loc[second["decision"].eq("exclude"), "reason"].ne("").all()
    list_studies.main(
        ["--works", str(corpus / "works.parquet"), "--clusters", str(corpus / "clusters.csv"),
         "--title-abstract", str(corpus / "title_abstract/decisions.csv"), "--full-text", str(corpus / "full_text/decisions.csv"),
         "--votes", str(corpus / "full_text/votes.csv"), "--assigned", str(root / "config/studies.csv"),
         "--folder", str(corpus), "--params", json.dumps({"reasons": LABELS})]
    )  # fmt: skip
    assert (
        len(tables.read_table(corpus / "excluded_studies.csv")) == 13
    )  # 17 exclusions, 4 of them reports of included studies
    studies = tables.read_table(corpus / "studies.csv")
    assert studies["study"].tolist() == [
        "Cohen2008",
        "DESIRABLE",
        "DRIVE",
        "Iwamoto2022",
        "So2021",
        "Yue2017",
    ]
    assert studies["status"].eq("included").all()
    assert second["decision"].eq("include").sum() == 7
    assert "6 included" in capsys.readouterr().out


def test_work_lists_of_the_reviewers_and_the_adjudicator(corpus, root, monkeypatch):
    counted(corpus, root, "title_abstract")
    stage = corpus / "title_abstract"
    own = root / "config/screening/title_abstract/CD.csv"
    values = {
        "title": "A review",
        "question": question(intervention="Denosumab"),
        "highlight": [],
        "reasons": [["review", ["Review"]]],
        "eligibility": {},
        "formerly": {},
        "stages": {"title_abstract": {"reviewers": ["CD"], "votes": [str(own)]}},
    }
    places = ["--works", str(corpus / "works.parquet"), "--folder", str(corpus)]
    write_worklists.main([*places, "--params", json.dumps(values)])
    assert tables.read_table(stage / "worklist-CD.csv")["record_id"].tolist() == ["pubmed:99999999"]
    assert "AN  - pubmed:99999999" in (stage / "worklist-CD.ris").read_text()
    page = (stage / "CD.html").read_text()
    assert "Vote made for this demonstration" in page
    assert {path.name for path in stage.glob("*adjudication*")} == {
        "adjudication.html", "worklist-adjudication.csv", "worklist-adjudication.ris", "worklist-adjudication.xlsx",
    }  # fmt: skip
    first = (stage / "worklist-CD.xlsx").read_bytes()
    values["stages"]["title_abstract"]["votes"] = []
    write_worklists.main([*places, "--params", json.dumps(values)])
    assert (stage / "worklist-CD.xlsx").read_bytes() == first
    plain = tables.read_table(stage / "worklist-CD.csv")
    monkeypatch.setattr(ris_lists, "MOST_RECORDS", 0)
    write_worklists.main([*places, "--params", json.dumps(values)])
    assert tables.read_table(stage / "worklist-CD.csv").equals(plain.drop(columns="abstract"))


def test_those_who_wait_for_the_same_works_get_what_each_would_get_alone(corpus, monkeypatch):
    stage = corpus / "title_abstract"
    stage.mkdir()
    waits = {"AB": ["pubmed:99999999"], "CD": ["pubmed:18438830", "pubmed:99999999"]}
    waits |= {"EF": waits["CD"], "GH": waits["CD"]}
    awaiting = [
        [work, "2018-12-31", who, str(who == "GH").lower()] for who, works in waits.items() for work in works
    ]
    tables.write_table(
        pd.DataFrame(awaiting, columns=["work_id", "round", "reviewer", "pilot"]), stage / "awaiting.csv"
    )
    tables.write_table(pd.DataFrame(columns=["work_id", "round", "votes"]), stage / "conflicts.csv")
    monkeypatch.setitem(ris_lists.in_files.__kwdefaults__, "records", 1)

    def lists(*people):
        values = {
            "title": "A review",
            "question": question(),
            "highlight": [],
            "reasons": [],
            "eligibility": {},
            "formerly": {},
        }
        values["stages"] = {"title_abstract": {"reviewers": list(people), "votes": []}}
        places = ["--works", str(corpus / "works.parquet"), "--folder", str(corpus)]
        write_worklists.main([*places, "--params", json.dumps(values)])
        return {file.relative_to(stage): file.read_bytes() for file in stage.rglob("*worklist-*")}

    together = lists(*waits)
    same = {suffix: (stage / f"worklist-CD.{suffix}").samefile(stage / f"worklist-EF.{suffix}") for suffix in ("csv", "xlsx", "ris")}  # fmt: skip
    assert same == {"csv": False, "xlsx": False, "ris": True}  # what people fill in is their own
    assert len([name for name in together if name.parent.name == "ris-parts"]) == 6
    alone = {name: content for who in waits for name, content in lists(who).items() if f"-{who}" in name.name}
    assert {name: content for name, content in together.items() if "adjudication" not in name.name} == alone


def test_agreement_of_the_bundled_votes(corpus, root):
    counted(corpus, root, "title_abstract")
    stage = corpus / "title_abstract"
    plan = {"title_abstract": PLAN["reviewers"]}
    compare_reviewers.main(["--params", json.dumps(plan), "--folder", str(corpus)])
    pair = tables.read_json(stage / "agreement.json")["pairs"][0]
    (a, b), (c, d) = pair["counts"]
    assert b + c == 8
    assert pair["n"] == a + b + c + d == len(pd.read_csv(root / "config/screening/title_abstract/AB.csv"))
    assert "NaN" not in (stage / "agreement.csv").read_text()
    assert "Cohen's kappa" in (stage / "agreement.svg").read_text()


def test_an_id_that_a_program_altered_refuses_the_sheet(corpus):
    (corpus / "AB.csv").write_text("record_id,decision\n99999999,include\n")
    with pytest.raises(InputError, match=r"AB.csv, row 2, column record_id: .* looks like pubmed:99999999"):
        count_votes.main(
            ["--stage", "title_abstract", "--works", str(corpus / "works.parquet"), "--clusters", str(corpus / "clusters.csv"),
             "--votes", str(corpus / "AB.csv"), "--params", json.dumps(PLAN), "--out", str(corpus / "out")]
        )  # fmt: skip
    assert not (corpus / "out").exists()
