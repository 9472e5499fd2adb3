"""Do two names mean one journal? `J Am Coll Cardiol` and `Journal of the American College of Cardiology` do."""

from __future__ import annotations

import numpy as np

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
_SHORTEST_PREFIX = 6


def same_journal(a: str, b: str) -> int:
    """1 the same, -1 different, 0 cannot be told; `a` and `b` in searchable form.

    Cannot be told: a name is missing, or one is the beginning of the other (`Circulation`, `Circulation Research`; a
    name that was cut off).
    """
    if not a or not b:
        return 0
    if a == b:
        return 1
    long, short = sorted((_words(a), _words(b)), key=lambda words: (-sum(map(len, words)), words))
    if not long or not short:
        return 0
    if "".join(long) == "".join(short) or _abbreviated(long, short) or _initials(long, short):
        return 1
    squashed, beginning = "".join(long), "".join(short)
    if len(beginning) >= _SHORTEST_PREFIX and (squashed.startswith(beginning) or beginning in squashed):
        return 0
    steps = sum(_shortened(word, abbreviation) for word, abbreviation in zip(long, short, strict=False))
    if len(short) >= 2 and steps == min(len(long), len(short)):
        return 0
    return -1


def compare_journals(names: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """`same_journal` of pairs of codes into `names`; every distinct pair is looked at once."""
    pairs, where = np.unique(
        np.minimum(a, b).astype(np.int64) * len(names) + np.maximum(a, b), return_inverse=True
    )
    first, second = pairs // len(names), pairs % len(names)
    known = np.fromiter(
        (same_journal(x, y) for x, y in zip(names[first], names[second], strict=True)), np.int8, len(pairs)
    )
    return known[where]


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


def _abbreviated(long: list[str], short: list[str]) -> bool:
    return len(long) == len(short) and all(map(_shortened, long, short))


def _initials(long: list[str], short: list[str]) -> bool:
    """`BMJ` for British Medical Journal, `JAMA`, `PNAS`; the name may go on behind."""
    letters = short[0]
    return (
        len(short) == 1
        and 3 <= len(letters) <= 8
        and len(long) >= len(letters)
        and all(word.startswith(letter) for word, letter in zip(long, letters, strict=False))
    )
