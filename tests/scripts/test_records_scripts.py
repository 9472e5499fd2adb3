"""read_records through its command line."""

import json
import pickle

import pandas as pd
import pytest

import read_records
import write_records_table
from evergreen import tables
from evergreen.errors import InputError, InputErrors
from evergreen.records.model import typed
from tests.rows import each

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
    sources = json.dumps([["embase", "export", rounds]])
    read_records.main(["--sources", sources, "--folder", str(folder), *more])


@pytest.fixture
def imported(tmp_path):
    rounds = []
    for day, text in zip(ROUNDS, (FIRST, SECOND), strict=True):
        export = tmp_path / f"export-{day}.ris"
        export.write_text(text)
        rounds.append([day, str(export), {"hits": 5 if day == ROUNDS[1] else None}])
    read(tmp_path, rounds)
    return tmp_path


def test_a_later_round_has_only_what_is_new(imported, capsys):
    second = pd.read_parquet(imported / "rounds" / "embase" / "2020-12-31.parquet")
    assert second["record_id"].tolist() == ["embase:A3"]
    counts = json.loads((imported / "rounds" / "embase" / "2020-12-31.counts.json").read_text())
    assert (counts["hits"], counts["read"], counts["new"], counts["seen_before"]) == (5, 3, 1, 2)


def test_a_file_that_an_earlier_round_was_given_is_told(imported, tmp_path):
    rounds = [[ROUNDS[0], str(imported / f"export-{ROUNDS[0]}.ris"), {}]]
    copy = tmp_path / "copy.ris"
    copy.write_bytes((imported / f"export-{ROUNDS[0]}.ris").read_bytes())
    for file in (rounds[0][1], str(copy)):
        read(tmp_path / "again", [*rounds, [ROUNDS[1], file, {}]])
        report = pd.read_csv(tmp_path / "again/import-report.csv", dtype=str, keep_default_na=False)
        (same,) = report[report["kind"].eq("same")].to_dict("records")
        assert (same["round"], same["file"]) == (ROUNDS[1], file)
        assert same["reason"] == (
            f"this is the file of the round of {ROUNDS[0]}: the search of {ROUNDS[1]} may not have been exported"
        )


def test_all_records_and_a_report_on_every_file(imported):
    records = pd.read_parquet(imported / "records.parquet")
    assert records["record_id"].tolist() == ["embase:A1", "embase:A2", "embase:A3"]
    report = pd.read_csv(imported / "import-report.csv", dtype=str, keep_default_na=False)
    stray = report[report["kind"] == "lost"]
    assert stray[["line", "text"]].values.tolist() == [["7", "a stray line"]] * 2
    assert report.loc[report["kind"] == "hits", "reason"].tolist() == [
        "5 hits are stated in the protocol, 3 records were read"
    ]
    assert report.loc[report["kind"] == "file", "round"].tolist() == list(ROUNDS)


def test_another_work_under_a_known_key_is_new_and_every_other_record_is_told_as_which_it_was_seen(tmp_path):
    for day, title in zip(ROUNDS, ("Second trial", "A trial of something else"), strict=True):
        (tmp_path / f"{day}.ris").write_text(FIRST.replace("Second trial", title))
    read(tmp_path, [[day, str(tmp_path / f"{day}.ris"), {}] for day in ROUNDS])
    report = pd.read_csv(tmp_path / "import-report.csv", dtype=str, keep_default_na=False)
    told = report[report["kind"].isin(("key", "seen"))]
    assert told[["round", "line", "reason", "text"]].values.tolist() == [
        [ROUNDS[1], "9", "another work has the key embase:A2: the record is new, as embase:A2~2", "A trial of something else"],
        [ROUNDS[1], "1", "seen as embase:A1: title, year and first author", "First trial"],
    ]  # fmt: skip
    records = pd.read_parquet(tmp_path / "records.parquet")
    assert records["record_id"].tolist() == ["embase:A1", "embase:A2", "embase:A2~2"]


@each("found", [["=HYPERLINK(1)", "A trial"], []], ids=["records", "none"])
def test_the_table_for_people_has_all_records_and_no_formula(tmp_path, found):
    records = typed(
        pd.DataFrame({"record_id": [f"a:{place}" for place in range(len(found))], "title": found})
    )
    tables.write_table(records, tmp_path / "records.parquet")
    write_records_table.main(["--records", str(tmp_path / "records.parquet"), "--out", str(tmp_path / "records.csv")])  # fmt: skip
    table = pd.read_csv(tmp_path / "records.csv", dtype=str)
    assert list(table) == list(records)
    assert table["title"].tolist() == [title.replace("=", "'=") for title in found]


def test_records_have_the_ids_that_they_had_under_a_former_name_of_their_source(tmp_path):
    (tmp_path / "a.ris").write_text(FIRST)
    read(tmp_path, [[ROUNDS[0], str(tmp_path / "a.ris"), {"formerly": ["wos"]}]])
    assert pd.read_parquet(tmp_path / "records.parquet")["alias"].tolist() == ["wos:A1", "wos:A2"]


def test_a_missing_export_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"gone\.ris: the export cannot be read"):
        read(tmp_path / "out", [[ROUNDS[0], str(tmp_path / "gone.ris"), {}]])


def test_sources_that_are_read_side_by_side_give_the_same(imported, tmp_path):
    """Also when one of them is refused: its sentence comes from another process."""
    sources = [
        [name, "export", [[day, str(tmp_path / f"export-{day}.ris"), {}] for day in ROUNDS]]
        for name in ("embase", "other")
    ]
    for threads in ("1", "2"):
        read_records.main(
            ["--sources", json.dumps(sources), "--folder", str(tmp_path / threads), "--threads", threads]
        )
    for path in (tmp_path / "1").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "2" / path.relative_to(tmp_path / "1")).read_bytes()
    sources[1][2][0][1] = str(tmp_path / "gone.ris")
    with pytest.raises(InputError, match=r"gone\.ris: the export cannot be read") as refused:
        read_records.main(
            ["--sources", json.dumps(sources), "--folder", str(tmp_path / "3"), "--threads", "2"]
        )
    assert refused.value.file == str(tmp_path / "gone.ris")


def test_faults_come_whole_from_another_process():
    several = InputErrors([InputError("one", file="a.csv", row=2), InputError("two", file="b.csv")])
    again = pickle.loads(pickle.dumps(several))
    assert str(again) == str(several)
    assert [error.file for error in again.errors] == ["a.csv", "b.csv"]


def test_a_round_that_was_read_stays_and_one_that_is_gone_goes(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rounds = []
    for day, text in zip(ROUNDS, (FIRST, SECOND), strict=True):
        (tmp_path / f"{day}.ris").write_text(text)
        rounds.append([day, f"{day}.ris", {}])
    out = tmp_path / "rounds" / "embase"
    read(tmp_path, rounds[:1], "--code=0123")
    before = (out / f"{ROUNDS[0]}.parquet").stat().st_mtime_ns
    read(tmp_path, rounds, "--code=0123")
    assert (out / f"{ROUNDS[0]}.parquet").stat().st_mtime_ns == before
    (tmp_path / f"{ROUNDS[0]}.ris").write_text(SECOND)
    read(tmp_path, rounds, "--code=0123")
    assert json.loads((out / f"{ROUNDS[1]}.counts.json").read_text())["new"] == 0
    read(tmp_path, rounds[1:], "--code=0123")
    assert {path.name.split(".")[0] for path in out.iterdir()} == {ROUNDS[1]}
