"""From pairs to groups: a veto between two records keeps their whole groups apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evergreen.deduplication.comparison import Comparison

Rows = Sequence[tuple[int, int]]

LARGE = 60
"""Members from which not all pairs of a component are compared."""


@dataclass(frozen=True)
class Pairs:
    """Rows `a` and `b` of pairs, with their score where it counts."""

    a: np.ndarray
    b: np.ndarray
    score: np.ndarray

    @classmethod
    def of(cls, pairs: Comparison, score: np.ndarray, chosen: np.ndarray) -> Pairs:
        return cls(pairs.a[chosen], pairs.b[chosen], score[chosen])


def components(count: int, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The smallest row of the connected component of each of `count` rows.

    Trees are hung on smaller ones and made flat until no link joins two (Shiloach and Vishkin 1982, J Algorithms 3:57): as fast as
    scipy's search, which takes longer to load than most reviews to group.
    """
    smallest = np.arange(count)
    while True:
        x, y = smallest[a], smallest[b]
        apart = x != y
        if not apart.any():
            return smallest
        a, b, x, y = a[apart], b[apart], x[apart], y[apart]
        np.minimum.at(smallest, np.maximum(x, y), np.minimum(x, y))
        while not np.array_equal(flat := smallest[smallest], smallest):
            smallest = flat


def uncompared(
    labels: np.ndarray, chosen: np.ndarray, a: np.ndarray, b: np.ndarray, known: int
) -> np.ndarray:
    """Pairs (rows `a < b`, shape (n, 2)) within the chosen components that are not among `a, b`.

    Pairs of the first `known` rows are left out: their works are fixed. So are components of more than `LARGE` rows.
    """
    rows = np.flatnonzero(chosen[labels])
    rows = rows[np.argsort(labels[rows], kind="stable")]
    sizes = np.bincount(labels[rows], minlength=len(chosen))[labels[rows]] if len(rows) else rows
    found = []
    for step in range(1, min(LARGE, len(rows))):
        first, second = rows[:-step], rows[step:]
        together = (labels[first] == labels[second]) & (sizes[:-step] <= LARGE)
        if not together.any():
            break
        low, high = np.minimum(first, second)[together], np.maximum(first, second)[together]
        found.append(np.column_stack([low, high])[high >= known])
    if not found:
        return np.empty((0, 2), dtype=np.int64)
    every = np.concatenate(found)
    count = len(labels)
    compared = chosen[labels[a]] & (labels[a] == labels[b])
    done = a[compared].astype(np.int64) * count + b[compared]
    keys = np.setdiff1d(every[:, 0] * count + every[:, 1], done)
    return np.column_stack([keys // count, keys % count])


def group(
    count: int,
    works: np.ndarray,
    rank: np.ndarray,
    accepted: Pairs,
    vetoed: Pairs,
    different: Rows,
    same: Rows = (),
) -> np.ndarray:
    """Label of the group of each row.

    `works[row]` is the number of the old work of a row, -1 for a new one: rows of an old work stay together, and two old
    works are not joined. `rank` orders rows where scores tie. Pairs join groups best first; a vetoed pair or one of
    `different` keeps two groups apart for good. Two rows that a person calls the `same` then join their whole groups; where
    that would join two rows that are `different`, the groups are made anew around the verdicts. The result does not depend
    on the order of the pairs.
    """
    automatic = _group(count, works, rank, accepted, vetoed, different, ())
    if not same:
        return automatic
    first = np.unique(automatic, return_index=True)[1]
    a, b = _ends(same)
    member = first[np.unique(automatic, return_inverse=True)[1]]
    joined = components(count, np.concatenate([np.arange(count), a]), np.concatenate([member, b]))
    apart_a, apart_b = _ends(different)
    broken = np.zeros(count, dtype=bool)
    broken[joined[apart_a[joined[apart_a] == joined[apart_b]]]] = True
    if not broken.any():
        return joined
    anew = _group(count, works, rank, accepted, vetoed, different, same)
    return np.where(broken[joined], count + anew, joined)


def _group(
    count: int,
    works: np.ndarray,
    rank: np.ndarray,
    accepted: Pairs,
    vetoed: Pairs,
    different: Rows,
    same: Rows,
) -> np.ndarray:
    """Groups in which `same` pairs come first and vetoes hold between all rows."""
    old = np.flatnonzero(works >= 0)
    head = np.full(int(works.max(initial=-1)) + 1, -1, dtype=np.int64)
    head[works[old][::-1]] = old[::-1]
    fixed_a, fixed_b = old, head[works[old]]
    same_a, same_b = _ends(same)
    join_a = np.concatenate([fixed_a, same_a, accepted.a])
    join_b = np.concatenate([fixed_b, same_b, accepted.b])
    labels = components(count, join_a, join_b)
    apart_a, apart_b = _ends(different)
    apart_a, apart_b = np.concatenate([apart_a, vetoed.a]), np.concatenate([apart_b, vetoed.b])
    disputed = np.zeros(count, dtype=bool)
    within = labels[apart_a] == labels[apart_b]
    disputed[labels[apart_a[within]]] = True
    works_in = np.bincount(labels[head], minlength=count) if len(old) else np.zeros(count, dtype=int)
    disputed |= works_in > 1
    if not disputed.any():
        return labels
    fixed, forced, apart = (fixed_a, fixed_b), (same_a, same_b), (apart_a, apart_b)
    return _settle(labels, disputed, works, rank, accepted, fixed, forced, apart)


def _ends(pairs: Rows) -> tuple[np.ndarray, np.ndarray]:
    array = np.array(list(pairs), dtype=np.int64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def _settle(
    labels: np.ndarray,
    disputed: np.ndarray,
    works: np.ndarray,
    rank: np.ndarray,
    accepted: Pairs,
    fixed: tuple[np.ndarray, np.ndarray],
    same: tuple[np.ndarray, np.ndarray],
    apart: tuple[np.ndarray, np.ndarray],
) -> np.ndarray:
    """Join the rows of disputed components one pair after the other."""
    rows = np.flatnonzero(disputed[labels])
    parent = {int(row): int(row) for row in rows}
    work = {int(row): int(works[row]) for row in rows}
    enemies: dict[int, set[int]] = defaultdict(set)

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    def join(a: int, b: int, *, forced: bool) -> None:
        a, b = root(a), root(b)
        if a == b:
            return
        if not forced and (b in enemies[a] or (work[a] >= 0 and work[b] >= 0)):
            return
        a, b = min(a, b), max(a, b)
        parent[b] = a
        work[a] = max(work[a], work[b])
        for enemy in enemies.pop(b, set()):
            enemies[enemy].discard(b)
            enemies[enemy].add(a)
            enemies[a].add(enemy)

    def here(ends: tuple[np.ndarray, np.ndarray]) -> list[tuple[int, int]]:
        chosen = disputed[labels[ends[0]]] & (labels[ends[0]] == labels[ends[1]])
        return list(zip(ends[0][chosen].tolist(), ends[1][chosen].tolist(), strict=True))

    for a, b in (*here(fixed), *here(same)):
        join(a, b, forced=True)
    for a, b in here(apart):
        a, b = root(a), root(b)
        if a != b:
            enemies[a].add(b)
            enemies[b].add(a)
    chosen = np.flatnonzero(disputed[labels[accepted.a]])
    rank_a, rank_b = rank[accepted.a[chosen]], rank[accepted.b[chosen]]
    order = np.lexsort((np.maximum(rank_a, rank_b), np.minimum(rank_a, rank_b), -accepted.score[chosen]))
    for index in chosen[order]:
        join(int(accepted.a[index]), int(accepted.b[index]), forced=False)
    settled = labels.copy()
    fresh = len(labels)
    settled[rows] = [fresh + root(int(row)) for row in rows]
    return settled
