"""Names of authors: the family name and what is given with it, in any of the orders that databases use."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from evergreen.records.name_words import AND_OTHERS, GROUP, INITIALS, NO_INITIALS, PARTICLE, SUFFIX, TITLE
from evergreen.records.normalise import clean, searchable


class Name(NamedTuple):
    """A person (`family`, `given` or initials) or, with `given` empty, a group or a single name."""

    family: str
    given: str

    def __str__(self) -> str:
        return f"{self.family}, {self.given}" if self.given else self.family


_RUN_TOGETHER = re.compile(
    r"[^\W\d_]+\W+\S*(?<=[a-zß-öø-ÿ])(?<!\bMc)(?<!\bMac)(?<!\b[DL][aeiou])(?<!\bDel)(?<!\bVan)(?<!\bFitz)(?<!\b[SU]t)(?<!\bAl)(?<!\bEl)[A-ZÀ-ÖØ-Þ]"
    r"[^\W\d_'’-]+\S*\s+\S"  # `Lei ZhaoYan-Yan Yang`, as SpringerLink writes
    r"|[^\W\d_]{2,}\s+(?:[A-ZÀ-ÖØ-Þ]\.-?)+[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{2,}"  # `Adeli K.Lewis G. F.`
    r"|[^\W\d_]{2,}\s+(?!IJ)[A-ZÀ-ÖØ-Þ]{2,4}[a-zß-öø-ÿ]{2,}\s+(?:[A-ZÀ-ÖØ-Þ]{1,3}\b|\S+\s+[A-ZÀ-ÖØ-Þ]{1,3}$)"  # `Smith JDoe A`
)
_GLUED_INITIALS = re.compile(r"^((?:[A-ZÀ-ÖØ-Þ]\.-?){1,4})(?=[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’]\S+$)")
"""`J.R.Doe`"""
_WITH_INITIALS_BEHIND = re.compile(r"\s(?:[A-ZÀ-ÖØ-Þ]\.?-?){1,2}$")
NEARLY_EVERY = re.compile(
    r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’]+(?:-[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ'’]+)?,"
    r" (?:[A-ZÀ-ÖØ-Þ]{1,3}|(?:[A-ZÀ-ÖØ-Þ]\.)+|[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+)(?:[ -](?:[A-ZÀ-ÖØ-Þ]\.?|[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]+))*"
)  # `Smith-Jones, John A.`: as the record table has it, nothing to look at closer
_SUFFIX_BEHIND = re.compile(rf"(?<=\S\S),? ({SUFFIX.pattern})$", re.IGNORECASE)
_INITIALS_TOO = frozenset(("JR", "SR", "II", "IV"))
"""Suffixes that are initials where no others stand beside them: `Garcia Lopez, JR`, `San Miguel JR`."""
_DEGREE = re.compile(
    r"(?:jr|sr|[iv]+|\dnd|\drd|\dth|m\.?d|ph\.?d|m\.?sc|b\.?sc|m\.?p\.?h|d\.?sc|r\.?n|m\.?a|dr|prof|frcp\w*)\.?",
    re.IGNORECASE,
)
_FAMILY_IN_CAPITALS = re.compile(
    r"([A-ZÀ-ÖØ-Þ][A-ZÀ-ÖØ-Þ'’-]{4,}(?: [A-ZÀ-ÖØ-Þ'’-]{2,})*) ([A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ].*)"
)
"""`DUPONT Jean Marc`; of fewer than five capitals the first word may be initials."""


LONGEST = 1000
"""Letters of a name, with those of groups; what has more is none, and patterns of names would look at it for minutes."""


@lru_cache(maxsize=1 << 18)
def apart(text: str) -> bool:
    """Whether `text` is one name: not several that run together, and no list that cannot be taken apart."""
    if len(text) > LONGEST:
        return False
    _, *given = (part.strip() for part in text.split(","))
    if len(given) > 1 and not GROUP.search(text):
        last = given[2:] if SUFFIX.fullmatch(given[0]) else given[1:]  # `Doe, Jr, Ann`, as BibTeX has it
        pieces = [piece for piece in last if piece and not _DEGREE.fullmatch(piece)]
        if pieces:
            return False
    if text.startswith(("[", "c(", "{")) and len(given) > 0:
        return False
    return not _RUN_TOGETHER.search(text) or bool(GROUP.search(text))


@lru_cache(maxsize=1 << 18)
def parse_name(text: str) -> Name:
    """Name in `text`: `Smith, John A`, `Smith JA`, `Smith J.A.`, `JA Smith`, `John A. Smith`, `van der Berg J`.

    A group (`RECORD Study Group`) and a single word are a family name without a given one, and so is what is not `apart`: it is not
    guessed at. Suffixes (Jr, 3rd) go to the given names.
    """
    if ".-" not in text and NEARLY_EVERY.fullmatch(text):
        return Name(*text.split(", "))
    text = AND_OTHERS.sub("", clean(text)).strip(" ,;*†‡§¶#")
    if not apart(text):
        return Name(text, "")
    text = _GLUED_INITIALS.sub(r"\1 ", text)
    if "," in text:
        family, given = (part.strip() for part in text.split(",", 1))
        if " " in family and GROUP.search(family):
            return Name(text, "")
        degrees = [piece.strip() for piece in given.split(",")]
        named = any(map(NO_INITIALS.search, degrees)) or _WITH_INITIALS_BEHIND.search(family)
        if " " in family and named and all(map(TITLE.fullmatch, degrees)):
            return parse_name(family)  # `John Smith, MD, PhD`, `Doe J, MD`
        if SUFFIX.fullmatch(given) and not PARTICLE.fullmatch(family.split(" ")[0]):
            whole = parse_name(family)
            others = not family.isupper() and any(map(INITIALS.fullmatch, whole.given.split()))
            if others or given not in _INITIALS_TOO:
                return Name(whole.family, ", ".join(filter(None, (whole.given, given))))  # `John Smith, Jr.`
        two = degrees[0] in _INITIALS_TOO and SUFFIX.fullmatch(degrees[-1])  # `Wright, JR, Jr`
        if len(degrees) == 2 and SUFFIX.fullmatch(degrees[0]) and not two:
            degrees.reverse()
        return _suffix_last(family, ", ".join(filter(None, degrees)))
    words = text.split()
    if len(words) < 2 or GROUP.search(text):
        return Name(text, "")
    while len(words) > 2 and TITLE.fullmatch(words[-1]) and NO_INITIALS.search(words[-1]):
        words.pop()  # `Bob Roe PhD`
    if first := _FAMILY_IN_CAPITALS.match(" ".join(words)):
        return Name(first[1], first[2])
    suffix = ""
    while len(words) > 2 and words[-1].islower() and PARTICLE.fullmatch(words[-1]):
        suffix = f" {words.pop()}{suffix}"  # `Vries J de`
    if all(word.islower() and PARTICLE.fullmatch(word) for word in words[:-1]):
        return Name(text, "")
    initials = words[-1] in ("JR", "SR") and not words[-2].isupper()
    if len(words) > 2 and SUFFIX.fullmatch(words[-1]) and not words[-2].endswith(".") and not initials:
        suffix = f", {words.pop()}{suffix}"
    if INITIALS.fullmatch(words[-1]) and not _lone_initials(words):
        cut = len(words) - 1
        while (
            cut > 1
            and INITIALS.fullmatch(words[cut - 1])
            and not SUFFIX.fullmatch(words[cut - 1])
            and (words[cut - 1].endswith(".") or len(words[cut - 1]) == 1)
        ):
            cut -= 1
        return _suffix_last(" ".join(words[:cut]), " ".join(words[cut:]) + suffix)
    cut = len(words) - 1
    while cut > 1 and PARTICLE.fullmatch(words[cut - 1]):
        cut -= 1
    return Name(" ".join(words[cut:]), " ".join(words[:cut]) + suffix)


def _suffix_last(family: str, given: str) -> Name:
    """The name with the suffix behind the given ones that stands behind the family's: `Smith Jr., John`, `Jones III J`."""
    last = _SUFFIX_BEHIND.search(family)
    return Name(family[: last.start()], f"{given}, {last[1]}") if last and given else Name(family, given)


def _lone_initials(words: list[str]) -> bool:
    """`JA LI`: all capitals with the longer word last, or dotted initials first, so the last word is the family name."""
    return len(words) == 2 and words[0].endswith(".") and not words[1].endswith(".") and len(words[1]) > 1


def first_author(authors: str) -> str:
    """Searchable family name of the first of `authors` (joined by `"; "`)."""
    return first_family(authors.split(";", 1)[0])


@lru_cache(maxsize=1 << 16)
def first_family(name: str) -> str:
    return searchable(parse_name(name).family)
