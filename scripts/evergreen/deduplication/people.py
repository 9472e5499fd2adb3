"""Are two lists of authors the same people, each of them, in whatever order and however much of a name was kept?"""

from __future__ import annotations

import re

from evergreen.records.names import parse_name
from evergreen.records.normalise import searchable, unaccented

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_LOST = re.compile(r"[?\ufffd]+")
_ET_AL = re.compile(r"(?:^|[\s,]+)(?:et,?\s*al|and others|others)\W*$", re.I)
_NOT_LETTERS = re.compile(r"[^a-z]+")


def same_people(a: str, b: str) -> bool:
    """Whether `a` and `b` (names joined by `"; "`) are the same complete set, of one person at least.

    Initials agree with the names that they stand for, and a name with a letter that was lost (`M?ller`, `Mller`) or written out
    (`Mueller`) with `Müller`. `et al.` is not complete.
    """
    first, second = a.split("; "), b.split("; ")
    if not a or not b or len(first) != len(second) or any(_et_al(name) for name in (*first, *second)):
        return False
    rest = list(second)
    for name in first:
        found = next((other for other in rest if other == name), None)
        found = found or next((other for other in rest if _same_person(name, other)), None)
        if found is None:
            return False
        rest.remove(found)
    return True


def cut_list(a: str, b: str) -> bool:
    """Whether one list says that it goes on (`et al.`) and is the beginning of the other."""
    for short, long in ((a.split("; "), b.split("; ")), (b.split("; "), a.split("; "))):
        if _et_al(short[-1]):
            last = _ET_AL.sub("", short[-1])
            known = short[:-1] + [last] * bool(last)
            return same_people("; ".join(known), "; ".join(long[: len(known)]))
    return False


def _et_al(name: str) -> bool:
    return bool(_ET_AL.search(name))


def _same_person(a: str, b: str) -> bool:
    one, other = parse_name(a), parse_name(b)
    return _same_family(one.family, other.family) and _same_given(one.given, other.given)


def _same_family(a: str, b: str) -> bool:
    if _spellings(a) & _spellings(b):
        return True
    for lost, whole in ((a, b), (b, a)):
        if _LOST.search(lost):
            pattern = ".{1,2}".join(re.escape(unaccented(part)) for part in _LOST.split(lost))
            if re.fullmatch(pattern, unaccented(whole)):
                return True
    return False


def _spellings(family: str) -> set[str]:
    """How databases write a name: without accents, with umlauts written out, without the letters that are not ASCII."""
    if family.isascii():
        return {_letters(family)}
    plain = "".join(letter for letter in family if letter.isascii())
    return {_letters(family), _letters(family.lower().translate(_UMLAUTS)), _letters(plain)} - {""}


def _same_given(a: str, b: str) -> bool:
    """One has none, or both begin alike: `J`, `J.M.`, `John`, `John M`."""
    first, second = (searchable(given).split() for given in (a, b))
    # initials that stand together
    first, second = (
        list(names[0]) if len(names) == 1 and _together(raw) else names
        for names, raw in ((first, a), (second, b))
    )
    return all(x.startswith(y) or y.startswith(x) for x, y in zip(first, second, strict=False))


def _together(given: str) -> bool:
    return bool(re.fullmatch(r"[A-Z]{2,3}", given.strip()))


def _letters(name: str) -> str:
    return _NOT_LETTERS.sub("", unaccented(name))
