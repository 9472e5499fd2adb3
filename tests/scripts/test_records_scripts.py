"""read_source and assemble_records through their command lines."""

import json

import pandas as pd
import pytest

import assemble_records
import read_source
from evergreen.errors import InputError

FIRST = """TY  - JOUR
AN  - A1
TI  - First trial
PY  - 2015
ER  - 

a stray line

TY  - JOUR
AN  - A2
TI  - Second trial
PY  - 2016
ER  - 
"""
SECOND = FIRST + "\nTY  - JOUR\nAN  - A3\nTI  - Third trial\nPY  - 2019\nER  - \n"
ROUNDS = ("2018-12-31", "2020-12-31")


def read(folder, rounds, *more):
    arguments = ["--source=embase", "--kind=export", "--rounds", json.dumps(rounds), "--folder", str(folder)]
    read_source.main([*arguments, *more])


@pytest.fixture
def imported(tmp_path):
    rounds = []
    for day, text in zip(ROUNDS, (FIRST, SECOND), strict=True):
        export = tmp_path / f"export-{day}.ris"
        export.write_text(text)
        rounds.append([day, str(export), {"hits": 5 if day == ROUNDS[1] else None}])
    read(tmp_path / "rounds" / "embase", rounds)
    return tmp_path / "rounds"


def test_a_later_round_has_only_what_is_new(imported, capsys):
    second = pd.read_parquet(imported / "embase" / "2020-12-31.parquet")
    assert second["record_id"].tolist() == ["embase:A3"]
    counts = json.loads((imported / "embase" / "2020-12-31.counts.json").read_text())
    assert (counts["hits"], counts["read"], counts["new"], counts["seen_before"]) == (5, 3, 1, 2)


def test_all_records_and_a_report_on_every_file(imported, tmp_path):
    pairs = json.dumps([["embase", day] for day in ROUNDS])
    out = {name: str(tmp_path / name) for name in ("records.parquet", "records.csv", "report.csv")}
    assemble_records.main(
        ["--pairs", pairs, "--folder", str(imported), "--records", out["records.parquet"], "--csv", out["records.csv"],
         "--report", out["report.csv"]]
    )  # fmt: skip
    records = pd.read_parquet(out["records.parquet"])
    assert records["record_id"].tolist() == ["embase:A1", "embase:A2", "embase:A3"]
    assert len(pd.read_csv(out["records.csv"])) == 3
    report = pd.read_csv(out["report.csv"], dtype=str, keep_default_na=False)
    stray = report[report["kind"] == "lost"]
    assert stray[["line", "text"]].values.tolist() == [["7", "a stray line"]] * 2
    assert report.loc[report["kind"] == "hits", "reason"].tolist() == [
        "5 hits are stated in the protocol, 3 records were read"
    ]
    assert report.loc[report["kind"] == "file", "round"].tolist() == list(ROUNDS)


def test_a_missing_export_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"gone\.ris: the export cannot be read"):
        read(tmp_path / "out", [[ROUNDS[0], str(tmp_path / "gone.ris"), {}]])


def test_a_round_that_was_read_stays_and_one_that_is_gone_goes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rounds = []
    for day, text in zip(ROUNDS, (FIRST, SECOND), strict=True):
        (tmp_path / f"{day}.ris").write_text(text)
        rounds.append([day, f"{day}.ris", {}])
    out = tmp_path / "out"
    read(out, rounds[:1], "--code=0123")
    before = (out / f"{ROUNDS[0]}.parquet").stat().st_mtime_ns
    read(out, rounds, "--code=0123")
    assert (out / f"{ROUNDS[0]}.parquet").stat().st_mtime_ns == before
    (tmp_path / f"{ROUNDS[0]}.ris").write_text(SECOND)
    read(out, rounds, "--code=0123")
    assert json.loads((out / f"{ROUNDS[1]}.counts.json").read_text())["new"] == 0
    read(out, rounds[1:], "--code=0123")
    assert {path.name.split(".")[0] for path in out.iterdir()} == {ROUNDS[1]}
