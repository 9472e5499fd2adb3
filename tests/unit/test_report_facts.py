"""Facts are read off the files of a run, and the report is put together from them."""

import json

import pandas as pd
import pytest

from evergreen import spreadsheets, tables
from evergreen.errors import InputError
from evergreen.protocol.loading import complete
from evergreen.report import facts, summary
from evergreen.report.blocks import Text, Tiles
from evergreen.report.composition import differences, how
from evergreen.report.facts import Facts, Search
from evergreen.report.inputs import Inputs
from tests.rows import each

ROUND = "2020-12-31"


def written(path, **columns):
    """A table with text columns, as the step of its name writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    frame = pd.DataFrame(columns, dtype=str)
    (spreadsheets if path.stem in ("borderline", "verdicts") else tables).write_table(frame, path)
    return str(path)


@pytest.fixture
def protocol():
    sources = {
        "pubmed": {"kind": "pubmed", "type": "database", "strategy": "pubmed.txt"},
        "embase": {"kind": "export", "type": "database", "strategy": "embase.txt", "files": {ROUND: "a.ris"}},
    }
    return complete(
        {"review": {"title": "A"}, "rounds": [ROUND], "sources": sources, "screening": {"full_text": {"reviewers": ["AB"]}}}
    )  # fmt: skip


def searched(folder):
    """Files of a review in which the searches were made and nobody has done anything."""
    counts = []
    for source, hits in (("pubmed", 3), ("embase", 2)):
        path = folder / f"records/rounds/{source}/{ROUND}.counts.json"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"hits": hits, "new": hits - 1, "seen_before": 1}))
        counts.append(str(path))
    reply = folder / f"search/pubmed/{ROUND}/retrieved.json"
    reply.parent.mkdir(parents=True)
    reply.write_text(json.dumps({"endpoint": "live", "us_eastern_date": "2021-01-02"}))
    (folder / "embase.txt").write_bytes("1. pain\n2. café\n".encode("cp1252"))
    found = {"counts": counts, "retrieved": [str(reply)], "strategies": ["embase.txt"]}
    found["works"] = written(folder / "works.csv", record_ids=["pubmed:1; embase:1", "pubmed:2"])
    found["borderline"] = written(folder / "borderline.csv", record_a=[])
    found["verdicts"] = written(folder / "verdicts.csv", effect=[])
    for stage, how_ in (("title_abstract", "skipped"), ("full_text", "pending")):
        found[f"decisions_{stage}"] = written(
            folder / f"{stage}/decisions.csv", work_id=["w"], how=[how_], decided_by=[""]
        )
        found[f"votes_{stage}"] = written(
            folder / f"{stage}/votes.csv", work_id=[], reviewer=[], decision=[], pilot=[]
        )
        waiting = (
            {"work_id": ["w"], "reviewer": ["AB"], "pilot": ["false"]}
            if how_ == "pending"
            else {"work_id": [], "reviewer": [], "pilot": []}
        )
        found[f"awaiting_{stage}"] = written(folder / f"{stage}/awaiting.csv", **waiting)
    return found


def test_facts_of_searches_alone(protocol, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = facts.read(protocol, Inputs(searched(tmp_path)))
    assert known.searches == (
        Search("pubmed", ROUND, 3, 2, 1, "live", "2021-01-02"),
        Search("embase", ROUND, 2, 1, 1),
    )
    assert known.strategies == {"embase": "1. pain\n2. café\n"}
    assert (known.deduplication.records, known.deduplication.works) == (3, 2)
    assert known.stages["title_abstract"].skipped
    assert dict(known.stages["full_text"].awaited) == {"AB": 1}
    assert (known.extraction, known.bias, known.analyses) == (None, None, ())
    texts = [block.text for block in how(protocol, known).blocks if isinstance(block, Text)]
    assert "AB alone is to decide; nobody has voted yet on the 1 work there." in texts[1]
    assert texts[-1].startswith("This report was written with Evergreen ")


def test_a_strategy_that_is_no_text_is_refused(protocol, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = searched(tmp_path)
    (tmp_path / "embase.txt").write_bytes(b"PK\x03\x04\x00\x01\x02\x00\xff\x00" * 9)
    with pytest.raises(InputError, match=r"embase.txt: the strategy is no text. Save it as a text file"):
        facts.read(protocol, Inputs(found))


@each(
    ("pending", "skipped", "expected"),
    [
        (0, [], [("5", "works screened")]),
        (5, [], [("0", "works screened"), ("5", "works to decide on")]),
        (0, ["title_abstract"], []),
    ],
)
def test_at_a_glance_only_decided_works_are_screened(protocol, pending, skipped, expected):
    total = {
        "database_results": 6,
        "records_screened": 5,
        "records_pending": pending,
        "total_studies": 0,
        "total_reports": 0,
    }
    found = summary.section(
        protocol.question, {"total": total, "skipped": skipped}, [], {}, None, Facts(), ""
    )
    (tiles,) = (block for block in found.blocks if isinstance(block, Tiles))
    assert [tile for tile in tiles.tiles if tile[1].startswith("works ")] == expected


def test_a_review_that_has_nothing_has_no_facts():
    assert facts.read(complete({"review": {"title": "A"}}), Inputs({})) == Facts()


def test_amendments_are_listed_before_what_was_done_otherwise():
    protocol = complete({
        "review": {"title": "A", "differences": ["We left out quality of life."]},
        "screening": {"reasons": {"review": "Review"}},
        "amendments": [{"date": "2021-05-01", "what": "Reviews count", "why": "One held a trial.", "reconsider": ["review"]}],
    })  # fmt: skip
    (block,) = differences(protocol).blocks
    assert list(block.lines) == [
        "2021-05-01: Reviews count. Reason: One held a trial. Earlier exclusions are to be decided again where their reason was: Review.",
        "We left out quality of life.",
    ]
