"""Rounds against an embedded server, for the tests of retrieval and for the fault matrix."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from evergreen.search import round_files, strategy
from evergreen.search.client import Client, Patience
from evergreen.search.embedded.fault_scripts import FaultScript
from evergreen.search.embedded.server import Service, serving
from evergreen.search.embedded.store import Entry, Store, entry_from_facts
from evergreen.search.journal import journal_of
from evergreen.search.retrieve import Earlier, Round, retrieve

QUICK = Patience(connect=5, silence=0.3, total=1, tries=8, backoff=0.001, longest=0.01, obedience=0.01)
QUERY = "trial[ti]"


def facts(number: int, **more: str) -> dict[str, str]:
    """Facts of a made-up record; every third title has a letter of two bytes, so that replies can be cut inside it."""
    title = f"A trial of bone{' in Türkiye' if number % 3 == 0 else ''}, number {number}"
    return {
        "pmid": str(1_000 + 7 * number),
        "title": title,
        "crdt": "2015-01-01",
        "year": "2015",
        "month": "Jan",
        **more,
    }


@cache
def store(count: int) -> Store:
    """A store that tests share; who changes one makes his own."""
    return Store(stored(entry_from_facts(facts(number))) for number in range(count))


def stored(entry: Entry) -> Entry:
    xml = entry.xml()
    return Entry(entry.row, lambda: xml)


def search(
    service: Service,
    folder: Path,
    *,
    text: str = QUERY,
    day: str = "2020-12-31",
    earlier: Sequence[Path] = (),
    limited: bool = False,
    patience: Patience = QUICK,
) -> Round:
    """Run a round against a service and write it to `folder`."""
    written = strategy.read(text, "strategy.txt")
    with (
        serving(service) as server,
        journal_of(folder.parent / ".journal" / folder.name, f"{text} {day}") as journal,
    ):
        client = Client(server.url, "test@example.org", patience=patience)
        found = retrieve(
            client, written, round=day, limited=limited, earlier=[Earlier.of(path) for path in earlier],
            journal=journal, file="strategy.txt",
        )  # fmt: skip
        round_files.write(found, {"requests": client.exchanges}, folder)
    return found


def contents(folder: Path) -> dict[str, bytes]:
    """Bytes of everything that a round wrote, but for the account that depends on the clock."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "retrieved.json"
    }


def faulty(count: int, **script: Any) -> Service:
    return Service(store(count), FaultScript(**script))
