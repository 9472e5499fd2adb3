"""Comments in the protocol that may have been meant as a part of a text. Loads no models: whether a run is due asks this too."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from evergreen import yaml_text

PRINTED_PARTS = ("review", "question", "eligibility", "amendments")
PRINTED_KEYS = {"name", "reasons", "comment", "favours"}
"""Parts of the protocol, and keys of others, whose texts a reader of the review sees."""


class Behind(NamedTuple):
    """A text without quotes, where it stands, and the comment behind it."""

    place: tuple[str | int, ...]
    row: int | None
    text: str
    comment: str


def behind_texts(path: str | Path) -> list[Behind]:
    """Of the texts that readers see, those that a comment stands behind. Raises InputError where the file cannot be read."""
    written = yaml_text.read_placed(path)
    return [
        Behind(place, written.row(place), text, comment)
        for place, text, comment in written.commented()
        if place[0] in PRINTED_PARTS or PRINTED_KEYS.intersection(place)
    ]
