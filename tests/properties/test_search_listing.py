"""A list is complete, its slices sum to the count, and its length alone says how many requests it takes."""

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen.search import listing
from evergreen.search.journal import Journal
from evergreen.search.listing import list_all
from evergreen.search.replies import SearchReply

HIGHEST = 42_000_000


class Ids:
    """PubMed reduced to its ids, the order in which it lists them, and its ceiling."""

    def __init__(self, ids, ceiling):
        self.ids, self.ceiling, self.requests = ids, ceiling, 0

    def esearch(self, term, retmax=0):
        self.requests += 1
        low, high = 0, 10**9
        if " AND " in term:
            low, high = map(int, term.rpartition(" AND ")[2].removesuffix("[uid]").split(":"))
        found = [pmid for pmid in self.ids if low <= pmid <= high]
        return SearchReply(len(found), tuple(found[: min(retmax, self.ceiling)]))


def newest_first(ids, chance):
    """By the day of entry: mostly as the PMIDs, but some were entered late, and some carry a day of long ago."""
    return sorted(
        ids, key=lambda pmid: -(pmid if chance.random() > 0.005 else chance.uniform(0, 1.5 * HIGHEST))
    )


ORDERS = {
    "highest first": lambda ids, chance: sorted(ids, reverse=True),
    "lowest first": lambda ids, chance: sorted(ids),
    "by chance": lambda ids, chance: chance.sample(sorted(ids), len(ids)),
    "newest first": newest_first,
}


def prove(ids, order, ceiling, chance):
    pubmed = Ids(ORDERS[order](ids, chance), ceiling)
    listed = list_all(pubmed, "q", Journal(None))
    assert listed.ids == tuple(sorted(ids))
    assert sum(part.count for part in listed.slices) == listed.count_start == listed.count_end == len(ids)
    assert all(part.count == len(part.ids) <= ceiling for part in listed.slices)
    assert (listed.slices[0].low, listed.slices[-1].high) == (0, listing.BEYOND)
    assert all(one.high + 1 == other.low for one, other in pairwise(listed.slices))
    return pubmed.requests


CLUSTERS = st.lists(
    st.tuples(st.integers(1, HIGHEST), st.integers(1, 300), st.sampled_from([1, 2, 1_000, 90_000])),
    min_size=1,
    max_size=8,
)


@settings(deadline=None, max_examples=60)
@given(clusters=CLUSTERS, order=st.sampled_from(sorted(ORDERS)), seed=st.integers(0, 99))
def test_lists_are_complete_however_the_ids_lie(clusters, order, seed):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "CEILING", 99)
        ids = {start + step * number for start, count, step in clusters for number in range(count)}
        requests = prove(ids, order, 99, random.Random(seed))
        assert requests <= 8 + 3.5 * len(ids) / 99


CHANCE = random.Random(5)
DISTRIBUTIONS = {
    "even": CHANCE.sample(range(1, HIGHEST), 100_000),
    "denser among new ones": {int(HIGHEST * (number / 100_000) ** 0.5) + 1 for number in range(100_000)},
    "consecutive": range(30_000_000, 30_100_000),
    "two far clusters": [*range(1, 50_001), *range(41_000_000, 41_050_000)],
    "ten clusters just above the ceiling": [
        start + number for start in range(1_000_000, 41_000_000, 4_000_000) for number in range(10_000)
    ],
    "crowds at random": [
        start + 5 * number for start in CHANCE.sample(range(1, HIGHEST), 50) for number in range(2_000)
    ],
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_hundred_thousand_hits_take_at_most_45_requests(name, order):
    assert prove(set(DISTRIBUTIONS[name]), order, 9_999, random.Random(1)) <= 45
