"""Names of authors: the family name and what is given with it, in any of the orders that databases use."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from evergreen.records.normalise import clean, searchable


class Name(NamedTuple):
    """A person (`family`, `given` or initials) or, with `given` empty, a group or a single name."""

    family: str
    given: str

    def __str__(self) -> str:
        return f"{self.family}, {self.given}" if self.given else self.family


_GROUP = re.compile(
    r"\b(?:group|investigators?|collaborat\w+|committee|consortium|network|society|association|team|trial(?:ists)?|study|"
    r"organi[sz]ation|institute|foundation|cent(?:er|re)|council|university|hospital|registry|program(?:me)?|alliance|"
    r"authors?|writers|staff|department|ministry|agency|inc|ltd|gmbh|pharma\w*|academy|college|initiative|on behalf)\b",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"[^\W\d_a-zß-öø-ÿ](?:[.\s-]*[^\W\d_a-zß-öø-ÿ]){0,3}\.?|(?:[^\W\d_]{1,2}\.[\s-]*)+")
_SUFFIX = re.compile(r"^(?:jr|sr|ii|iii|iv|2nd|3rd|4th)\.?$", re.IGNORECASE)
_PARTICLE = re.compile(
    "van|von|der|den|de|del|della|di|da|dos|das|du|la|le|el|al|bin|ibn|ten|ter|zu|zur|af|av", re.I
)


@lru_cache(maxsize=1 << 18)
def parse_name(text: str) -> Name:
    """Name in `text`: `Smith, John A`, `Smith JA`, `Smith J.A.`, `JA Smith`, `John A. Smith`, `van der Berg J`.

    A group (`RECORD Study Group`) and a single word are a family name without a given one. Suffixes (Jr, 3rd) go to
    the given names.
    """
    text = clean(text).strip(" ,;*")
    if "," in text:
        family, given = (part.strip() for part in text.split(",", 1))
        if " " in family and _GROUP.search(family):
            return Name(text, "")
        return Name(family, ", ".join(part for part in (piece.strip() for piece in given.split(",")) if part))
    words = text.split()
    if len(words) < 2 or _GROUP.search(text):
        return Name(text, "")
    suffix = ""
    if len(words) > 2 and _SUFFIX.match(words[-1]) and not words[-2].endswith("."):
        suffix = ", " + words.pop()
    if _INITIALS.fullmatch(words[-1]) and not _lone_initials(words):
        cut = len(words) - 1
        while cut > 1 and words[cut - 1].endswith(".") and _INITIALS.fullmatch(words[cut - 1]):
            cut -= 1
        return Name(" ".join(words[:cut]), " ".join(words[cut:]) + suffix)
    cut = len(words) - 1
    while cut > 1 and _PARTICLE.fullmatch(words[cut - 1]):
        cut -= 1
    return Name(" ".join(words[cut:]), " ".join(words[:cut]) + suffix)


def _lone_initials(words: list[str]) -> bool:
    """`JA LI`: all capitals with the longer word last, or dotted initials first, so the last word is the family name."""
    return len(words) == 2 and words[0].endswith(".") and not words[1].endswith(".") and len(words[1]) > 1


def split_authors(text: str) -> list[str]:
    """The names in one cell: separated by `;`, `|`, line ends, ` and ` (BibTeX), ` & `, else by commas.

    With commas, `Smith, J., Doe, A.` is read as pairs where every second piece is initials.
    """
    text = text.strip()
    if not text:
        return []
    for separator in (";", "|", "\n"):
        if separator in text:
            return _pieces(text.split(separator))
    if re.search(r"\s(?:and|&)\s", text):
        pieces = re.split(r",?\s+(?:and|&)\s+", text)
        if any(piece.count(",") > 1 for piece in pieces):
            return [name for piece in pieces for name in split_authors(piece)]
        return _pieces(pieces)
    pieces = _pieces(text.split(","))
    if (
        len(pieces) == 2
        and not any(" " in piece for piece in pieces[:1])
        and not re.search(r"\s\S{1,3}$", pieces[1])
    ):
        return [f"{pieces[0]}, {pieces[1]}"]
    if len(pieces) > 1 and len(pieces) % 2 == 0 and all(_INITIALS.fullmatch(piece) for piece in pieces[1::2]):
        return [f"{family}, {given}" for family, given in zip(pieces[::2], pieces[1::2], strict=True)]
    return pieces


def _pieces(parts: list[str]) -> list[str]:
    return [piece for part in parts if (piece := part.strip().rstrip(","))]


def first_author(authors: str) -> str:
    """Searchable family name of the first of `authors` (joined by `"; "`)."""
    return first_family(authors.split(";", 1)[0])


@lru_cache(maxsize=1 << 16)
def first_family(name: str) -> str:
    return searchable(parse_name(name).family)
