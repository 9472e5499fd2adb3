"""What the text of a unit says: whether values are changes from baseline, and in which unit they are all the same."""

from __future__ import annotations

import re

from evergreen.sheets import folded

_OF_PERCENT = re.compile(r"(%|per ?cent(age)?) ?changes?\b", re.IGNORECASE)
_SAID = re.compile(
    r"[,;(\s]*\b(?:mean )?changes?\b(?: from baseline)?(?: (?:in|of)\b)?[:,;)]*", re.IGNORECASE
)


def is_change(unit: str) -> bool:
    """Whether a unit says that values are changes from baseline."""
    return "change" in folded(unit)


def without_change(unit: str) -> str:
    """A unit without the words that say that values are changes from baseline; a change in per cent is a unit of its own."""
    return unit if _OF_PERCENT.search(unit) else _SAID.sub(" ", unit).strip(" ,;:")
