"""A round: the whole strategy at one date, what it adds to earlier rounds, and what became of what they found.

Every round runs the whole strategy for ids and takes the difference to the ids that are there. A window on entry dates
would miss records that PubMed back-dates (created late with an old entry date) and those that match only once they are indexed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from evergreen.errors import refuse
from evergreen.search import changes as revisions
from evergreen.search import notices
from evergreen.search.client import Client
from evergreen.search.fetching import Batch, fetch_all
from evergreen.search.journal import Journal
from evergreen.search.listing import Listed, list_all
from evergreen.search.round_files import ids_in
from evergreen.search.standing import replies_in
from evergreen.search.strategy import Line, Strategy, created_until, described

OVERLAP = timedelta(days=14)  # PubMed's days and ours differ, and its index runs behind its records


@dataclass(frozen=True)
class Earlier:
    """An earlier round: its date, the ids that were new in it, and its stored replies, oldest text first."""

    round: str
    new_ids: tuple[int, ...]
    files: tuple[Path, ...]

    @classmethod
    def of(cls, directory: Path) -> Earlier:
        """The round that stands in a folder, as the next one sees it."""
        return cls(directory.name, ids_in(directory / "new_ids.txt"), tuple(replies_in(directory)))


@dataclass(frozen=True)
class Round:
    """What a round found. `log` holds everything that depends on PubMed's answers and nothing that depends on the clock."""

    ids: tuple[int, ...]
    new_ids: tuple[int, ...]
    batches: tuple[Batch, ...]
    revised: tuple[Batch, ...]
    changes: tuple[revisions.Change, ...]
    log: dict[str, Any]


def retrieve(
    client: Client,
    strategy: Strategy,
    *,
    round: str,
    limited: bool,
    earlier: Sequence[Earlier],
    journal: Journal,
    file: str,
) -> Round:
    """Run a strategy for one round.

    `limited`: the round's date has passed, so that only what had been created by then is searched. `earlier`: oldest first.
    Raises InputError for warnings of PubMed that the strategy does not acknowledge and for known items that it does not
    find, EntrezError when PubMed cannot be asked completely.
    """
    query = strategy.until(round) if limited else strategy.query
    database = journal.remember("einfo", client.einfo)
    server = notices.Server.of(database)
    lines = [_count(client, journal, line.query, _place(line)) for line in strategy.lines]
    final = _count(
        client, journal, query, {"number": "", "row": strategy.lines[-1].row, "text": "the strategy as run"}
    )
    refuse(notices.refusals(strategy, [*lines, final], server, file))

    listed = list_all(client, query, journal)
    known = _known_items(client, strategy, round, limited, set(listed.ids), journal, file, server)
    before = {pmid for one in earlier for pmid in one.new_ids}
    new_ids = tuple(pmid for pmid in listed.ids if pmid not in before)
    batches = fetch_all(client, new_ids, journal)
    changed, revised = _follow_up(client, query, listed, earlier, journal)
    log = {
        "round": round,
        "platform": "PubMed, by NCBI's E-utilities",
        "database": database,
        "strategy": {"file": file, **described(strategy)},
        "query": query,
        "limited_to_round": limited,
        "lines": lines,
        "final": final,
        "known_items": known,
        "count_start": listed.count_start,
        "count_end": listed.count_end,
        "slices": [{"from": part.low, "to": part.high, "count": part.count} for part in listed.slices],
        "ids": len(listed.ids),
        "new": len(new_ids),
        "seen_before": len(listed.ids) - len(new_ids),
        "no_longer_found": len(before - set(listed.ids)),
        "missing": [str(pmid) for batch in batches for pmid in batch.missing],
        "updates": [one.round for one in earlier],
    }
    return Round(listed.ids, new_ids, tuple(batches), tuple(revised), tuple(changed), log)


def _place(line: Line) -> dict[str, Any]:
    """Where a line stands, and the hits that were written beside it, if any."""
    stated = {} if line.stated is None else {"stated": line.stated}
    return {"number": line.number, "row": line.row, "text": line.text, **stated}


def _count(client: Client, journal: Journal, query: str, place: dict[str, Any]) -> dict[str, Any]:
    """Hits of one query with PubMed's translation and what it says about it."""

    def ask() -> dict[str, Any]:
        reply = client.esearch(query)
        return {
            "hits": reply.count,
            "translation": reply.translation,
            "translations": [list(pair) for pair in reply.translations],
            "notices": [[notice.kind, notice.text] for notice in reply.notices],
        }

    return {**place, "query": query, **journal.remember(f"count {query}", ask)}


def _known_items(
    client: Client,
    strategy: Strategy,
    round: str,
    limited: bool,
    ids: set[int],
    journal: Journal,
    file: str,
    server: notices.Server,
) -> list[dict[str, Any]]:
    """Whether each known item was found; one that PubMed did not hold by the round's date is no fault of the strategy."""
    lacking = sorted(set(strategy.known) - ids)
    held: set[int] = set()
    if lacking:
        query = " OR ".join(f"{pmid}[uid]" for pmid in lacking)
        if limited:
            query = created_until(round, query)
        held = set(journal.remember("known items", lambda: list(client.esearch(query, len(lacking)).ids)))
    refuse([notices.missed(pmid, server, file) for pmid in sorted(held)])
    return [
        {
            "pmid": str(pmid),
            "found": pmid in ids,
            **({} if pmid in ids else {"reason": notices.not_held(server)}),
        }
        for pmid in strategy.known
    ]


def _follow_up(
    client: Client, query: str, listed: Listed, earlier: Sequence[Earlier], journal: Journal
) -> tuple[list[revisions.Change], list[Batch]]:
    """Ask again for known records that PubMed changed since the last round, and for those that are no longer found."""
    before = {pmid for one in earlier for pmid in one.new_ids}
    if not before:
        return [], []
    since = (date.fromisoformat(earlier[-1].round) - OVERLAP).strftime("%Y/%m/%d")
    modified = set(
        list_all(client, f'({query}) AND ("{since}"[mdat] : "3000"[mdat])', journal, "modified").ids
    )
    gone = before - set(listed.ids)
    asked = sorted((modified & before) | gone)
    batches = fetch_all(client, asked, journal, "again")
    deleted = {pmid for batch in batches for pmid in batch.missing}
    old = {
        row["pmid"]: row
        for row in revisions.rows_in((path for one in earlier for path in one.files), set(asked))
    }
    found: list[revisions.Change] = []
    for new in revisions.rows_in(path for batch in batches for path in batch.files):
        if new["pmid"] in old:
            found += revisions.compare(old[new["pmid"]], new)
    for pmid in sorted(gone):
        if pmid in deleted:
            kind, detail = "deleted", "PubMed no longer holds the record (deleted, or merged with another)"
        else:
            kind, detail = "no_longer_found", "the strategy no longer finds it"
        found.append(revisions.Change(str(pmid), kind, detail))
    return sorted(found, key=lambda change: (int(change.pmid), change.change)), batches
