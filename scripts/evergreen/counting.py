"""Counts in words: of one thing, or of several."""

from __future__ import annotations

from collections.abc import Iterable


def noun(count: int, one: str, many: str = "") -> str:
    """`record` of 1, `records` of any other count."""
    return one if count == 1 else many or f"{one}s"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 record`, `3 records`."""
    return f"{count:,} {noun(count, one, many)}"


def studies_of(studies: int, effects: int) -> str:
    """`4 studies`, `12 effects of 4 studies`: how many there are, and how many effects where some have several."""
    count = plural(studies, "study", "studies")
    return count if effects == studies else f"{effects:,} effects of {count}"


def studies_cell(studies: int, effects: int, silent: int = 0) -> str:
    """The same below a head that says `Studies`, and how many `silent` ones come with them: `4`, `4 (12 effects)`, `4 (+ 1 not estimable)`."""
    count = f"{studies:,}" if effects == studies else f"{studies:,} ({effects:,} effects)"
    return f"{count} (+ {silent:,} not estimable)" if silent else count


def listed(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    names = list(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
