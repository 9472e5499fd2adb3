"""What is filed under labels of which some are empty: an empty label holds for all, and the most specific entry counts.

A judgement of a study's risk of bias may be filed under the study, or under one outcome of it, one time point, one comparison.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product

Key = tuple[str, ...]


@lru_cache(maxsize=64)
def _masks(width: int) -> tuple[tuple[bool, ...], ...]:
    """Which of `width` labels are given, from none to all; of equally many the one to the left counts more."""
    return tuple(sorted(product((False, True), repeat=width), key=lambda mask: (sum(mask), mask)))


def holding(key: Sequence[str | Sequence[str]]) -> Iterator[Key]:
    """The keys under which something holds for `key`, from the most general to the most specific, `key` itself the last.

    A part of `key` may be several labels of one thing, the later the more specific.
    """
    parts = [((part,) if part else ()) if isinstance(part, str) else tuple(part) for part in key]
    for mask in _masks(len(parts)):
        if any(given and not part for given, part in zip(mask, parts, strict=True)):
            continue
        yield from product(*((part if given else ("",)) for given, part in zip(mask, parts, strict=True)))
