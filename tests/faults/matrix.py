"""The fault matrix: twenty ways in which PubMed, the network or the machine fail, many times each.

    PYTHONPATH=scripts python -m tests.faults.matrix --seeds 50

A run passes when it ends with every record there once, or stops with an error, leaves nothing half-written, and a second,
undisturbed run ends with the same records. Everything happens on loopback, against the embedded PubMed.
"""

from __future__ import annotations

import argparse
import errno
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

from evergreen.errors import InputError
from evergreen.search import journal, table
from evergreen.search.client import Client
from evergreen.search.embedded.fault_scripts import FaultScript
from evergreen.search.embedded.server import Service, serving
from evergreen.search.embedded.store import Store, entry_from_facts
from evergreen.search.listing import list_all
from evergreen.search.replies import EntrezError
from tests.search.search_rounds import QUICK, Entry, contents, facts, search, store

RECORDS = 420  # three batches
REQUESTS = 7
DAY = "2020-12-31"
WHOLE, STOPPED = "whole", "stopped, then whole"
Scenario = Callable[[random.Random, Path], str]


class Killed(BaseException):
    """The process ends here."""


@cache
def reference() -> dict[str, str]:
    """What an undisturbed run reads: PMID and title."""
    with tempfile.TemporaryDirectory() as folder:
        search(Service(store(RECORDS)), Path(folder) / DAY)
        return rows(Path(folder) / DAY)


def rows(folder: Path) -> dict[str, str]:
    read = table.read_round(folder, "pubmed", DAY)
    assert not read.lost, f"declared missing: {read.lost}"
    assert read.counts["read"] == read.records["pmid"].nunique() == read.counts["new"]
    return dict(zip(read.records["pmid"], read.records["title"], strict=True))


def survives(service: Service, folder: Path, **how) -> str:
    """Run a disturbed round; where it stops, run it again undisturbed."""
    verdict = WHOLE
    try:
        search(service, folder, **how)
    except (EntrezError, InputError, Killed):
        assert not (folder / "log.json").exists(), "a stopped run left results"
        search(Service(store(RECORDS)), folder)
        verdict = STOPPED
    assert rows(folder) == reference(), "records are lost or changed"
    return verdict


def stop_of(attempt: Callable[[], object]) -> Exception:
    """The error with which an attempt stops."""
    try:
        attempt()
    except (EntrezError, InputError) as error:
        return error
    raise AssertionError("it went on as if nothing had happened")


def strikes(*names: str, often: bool = True) -> Scenario:
    """Faults that strike at random: one of `names`, at one request or with some probability."""

    def scenario(chance: random.Random, folder: Path) -> str:
        name = chance.choice(names)
        at = {chance.randrange(1, REQUESTS + 3): name}
        rate = chance.choice([0.0, 0.2, 0.5, 1.0]) if often else 0.0
        script = FaultScript(rates={name: rate}, seed=chance.random()) if rate else FaultScript(at=at)
        return survives(Service(store(RECORDS), script), folder)

    return scenario


# Scenarios that are more than a reply gone wrong ---------------------------------------------------------------------


def bad_key(chance: random.Random, folder: Path) -> str:
    key = f"SECRET{chance.randrange(10**9)}"
    with serving(Service(store(3), api_keys=frozenset())) as server:
        client = Client(server.url, "test@example.org", api_key=key, patience=QUICK)
        error = stop_of(lambda: client.esearch("trial[ti]"))
        assert key not in f"{error!r} {error.__cause__!r} {client.exchanges}", "the key was told"
        assert len(server.service.requests) == 1, "a bad key was tried again"
    return STOPPED


@cache
def crowd() -> tuple[Entry, ...]:
    """Records enough for the ceiling, without the work of writing and reading their XML."""
    row = dict(entry_from_facts(facts(1)).row)
    return tuple(
        Entry({**row, "pmid": str(pmid)}, bytes)
        for pmid in sorted(random.Random(7).sample(range(1, 40_000_000), 10_400))
    )


@cache
def crowded() -> Store:
    return Store(crowd())


def clamp(chance: random.Random, folder: Path) -> str:
    """More hits than an esearch lists."""
    with serving(Service(crowded())) as server:
        client = Client(server.url, "test@example.org", patience=QUICK)
        low = chance.choice([0, chance.randrange(1, 1_000_000)])
        listed = list_all(client, f"trial[ti] AND {low}:999999999[uid]", journal.Journal(None))
    assert listed.ids == tuple(entry.pmid for entry in crowd() if entry.pmid >= low), (
        "the list is not complete"
    )
    assert sum(part.count for part in listed.slices) == listed.count_end
    return WHOLE


def movement(chance: random.Random, folder: Path) -> str:
    """Records appear and vanish while they are listed and fetched."""
    gone, when = 1_000 + 7 * chance.randrange(RECORDS), chance.randrange(2, REQUESTS + 1)
    joins = [entry_from_facts(facts(RECORDS + 1))] if chance.random() < 0.5 else []

    def move(service: Service, number: int, name: str, values: dict[str, str]) -> None:
        if number == when:
            entries = {**service.store.entries, **{entry.pmid: entry for entry in joins}}
            entries.pop(gone, None)
            service.store = Store(entries.values())

    found = search(Service(store(RECORDS), on_request=move), folder)
    read = table.read_round(folder, "pubmed", DAY)
    held = {int(pmid) for pmid in read.records["pmid"]}
    missing = {int(pmid) for batch in found.batches for pmid in batch.missing}
    assert held | missing == set(found.new_ids), "neither stored nor declared missing"
    assert not held & missing
    assert missing <= {gone}
    assert len(found.ids) == found.log["count_end"]
    return WHOLE


def history_expires(chance: random.Random, folder: Path) -> str:
    service = Service(store(RECORDS), on_request=lambda own, *_: own.history.clear())
    verdict = survives(service, folder)
    assert not any("WebEnv" in values or "query_key" in values for _, values in service.requests)
    return verdict


def warnings(chance: random.Random, folder: Path) -> str:
    text, notice = chance.choice(
        [("nonsense[ti]", "nonsense[ti]"), ('"bone trial"[ti]', '"bone trial"[ti]'), ("trial[nofield]", "nofield"),
         ("J &amp; Bone[ta]", "J &amp; Bone[ta]")]
    )  # fmt: skip
    error = stop_of(
        lambda: search(Service(store(RECORDS)), folder, text=f"1. trial[ti]\n2. {text}\n3. 1 OR 2")
    )
    assert isinstance(error, InputError)
    assert error.row == 2
    search(Service(store(RECORDS)), folder, text=f"1. trial[ti]\n2. {text}\n3. 1 OR 2\nacknowledge: {notice}")
    assert rows(folder) == reference()
    return STOPPED


def odd_documents(chance: random.Random, folder: Path) -> str:
    name = chance.choice(
        ["future", "unknown tag", "http doctype", "no doctype", "entity bomb", "external entity"]
    )
    if name in ("entity bomb", "external entity"):
        return strikes(name)(chance, folder)
    service = Service(store(RECORDS), dtd_year=chance.randrange(27, 99))
    answer = service.answer

    def odd(path: str, values: dict[str, str]):
        reply, fault = answer(path, values)
        body = reply.body
        if name == "unknown tag":
            body = body.replace(b"<PubmedData>", b"<Unheard Of='2041'>x</Unheard><PubmedData>")
        elif name == "http doctype":
            body = body.replace(b'"https://dtd', b'"http://dtd')
        elif name == "no doctype" and b"<PubmedArticleSet>" in body:
            body = body[body.index(b"<PubmedArticleSet>") :]
        return type(reply)(body, reply.type, reply.status, reply.headers), fault

    service.answer = odd  # type: ignore[method-assign]
    return survives(service, folder)


def dies(chance: random.Random, folder: Path) -> str:
    """Killed at a request, or the disk is full at a write; perhaps more than once."""
    whole = tempfile.mkdtemp(dir=folder.parent)
    search(Service(store(RECORDS)), Path(whole) / DAY)
    asked = 0
    for _ in range(chance.randrange(1, 4)):
        service, at = Service(store(RECORDS)), chance.randrange(1, REQUESTS + 1)
        full = chance.random() < 0.5
        send, write = Client._send, journal.write_json

        def mortal(self, utility, pairs, service=service, at=at, send=send):
            if len(service.requests) + 1 >= at:
                raise Killed
            return send(self, utility, pairs)

        def fills(value, path, at=at, count=[0], write=write):  # noqa: B006 - counts the calls
            count[0] += 1
            if count[0] >= at:
                raise OSError(errno.ENOSPC, "No space left on device")
            write(value, path)

        try:
            if full:
                journal.write_json = fills
            else:
                Client._send = mortal  # type: ignore[method-assign]
            search(service, folder)
        except (Killed, EntrezError):
            assert not (folder / "log.json").exists()
        finally:
            Client._send, journal.write_json = send, write  # type: ignore[method-assign]
        asked += len(service.requests)
        if (folder / "log.json").exists():
            break
    search(last := Service(store(RECORDS)), folder)
    assert contents(folder) == contents(Path(whole) / DAY), "not the bytes of an undisturbed run"
    assert asked + len(last.requests) <= 2 * REQUESTS + 3, "what was there was asked for again"
    return STOPPED


def back_dated(chance: random.Random, folder: Path) -> str:
    """Records created after the last round: on its very day or later, with an entry date as it happens to be."""
    old = [facts(number) for number in range(20)]
    created = chance.choice(["2019-01-01", "2019-06-01", DAY])
    entered = chance.choice(["2012-01-01", "2018-12-31", created])
    new = [*old, facts(100, crdt=created, edat=entered, year=entered[:4])]
    first, second = folder.parent / "2018-12-31", folder
    search(Service(Store(map(entry_from_facts, old), as_of="2018-12-31")), first, day="2018-12-31")
    found = search(Service(Store(map(entry_from_facts, new), as_of=DAY)), second, day=DAY, earlier=[first])
    assert found.new_ids == (1_700,), "a back-dated record was not found"
    return WHOLE


def two_at_once(chance: random.Random, folder: Path) -> str:
    with journal.journal_of(folder.parent / ".journal" / folder.name, "the first"):
        error = stop_of(lambda: search(Service(store(RECORDS)), folder))
        assert "another run" in str(error)
    return survives(Service(store(RECORDS)), folder)


CLASSES: dict[str, Scenario] = {
    "429, with and without Retry-After": strikes("429", "429 retry-after"),
    "500, 502, 503 with an HTML body": strikes("500", "502", "503"),
    "HTML page with status 200": strikes("html 200"),
    "ERROR with status 200": strikes("backend failed", "query expired", "empty 200"),
    "JSON error where XML was asked for": strikes("json error 200"),
    "bad key": bad_key,
    "truncated body, five ways": strikes(
        "cut, length given", "cut, no length", "cut, chunked", "cut between records", "cut inside a character"
    ),
    "Content-Length lies": strikes("length too small", "length too large"),
    "connection reset or closed": strikes("reset", "reset in the body", "hang up"),
    "slow drip, stall": strikes("drip", "stall", often=False),
    "records missing, twice, unexpected, reordered": strikes(
        "record missing", "record twice", "stranger", "order changed", "no records", "ids missing"
    ),
    "ceiling of 9,999": clamp,
    "PubMed changes while it is read": movement,
    "history expires": history_expires,
    "phrase or field not found": warnings,
    "odd documents: DTD, tags, entities": odd_documents,
    "killed, disk full": dies,
    "back-dated records": back_dated,
    "two runs at once": two_at_once,
    "redirect to another host": strikes("redirect"),
}


def run(name: str, seed: int) -> str:
    """One cell of the matrix; what is wrong with it, or how it ended."""
    chance = random.Random(f"{name} {seed}")
    with tempfile.TemporaryDirectory() as folder:
        return CLASSES[name](chance, Path(folder) / DAY)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=50, help="runs of each class")
    args = parser.parse_args(argv)
    failures = 0
    start = time.monotonic()
    print(f"{'class':<48}{'runs':>6}{WHOLE:>8}{STOPPED:>22}{'failed':>8}")
    for name in CLASSES:
        ended: Counter[str] = Counter()
        for seed in range(args.seeds):
            try:
                ended[run(name, seed)] += 1
            except Exception as error:  # the table counts whatever went wrong
                ended["failed"] += 1
                print(f"  {name}, seed {seed}: {type(error).__name__}: {str(error)[:200]}", file=sys.stderr)
        failures += ended["failed"]
        print(
            f"{name:<48}{args.seeds:>6}{ended[WHOLE]:>8}{ended[STOPPED]:>22}{ended['failed']:>8}", flush=True
        )
    runs = len(CLASSES) * args.seeds
    print(f"{runs - failures} of {runs} passed in {time.monotonic() - start:.0f} s")
    raise SystemExit(1 if failures else 0)


if __name__ == "__main__":
    main()
