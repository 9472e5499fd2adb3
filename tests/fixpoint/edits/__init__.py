"""Random edits of what people write: each kind is a function that changes config/ and says what it did."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.fixpoint.edits import analysis, outcomes, people, protocol, screening, search, sheets
from tests.fixpoint.edits.kinds import KINDS
from tests.fixpoint.written import Written

__all__ = [
    "KINDS",
    "Edit",
    "analysis",
    "draw",
    "outcomes",
    "people",
    "protocol",
    "screening",
    "search",
    "sheets",
]


@dataclass(frozen=True)
class Edit:
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}"


def draw(rng: random.Random, written: Written) -> Edit:
    """Make one edit of a kind that this review has room for."""
    kinds = sorted(KINDS)
    while True:
        kind = rng.choice(kinds)
        text = KINDS[kind](rng, written)
        if text:
            return Edit(kind, text)
