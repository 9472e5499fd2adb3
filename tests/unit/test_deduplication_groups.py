"""Groups of pairs: vetoes hold between whole groups, old works stay, verdicts outrank, order does not matter."""

import numpy as np

from evergreen.deduplication.groups import Pairs, components, group, uncompared
from tests.rows import each


def pairs(*triples):
    a, b, score = np.array(triples, dtype=np.int64).reshape(-1, 3).T
    return Pairs(a, b, score)


def grouped(count, accepted=(), vetoed=(), works=None, different=(), same=()):
    labels = group(
        count,
        np.array(works if works is not None else [-1] * count),
        np.arange(count),
        pairs(*accepted),
        pairs(*((a, b, 0) for a, b in vetoed)),
        list(different),
        list(same),
    )
    found: dict[int, list[int]] = {}
    for row, label in enumerate(labels.tolist()):
        found.setdefault(label, []).append(row)
    return sorted(found.values())


def test_pairs_chain_into_groups():
    assert grouped(5, [(0, 1, 9), (1, 2, 9)]) == [[0, 1, 2], [3], [4]]


@each(("count", "links"), [(1, 0), (50, 30), (500, 260), (500, 600)])
def test_components_are_those_of_scipy(count, links):
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    a, b = np.random.default_rng(count + links).integers(0, count, (2, links))
    _, label = connected_components(coo_array((np.ones(links), (a, b)), shape=(count, count)), directed=False)
    smallest = np.unique(label, return_index=True)[1]
    assert components(count, a, b).tolist() == smallest[label].tolist()


def test_a_veto_holds_between_whole_groups():
    # 0-1 and 2-3 are sure; 1-2 would join them, but 0 and 3 are two works
    assert grouped(4, [(0, 1, 20), (2, 3, 20), (1, 2, 15)], vetoed=[(0, 3)]) == [[0, 1], [2, 3]]


def test_the_better_pair_comes_first():
    assert grouped(3, [(0, 1, 14), (1, 2, 15)], vetoed=[(0, 2)]) == [[0], [1, 2]]


def test_a_new_record_joins_one_old_work_only():
    assert grouped(3, [(0, 2, 14), (1, 2, 15)], works=[0, 1, -1]) == [[0], [1, 2]]
    assert grouped(3, [(0, 2, 15), (1, 2, 15)], works=[0, 1, -1]) == [[0, 2], [1]]


def test_members_of_an_old_work_stay_together_against_a_veto():
    assert grouped(3, [(0, 2, 15)], vetoed=[(0, 1), (1, 2)], works=[0, 0, -1]) == [[0, 1], [2]]


def test_a_verdict_joins_whole_groups_against_a_veto():
    assert grouped(4, [(0, 1, 20), (2, 3, 20)], vetoed=[(1, 2)], same=[(0, 3)]) == [[0, 1, 2, 3]]


def test_a_verdict_keeps_two_records_apart():
    assert grouped(3, [(0, 1, 20), (1, 2, 15)], different=[(0, 2)]) == [[0, 1], [2]]


def test_verdicts_are_kept_where_groups_must_break():
    # 0-1 and 2-3 by points; a person says 0 = 2 and 1 is not 3
    found = grouped(4, [(0, 1, 20), (2, 3, 20)], different=[(1, 3)], same=[(0, 2)])
    assert any({0, 2} <= set(members) for members in found)
    assert not any({1, 3} <= set(members) for members in found)


@each("count", [1, 7])
def test_without_pairs_each_row_is_a_group(count):
    assert grouped(count) == [[row] for row in range(count)]


def proper(edges):
    return [edge for edge in edges if edge[0] != edge[1]]


def test_pairs_of_a_component_that_were_not_compared_are_named():
    labels = np.array([0, 0, 0, 3])
    chosen = np.array([True, False, False, False])
    missing = uncompared(labels, chosen, np.array([0, 1]), np.array([1, 2]), known=0)
    assert missing.tolist() == [[0, 2]]
    assert uncompared(labels, chosen, np.array([0, 1]), np.array([1, 2]), known=3).tolist() == []
