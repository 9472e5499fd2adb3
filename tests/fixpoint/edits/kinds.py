"""The register of kinds of edits."""

from __future__ import annotations

import random
from collections.abc import Callable

from tests.fixpoint.written import Written

# Changes config/ and says what it did; None, with nothing changed, where the review has no room for it.
Change = Callable[[random.Random, Written], str | None]
KINDS: dict[str, Change] = {}


def kind(change: Change) -> Change:
    """Register a kind of edit under the name of its function."""
    KINDS[change.__name__.replace("_", " ")] = change
    return change
