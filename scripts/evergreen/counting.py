"""Counts in words: of one thing, or of several."""

from __future__ import annotations


def noun(count: int, one: str, many: str = "") -> str:
    """`record` of 1, `records` of any other count."""
    return one if count == 1 else many or f"{one}s"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 record`, `3 records`."""
    return f"{count:,} {noun(count, one, many)}"
