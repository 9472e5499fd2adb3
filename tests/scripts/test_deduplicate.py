"""The script of deduplication, run as its rule runs it on two rounds of two sources."""

import json

import pandas as pd
import pytest

import audit_records
import deduplicate_works
import explain
from evergreen import tables
from evergreen.errors import InputError
from evergreen.records import model

TITLE = "Effect of denosumab on erosions in early rheumatoid arthritis: a randomised trial"
SOURCES = [["pubmed", "pubmed", "database"], ["embase", "export", "database"]]
DAYS = ("2018-12-31", "2020-12-31")


def table(folder, source, day, *rows):
    frame = pd.DataFrame(rows).assign(source=source, round=day)
    path = folder / f"{source}-{day}.parquet"
    tables.write_table(model.typed(frame.assign(record_id=source + ":" + frame["record_id"])), path)
    return str(path)


@pytest.fixture
def review(tmp_path):
    """One trial report in both sources and, a round later, again; an unrelated record in each round."""
    full = {
        "title": TITLE, "authors": "Moe, A; Roe, B", "year": 2018, "journal": "Annals of Bones", "volume": "7", "pages": "12-19",
        "abstract": "Short.",
    }  # fmt: skip
    other = {"title": "Zoledronate and jaw necrosis in dogs", "authors": "Poe, C", "year": 2017}
    first = [
        table(tmp_path, "pubmed", "2018-12-31", {**full, "record_id": "1", "pmid": "1"}),
        table(
            tmp_path, "embase", "2018-12-31",
            {**full, "record_id": "L1", "abstract": "A longer abstract.", "doi": "10.1/x"}, {**other, "record_id": "L2"},
        ),
    ]  # fmt: skip
    second = [table(tmp_path, "embase", "2020-12-31", {**full, "record_id": "L9", "doi": "10.1/x"})]
    return tmp_path, first, second


def run(review, *, shards=1, verdicts=None, code=""):
    folder, *rounds = review
    out = folder / f"out-{shards}-{bool(verdicts)}"
    records = [[day, path] for day, paths in zip(DAYS, rounds, strict=True) for path in paths]
    sheet = ["--verdicts", str(verdicts)] if verdicts else []
    params = json.dumps({"sources": SOURCES, "shards": shards})
    deduplicate_works.main(
        ["--records", json.dumps(records), *sheet, "--params", params, "--code", code, "--folder", str(out)]
    )
    return out


def test_records_of_two_rounds_become_works(review):
    out = run(review)
    works = tables.read_table(out / "works.csv")
    assert works["work_id"].tolist() == ["pubmed:1", "embase:L2"]
    report = works.iloc[0]
    assert report["record_ids"] == "pubmed:1; embase:L1; embase:L9"
    assert (report["round"], report["column"], report["sources"]) == (
        "2018-12-31",
        "databases",
        "pubmed; embase",
    )
    assert (report["abstract"], report["doi"], report["pmid"]) == ("A longer abstract.", "10.1/x", "1")
    origin = tables.read_table(out / "origin.csv").iloc[0]
    assert (origin["abstract"], origin["title"], origin["doi"]) == ("embase:L1", "pubmed:1", "embase:L1")
    clusters = tables.read_table(out / "clusters.csv")
    assert clusters["record_id"].tolist() == ["pubmed:1", "embase:L1", "embase:L9", "embase:L2"]
    assert clusters["kept"].tolist() == ["true", "false", "false", "true"]
    assert "same title" in clusters["reason"][1]
    yields = tables.read_table(out / "yield.csv").set_index("source")
    assert yields.loc["embase", ["records", "works", "unique_works"]].tolist() == ["3", "2", "1"]
    assert tables.read_table(out / "combinations.csv")["works"].tolist() == ["1", "1"]


def test_shares_of_the_comparison_give_the_same_works(review):
    alone, two, seven = (run(review, shards=shards) for shards in (1, 2, 7))
    for name in (
        "works.parquet",
        "clusters.csv",
        "borderline.csv",
        "links.csv",
        "rounds/2018-12-31.parquet",
        "rounds/2020-12-31.pairs.parquet",
    ):
        written = {(out / name).read_bytes() for out in (alone, two, seven)}
        assert len(written) == 1, name


def test_a_verdict_splits_a_work_and_an_orphan_is_named(review, tmp_path, capsys):
    sheet = tmp_path / "deduplication.csv"
    sheet.write_text(
        "record_a,record_b,same,decided_by,note\npubmed:1,embase:L1,no,EF,\npubmed:1,embase:L7,yes,EF,\n"
    )
    out = run(review, verdicts=sheet)
    clusters = tables.read_table(out / "clusters.csv").set_index("record_id")
    assert clusters.loc["embase:L1", "work_id"] == "embase:L1"
    assert clusters.loc["embase:L9", "work_id"] in ("pubmed:1", "embase:L1")
    assert tables.read_table(out / "verdicts.csv")["effect"].tolist() == [
        "applied",
        "orphan: no record embase:L7",
    ]
    assert "embase:L7" in capsys.readouterr().out


def test_a_verdict_joins_works_and_leaves_the_alias(review, tmp_path):
    sheet = tmp_path / "deduplication.csv"
    sheet.write_text("record_a,record_b,same,decided_by,note\npubmed:1,embase:L2,yes,EF,\n")
    works = tables.read_table(run(review, verdicts=sheet) / "works.csv")
    assert works["work_id"].tolist() == ["pubmed:1"]
    assert works["alias"].tolist() == ["embase:L2"]


def audited(review, out):
    """The table of what became of every record; one of the first round was found again in the second."""
    folder, *rounds = review
    every = pd.concat([tables.read_table(path) for paths in rounds for path in paths], ignore_index=True)
    tables.write_table(every, folder / "records" / "records.parquet")
    for source, *_ in SOURCES:
        for day in DAYS:
            again = source == "embase" and day == DAYS[1]
            seen = [("embase:L2", "b.ris", 7, "Zoledronate and jaw necrosis in dogs", "DOI")] if again else []
            table = pd.DataFrame(seen, columns=["record_id", "file", "line", "title", "why"])
            (folder / "seen" / source).mkdir(parents=True, exist_ok=True)
            tables.write_table(table, folder / "seen" / source / f"{day}.seen.parquet")
    listed = json.dumps([[source, DAYS] for source, *_ in SOURCES])
    where = [f"--records={folder}/records/records.parquet", f"--rounds={folder}/seen", f"--works={out}"]
    audit_records.main(["--sources", listed, *where, f"--out={out}/audit.csv"])
    return tables.read_table(out / "audit.csv")


@pytest.fixture
def with_verdict(review, tmp_path):
    (tmp_path / "records").mkdir()
    sheet = tmp_path / "deduplication.csv"
    sheet.write_text("record_a,record_b,same,decided_by,note\npubmed:1,embase:L2,no,EF,another drug\n")
    out = run(review, verdicts=sheet)
    out = out.rename(out.parent / "deduplication")
    return out, audited(review, out)


def test_every_record_is_in_the_audit_with_what_became_of_it(with_verdict):
    _, table = with_verdict
    columns = ["record_id", "round", "what", "other_record_id"]
    assert table[columns].to_numpy().tolist() == [
        ["pubmed:1", DAYS[0], "merged", ""],
        ["pubmed:1", DAYS[0], "asked", "embase:L2"],
        ["embase:L1", DAYS[0], "merged", "pubmed:1"],
        ["embase:L2", DAYS[0], "asked", "pubmed:1"],
        ["embase:L2", DAYS[1], "seen", "embase:L2"],
        ["embase:L9", DAYS[1], "merged", "embase:L1"],
    ]
    asked = table[table["what"].eq("asked")].iloc[0]
    assert (asked["verdict"], asked["undo"]) == (
        "no, EF",
        "change or delete row 2 of config/deduplication.csv",
    )
    assert "another drug" in asked["reason"]
    assert table[["reason", "undo", "title"]].ne("").all(axis=None)
    merged = table[table["record_id"].eq("embase:L1")].iloc[0]
    assert merged["undo"] == "write into config/deduplication.csv: embase:L1,pubmed:1,no,<your name>,"
    assert table.loc[table["what"].eq("seen"), "reason"].tolist() == ["found again (b.ris, line 7): same DOI"]


def test_two_records_are_explained(with_verdict, tmp_path, capsys):
    (tmp_path / "results").symlink_to(tmp_path)

    def said(*ids):
        explain.main([*ids, "--review", str(tmp_path)])
        return capsys.readouterr().out

    capsys.readouterr()
    one = said("pubmed:1", "embase:L9")
    assert "pubmed:1 and embase:L9 are one work, pubmed:1." in one
    assert f"compared in round {DAYS[1]}, when the later one came (the other: {DAYS[0]})" in one
    assert "decided by: points enough and nothing against it" in one
    two = said("pubmed:1", "embase:L2")
    assert "are two works" in two
    assert "decided by: a person's verdict (no, EF, row 2 of the sheet of verdicts)" in two
    alone = said("embase:L2")
    assert "asked pubmed:1" in alone
    assert "seen: found again (b.ris, line 7)" in alone
    with pytest.raises(InputError, match=r"called .embase:L22.\. Near it: embase:L2"):
        said("embase:L22")


def test_no_records_are_no_works(tmp_path):
    run((tmp_path, [], []))
    tmp_path /= "out-1-False"
    assert len(tables.read_table(tmp_path / "works.parquet")) == 0
    assert tables.read_table(tmp_path / "yield.csv")["records"].tolist() == ["0", "0"]


def test_a_round_that_is_of_now_stays_and_one_that_is_gone_goes(review, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    folder, first, second = review
    out = run(review, code="0123")
    old, new = (out / "rounds" / f"{day}.parquet" for day in DAYS)
    before = old.stat().st_mtime_ns, (out / "works.parquet").read_bytes()
    table(folder, "embase", DAYS[1], {"record_id": "L9", "title": TITLE, "authors": "Moe, A", "year": 2019})
    run(review, code="0123")
    assert old.stat().st_mtime_ns == before[0]
    assert "round 2018-12-31: as it was" in capsys.readouterr().out
    tables.write_table(model.typed(pd.DataFrame({"record_id": []})), second[0])
    run(review, code="0123")
    assert not new.exists()
    alone = run((folder / "again", first, second), code="4567")
    assert (alone / "works.parquet").read_bytes() == (out / "works.parquet").read_bytes()
