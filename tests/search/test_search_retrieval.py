"""Rounds lose nothing: complete lists, verified replies, resume, warnings."""

import contextlib
import errno
import json
import shutil
import socket
import time
from datetime import UTC, datetime
from itertools import pairwise
from threading import Thread

import pytest

from evergreen.errors import InputError
from evergreen.search import notices, strategy, table
from evergreen.search.client import Client, Patience
from evergreen.search.embedded.fault_scripts import FAULTS
from evergreen.search.embedded.server import Service, serving
from evergreen.search.embedded.store import Store
from evergreen.search.journal import Journal, discard, journal_of, place_of
from evergreen.search.listing import list_all
from evergreen.search.replies import (
    EntrezError,
    Permanent,
    SearchReply,
)
from tests.search.search_rounds import QUICK, contents, facts, faulty, search, store

RECORDS = 450
REQUESTS = 7  # einfo, count, list, recount, three batches


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed") / "2020-12-31"
    search(Service(store(RECORDS)), folder)
    return contents(folder)


def test_a_round_fetches_every_record_and_reads_it_back(tmp_path):
    found = search(Service(store(RECORDS)), tmp_path / "2020-12-31")
    read = table.read_round(tmp_path / "2020-12-31", "pubmed", "2020-12-31")
    assert [batch.asked.__len__() for batch in found.batches] == [200, 200, 50]
    assert read.counts == {"hits": RECORDS, "new": RECORDS, "seen_before": 0, "read": RECORDS}
    assert read.records["title"].tolist() == [facts(number)["title"] for number in range(RECORDS)]
    assert read.lost == []


# Faults --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(set(FAULTS) - {"redirect", "order changed"}))
def test_a_fault_that_passes_leaves_no_trace(name, tmp_path, undisturbed):
    """Each fault strikes the listing and a fetch once; what is written is what an undisturbed run writes."""
    service = faulty(RECORDS, at={3: name, 6: name})
    search(service, tmp_path / "2020-12-31")
    assert contents(tmp_path / "2020-12-31") == undisturbed


def test_the_order_of_a_reply_does_not_matter(tmp_path):
    search(faulty(9, rates={"order changed": 1.0}), tmp_path / "2020-12-31")
    read = table.read_round(tmp_path / "2020-12-31", "pubmed", "2020-12-31")
    assert read.records["title"].tolist() == [facts(number)["title"] for number in range(9)]


@pytest.mark.parametrize(
    "name", ["503", "cut, length given", "cut between records", "record twice", "stranger", "entity bomb"]
)
def test_a_fault_that_stays_fails_loudly_and_leaves_no_results(name, tmp_path):
    with pytest.raises(EntrezError):
        search(faulty(RECORDS, rates={name: 1.0}), tmp_path / "2020-12-31")
    assert not (tmp_path / "2020-12-31").exists()


def test_a_record_that_pubmed_lists_but_never_delivers_stops_the_run(tmp_path):
    with pytest.raises(EntrezError, match="lists 1000 but does not deliver"):
        search(faulty(3, rates={"record missing": 1.0}), tmp_path / "2020-12-31")


def test_a_record_deleted_after_the_listing_is_declared_missing(tmp_path):
    def delete(service, number, name, values):
        if name == "efetch.fcgi":
            service.store = Store(entry for pmid, entry in store(3).entries.items() if pmid != 1007)

    search(Service(store(3), on_request=delete), tmp_path / "2020-12-31")
    read = table.read_round(tmp_path / "2020-12-31", "pubmed", "2020-12-31")
    assert read.records["pmid"].tolist() == ["1000", "1014"]
    assert [(row["line"], "1007" in row["reason"]) for row in read.lost] == [(2, True)]
    assert read.counts == {"hits": 3, "new": 3, "seen_before": 0, "read": 2}


def test_a_redirect_is_refused():
    with (
        serving(faulty(1, at={1: "redirect"})) as server,
        pytest.raises(Permanent, match="redirects are refused"),
    ):
        Client(server.url, "a@b.org", patience=QUICK).esearch("trial[ti]")


def test_a_key_that_is_refused_is_written_nowhere():
    service = Service(store(1), api_keys=frozenset({"right"}))
    with serving(service) as server:
        client = Client(server.url, "a@b.org", api_key="SECRET123", patience=QUICK)
        with pytest.raises(Permanent) as caught:
            client.esearch("trial[ti]")
    assert "SECRET123" not in str(caught.value) + repr(caught.value.__cause__) + json.dumps(client.exchanges)
    assert "API key invalid" in str(caught.value)


def test_headers_that_drip_end_with_the_deadline():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def drip():
            with contextlib.suppress(OSError):
                connection = server.accept()[0]
                while True:
                    connection.sendall(b"H")
                    time.sleep(0.02)

        Thread(target=drip, daemon=True).start()
        client = Client(
            f"http://127.0.0.1:{server.getsockname()[1]}/", "a@b.org", patience=Patience(total=0.3, tries=1)
        )
        with pytest.raises(EntrezError, match=r"took longer than 0\.3 s"):
            client.esearch("trial[ti]")


def test_a_key_is_hidden_however_the_server_writes_it():
    client = Client("http://127.0.0.1:9/", "a@b.org", api_key="abc123")
    assert client._redacted("key ABC123 in /x?api_key=abc123&y") == "key *** in /x?api_key=***&y"


def test_errors_of_the_connection_do_not_tell_the_key():
    client = Client("http://127.0.0.1:9/", "a@b.org", api_key="SECRET123", patience=Patience(tries=1))
    with pytest.raises(EntrezError) as caught:
        client.esearch("trial[ti]")
    assert "SECRET123" not in str(caught.value)


def test_other_servers_are_not_asked():
    with pytest.raises(InputError, match=r"evil\.example"):
        Client("https://evil.example/entrez/", "a@b.org")


def test_every_request_names_tool_and_address():
    with serving(Service(store(1))) as server:
        client = Client(server.url, "a@b.org", patience=QUICK)
        client.esearch("trial[ti]")
        client.efetch([1000])
        client.einfo()
        for _, values in server.service.requests:
            assert (values["tool"], values["email"]) == ("evergreen", "a@b.org")


def test_what_is_never_right_is_not_asked_twice():
    with serving(Service(store(1))) as server:
        client = Client(server.url, "a@b.org", patience=QUICK)
        with pytest.raises(Permanent):
            client.esearch("(trial[ti]")
        assert len(server.service.requests) == 1


# Lists ---------------------------------------------------------------------------------------------------------------


class Counting:
    """PubMed reduced to its ids and its ceiling."""

    def __init__(self, ids):
        self.ids, self.requests, self.on_request = sorted(set(ids), reverse=True), 0, None

    def esearch(self, term, retmax=0):
        self.requests += 1
        if self.on_request:
            self.on_request(self)
        low, high = 0, 10**9
        if " AND " in term:
            low, high = map(int, term.rpartition(" AND ")[2].removesuffix("[uid]").split(":"))
        found = [pmid for pmid in self.ids if low <= pmid <= high]
        return SearchReply(len(found), tuple(found[: min(retmax, 9_999)]))


@pytest.mark.parametrize("count", [0, 1, 9_998, 9_999, 10_000, 19_998, 39_000])
def test_lists_of_any_length_are_complete(count):
    # Denser from decade to decade, as PubMed is.
    ids = {int(42_000_000 * (number / (count or 1)) ** 0.5) + 1 for number in range(count)}
    pubmed = Counting(ids)
    listed = list_all(pubmed, "q", Journal(None))
    assert listed.ids == tuple(sorted(ids))
    assert sum(part.count for part in listed.slices) == listed.count_end == len(ids)
    assert all(part.count <= 9_999 for part in listed.slices)
    ranges = [(part.low, part.high) for part in listed.slices]
    assert all(one[1] + 1 == other[0] for one, other in pairwise(ranges))


def test_movement_between_the_slices_makes_the_list_anew():
    def move(pubmed):
        if pubmed.requests == 3:
            pubmed.ids.insert(0, 41_000_001)

    pubmed = Counting(range(1, 40_000_000, 2_000))
    pubmed.on_request = move
    listed = list_all(pubmed, "q", Journal(None))
    assert 41_000_001 in listed.ids
    assert (listed.count_start, listed.count_end) == (20_000, 20_001)


def test_a_list_that_never_rests_fails():
    pubmed = Counting(range(1, 40_000_000, 2_000))
    pubmed.on_request = lambda own: own.ids.append(50_000_000 + own.requests)
    with pytest.raises(EntrezError, match="does not come to rest"):
        list_all(pubmed, "q", Journal(None))


# Resume --------------------------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("at", range(1, REQUESTS + 1))
def test_a_run_killed_at_any_request_is_taken_up_where_it_stopped(at, tmp_path, undisturbed, monkeypatch):
    folder = tmp_path / "2020-12-31"
    first, second = Service(store(RECORDS)), Service(store(RECORDS))
    send = Client._send

    def mortal(self, utility, pairs):
        if len(first.requests) + 1 == at:
            raise Killed
        return send(self, utility, pairs)

    monkeypatch.setattr(Client, "_send", mortal)
    with pytest.raises(Killed):
        search(first, folder)
    monkeypatch.undo()
    search(second, folder)
    assert contents(folder) == undisturbed
    assert len(first.requests) + len(second.requests) == REQUESTS


def test_a_run_killed_behind_its_last_write_asks_nothing_again(tmp_path, undisturbed):
    """Snakemake deletes the outputs of a step that it has not seen end."""
    folder, second = tmp_path / "2020-12-31", Service(store(RECORDS))
    search(Service(store(RECORDS)), folder)
    shutil.rmtree(folder)
    search(second, folder)
    assert contents(folder) == undisturbed
    assert not second.requests
    discard(folder)
    assert not place_of(folder).exists()


def test_a_spoilt_reply_in_the_journal_is_asked_for_again(tmp_path):
    journal = Journal(tmp_path)
    files, _ = journal.remember_replies("a", lambda: ([b"one"], None))
    files[0].write_bytes(b"spoilt")
    files, _ = journal.remember_replies("a", lambda: ([b"two"], None))
    assert Journal(tmp_path).remember_replies("a", lambda: pytest.fail("asked again"))[0] == files


def interrupted(folder, purpose, value):
    """What a run remembers that is killed right after."""
    found = []
    with contextlib.suppress(Killed), journal_of(folder, purpose) as journal:
        found.append(journal.remember("a", lambda: value))
        raise Killed
    return found[0]


def test_a_search_that_is_taken_up_began_when_its_first_answers_came(tmp_path):
    first, later = datetime(2026, 11, 22, 12, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)
    assert Journal(tmp_path).begun(first) == first
    journal = Journal(tmp_path)
    assert journal.begun(later) == first
    assert journal.taken_over == 0


def test_what_a_run_asks_twice_is_no_answer_of_an_interrupted_one(tmp_path):
    journal = Journal(tmp_path)
    assert [journal.remember("a", lambda: 7) for _ in range(2)] == [7, 7]
    assert [journal.remember_replies("b", lambda: ([b"x"], 8))[1] for _ in range(2)] == [8, 8]
    assert journal.taken_over == 0
    later = Journal(tmp_path)
    assert (later.remember("a", lambda: 9), later.taken_over) == (7, 1)


def test_a_journal_of_another_search_is_thrown_away(tmp_path):
    assert interrupted(tmp_path / "j", "one", 1) == 1
    assert interrupted(tmp_path / "j", "one", 2) == 1
    assert interrupted(tmp_path / "j", "other", 3) == 3


def test_two_runs_at_once_the_second_is_told_who_is_there(tmp_path):
    with (
        journal_of(tmp_path / "j", "one"),
        pytest.raises(InputError, match="process"),
        journal_of(tmp_path / "j", "one"),
    ):
        pass


def test_a_full_disk_is_said_and_keeps_what_is_there(tmp_path):
    def fill():
        raise OSError(errno.ENOSPC, "No space left on device")

    assert interrupted(tmp_path / "j", "one", 1) == 1
    with pytest.raises(EntrezError, match="disk is full"), journal_of(tmp_path / "j", "one") as journal:
        journal.remember("b", fill)
    assert interrupted(tmp_path / "j", "one", 2) == 1


# Warnings and known items --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "row", "said"),
    [
        ("1. trial[ti]\n\n2. nonsense[ti]\n3. 1 OR 2", 3, r"nonsense\[ti\]"),
        ('trial[ti] OR "bone trial"[ti]', 1, '"bone trial"'),
        ("trial[xyz]", 1, r"PubMed has no such field: xyz. Mend it, or add"),
        ("trial[tiba]", 1, r"PubMed has no such field: tiba. Mend it \(tiab\?\), or add"),
        ("trial[mesh terns]", 1, r"PubMed has no such field: mesh terns. Mend it \(mesh terms\?\)"),
    ],
)
def test_warnings_stop_the_run_with_the_line(tmp_path, text, row, said):
    with pytest.raises(InputError, match=said) as caught:
        search(Service(store(3)), tmp_path / "r", text=text)
    assert (caught.value.file, caught.value.row) == ("strategy.txt", row)


@pytest.mark.parametrize(
    ("text", "row", "said"),
    [
        ("1. trial[ti]\n2. canagliflozin[tiab] OR SGLT2[tiab]", 2, r"knows no 'canagliflozin\[tiab\]', 'SGLT2\[tiab\]'"),
        ("1. trial[ti]\n2. 1 AND filter:hsss_sensitivity_maximizing", 2, r"'placebo\[tiab\]' \(of filter:hsss_sensitivity_maximizing\)"),
        ('trial[ti] OR "bone trial"[ti]', 1, "knows no phrase '\"bone trial\""),
        ("trial[ti] OR Moe[fau]", 1, "and has no such field: fau, which says nothing about the strategy"),
        ("trial[ti]\nknown: 1007", None, "1007"),
    ],
)  # fmt: skip
def test_the_stand_in_says_who_it_is_and_blames_no_strategy(tmp_path, text, row, said):
    text = text.replace("trial[ti]\nknown", "türkiye[ti]\nknown")
    with pytest.raises(InputError, match=said) as caught:
        search(Service(store(3)), tmp_path / "r", text=text)
    assert "the embedded demonstration holds 3 records" in str(caught.value)
    assert "`endpoint: live`" in str(caught.value)
    assert "PubMed does not" not in str(caught.value)
    assert "Mend" not in str(caught.value)
    assert caught.value.row == row


def test_pubmed_speaks_in_its_own_name():
    line = {"row": 2, "notices": [["phrase_not_found", "nonsense[ti]"]]}
    pubmed = notices.Server("Build-2026.11.20.01.00", "PubMed bibliographic record")
    (refused,) = notices.refusals(strategy.read("1. a[ti]\n2. nonsense[ti]"), [line], pubmed, "s.txt")
    assert str(refused).startswith("s.txt, row 2: PubMed does not find the term nonsense[ti]. Mend the line")
    assert str(notices.missed(7, pubmed, "s.txt")).startswith("s.txt: the strategy does not find PMID 7")
    assert notices.not_held(pubmed) == "not in PubMed by this round"


def test_an_acknowledged_warning_does_not_stop_the_run(tmp_path):
    found = search(
        Service(store(3)), tmp_path / "r", text="1. trial[ti] OR nonsense[ti]\nacknowledge: nonsense[ti]"
    )
    assert found.log["lines"][0]["notices"] == [["phrase_not_found", "nonsense[ti]"]]


def test_a_known_item_that_is_not_found_is_named(tmp_path):
    with pytest.raises(InputError, match="PMID 1007"):
        search(Service(store(3)), tmp_path / "r", text="türkiye[ti]\nknown: 1000, 1007")
    found = search(Service(store(3)), tmp_path / "r", text="trial[ti]\nknown: 1000, 77")
    assert found.log["known_items"] == [
        {"pmid": "1000", "found": True}, {"pmid": "77", "found": False, "reason": "not in the embedded demonstration"},
    ]  # fmt: skip


def test_hits_are_counted_line_by_line(tmp_path):
    found = search(Service(store(9)), tmp_path / "r", text="1. trial[ti]\n2. türkiye[ti]\n3. 1 NOT 2")
    assert [line["hits"] for line in found.log["lines"]] == [9, 3, 6]
