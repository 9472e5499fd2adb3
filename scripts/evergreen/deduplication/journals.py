"""Do two names mean one journal? `J Am Coll Cardiol` and `Journal of the American College of Cardiology` do."""

from __future__ import annotations

import re

import numpy as np

from evergreen.deduplication.features import ELLIPSIS

_SMALL = frozenset(
    {
        "of",
        "the",
        "and",
        "for",
        "in",
        "on",
        "a",
        "an",
        "de",
        "la",
        "le",
        "les",
        "el",
        "et",
        "y",
        "e",
        "und",
        "der",
        "die",
    }
    | {"das", "des", "du", "fur", "di", "del", "supplement", "suppl"}
)
_MEETING = frozenset({"conference", "conf", "congress", "symposium", "symp", "workshop", "meeting"})
_SERIAL = frozenset(
    {
        "journal", "j", "transactions", "trans", "record", "rec", "magazine", "mag", "letters", "lett", "annals", "ann", "archives",
        "arch", "quarterly", "quart", "q", "bulletin", "bull", "reports", "rep",
    }
)  # fmt: skip
_FRAME = _MEETING | {"proceedings", "proc", "annual"}
"""Words around the name of a meeting: `Proceedings of the 12th`."""
_BEFORE_MEETING = _FRAME | {"international", "national", "european", "world", "joint", "ieee", "acm"}
_IN_JOURNAL = re.compile(r"(.+?) conference (?!(?:on|of|for|in|and|series|proceedings|papers)\b)")
_SHORTEST_PREFIX = 6
_LETTERS_OF_ACRONYM = 3
_LONG_BEGINNING = 8
_BEGINNING = 2
"""Words at the beginning of a name that its cut form has, perhaps with others between."""


def compare_journals(names: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Of pairs of codes into `names` (in searchable form): 1 the same, -1 different, 0 cannot be told.

    Cannot be told: a name is missing, or one is the beginning of the other (`Circulation`, `Circulation Research`; a
    name that was cut off). Every distinct pair is looked at once.
    """
    level = np.ones(len(a), dtype=np.int8)
    open_ = np.flatnonzero((a != b) | (names == "")[a])
    low, high = np.minimum(a[open_], b[open_]).astype(np.int64), np.maximum(a[open_], b[open_])
    pairs, where = np.unique(low * len(names) + high, return_inverse=True)
    words = [_words(name) for name in names]
    homes = [_words(_home(name)) for name in names]

    def compared(x: int, y: int) -> int:
        known = _compare(words[x], words[y])
        if known < 1 and (homes[x] != words[x] or homes[y] != words[y]):
            known = max(known, _compare(homes[x], homes[y]))
        return 1 if known < 1 and _acronym(names[x], names[y]) else known

    found = map(compared, *np.divmod(pairs, len(names)))
    level[open_] = np.fromiter(found, np.int8, len(pairs))[where]
    return level


def same_sort(a: str, b: str) -> bool:
    """Whether both names are of a journal, both of a meeting, or both do not say: `VLDB` is not the `VLDB J`."""
    sorts = [(bool(words & _MEETING), bool(words & _SERIAL)) for words in (set(a.split()), set(b.split()))]
    return sorts[0] == sorts[1]


def _acronym(a: str, b: str) -> bool:
    """One name is the other in letters: `ICES 2004`, `TODS` (ACM Transactions on Database Systems), `CACM` (Communications of the ACM).

    The letters are those of the whole name, of all words but the first (a society), of all but the last, which stands whole; those of
    a meeting may end in three or more of its last words: `SIGMOD Conference` (Special Interest Group on Management of Data).
    """
    for short, long in ((a, b), (b, a)):
        bare = [word for word in short.split() if word not in _FRAME and not word.isdigit()]
        if len(bare) != 1 or not _LETTERS_OF_ACRONYM <= len(bare[0]) <= 8:
            continue
        every = [word for word in long.split() if not word[0].isdigit()]
        framed = any(word in _FRAME for word in every)
        for words in (every, [word for word in every if word not in _SMALL]):
            without = words[1:] if words and words[0] in ("proceedings", "proc") else words
            without = without[1:] if without and without[0] in ("of", "the") else without
            without = without[1:] if without and without[0] == "the" else without
            letters = "".join(word[0] for word in without)
            if len(letters) > 1 and bare[0] in (letters, letters[1:], letters[:-1] + without[-1]):
                return True
            if framed and any(bare[0].endswith(letters[-n:]) for n in (3, 4) if len(letters) > n):
                return True
    return False


def _compare(a: list[str], b: list[str]) -> int:
    if not a or not b:
        return 0
    whole_a, whole_b = "".join(a), "".join(b)
    if whole_a.endswith(ELLIPSIS) or whole_b.endswith(ELLIPSIS):
        return _compare_cut(a, b)
    if whole_a == whole_b or sorted(a) == sorted(b):  # `Data Engineering, Conference on`
        return 1
    long, short, whole, beginning = (
        (a, b, whole_a, whole_b) if len(whole_a) >= len(whole_b) else (b, a, whole_b, whole_a)
    )
    if (len(long) == len(short) and all(map(_shortened, long, short))) or _initials(long, short):
        return 1
    if short == long[: len(short)] or (len(beginning) >= _SHORTEST_PREFIX and beginning in whole):
        return 0
    return 0 if len(short) >= 2 and _skips(long, short) else -1


def _home(name: str) -> str:
    """The journal of a name that Embase made longer by a meeting: `Heart. Conference: British Atherosclerosis Society`.

    `Nordic Conference on Robotics` is the meeting itself.
    """
    found = _IN_JOURNAL.match(name)
    return found.group(1) if found and not _BEFORE_MEETING.issuperset(found.group(1).split()) else name


def _compare_cut(a: list[str], b: list[str]) -> int:
    """Names of which one (or both) was cut off: the same as far as the words go, if there are enough of them."""
    pieces = [[word for word in (name.rstrip(ELLIPSIS) for name in names) if word] for names in (a, b)]
    a, b = _whole_words(a), _whole_words(b)
    agree = all(map(_shortened, a, b))
    enough = sum(min(len(x), len(y)) for x, y in zip(a, b, strict=False)) >= _LONG_BEGINNING
    if agree:
        return 1 if enough else 0
    # `Diabetes/Metabolism Re…` for `Diabetes Res Rev`
    skips = (_skips(long, short[:_BEGINNING]) for long, short in (pieces, pieces[::-1]))
    return 0 if any(skips) else -1


def _whole_words(words: list[str]) -> list[str]:
    """`words` without the sign of a cut; a last piece of some letters may be of a word that names leave out (`an…`)."""
    last = words[-1].rstrip(ELLIPSIS)
    return words if last == words[-1] else words[:-1] + [last] * (len(last) > 3)


def _words(name: str) -> list[str]:
    words = name.split()
    return [word for word in words if word not in _SMALL] or words


def _shortened(word: str, abbreviation: str) -> bool:
    """`abbreviation` keeps the first letter of `word` and some others in their order (`natl`, `j`, `cardiol`)."""
    if word.startswith(abbreviation) or abbreviation.startswith(word):
        return True
    if word[0] != abbreviation[0] or len(abbreviation) > len(word):
        return False
    letters = iter(word)
    return len(abbreviation) >= 3 and all(letter in letters for letter in abbreviation)


def _skips(long: list[str], short: list[str]) -> bool:
    """All words of `short` are in `long` in their order, with others between."""
    rest = iter(long)
    return all(any(_shortened(word, abbreviation) for word in rest) for abbreviation in short)


def _initials(long: list[str], short: list[str]) -> bool:
    """`BMJ` for British Medical Journal, `JAMA`, `PNAS`; the name may go on behind."""
    letters = short[0]
    return (
        len(short) == 1
        and 3 <= len(letters) <= 8
        and len(long) >= len(letters)
        and all(word.startswith(letter) for word, letter in zip(long, letters, strict=False))
    )
