"""The operators of a query are those of sets."""

from hypothesis import given
from hypothesis import strategies as st

from evergreen.search.embedded.query import search
from evergreen.search.embedded.store import Store, entry_from_facts
from tests.unit.test_search_query import FACTS

TERMS = st.sampled_from(["denosumab[tiab]", "bone[tiab]", "arthritis[mh]", "2012:2020[dp]", "1:30[uid]"])


QUERIES = st.recursive(
    TERMS,
    lambda inner: st.tuples(inner, st.sampled_from(["AND", "OR", "NOT"]), inner).map(
        lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
    ),
    max_leaves=6,
)


@given(QUERIES, QUERIES)
def test_operators_are_those_of_sets(one, other):
    store = Store([entry_from_facts(row) for row in FACTS])
    left, right = search(store, one).ids, search(store, other).ids
    assert search(store, f"({one}) AND ({other})").ids == left & right
    assert search(store, f"({one}) OR ({other})").ids == left | right
    assert search(store, f"({one}) NOT ({other})").ids == left - right
