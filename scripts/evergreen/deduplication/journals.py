"""Do two names mean one journal? `J Am Coll Cardiol` and `Journal of the American College of Cardiology` do."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

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
    | {"das", "des", "du", "fur", "di", "del", "supplement", "supplements", "suppl"}
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
_PUBLISHED = {"proceedings", "proc"}
_SHORT_FOR = {"conf": "conference", "symp": "symposium", "intl": "international", "int": "international"}
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
    first, second = (names[codes].tolist() for codes in np.divmod(pairs, len(names)))
    level[open_] = np.fromiter(map(_level, first, second), np.int8, len(pairs))[where]
    return level


@dataclass(frozen=True, eq=False)
class _Name:
    """A name as words that count, with what is read of them for each of its pairs."""

    words: list[str]
    whole: str
    initials: str
    home: _Name | None
    acronym: str
    framed: bool

    @classmethod
    @lru_cache(maxsize=1 << 17)
    def of(cls, name: str) -> _Name:
        words = [word for word in name.split() if word not in _SMALL] or name.split()
        home = _home(name)
        return cls(
            words,
            "".join(words),
            "".join(word[0] for word in words),
            None if home == name else cls.of(home),
            _only_word(name),
            not _FRAME.isdisjoint(words),
        )


@lru_cache(maxsize=1 << 19)
def _level(a: str, b: str) -> int:
    one, other = _Name.of(a), _Name.of(b)
    known = _compare(one, other)
    if known < 1 and (one.home or other.home):
        known = max(known, _compare(one.home or one, other.home or other))
    if known < 1 and (one.framed or other.framed):
        known = max(known, _compare_framed(one.words, other.words))
    if known < 1 and (
        (one.acronym and _stands_for(one.acronym, b)) or (other.acronym and _stands_for(other.acronym, a))
    ):
        return 1
    return known


def same_sort(a: str, b: str) -> bool:
    """Whether both names are of a journal, both of a meeting, or both do not say: `VLDB` is not the `VLDB J`."""
    sorts = [(bool(words & _MEETING), bool(words & _SERIAL)) for words in (set(a.split()), set(b.split()))]
    return sorts[0] == sorts[1]


def _stands_for(acronym: str, name: str) -> bool:
    """The acronym is the name in letters: `ICES 2004`, `TODS` (ACM Transactions on Database Systems), `CACM` (Communications of the ACM).

    The letters are those of the whole name, of all words but the first (a society), of all but the last, which stands whole; those of
    a meeting may end in three or more of its last words: `SIGMOD Conference` (Special Interest Group on Management of Data).
    """
    wholes, ends = _letters(name)
    return acronym in wholes or acronym.endswith(ends)


def _only_word(name: str) -> str:
    """The word of a name that may be an acronym, without what frames the name of a meeting."""
    bare = [word for word in name.split() if word not in _FRAME and not word.isdigit()]
    return bare[0] if len(bare) == 1 and _LETTERS_OF_ACRONYM <= len(bare[0]) <= 8 else ""


@lru_cache(maxsize=1 << 14)
def _letters(name: str) -> tuple[set[str], tuple[str, ...]]:
    """What a name is in letters, and what its letters may end in."""
    every = [word for word in name.split() if not word[0].isdigit()]
    framed = any(word in _FRAME for word in every)
    wholes: set[str] = set()
    ends: list[str] = []
    for words in (every, [word for word in every if word not in _SMALL]):
        without = words[1:] if words and words[0] in ("proceedings", "proc") else words
        without = without[1:] if without and without[0] in ("of", "the") else without
        without = without[1:] if without and without[0] == "the" else without
        letters = "".join(word[0] for word in without)
        if len(letters) > 1:
            wholes |= {letters, letters[1:], letters[:-1] + without[-1]}
        ends += [letters[-n:] for n in (3, 4) if framed and len(letters) > n]
    return wholes, tuple(ends)


def _compare(a: _Name, b: _Name) -> int:
    if not a.words or not b.words:
        return 0
    if a.whole.endswith(ELLIPSIS) or b.whole.endswith(ELLIPSIS):
        return _compare_cut(a.words, b.words)
    if a.whole == b.whole:
        return 1
    long, short = (a, b) if len(a.whole) >= len(b.whole) else (b, a)
    count = len(short.words)
    if len(long.words) == count:
        if sorted(a.words) == sorted(b.words):  # `Data Engineering, Conference on`
            return 1
        if long.initials == short.initials and all(map(_shortened, long.words, short.words)):
            return 1
    if _initials(long, short):
        return 1
    if short.words == long.words[:count] or (
        len(short.whole) >= _SHORTEST_PREFIX and short.whole in long.whole
    ):
        return 0
    return 0 if count >= 2 and _skips(long.words, short.words) else -1


def _compare_framed(a: list[str], b: list[str]) -> int:
    """Names of meetings in whatever order: `Proc. VLSA` is `VLSA`, `7th International Workshop on Graphs` may be `Graphs Workshop`."""
    one, other = (
        {_SHORT_FOR.get(word, word) for word in words if word not in _PUBLISHED and not word[0].isdigit()}
        for words in (a, b)
    )
    if one ^ other <= {"annual", "international"} and one & other:
        return int(one == other)
    return -1


def _home(name: str) -> str:
    """The journal of a name that Embase made longer by a meeting: `Heart. Conference: British Atherosclerosis Society`.

    `Nordic Conference on Robotics` is the meeting itself.
    """
    found = _IN_JOURNAL.match(name)
    return found.group(1) if found and not _BEFORE_MEETING.issuperset(found.group(1).split()) else name


def _compare_cut(a: list[str], b: list[str]) -> int:
    """Names of which one (or both) was cut off: the same as far as the words go, if there are enough of them."""
    whole = _whole_words(a), _whole_words(b)
    if all(map(_shortened, *whole)):
        return int(sum(min(len(x), len(y)) for x, y in zip(*whole, strict=False)) >= _LONG_BEGINNING)
    # `Diabetes/Metabolism Re…` for `Diabetes Res Rev`
    a, b = ([word for word in (name.rstrip(ELLIPSIS) for name in names) if word] for names in (a, b))
    return 0 if _skips(a, b[:_BEGINNING]) or _skips(b, a[:_BEGINNING]) else -1


def _whole_words(words: list[str]) -> list[str]:
    """`words` without the sign of a cut; a last piece of some letters may be of a word that names leave out (`an…`)."""
    last = words[-1].rstrip(ELLIPSIS)
    return words if last == words[-1] else words[:-1] + [last] * (len(last) > 3)


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
    for abbreviation in short:
        for word in rest:
            if word[0] == abbreviation[0] and _shortened(word, abbreviation):
                break
        else:
            return False
    return True


def _initials(long: _Name, short: _Name) -> bool:
    """`BMJ` for British Medical Journal, `JAMA`, `PNAS`; the name may go on behind."""
    return len(short.words) == 1 and 3 <= len(short.whole) <= 8 and long.initials.startswith(short.whole)
