"""What the text of a unit says: whether values are changes from baseline, and in which unit they are all the same."""

from __future__ import annotations

import re

from evergreen.sheets import folded

# "Change" in other languages than English and French, also at the end of a longer word; and in scripts that write words together.
_ELSEWHERE = (
    r"änderung|verandering|förändring|forandring|ændring|\bendring|muutos|cambio|mudança|alteração|variazion|"
    r"zmian|změn|изменени"
)
_TOGETHER = r"(?-i:[Δ∆])|の?変化量?|变化|變化|변화량?"
_WORD = rf"\b(?:(?:mean )?changes?|changements?|\w*(?:{_ELSEWHERE})\w*)\b"
_CHANGE = re.compile(rf"(?<!ex)(?<!é)change|{_ELSEWHERE}")
_OF_PERCENT = re.compile(rf"(%|per ?cent(age)?|prozent\w*) ?{_WORD}", re.IGNORECASE)
_SAID = re.compile(
    rf"[,;(\s]*(?:{_WORD}(?: from baseline)?(?: (?:in|of|de|du|des|der|en|em|di|van|af|av|i|v|w|в)\b)?|{_TOGETHER})[:,;)]*",
    re.IGNORECASE,
)


def is_change(unit: str) -> bool:
    """Whether a unit says that values are changes from baseline."""
    return bool(_CHANGE.search(folded(unit)) or re.search(_TOGETHER, unit))


def without_change(unit: str) -> str:
    """A unit without the words that say that values are changes from baseline; a change in per cent is a unit of its own."""
    return unit if _OF_PERCENT.search(unit) else _SAID.sub(" ", unit).strip(" ,;:")
