"""What readers of a script take as one letter, in which no line may end: a letter with its marks, stacks of letters, vowels written around one.

Source: UAX 29, grapheme clusters (rules GB6 to GB13 and GB9c), and for Thai and Lao UAX 14, class SA, with the orthography's own rule: a
vowel written before its consonant, and one behind it, stay with it.
"""

from __future__ import annotations

import unicodedata

JOINER, NON_JOINER = "\u200d", "\u200c"
STACKING = frozenset("\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d\u0dca\u1039\u17d2\u1a60\u1baa\u1bab\ua9c0\uaaf6")
"""Signs that put the letter behind them under or into that before: viramas, the coeng of Khmer, the stacker of Burmese."""
BEFORE = frozenset(
    map(chr, (*range(0x0E40, 0x0E45), *range(0x0EC0, 0x0EC5), 0xAAB5, 0xAAB6, 0xAAB9, 0xAABB, 0xAABC))
)
"""Vowels of Thai, Lao and Tai Viet that stand before the consonant that they follow in speech."""
BEHIND = frozenset("\u0e2f\u0e30\u0e32\u0e33\u0e45\u0e46\u0eaf\u0eb0\u0eb2\u0eb3\u0ebd\u0ec6")
"""Vowels of Thai and Lao that are letters of their own and follow a consonant; signs of repetition and abbreviation."""


def ends_of(word: str) -> list[int]:
    """Places within a word at which a line may end."""
    return [place for place in range(1, len(word)) if not _together(word, place)]


def _together(word: str, place: int) -> bool:
    """Whether the signs before and behind a place are parts of one letter."""
    one, other = word[place - 1], word[place]
    return (
        unicodedata.category(other).startswith("M")
        or other in (JOINER, NON_JOINER)
        or "\U0001f3fb" <= other <= "\U0001f3ff"  # tones of skin
        or one == JOINER
        or other in BEHIND
        or one in BEFORE
        or (_stacks(word, place) and unicodedata.category(other).startswith("L"))
        or _syllable(one, other)
        or (_flag(other) and _flags_before(word, place) % 2 == 1)
    )


def _stacks(word: str, place: int) -> bool:
    """Whether the signs before a place, up to its last letter, take the next one to it."""
    for sign in reversed(word[:place]):
        if sign in STACKING:
            return True
        if not unicodedata.category(sign).startswith("M") and sign not in (JOINER, NON_JOINER):
            return False
    return False


def _syllable(one: str, other: str) -> bool:
    """Whether two letters of Hangul are of one syllable: first consonants, vowels, last consonants, in this order."""
    first, vowel, last = ("\u1100", "\u115f"), ("\u1160", "\u11a7"), ("\u11a8", "\u11ff")

    def within(sign: str, ends: tuple[str, str]) -> bool:
        return ends[0] <= sign <= ends[1]

    whole = "\uac00" <= one <= "\ud7a3"
    open_ = whole and (ord(one) - 0xAC00) % 28 == 0
    return (
        (
            within(one, first)
            and (within(other, first) or within(other, vowel) or "\uac00" <= other <= "\ud7a3")
        )
        or ((within(one, vowel) or open_) and (within(other, vowel) or within(other, last)))
        or ((within(one, last) or whole) and within(other, last))
    )


def _flag(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _flags_before(word: str, place: int) -> int:
    """How many letters of flags stand directly before a place."""
    return len(word[:place]) - len(word[:place].rstrip("".join(map(chr, range(0x1F1E6, 0x1F200)))))
