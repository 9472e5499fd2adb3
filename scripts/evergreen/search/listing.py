"""Complete lists of ids, with proof: slices by PMID that stay below the ceiling and sum to the count.

PubMed lists 9,999 ids of a query and no more. PMIDs are unique and never change, so a query cut into ranges of them can be
listed whole however many hits it has. The ids that PubMed does list say where to cut, so that dense stretches cost no more
than others. A slice is counted by the request that lists it, or is what the count of a range and that of its lower part leave.
"""

from __future__ import annotations

from dataclasses import dataclass

from evergreen.search.client import CEILING, Client
from evergreen.search.journal import Journal
from evergreen.search.replies import EntrezError, Transient

BEYOND = 999_999_999  # above every PMID
CAUTION = 0.9  # share of the ceiling to aim at where the number of hits above a cut is estimated
ATTEMPTS = 3


@dataclass(frozen=True)
class Slice:
    """Hits with a PMID from `low` to `high`; `ids` (ascending) are all of them, or 9,999 where there are more."""

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

    Of a range with too many hits, the lower part is asked for; where the ids already listed are as many as the count leaves for
    the upper part, that is whole. PubMed lists new records first, mostly, so the lowest id listed is the first choice for a
    cut; where it proves wrong, `spread` is the number of hits found for each id that was listed above a cut.
    """
    slices: list[Slice] = []
    waiting, spread = [whole], 1.0
    while waiting:
        part = waiting.pop()
        if part.count == len(part.ids):
            slices.append(part)
            continue
        spread = min(spread, part.count / len(part.ids))
        rank = CEILING if spread == 1 else max(1, int(CAUTION * CEILING / spread))
        cut = part.ids[-min(rank, len(part.ids))]
        if cut <= part.low:
            cut = part.ids[len(part.ids) // 2]
        lower = _ask(client, query, journal, name, part.low, cut - 1)
        ids = tuple(pmid for pmid in part.ids if pmid >= cut)
        upper = Slice(cut, part.high, part.count - lower.count, ids)
        if upper.count != len(ids):
            upper = _ask(client, query, journal, name, cut, part.high)
        spread = max(1.0, upper.count / len(ids))
        waiting += [lower, upper]
    return sorted(slices, key=lambda part: part.low)
