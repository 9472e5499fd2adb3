"""Complete lists of ids, with proof: slices by PMID that stay below the ceiling and sum to the count.

PubMed lists 9,999 ids of a query and no more. PMIDs are unique and never change, so a query cut into ranges of them can be
listed whole however many hits it has; every slice is counted by the request that lists it.
"""

from __future__ import annotations

from dataclasses import dataclass

from evergreen.search.client import CEILING, Client
from evergreen.search.journal import Journal
from evergreen.search.replies import EntrezError, Transient

BEYOND = 999_999_999  # above every PMID
AIM = 7_500  # hits a slice should have, so that few have to be asked for again
GROWTH = 8  # times that a slice may be wider than the one before
ATTEMPTS = 3


@dataclass(frozen=True)
class Slice:
    """Hits with a PMID from `low` to `high`; `ids` are all of them when there are at most 9,999."""

    low: int
    high: int
    count: int
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Listed:
    """All ids of a query, ascending. The counts of the slices sum to `count_end`, the count after listing."""

    ids: tuple[int, ...]
    count_start: int
    count_end: int
    slices: tuple[Slice, ...]


def list_all(client: Client, query: str, journal: Journal, label: str = "list") -> Listed:
    """List a query's ids completely, whatever their number.

    The whole query is counted again at the end. Where the slices sum to another number, PubMed changed in between, and
    the list is made anew; EntrezError when it does not come to rest.
    """
    starts = []
    for attempt in range(1, ATTEMPTS + 1):
        name = f"{label}, attempt {attempt}"
        whole = _ask(client, query, journal, name, 0, BEYOND)
        starts.append(whole.count)
        slices = [whole] if whole.count <= CEILING else _cut(client, query, journal, name, whole)
        ids = tuple(sorted(pmid for part in slices for pmid in part.ids))
        end = journal.remember(f"{name}, count at the end", lambda: client.esearch(query).count)
        if len(ids) == end:
            return Listed(ids, starts[0], end, tuple(slices))
    raise EntrezError(
        f"PubMed's list does not come to rest: the slices hold {len(ids)} records, the whole query counts {end}. "
        "Run again later."
    )


def _ask(client: Client, query: str, journal: Journal, name: str, low: int, high: int) -> Slice:
    whole = (low, high) == (0, BEYOND)
    term = query if whole else f"({query}) AND {low}:{high}[uid]"

    def ask() -> list:
        reply = client.esearch(term, CEILING)
        if not all(low <= pmid <= high for pmid in reply.ids):
            raise Transient(f"ids outside of {low}:{high} came")
        return [reply.count, sorted(reply.ids)]

    count, ids = journal.remember(f"{name}, {low} to {high}", ask)
    return Slice(low, high, count, tuple(ids))


def _cut(client: Client, query: str, journal: Journal, name: str, whole: Slice) -> list[Slice]:
    """A query above the ceiling as slices below it that cover all PMIDs, ascending.

    From the top down, each slice as wide as the one before lets expect; one that holds too many is asked for again, narrower.
    """
    slices: list[Slice] = []
    top, high, left = max(whole.ids), BEYOND, whole.count
    width = max(1, (top - min(whole.ids)) * AIM // len(whole.ids))
    while high >= 0:
        low = 0 if left <= CEILING else max(0, top - width)
        part = _ask(client, query, journal, name, low, high)
        if part.count > CEILING:
            left = max(left, part.count)
            width = max(1, (top - low) * AIM // part.count)
            continue
        slices.append(part)
        left -= part.count
        width = max(1, min((top - low) * AIM // max(part.count, 1), GROWTH * width))
        top = high = low - 1
    return slices[::-1]
