"""When two labels are one, and which of its spellings is shown.

A label is what people call a study, an outcome, an arm, a group, a time point, a domain, a person or the level of a subgroup.
Every room compares labels by `folded` and nothing else.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from evergreen.tables import grouped

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d"
"""Hyphens, dashes and minus signs that stand for `-`."""
QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u3003\u301d\u301e\u301f\uff02\u275d\u275e\u02ba"
"""Quotation marks that stand for `"`."""
APOSTROPHES = "\u2018\u2019\u201a\u201b\u2032\u02bc\u02b9\u2039\u203a\uff07\u275b\u275c\u00b4"
"""Apostrophes, accents and single quotation marks that stand for `'`."""
UNSEEN = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
"""Marks that take no room: soft hyphens, zero-width spaces and joiners, directions, byte order."""
BLANKS = (
    " \t\r\n\v\f\u001c\u001d\u001e\u001f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""Every kind of blank, as `str.split` knows them."""
_AS_TYPED = str.maketrans({
    **dict.fromkeys(DASHES, "-"), **dict.fromkeys(QUOTES, '"'), **dict.fromkeys(APOSTROPHES, "'"), **dict.fromkeys(UNSEEN, ""),
})  # fmt: skip
_FORMS = re.compile("[\u0132\u0133\ufb00-\ufb06\uff01-\uffee]+")
"""Ligatures, and letters of full and half width: the same letters in a printer's form. A superscript is none: `m\u00b2` is no `m2`."""


def folded(label: object) -> str:
    """A label as it is compared: Unicode form, ligatures, width and case of letters, blanks, kinds of dash, apostrophe and quotation mark do not make another."""
    return _folded(str(label))


@lru_cache(maxsize=1 << 16)  # a sheet names the same study, outcome and arm again and again
def _folded(text: str) -> str:
    if not text.isascii():
        text = _FORMS.sub(lambda form: unicodedata.normalize("NFKC", form[0]), text)
        text = unicodedata.normalize("NFC", text).translate(_AS_TYPED)
    text = " ".join(text.replace("`", "'").split()).casefold()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def first_listed(number: str) -> str:
    """The first of several numbers that a database lists in one field (`61720705; 200909478`): no id holds the separator of lists."""
    if ";" not in number:
        return number
    return next((part for part in re.split(r";(?:\s+|$)", number.strip()) if part), "")


def name_key(label: object) -> str:
    """A column, a choice or another name of the product's own as it is compared: `Record ID`, `record-id` are `record_id`."""
    return re.sub(r"[ _-]+", "_", folded(label))


SPELLINGS = {
    "minute": ("min", "mins", "minutes"), "hour": ("h", "hr", "hrs", "hours"), "day": ("d", "days"), "week": ("w", "wk", "wks", "weeks"),
    "month": ("mo", "mos", "mth", "mths", "months"), "year": ("y", "yr", "yrs", "years"),
    "mg": ("milligram", "milligrams"), "ug": ("mcg", "microgram", "micrograms"), "g": ("gram", "grams"), "ml": ("millilitre", "millilitres", "milliliter", "milliliters"),
    "iu": ("u", "unit", "units"), "percent": ("%", "pct"), "daily": ("qd", "od"), "bid": ("bd",),
}  # fmt: skip
"""Units of time and dose, and how else they are written."""
_UNIT = {other: unit for unit, others in SPELLINGS.items() for other in others}


_GREEK = re.compile("[\u03b1-\u03c9]")
_STROKES = str.maketrans(
    {"\u00f8": "o", "\u0142": "l", "\u0111": "d", "\u0131": "i", "\u00e6": "ae", "\u0153": "oe"}
)


def plainly(label: object) -> str:
    """A folded label in letters without accents, Greek ones by their names, raised and lowered digits as others: `\u03b2\u2082` is `beta2`.

    It asks whether two labels are one, and joins none.
    """
    text = folded(label)
    if text.isascii():
        return text
    letters = (sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return _GREEK.sub(_called, "".join(letters).translate(_STROKES))


def _called(letter: re.Match[str]) -> str:
    return unicodedata.name(letter[0]).rpartition(" ")[2].casefold().replace("lamda", "lambda")


def loosely(label: object) -> tuple[str, ...]:
    """What is left of a time point or arm without spellings of units and letters, punctuation and the order of its words.

    `6 wk` and `6 weeks`, `drug A 10 mg` and `10mg drug A` are alike. It asks whether two labels are one, and joins none.
    """
    text = plainly(re.sub(r"[\u00b5\u03bc]g\b", "ug", folded(label)))
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    words = re.findall(r"\d+(?:[.,]\d+)?|%|[^\W\d_]+", text)
    return tuple(sorted(_UNIT.get(word, word) for word in words))


def shown(spellings: Iterable[str]) -> str:
    """The spelling of one label that is shown: the most frequent one, of equally frequent ones the first by code point.

    It does not depend on the order of the spellings. "" where there are none.
    """
    counts = Counter(spellings)
    return min(counts, key=lambda spelling: (-counts[spelling], spelling), default="")


def spelling_of(labels: Iterable[str]) -> dict[str, str]:
    """{folded label: spelling that is shown} of many labels; "" is no label."""
    return {key: shown(spellings) for key, spellings in grouped(filter(None, labels), folded).items()}


class Choices:
    """Keys that a column allows, each also read by its labels, blanks for underscores: `Wrong population` is `wrong_population`.

    A label that stands for two keys stands for none; a key outranks the labels of others.
    """

    def __init__(self, labels: Mapping[str, str | Iterable[str]] | Iterable[str]) -> None:
        named = labels if isinstance(labels, Mapping) else dict.fromkeys(labels, "")
        self.labels = {
            key: [names] if isinstance(names, str) else list(names) for key, names in named.items()
        }
        meant: dict[str, set[str]] = {}
        for key, names in self.labels.items():
            for name in names:
                meant.setdefault(_choice(name), set()).add(key)
        self._meant = {name: next(iter(keys)) for name, keys in meant.items() if name and len(keys) == 1}
        self._meant |= {_choice(key): key for key in self.labels}

    def read(self, cell: object) -> str | None:
        """The key that a cell means; None where it is no choice."""
        return self._meant.get(_choice(cell))

    def __str__(self) -> str:
        return ", ".join(self.labels)


def _choice(cell: object) -> str:
    return re.sub(r"[ _]+", "_", folded(cell))
