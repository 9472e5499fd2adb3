"""The desk without a browser: who is let in, what is written, and what is never written over."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import stat
from pathlib import Path
from threading import Thread

import pytest

import serve_screening
from evergreen import sheets
from evergreen.desk import links
from evergreen.desk.server import Server
from evergreen.desk.work import Desk
from evergreen.errors import InputError
from evergreen.protocol.loading import load
from evergreen.screening.ballots import ballots
from evergreen.sheets import keeping
from tests.rows import each
from tests.serve import made_review


@pytest.fixture
def review(tmp_path):
    return made_review.make(tmp_path / "my review", 4)


@pytest.fixture
def server(review):
    """The server of a review, in this process."""
    own = links.Links(0, {"AB": "a" * 43, "CD": "c" * 43, "adjudication": "j" * 43})
    server = Server(Desk(review, load(review / "config/config.yaml")), own)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def ask(server, method, path, body=None, **headers):
    """(status, what was answered, headers of the answer)."""
    connection = http.client.HTTPConnection(*server.server_address, timeout=10)
    text = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    connection.request(method, path, text, {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}})  # fmt: skip
    reply = connection.getresponse()
    said = reply.read()
    connection.close()
    return reply.status, said, reply.headers


def vote(record, decision, reason="", before=None, **more):
    return {"record_id": record, "decision": decision, "reason": reason, "note": "", "decided_on": "2026-01-02", "before": before or {}, **more}  # fmt: skip


def cast(server, *votes, token="a" * 43, stage="title_abstract"):
    status, said, _ = ask(server, "POST", f"/{stage}", {"votes": list(votes)}, X_Evergreen_Token=token)
    return status, json.loads(said)


def sheet(review, person="AB", stage="title_abstract"):
    return (review / f"config/screening/{stage}/{person}.csv").read_text(encoding="utf-8").splitlines()


MINE = {"X_Evergreen_Token": "a" * 43}
VOTES = {"votes": [vote("pubmed:1", "include")]}


@each(
    "method, path, body, headers, status",
    [
        ("GET", "/", None, {}, 403),
        ("GET", "/title_abstract", None, MINE, 403),
        ("GET", "/" + "b" * 43 + "/title_abstract", None, {}, 403),
        ("GET", "/" + "a" * 43 + "/title_abstract", None, {}, 200),
        ("GET", "/" + "a" * 43 + "/", None, {}, 200),
        ("GET", "/" + "a" * 43 + "/bias", None, {}, 404),  # CD's work
        ("GET", "/" + "a" * 43 + "/../../config/config.yaml", None, {}, 404),
        ("GET", "/" + "a" * 43 + "/full_text", None, {}, 409),  # no run has written it
        ("GET", "/" + "a" * 43 + "/title_abstract", None, {"Host": "evil.example"}, 403),
        ("GET", "/" + "a" * 43 + "/title_abstract", None, {"Host": "localhost"}, 403),
        ("OPTIONS", "/title_abstract", None, {"Origin": "http://evil.example"}, 501),
        ("PUT", "/title_abstract", VOTES, MINE, 501),
        ("POST", "/title_abstract", VOTES, {}, 403),
        ("POST", "/title_abstract", VOTES, {"X_Evergreen_Token": "a" * 42}, 403),
        ("POST", "/title_abstract", VOTES, {"X_Evergreen_Token": ""}, 403),
        ("POST", "/title_abstract", VOTES, {**MINE, "Origin": "http://evil.example"}, 403),
        ("POST", "/title_abstract", VOTES, {**MINE, "Origin": "null"}, 403),
        ("POST", "/title_abstract", VOTES, {**MINE, "Sec_Fetch_Site": "same-site"}, 403),
        ("POST", "/title_abstract", VOTES, {**MINE, "Host": "evil.example"}, 403),
        ("POST", "/title_abstract", VOTES, {**MINE, "Content_Type": "text/plain"}, 415),
        ("POST", "/title_abstract", b"{", MINE, 400),
        ("POST", "/title_abstract", b"[" * 100_000, MINE, 400),
        ("POST", "/title_abstract", b"[]", MINE, 400),
        ("POST", "/title_abstract", {"votes": 3}, MINE, 409),
        ("POST", "/title_abstract", b"{}", {**MINE, "Content_Length": "99999999999"}, 413),
        ("POST", "/title_abstract", b"{}", {**MINE, "Content_Length": "-1"}, 413),
        ("POST", "/title_abstract", b"{}", {**MINE, "Content_Length": "x"}, 411),
        ("POST", "/bias", {"columns": [], "rows": [], "fits": []}, MINE, 404),
    ],
)  # fmt: skip
def test_only_who_has_the_link_is_let_in(method, path, body, headers, status, server, review):
    answered, said, sent = ask(server, method, path, body, **headers)
    assert answered == status, said
    assert not (review / "config/screening").exists()
    assert "Access-Control-Allow-Origin" not in sent
    if status == 200:
        assert sent["Referrer-Policy"] == "no-referrer"
        assert sent["Cache-Control"] == "no-store"
    else:
        assert b"a" * 42 not in said


def test_the_first_page_says_what_awaits_the_person_and_nobody_else(server, review):
    def first():
        return ask(server, "GET", "/" + "a" * 43 + "/")[1].decode()

    assert "Screening, full text</a>: no run has ended here yet</li>" in first()
    (review / "results/report").mkdir(exist_ok=True)
    waits = [
        {"who": who, "what": f"2 <records> of {who}", "page": f"screening/title_abstract/{who}.html"}
        for who in ("AB", "CD")
    ]
    (review / "results/report/status.json").write_text(json.dumps(waits))
    assert "Screening, title and abstract</a>: 2 &lt;records&gt; of AB</li>" in first()
    assert "Screening, full text</a>: nothing awaits you</li>" in first()
    assert "of CD" not in first()


def test_a_page_from_the_desk_may_speak_to_it_and_to_nobody_else(server):
    _, said, _ = ask(server, "GET", "/" + "a" * 43 + "/title_abstract")
    text = said.decode()
    assert text.count("connect-src") == 1
    assert "default-src 'none'; connect-src 'self'; style-src" in text


def test_votes_are_in_the_sheet_when_they_are_confirmed(server, review):
    first = cast(server, vote("pubmed:1", "include"), vote("pubmed:2", "exclude", "review"))
    assert first == (200, {"saved": ["pubmed:1", "pubmed:2"], "differs": {}, "refused": {}})
    head = "record_id,decision,reason,note,decided_on"
    assert sheet(review) == [head, "pubmed:1,include,,,2026-01-02", "pubmed:2,exclude,review,,2026-01-02"]
    there = (review / "config/screening/title_abstract/AB.csv").stat().st_mtime_ns
    assert cast(server, vote("pubmed:1", "include"))[1]["saved"] == ["pubmed:1"]  # sent again
    assert (review / "config/screening/title_abstract/AB.csv").stat().st_mtime_ns == there
    changed = vote("pubmed:1", "unsure", before={"decision": "include"})
    assert cast(server, changed)[1]["saved"] == ["pubmed:1"]
    assert cast(server, vote("pubmed:2", "", before={"decision": "exclude", "reason": "review"}) | {"decided_on": ""})[0] == 200  # fmt: skip
    assert sheet(review) == [head, "pubmed:1,unsure,,,2026-01-02"]


def test_what_others_write_into_the_sheet_stays(server, review):
    cast(server, vote("pubmed:1", "include"))
    path = review / "config/screening/title_abstract/AB.csv"
    path.write_text("record_id;decision;reason;mood\r\npubmed:1;exclude;Review;bad\r\nold:9;include;;\r\n", encoding="cp1252")  # fmt: skip
    said = cast(
        server, vote("pubmed:1", "unsure", before={"decision": "include"}), vote("pubmed:3", "include")
    )[1]
    assert said["saved"] == ["pubmed:3"]
    assert said["differs"] == {
        "pubmed:1": {"decision": "exclude", "reason": "review", "note": "", "decided_on": ""}
    }
    read = sheets.read_sheet(path, "screening").set_index("record_id")
    assert read["decision"].to_dict() == {"pubmed:1": "exclude", "old:9": "include", "pubmed:3": "include"}
    assert read.loc["pubmed:1", "mood"] == "bad"
    mine = vote("pubmed:1", "unsure", before=said["differs"]["pubmed:1"])
    assert cast(server, mine)[1]["saved"] == ["pubmed:1"]


def test_several_tabs_and_another_program_at_once_lose_no_vote(server, review):
    path = review / "config/screening/title_abstract/AB.csv"
    cast(server, vote("pubmed:0", "include"))
    told = []

    def tab(number):
        for at in range(8):
            told.extend(cast(server, vote(f"tab{number}:{at}", "include"))[1]["saved"])

    def import_votes():
        for at in range(8):
            with keeping.alone(review), path.open("a") as file:
                file.write(f"other:{at},include,,,\n")

    workers = [Thread(target=tab, args=(number,)) for number in range(4)] + [Thread(target=import_votes)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    found = set(sheets.read_sheet(path, "screening")["record_id"])
    assert len(told) == 32
    assert found == {"pubmed:0", *told, *(f"other:{at}" for at in range(8))}
    assert [left.name for left in path.parent.iterdir()] == ["AB.csv"]


def test_what_was_written_without_an_answer_is_known_to_the_page(server, review):
    cast(server, vote("pubmed:1", "unsure"))  # the answer is lost
    taken_back = vote("pubmed:1", "", sent=[vote("pubmed:1", "unsure")]) | {"decided_on": ""}
    assert cast(server, taken_back)[1]["saved"] == ["pubmed:1"]
    assert len(sheet(review)) == 1
    assert cast(server, vote("pubmed:1", "include", sent=3))[1]["saved"] == ["pubmed:1"]


@each(
    "sent, why",
    [
        (vote("pubmed:1", "perhaps"), "is no decision of this stage"),
        (vote("pubmed:1", "exclude", "no such"), "is not one of the protocol's reasons"),
        (vote("pubmed:1", "include", "review"), "is not excluded"),
        (vote("", "include"), "names a record"),
        (vote("pubmed:1", "include", note="x" * 20_001), "have bounds"),
        (vote("pubmed:1", "include", note="\ud800"), "no file keeps"),
        (vote("pubmed:1", "include", decided_on="yesterday"), "is no day"),
        (vote({"a": 1}, ["include"]), "names a record"),
    ],
)
def test_what_is_no_vote_is_refused_and_holds_up_no_other(sent, why, server):
    said = cast(server, sent, vote("pubmed:3", "include"))[1]
    assert said["saved"] == ["pubmed:3"]
    assert why in "".join(said["refused"].values())


def test_an_adjudicator_signs_and_a_formula_is_a_text(server, review):
    said = cast(server, vote("pubmed:1", "include"), token="j" * 43)[1]
    assert "initials" in said["refused"]["pubmed:1"]
    cast(server, vote("pubmed:1", "include", note="=1+1", adjudicator="EF"), token="j" * 43)
    assert sheet(review, "adjudication")[1] == "pubmed:1,include,,'=1+1,2026-01-02,EF"
    read = sheets.read_sheet(
        review / "config/screening/title_abstract/adjudication.csv", "adjudication_screening"
    )
    kept = ballots(read, stage="title_abstract", reasons=["review"])
    assert kept[["note", "adjudicator"]].to_numpy().tolist() == [["=1+1", "EF"]]


def test_a_sheet_that_cannot_be_read_or_written_is_told(server, review):
    folder = review / "config/screening/title_abstract"
    folder.mkdir(parents=True)
    (folder / "AB.csv").write_text("record_id,decision\npubmed:1,perhaps\n")
    status, said = cast(server, vote("pubmed:2", "include"))
    assert (status, "row 2" in said["problem"]) == (409, True)
    assert (folder / "AB.csv").read_text() == "record_id,decision\npubmed:1,perhaps\n"
    (folder / "AB.csv").rename(folder / "AB.xlsx")
    assert "workbook" in cast(server, vote("pubmed:2", "include"))[1]["problem"]


def test_a_form_is_saved_unless_the_sheet_was_changed_since(server, review):
    body = {"columns": ["study", "outcome", "arm", "group", "mood"], "rows": [{"study": "S", "outcome": "pain", "arm": "=x", "group": "control"}], "fits": [""]}  # fmt: skip

    def send(**more):
        status, said, _ = ask(server, "POST", "/extraction", body | more, X_Evergreen_Token="a" * 43)
        return status, json.loads(said)

    status, said = send()
    path = review / "config/extraction/AB.csv"
    assert status == 200, said
    assert path.read_text() == "study,outcome,arm,group,mood\nS,pain,'=x,control,\n"
    assert send() == (200, said)  # sent again
    changed = [{"study": "T", "outcome": "pain", "group": "control"}]
    assert send(rows=changed, fits=["", said["sha256"]])[0] == 200
    path.write_text(path.read_text() + "U,pain,,control,\n")
    status, said = send(fits=["", said["sha256"]])
    assert (status, "was changed since" in said["problem"]) == (409, True)
    assert "U,pain" in path.read_text()
    register = {
        "part": "register",
        "columns": ["study", "dose"],
        "rows": [{"study": "S", "dose": "5"}],
        "fits": [""],
    }
    assert send(**register)[0] == 200
    assert (review / "config/extraction/studies-AB.csv").read_text() == "study,dose\nS,5\n"
    for wrong in (
        {"rows": [{"study": 3}]},
        {"columns": "study"},
        {"columns": ["outcome"]},
        {"part": "../x"},
        {"fits": None},
    ):
        assert send(**wrong)[0] == 409


def served(review, *words):
    """As a person starts it, in this process; for what is refused before anybody is served."""
    serve_screening.main(["--review", str(review), *words])


def test_links_stay_after_a_kill_and_are_nobody_elses_to_read(review, monkeypatch):
    monkeypatch.chdir(Path.cwd())  # and back again
    process, first = made_review.start(review)
    try:
        assert list(first) == ["AB", "CD", "adjudication"]
        assert made_review.listening(process.pid) == {"0100007F"}
        kept = review / ".snakemake/evergreen/desk/links.json"
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
        with pytest.raises(InputError, match="are being served already"):
            served(review)
    finally:
        process.kill()
        process.wait()
    process, second = made_review.start(review, "--person", "AB")
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert second == {"AB": first["AB"]}
    port = int(first["AB"].split(":")[2].split("/")[0])
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(InputError, match="taken by another program"):
            served(review)
    with links.kept(review, ["AB"], anew=True) as own:
        assert own.port == 0
        assert own.tokens["AB"] not in first["AB"]


def test_only_people_of_the_protocol_are_served(review, monkeypatch):
    monkeypatch.chdir(Path.cwd())
    with pytest.raises(InputError, match="XY has nothing to do in this review"):
        served(review, "--person", "XY")
