"""What a study is called wherever a reader sees it: one rule for figures, tables, texts and exports."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from evergreen.sheets import folded

if TYPE_CHECKING:
    import pandas as pd

# Letters that stand with others in a list of names and do not fall apart into one of them and a mark.
BASE = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"}
)


def label_of(study: str, called: str, part: str = "") -> str:
    """`Cohen 2008 (Amgen 20040144)`, and with what tells the row from others of its study `Takeuchi 2016 (DRIVE, 60 mg)`; by its own
    name where no report is known, `DRIVE (60 mg)`."""
    name = called or study
    if not part:
        return name
    return f"{name[:-1]}, {part})" if called.endswith(")") else f"{name} ({part})"


class StudyLabels:
    """Labels by what the sheets call studies, in whatever letter case; a study that is in no list keeps its name.

    `called` are pairs of a study and what it is called by its first report, "" where none is known.
    """

    def __init__(self, called: Iterable[tuple[str, str]] = ()) -> None:
        self._called = {folded(study): name for study, name in called}

    @classmethod
    def listed(cls, studies: pd.DataFrame | None) -> StudyLabels:
        """Those of `screening/studies.csv`; None where nobody screened."""
        if studies is None or "report_name" not in studies:
            return cls()
        return cls(zip(studies["study"], studies["report_name"], strict=True))

    def __call__(self, study: str) -> str:
        return label_of(study, self._called.get(folded(study), ""))

    def tell_more(self, studies: Iterable[str]) -> bool:
        """Whether one of the studies is called otherwise than in the sheets."""
        return any(self(study) != study for study in studies)


AS_WRITTEN = StudyLabels()
"""Of a review that nobody screened: every study keeps its name."""


def by_name(text: str) -> tuple[Any, ...]:
    """The place of a name in a list: letters without their marks first, numbers by their value, then marks, then capitals.

    That is the root order of the Unicode collation algorithm (UTS 10) for names in alphabets; a language that has an order of its own
    for letters with marks, such as Swedish, is not asked for.
    """
    plain = unicodedata.normalize("NFKD", text).casefold().translate(BASE)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    parts = re.findall(r"\d+|[^\W\d_]+", letters)
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in parts), plain, text
