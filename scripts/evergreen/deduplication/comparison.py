"""How alike two records are, field by field, for many pairs at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import Postfix, Prefix

from evergreen.deduplication import places
from evergreen.deduplication.features import KINDS
from evergreen.deduplication.journals import compare_journals
from evergreen.deduplication.places import DIFFERENT, SAME, UNKNOWN
from evergreen.records.registers import register_name

_RELEVANT = 75.0
"""Titles less alike than this are of different works, unless an identifier says otherwise."""
_ALIKE = 85.0
"""Titles from which pairs are looked at that do not stand on the same page."""
_CONTAINED = 0.95
"""Share of the shorter title that must stand at the beginning or end of the longer one."""
_LONG_ENOUGH = 18
"""Letters of a title that can be recognised as a part of another."""
_SIZES = (_LONG_ENOUGH, 2 * _LONG_ENOUGH)
"""Letters from which a title has 95 % of so many, at the beginning or end, in common with one that it is a part of."""
_BLOCK = 1 << 19
_NUMERIC = ("year", "volume", "issue", "page", "last_page", "located", "kind", "cochrane", "cut", "tongue", "part", "corrected")  # fmt: skip
_TEXTS = ("title", "numbers", "authors", "first_author", "journal", "doi", "pmid", "registry", "secondary")


@dataclass(frozen=True)
class Comparison:
    """Levels of agreement of pairs of rows `a < b`; one array element per pair.

    `title` 0 to 100; `contained`: one title begins or ends the other; the levels `authors`, `journal`, `volume`, `issue`, `page`,
    `doi`, `pmid`, `registry` are SAME, UNKNOWN or DIFFERENT; `years` is the distance (-1: not known). `cut`: contained, and the
    shorter title ends in an ellipsis; `both_cut`: both do; `cut_longer`: the longer one does; `length`: letters of the shorter title; `team`: the first author is the same and both
    name several; `span`: both fill the same three or more pages, which two papers cannot; `identical`:
    nothing differs, whether there or missing; `numbered`: both have the number of an electronic article; `follows`: one begins
    on the page behind the other's last; `corrected`: one says that there is an erratum; `correction`: one may be the erratum; `brief`: 1 or 2 if `a` or `b` looks like the abstract of the other;
    `registers`: both are entries of registers, 1 of different ones, 2 of different ones that name a number in common;
    `translated`: unlike titles, of which one may be the translation of the other, of one first author at one place.
    """

    a: np.ndarray
    b: np.ndarray
    title: np.ndarray
    contained: np.ndarray
    cut: np.ndarray
    both_cut: np.ndarray
    cut_longer: np.ndarray
    length: np.ndarray
    numbers_differ: np.ndarray
    authors: np.ndarray
    team: np.ndarray
    journal: np.ndarray
    years: np.ndarray
    volume: np.ndarray
    issue: np.ndarray
    page: np.ndarray
    span: np.ndarray
    doi: np.ndarray
    pmid: np.ndarray
    registry: np.ndarray
    brief: np.ndarray
    kind_a: np.ndarray
    kind_b: np.ndarray
    cochrane: np.ndarray
    same_id: np.ndarray
    identical: np.ndarray
    numbered: np.ndarray
    follows: np.ndarray
    corrected: np.ndarray
    correction: np.ndarray
    registers: np.ndarray
    translated: np.ndarray

    def __len__(self) -> int:
        return len(self.a)

    def take(self, chosen: np.ndarray) -> Comparison:
        """The chosen pairs (a mask or positions)."""
        return Comparison(**{name: value[chosen] for name, value in vars(self).items()})


def join(parts: list[Comparison]) -> Comparison:
    """Pairs of several comparisons in the order of (a, b), however they were shared out."""
    whole = Comparison(
        **{
            name: np.concatenate([getattr(part, name) for part in parts])
            for name in Comparison.__annotations__
        }
    )
    return whole.take(np.lexsort((whole.b, whole.a)))


class Columns:
    """The columns of a features table as arrays that pairs of rows can be drawn from."""

    def __init__(self, features: pd.DataFrame) -> None:
        self.count = len(features)
        self.numeric = {name: features[name].to_numpy() for name in _NUMERIC}
        self.texts: dict[str, np.ndarray] = {}
        self.codes = {"stem": pd.factorize(features["stem"])[0].astype(np.int32)}
        for name in _TEXTS:
            codes, values = pd.factorize(features[name])
            self.texts[name] = values.to_numpy(dtype=object)
            self.codes[name] = codes.astype(np.int32)
            if name == "title":
                sizes = [int(_CONTAINED * size) for size in _SIZES]
                self.starts = [pd.factorize(values.str[:size])[0] for size in sizes]
                self.ends = [pd.factorize(values.str[-size:])[0] for size in sizes]
        self.several = np.fromiter(
            (" " in names for names in self.texts["authors"]), bool, len(self.texts["authors"])
        )
        self.lengths = np.fromiter(map(len, self.texts["title"]), np.int32, len(self.texts["title"]))

    def pair(self, name: str, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self.texts[name][self.codes[name][a]], self.texts[name][self.codes[name][b]]

    def pair_of(self, name: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """A number for the two texts of each pair, in whatever order they stand."""
        x, y = self.codes[name][a], self.codes[name][b]
        return np.minimum(x, y).astype(np.int64) * len(self.texts[name]) + np.maximum(x, y)

    def same(self, name: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """Whether both have the same text, and one at all."""
        x, y = self.codes[name][a], self.codes[name][b]
        return (x == y) & (self.texts[name] != "")[x]

    def same_id(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return self.codes["stem"][a] == self.codes["stem"][b]

    def level(self, name: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        """SAME, DIFFERENT, or UNKNOWN where one has nothing; of a column of texts."""
        x, y = self.codes[name][a], self.codes[name][b]
        filled = self.texts[name] != ""
        return np.where(filled[x] & filled[y], np.where(x == y, SAME, DIFFERENT), UNKNOWN).astype(np.int8)


def compare(
    columns: Columns, a: np.ndarray, b: np.ndarray, *, relevant: bool = True, workers: int = 1
) -> Comparison:
    """Compare rows `a` with rows `b`; with `relevant`, only pairs that could be one work or related are returned."""
    # pairs of the same two titles side by side
    order = np.argsort(columns.pair_of("title", a, b))
    a, b = a[order], b[order]
    return join(
        [
            _compare(columns, a[start : start + _BLOCK], b[start : start + _BLOCK], relevant, workers)
            for start in range(0, max(len(a), 1), _BLOCK)
        ]
    )


def _compare(columns: Columns, a: np.ndarray, b: np.ndarray, relevant: bool, workers: int) -> Comparison:
    title, contained = _titles(columns, a, b, workers)
    translated = _translated(columns, a, b, (title == 0) & ~contained)
    if relevant:
        keep = (title >= _ALIKE) | contained | translated
        keep |= columns.same("doi", a, b) | columns.same("pmid", a, b) | columns.same_id(a, b)
        near = np.flatnonzero((title >= _RELEVANT) & ~keep)
        keep[near] = _same_place(columns, a[near], b[near])
        entry = columns.numeric["kind"] == KINDS.index("registry")
        rows = np.flatnonzero((entry[a] | entry[b]) & ~keep)
        keep[rows] = columns.same("registry", a[rows], b[rows])
        keep = np.flatnonzero(keep)
        a, b, title, contained, translated = (values[keep] for values in (a, b, title, contained, translated))
    codes, numeric = columns.codes, columns.numeric
    volume, issue = places.issues(numeric, a, b)
    page, span = places.pages(numeric, a, b)
    moved = places.moved(numeric, a, b) | places.moved(numeric, b, a)
    volume[moved], issue[moved], page[moved] = SAME, SAME, UNKNOWN
    year_a, year_b = numeric["year"][a].astype(int), numeric["year"][b].astype(int)
    # an article has its number beside its pages in print
    located = numeric["located"]
    both = (located[a] != located[b]) & (volume == SAME) & (year_a == year_b)
    page[both & (page == DIFFERENT)] = UNKNOWN
    span &= (volume == SAME) | ((volume == UNKNOWN) & columns.same("doi", a, b))
    journal = compare_journals(columns.texts["journal"], codes["journal"][a], codes["journal"][b])
    cochrane = (numeric["cochrane"][a] & numeric["cochrane"][b]) | (
        (numeric["cochrane"][a] | numeric["cochrane"][b]) & (journal == SAME)
    )
    cochrane &= ~span  # the number that a Cochrane review has in the place of a page is no range
    identical = np.logical_and.reduce(
        [codes[name][a] == codes[name][b] for name in ("title", "authors", "journal", "doi", "pmid")]
        + [numeric[name][a] == numeric[name][b] for name in ("year", "volume", "page", "last_page")]
    )
    return Comparison(
        a=a,
        b=b,
        title=title,
        contained=contained,
        both_cut=numeric["cut"][a] & numeric["cut"][b],
        cut_longer=_cut_longer(columns, a, b),
        cut=contained & (numeric["cut"][a] | numeric["cut"][b]),
        length=np.minimum(columns.lengths[codes["title"][a]], columns.lengths[codes["title"][b]]),
        numbers_differ=_numbers_differ(columns, a, b, contained),
        authors=_authors(columns, a, b, workers),
        team=(columns.level("first_author", a, b) == SAME)
        & columns.several[codes["authors"][a]]
        & columns.several[codes["authors"][b]],
        journal=journal,
        years=np.where((year_a > 0) & (year_b > 0), np.abs(year_a - year_b), -1),
        # every version of a Cochrane review has the same page, and volumes are years
        volume=np.where(cochrane, UNKNOWN, volume).astype(np.int8),
        issue=np.where(cochrane, UNKNOWN, issue).astype(np.int8),
        page=np.where(cochrane, UNKNOWN, page).astype(np.int8),
        span=span,
        doi=columns.level("doi", a, b),
        pmid=columns.level("pmid", a, b),
        registry=columns.level("registry", a, b),
        brief=places.brief(numeric, a, b),
        kind_a=numeric["kind"][a],
        kind_b=numeric["kind"][b],
        cochrane=cochrane,
        same_id=columns.same_id(a, b),
        identical=identical,
        numbered=located[a] & located[b],
        corrected=np.maximum(numeric["corrected"][a], numeric["corrected"][b]) > 0,
        correction=(numeric["corrected"][a] == 2) != (numeric["corrected"][b] == 2),
        follows=places.follows(numeric, a, b) | places.follows(numeric, b, a),
        registers=_registers(columns, a, b),
        translated=translated,
    )


def _translated(columns: Columns, a: np.ndarray, b: np.ndarray, unlike: np.ndarray) -> np.ndarray:
    tongue, year, volume = (columns.numeric[name] for name in ("tongue", "year", "volume"))
    rows = np.flatnonzero(unlike & (tongue[a] != tongue[b]))
    x, y = a[rows], b[rows]
    found = np.zeros(len(a), dtype=bool)
    found[rows] = (
        _same_place(columns, x, y)
        & (volume[x] == volume[y])
        & (year[x] == year[y])
        & (volume[x] > 0)
        & (columns.level("first_author", x, y) == SAME)
    )
    return found


def _registers(columns: Columns, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    entry = columns.numeric["kind"] == KINDS.index("registry")
    rows = np.flatnonzero(entry[a] & entry[b] & (columns.level("registry", a, b) == DIFFERENT))
    name = lru_cache(maxsize=None)(register_name)
    level = np.zeros(len(a), dtype=np.int8)
    own, besides = (columns.pair(column, a[rows], b[rows]) for column in ("registry", "secondary"))
    for row, x, y, *more in zip(rows, *own, *besides, strict=True):
        if name(x) != name(y):
            common = {x, *more[0].split("; ")} & {y, *more[1].split("; ")} - {""}
            level[row] = 2 if common else 1
    return level


def _same_place(columns: Columns, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The same first page, and no different volume."""
    volume, page = (
        places.level(columns.numeric[name][a], columns.numeric[name][b]) for name in ("volume", "page")
    )
    return (page == SAME) & (volume != DIFFERENT)


def _same_team(columns: Columns, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The same first author in one year and volume."""
    year, volume = columns.numeric["year"], columns.numeric["volume"]
    same = (volume[a] == volume[b]) & (year[a] == year[b]) & (volume[a] > 0)
    return same & columns.same("first_author", a, b)


def _titles(columns: Columns, a: np.ndarray, b: np.ndarray, workers: int) -> tuple[np.ndarray, np.ndarray]:
    """Likeness and containment of titles; pairs of the same two titles stand side by side, and are looked at once."""
    pair = columns.pair_of("title", a, b)
    new = np.diff(pair, prepend=-1) != 0
    which = np.cumsum(new) - 1
    code_a, code_b = columns.codes["title"][a[new]], columns.codes["title"][b[new]]
    length_a, length_b = columns.lengths[code_a], columns.lengths[code_b]
    shorter = np.minimum(length_a, length_b)
    score = np.where((code_a == code_b) & (shorter > 0), 100.0, 0.0).astype(np.float32)
    contained = np.zeros(len(score), dtype=bool)
    texts = columns.texts["title"]

    def alike(chosen: np.ndarray, scorer: Callable[..., float], **how: Any) -> np.ndarray:
        return process.cpdist(
            texts[code_a[chosen]], texts[code_b[chosen]], scorer=scorer, workers=workers, **how
        )

    unequal = np.flatnonzero((code_a != code_b) & (shorter > 0))
    # of titles of so unlike lengths no more can be alike
    near = unequal[200.0 * shorter[unequal] > (_RELEVANT - 1) * (length_a + length_b)[unequal]]
    score[near] = alike(near, fuzz.ratio, score_cutoff=_RELEVANT, dtype=np.float32)
    part = unequal[(score[unequal] < 97) & (shorter[unequal] >= _LONG_ENOUGH)]
    for scorer, ends in ((Prefix.similarity, columns.starts), (Postfix.similarity, columns.ends)):
        chosen = part
        for size, end in zip(_SIZES, ends, strict=True):
            chosen = chosen[(end[code_a[chosen]] == end[code_b[chosen]]) | (shorter[chosen] < size)]
        contained[chosen] |= alike(chosen, scorer, dtype=np.int32) >= _CONTAINED * shorter[chosen]
    # a slip within the common part, where the title says it was cut, or the place or team and volume agree
    slips = np.zeros(len(score), dtype=bool)
    slips[part] = True
    cut = columns.numeric["cut"]
    rows = np.flatnonzero(slips[which])
    x, y = a[rows], b[rows]
    rows = rows[cut[x] | cut[y] | _same_place(columns, x, y) | _same_team(columns, x, y)]
    found, back = np.unique(which[rows], return_inverse=True)
    within = alike(found, fuzz.partial_ratio, score_cutoff=100 * _CONTAINED, dtype=np.float32)
    contained = contained[which]
    contained[rows] |= (within > 0)[back]
    return score[which], contained


def _numbers_differ(columns: Columns, a: np.ndarray, b: np.ndarray, contained: np.ndarray) -> np.ndarray:
    """Titles count differently, or one lacks the number of the part; of a shorter title only its own numbers count."""
    unequal = columns.codes["numbers"][a] != columns.codes["numbers"][b]
    differ = unequal & (columns.codes["title"][a] != columns.codes["title"][b])
    cut = np.flatnonzero(differ & contained)
    first, second = columns.pair("numbers", a[cut], b[cut])
    shorter = np.minimum(
        np.fromiter(map(len, first), int, len(first)), np.fromiter(map(len, second), int, len(second))
    )
    for scorer in (Prefix.similarity, Postfix.similarity):
        common = process.cpdist(first, second, scorer=scorer, dtype=np.int32)
        differ[cut] &= common < shorter
    long, short = _by_length(columns, a, b)
    part, cut_off = columns.numeric["part"], columns.numeric["cut"]
    # the number before an ellipsis counts what was cut off, unless that is all that is counted: `grade 3: …`
    says = part[short] & (~cut_off[short] | ~unequal)
    return differ | (contained & part[long] & ~cut_off[long] & ~says)


def _by_length(columns: Columns, a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows with the longer and with the shorter title of each pair."""
    lengths = columns.lengths[columns.codes["title"]]
    longer = lengths[a] >= lengths[b]
    return np.where(longer, a, b), np.where(longer, b, a)


def _cut_longer(columns: Columns, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    code, lengths = columns.codes["title"], columns.lengths
    unequal = lengths[code[a]] != lengths[code[b]]
    return unequal & columns.numeric["cut"][_by_length(columns, a, b)[0]]


def _authors(columns: Columns, a: np.ndarray, b: np.ndarray, workers: int) -> np.ndarray:
    """SAME: the names of the shorter list are in the longer one, or the first is the same and most others."""
    code_a, code_b = columns.codes["authors"][a], columns.codes["authors"][b]
    filled = columns.texts["authors"] != ""
    level = np.where(filled[code_a] & filled[code_b], np.where(code_a == code_b, SAME, DIFFERENT), UNKNOWN)
    open_ = np.flatnonzero(level == DIFFERENT)
    first, second = columns.pair("authors", a[open_], b[open_])
    score = process.cpdist(first, second, scorer=fuzz.token_set_ratio, dtype=np.float32, workers=workers)
    same_first = columns.level("first_author", a[open_], b[open_]) == SAME
    level[open_] = np.where(
        (score >= 85) | (same_first & (score >= 55)),
        SAME,
        np.where((score < 60) & ~same_first, DIFFERENT, UNKNOWN),
    )
    return level.astype(np.int8)
