"""Why two records are one work, or are not, or are related: the words that all tables and `explain.py` have for it."""

from __future__ import annotations

import numpy as np

from evergreen.deduplication.comparison import DIFFERENT, SAME, Comparison
from evergreen.deduplication.decision import VETOES

AGAINST = {
    "title": "the titles have nothing in common",
    "short": "the title is of few letters",
    "cut": "both titles were cut off",
    "authors": "other people wrote it",
    "page": "it stands on another page",
    "kind": "it is another kind of document",
    "numbers": "the titles count differently",
    "pmid": "it has another PMID",
    "registry": "it has another registration number",
    "doi": "it has another DOI",
    "version": "it is another version of the review",
    "place": "it stands in another journal",
    "issue": "it stands in another volume or issue",
    "wording": "the titles differ in a content word",
    "letters": "the titles differ in a letter that makes another word",
    "serial": "the title is one of many works",
    "trial": "it names another trial's number",
    "abstract": "the abstracts are clearly different",
    "sparse": "there is too little to compare",
    "translated": "one title may be the translation of the other",
}
"""What each veto and doubt says of the second of two records."""
RELATIONS = {
    "erratum_of": ("erratum of", "has an erratum"),
    "retraction_of": ("retraction of", "retracted by"),
    "comment_on": ("comment on", "commented by"),
    "registry_entry_of": ("registry entry of", "has a registry entry"),
    "cross_registration_of": ("registered in another register too", "registered in another register too"),
    "preprint_of": ("preprint of", "has a preprint"),
    "conference_abstract_of": ("conference abstract of", "has a conference abstract"),
    "thesis_of": ("thesis behind", "comes from a thesis"),
    "report_of": ("report behind", "comes from a report"),
    "part_of": ("another part of", "has another part"),
    "version_of": ("another version of", "has another version"),
}
"""What the first work of a link is to the second, and the second to the first."""
_MARK = "against it: "
_LEVELS = ("pmid", "doi", "authors", "journal", "volume", "page")
_TITLES = ("", "much of the title", "beginning or end of the title", "title but for some letters", "title")


def reasons(pairs: Comparison, vetoes: np.ndarray | None = None) -> np.ndarray:
    """What agrees and what does not, in words; the same combination of levels is put into words once."""
    levels = [getattr(pairs, name) for name in _LEVELS]
    title = np.select(
        [pairs.title >= 99.9, pairs.title >= 90, pairs.contained, pairs.title > 0], [4, 3, 2, 1], 0
    )
    vetoes = np.zeros(len(pairs), np.uint32) if vetoes is None else vetoes
    columns = [title, np.minimum(pairs.years, 3), *levels, pairs.numbers_differ, pairs.same_id, vetoes]
    # one number for each combination: all columns are from -1 to 4 but the vetoes, which stand in front
    combined = np.zeros(len(pairs), dtype=np.int64)
    for column in reversed(columns):
        combined = 8 * combined + (column.astype(np.int64) + 1)
    _, first, where = np.unique(combined, return_index=True, return_inverse=True)
    rows = zip(*(column[first].tolist() for column in columns), strict=True)
    texts = np.array([_sentence([int(value) for value in row]) for row in rows], dtype=object)
    return texts[where]


def _sentence(row: list[int]) -> str:
    title, years, *levels, numbers, same_id, vetoes = row
    same = ["id"] if same_id else []
    same += [_TITLES[title]] * (title > 0)
    same += ["year"] * (years == 0) + [
        name for name, level in zip(_LEVELS, levels, strict=True) if level == SAME
    ]
    other = ["title"] * (title == 0) + ["year"] * (years > 0) + ["numbers in the title"] * bool(numbers)
    other += [name for name, level in zip(_LEVELS, levels, strict=True) if level == DIFFERENT]
    against = [name for position, name in enumerate(VETOES) if vetoes >> position & 1]
    parts = [f"same {', '.join(same)}"] * bool(same) + [f"different {', '.join(other)}"] * bool(other)
    return "; ".join(parts + [f"{_MARK}{', '.join(against)}"] * bool(against))


def spelled_out(reason: str) -> str:
    """A reason with what each word behind `against it` means."""
    agree, mark, against = reason.partition(_MARK)
    return (
        agree + mark + ", ".join(AGAINST.get(word, word) for word in against.split(", ")) if mark else reason
    )
