"""The scripts of the search stage through their command lines."""

import json
from pathlib import Path

import pytest
from lxml import html

import freeze_search
import read_records
import search_pubmed
import write_search_log
from evergreen.errors import InputError
from evergreen.search.embedded.server import Service, serving
from evergreen.search.embedded.store import Store
from evergreen.tables import read_json, read_table
from tests.protocols import entrez
from tests.search.search_rounds import contents

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = ["2018-12-31", "2020-12-31", "2023-12-31"]


def search(folder, day, *more):
    search_pubmed.main(
        [
            "--strategy",
            str(ROOT / "config/search/pubmed.txt"),
            "--round",
            day,
            "--out",
            str(folder / day),
            "--params",
            json.dumps(entrez()),
            *more,
        ]
    )


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    folder = tmp_path_factory.mktemp("results") / "search" / "pubmed"
    for number, day in enumerate(ROUNDS):
        search(folder, day, "--earlier", *(str(folder / earlier) for earlier in ROUNDS[:number]))
    return folder


def test_the_bundled_strategy_finds_its_known_items(searched):
    log = read_json(searched / "2023-12-31/log.json")
    assert all(item["found"] for item in log["known_items"])
    assert log["ids"] == log["new"] + log["seen_before"] == sum(part["count"] for part in log["slices"])
    assert [read_json(searched / day / "log.json")["ids"] for day in ROUNDS] == sorted(
        read_json(searched / day / "log.json")["ids"] for day in ROUNDS
    )


def test_the_bundled_strategy_finds_what_reviewers_include(searched, shared):
    facts = read_table(shared / "data/reviews/denosumab/records.csv")
    found = set((searched / "2023-12-31/ids.txt").read_text().split())
    wanted = facts[facts["pmid"].ne("") & facts["suggested_ta"].eq("include")]["pmid"]
    assert set(wanted) <= found


def test_an_embedded_search_is_the_same_whenever_it_is_made(searched, tmp_path):
    search(tmp_path / "pubmed", "2018-12-31")
    assert contents(tmp_path / "pubmed/2018-12-31") == contents(searched / "2018-12-31")
    first, second = (
        read_json(folder / "2018-12-31/retrieved.json") for folder in (searched, tmp_path / "pubmed")
    )
    assert first == second
    assert first["started"] == "2018-12-31"


def test_records_of_a_round_are_read_once(searched, tmp_path):
    sources = json.dumps([["pubmed", "pubmed", [[day, str(searched / day), {}] for day in ROUNDS]]])
    read_records.main(["--sources", sources, "--folder", str(tmp_path)])
    tmp_path = tmp_path / "rounds" / "pubmed"
    tables = []
    for day in ROUNDS:
        counts = read_json(tmp_path / f"{day}.counts.json")
        assert counts["hits"] == counts["new"] + counts["seen_before"]
        tables.append(read_table(tmp_path / f"{day}.parquet"))
        assert len(tables[-1]) == counts["read"] == counts["new"]
        assert read_table(tmp_path / f"{day}.lost.csv").columns.tolist() == ["file", "line", "reason"]
    ids = [record for frame in tables for record in frame["record_id"]]
    assert len(ids) == len(set(ids))
    yue = next(frame for frame in tables if "pubmed:27768831" in set(frame["record_id"]))
    assert yue[yue["record_id"].eq("pubmed:27768831")]["authors"].item().startswith("Yue, J; Griffith, JF")


def test_a_frozen_round_is_read_and_not_searched(searched, tmp_path, capsys):
    freeze_search.main(
        ["--results", str(searched.parent), "--frozen", str(tmp_path / "frozen"), "--round", "2018-12-31"]
    )
    assert "embedded stand-in" in capsys.readouterr().out
    frozen = tmp_path / "frozen/pubmed/2018-12-31"
    search(
        tmp_path,
        "2018-12-31",
        "--frozen",
        str(frozen / "log.json"),
        "--params",
        json.dumps(entrez(endpoint="http://127.0.0.1:9/")),
    )
    assert contents(tmp_path / "2018-12-31") == contents(searched / "2018-12-31")
    assert read_json(tmp_path / "2018-12-31/retrieved.json") == read_json(
        searched / "2018-12-31/retrieved.json"
    )


def test_a_frozen_round_is_not_overwritten(searched, tmp_path):
    frozen = tmp_path / "frozen/pubmed/2018-12-31"
    freeze_search.main(["--results", str(searched.parent), "--frozen", str(tmp_path / "frozen")])
    freeze_search.main(["--results", str(searched.parent), "--frozen", str(tmp_path / "frozen")])
    (frozen / "log.json").write_text(json.dumps({**read_json(frozen / "log.json"), "ids": 1}))
    with pytest.raises(InputError, match="frozen already"):
        freeze_search.main(["--results", str(searched.parent), "--frozen", str(tmp_path / "frozen")])


def test_what_there_is_to_freeze_is_said_where_it_is_not_found(searched, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # back from where the script goes
    with pytest.raises(
        InputError, match=r"no search pubmd is there\. There are pubmed 2018-12-31, pubmed 2020"
    ):
        freeze_search.main(["--results", str(searched.parent), "--source", "pubmd"])
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.yaml").write_text("review: {title: T}\n")
    with pytest.raises(
        InputError, match=r"no search is there\. The protocol names no source of kind `pubmed`"
    ):
        freeze_search.main(["--review", str(tmp_path)])


def test_a_frozen_reply_that_changed_is_refused(searched, tmp_path):
    freeze_search.main(
        ["--results", str(searched.parent), "--frozen", str(tmp_path), "--round", "2018-12-31"]
    )
    frozen = tmp_path / "pubmed/2018-12-31"
    (frozen / "raw/batch-0001.xml.gz").write_bytes(b"x")
    with pytest.raises(InputError, match="not the reply that was received"):
        search(tmp_path / "out", "2018-12-31", "--frozen", str(frozen / "log.json"))


def test_a_live_search_needs_an_address(tmp_path):
    with pytest.raises(InputError, match="email"):
        search(tmp_path, "2018-12-31", "--params", json.dumps(entrez(endpoint="live")))


def test_a_round_in_the_future_is_refused(tmp_path):
    with pytest.raises(InputError, match="future"):
        search(
            tmp_path,
            "2999-12-31",
            "--params",
            json.dumps(entrez(endpoint="http://127.0.0.1:9/", email="a@b.org")),
        )


def test_warnings_can_be_acknowledged_in_the_protocol(tmp_path):
    (tmp_path / "s.txt").write_text("denosumab[ti] OR nonsense[ti]\n")
    call = [
        "--strategy",
        str(tmp_path / "s.txt"),
        "--round",
        "2018-12-31",
        "--out",
        str(tmp_path / "2018-12-31"),
    ]
    with pytest.raises(InputError, match=r"nonsense\[ti\]"):
        search_pubmed.main([*call, "--params", json.dumps(entrez())])
    search_pubmed.main([*call, "--params", json.dumps(entrez(acknowledged_warnings=["nonsense[ti]"]))])


def test_the_search_log_shows_what_was_done(searched, tmp_path):
    write_search_log.main(
        ["--searches", *(str(searched / day) for day in ROUNDS), "--out", str(tmp_path / "log.html")]
    )
    page = html.fromstring((tmp_path / "log.html").read_text())
    words = " ".join(page.text_content().split())
    assert not page.xpath("//table[not(caption)]")
    assert "not in PubMed" in words
    for day in ROUNDS:
        log = read_json(searched / day / "log.json")
        assert f"{log['ids']} found, {log['new']} of them new" in words
        for batch in read_json(searched / day / "batches.json")["new"]:
            assert batch["files"][0]["sha256"] in words
    items = page.xpath("//caption[contains(., 'PRISMA-S')]/../tr[td]")
    assert [row[0].text for row in items] == ["1", "8", "9", "10", "12", "13", "15"]
    assert "Items 2, 3, 4, 5, 6, 7, 11, 14, 16 are not of these searches alone" in words


def test_a_loopback_address_is_searched_like_pubmed_and_no_file_holds_the_key(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("NCBI_API_KEY", "SECRET123")
    with serving(Service(Store.shipped())) as server:
        endpoint = json.dumps(entrez(endpoint=server.url, email="test@example.org"))
        search(tmp_path / "pubmed", "2018-12-31", "--params", endpoint)
        assert {values["api_key"] for _, values in server.service.requests} == {"SECRET123"}
    account = read_json(tmp_path / "pubmed/2018-12-31/retrieved.json")
    assert (account["endpoint"], account["api_key_used"], account["time_zone"]) == (server.url, True, "UTC")
    log = read_json(tmp_path / "pubmed/2018-12-31/log.json")
    assert log["limited_to_round"] is True
    assert '"2018/12/31"[crdt]' in log["query"]
    said = capsys.readouterr()
    files = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(b"SECRET123" in body for body in files)
    assert "SECRET123" not in said.out + said.err


def test_a_limited_round_finds_what_the_stand_in_found_as_of_its_date(searched, tmp_path):
    with serving(Service(Store.shipped())) as server:
        endpoint = json.dumps(entrez(endpoint=server.url, email="test@example.org"))
        search(tmp_path / "pubmed", "2018-12-31", "--params", endpoint)
    for name in ("ids.txt", "new_ids.txt"):
        assert (tmp_path / "pubmed/2018-12-31" / name).read_text() == (
            searched / "2018-12-31" / name
        ).read_text()
