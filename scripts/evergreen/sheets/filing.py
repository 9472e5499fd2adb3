"""What is filed under labels of which some are empty: an empty label holds for all, and the most specific entry counts.

A judgement of a study's risk of bias may be filed under the study, or under one outcome of it, one time point, one comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

Key = tuple[str, ...]


def specificity(key: Sequence[str]) -> tuple[int, tuple[bool, ...]]:
    """How much a key says, to be compared: by the number of its labels, of equally many the one more to the left counts more."""
    given = tuple(map(bool, key))
    return sum(given), given


@lru_cache(maxsize=16)
def _masks(width: int) -> tuple[tuple[bool, ...], ...]:
    return tuple(sorted(product((False, True), repeat=width), key=lambda mask: (sum(mask), mask)))


def holding(key: Sequence[str]) -> Iterator[Key]:
    """The keys under which something holds for `key`, from the most general to `key` itself, the most specific."""
    for mask in _masks(len(key)):
        if all(label or not given for label, given in zip(key, mask, strict=True)):
            yield tuple(label if given else "" for label, given in zip(key, mask, strict=True))
