"""Groups of records: neither the order of pairs nor old works change who is together."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evergreen.deduplication.groups import components
from tests.unit.test_deduplication_groups import grouped, proper

EDGES = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(13, 30)), max_size=25)


PLAIN = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=8)


@given(EDGES, PLAIN, PLAIN, st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_pairs(accepted, vetoed, different, random):
    accepted, vetoed, different = proper(accepted), proper(vetoed), proper(different)
    once = grouped(12, accepted, vetoed, different=different)
    for list_ in (accepted, vetoed, different):
        random.shuffle(list_)
    assert grouped(12, [(b, a, s) for a, b, s in accepted], vetoed, different=different) == once


@given(EDGES, PLAIN, PLAIN)
def test_no_group_holds_a_vetoed_pair(accepted, vetoed, different):
    accepted, vetoed, different = proper(accepted), proper(vetoed), proper(different)
    for members in grouped(12, accepted, vetoed, different=different):
        assert not any({a, b} <= set(members) for a, b in vetoed + different)


@given(EDGES, PLAIN, st.lists(st.integers(0, 3), min_size=6, max_size=6))
def test_old_works_are_neither_split_nor_joined(accepted, vetoed, numbers):
    numbers = [sorted(set(numbers)).index(number) for number in numbers]
    found = grouped(12, proper(accepted), proper(vetoed), works=numbers + [-1] * 6)
    work_of = [{numbers[row] for row in members if row < 6} for members in found]
    assert all(len(works) <= 1 for works in work_of)
    assert sum(map(len, work_of)) == len(set(numbers))


@given(EDGES)
def test_components_are_named_by_their_smallest_row(edges):
    a, b = (np.array([edge[side] for edge in edges], dtype=np.int64) for side in (0, 1))
    labels = components(12, a, b)
    assert all(labels[x] == labels[y] for x, y in zip(a, b, strict=True))
    assert all(labels[label] == label <= row for row, label in enumerate(labels.tolist()))
