"""What casts doubt on pairs that have points enough: another content word, a title of many works, another trial or abstract.

Vetoes are computed for all pairs in bulk; doubts read titles and abstracts, and so are looked for where two records would
be merged. A pair in doubt is asked, not merged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from rapidfuzz import fuzz

from evergreen.deduplication import wording
from evergreen.deduplication.comparison import DIFFERENT, SAME, UNKNOWN, Comparison
from evergreen.deduplication.decision import ANOTHER, MERGED, NAMING, NOTICES, VETOES, Decision, entries
from evergreen.deduplication.features import KINDS, text
from evergreen.deduplication.journals import same_sort
from evergreen.deduplication.people import cut_list, same_people
from evergreen.deduplication.wording import SAME as ALIKE

_PREPRINT = KINDS.index("preprint")
_CONFERENCE = KINDS.index("conference")

Abstracts = Callable[[Iterable[str]], dict[str, str]]
"""Abstracts of record ids; those without one may be missing."""

SHARED_BY = 3
"""Titles that share a DOI from which it is that of a supplement or book, and a title's places from which it is a serial one's."""
_ANOTHER = 94.0
"""Likeness below which two titles under one DOI count as two."""
_KNOWN = 5
"""Titles that have a word which is no slip of the pen."""
_LONG = 150
"""Letters of a title in which a word that differs is a revision, where year, volume and page agree."""
_ABSTRACT = 2
"""Pages that an abstract fills at most."""
_PAPER = (6, 60)
"""From its first to its last page a paper in a supplement goes on for that much, unlike an abstract, and unlike the whole supplement."""
_SLIP = 2
"""Letters by which slips of the pen make one title longer."""
_NO_ISSUE = 100
"""Number from which what stands as the issue is the number of an article or a page."""
_DISTINCTIVE = 25
"""Letters of a title that few works share."""
_SAYS_MUCH = 60
"""Letters from which a title is no serial one whatever its words."""
_VOCABULARY = 25_000
"""Titles that are read to know the words of a set."""


def without_containers(table: pd.DataFrame, pairs: Comparison) -> Comparison:
    """`pairs` with the DOI not known where several titles share it: that of a supplement, a book or a list."""
    odd = np.flatnonzero((pairs.doi == SAME) & (pairs.title < _ANOTHER) & ~pairs.contained & ~pairs.span)
    if not len(odd):
        return pairs
    rows = np.unique(np.concatenate([pairs.a[odd], pairs.b[odd]]))
    titles = table[["doi", "title"]].iloc[rows].drop_duplicates()
    containers = {
        doi for doi, group in titles.groupby("doi")["title"] if _distinct(group.tolist()) >= SHARED_BY
    }
    if not containers:
        return pairs
    shared = table["doi"].iloc[pairs.a].isin(containers).to_numpy() & (pairs.doi == SAME)
    return replace(pairs, doi=np.where(shared, UNKNOWN, pairs.doi).astype(np.int8))


def _distinct(titles: list[str]) -> int:
    """How many of the titles are unlike those before, up to `SHARED_BY`."""
    found: list[str] = []
    for title in sorted(titles):
        if all(fuzz.ratio(title, other) < _ANOTHER for other in found):
            found.append(title)
        if len(found) == SHARED_BY:
            break
    return len(found)


def _sparse(pairs: Comparison) -> np.ndarray:
    """Pairs of which neither the place nor an identifier can be compared."""
    unknown = [getattr(pairs, name) == UNKNOWN for name in ("volume", "page", "doi", "pmid")]
    return np.logical_and.reduce(unknown)


class Doubts:
    """Of the records of a table: `vetoes` are the bits that speak against pairs that would be merged."""

    def __init__(self, table: pd.DataFrame, abstracts: Abstracts | None = None) -> None:
        self.table = table
        self.read_abstracts = abstracts
        # pairs are decided on again when those within their groups join them
        self._abstracts: dict[str, str] = {}
        self._levels: dict[tuple[str, str], int] = {}
        self._abstracts_differ = lru_cache(maxsize=None)(wording.abstracts_differ)

    def decide(self, pairs: Comparison, decision: Decision) -> Decision:
        """`decision` with the doubts on the pairs that it merges."""
        decision = replace(
            decision,
            score=self._raised(pairs, decision.score),
            relation=self._about(pairs, decision.relation),
        )
        registered = (pairs.registry == SAME) & entries(pairs)
        chosen = np.flatnonzero(decision.merged & (pairs.pmid != SAME) & ~registered)
        if not len(chosen):
            return decision
        vetoes = decision.vetoes.copy()
        frequent, of_parts = self._frequent(pairs, decision), self._of_parts(pairs)
        vetoes[chosen] |= self._vetoes(pairs.take(chosen), frequent, of_parts)
        return replace(decision, vetoes=vetoes)

    def _about(self, pairs: Comparison, relation: np.ndarray) -> np.ndarray:
        """`relation` with `ANOTHER` where a notice and a work have other words in their titles, unless one has all that the other has."""
        found = relation.copy()
        chosen = np.flatnonzero(np.isin(relation, NOTICES))
        titles = (self.table["title"].iloc[rows[chosen]].tolist() for rows in (pairs.a, pairs.b))
        worded = [x not in y and y not in x for x, y in zip(*titles, strict=True)]
        chosen = chosen[np.array(worded, dtype=bool)]
        found[chosen[self._wording(pairs.a[chosen], pairs.b[chosen]) == wording.OTHER]] = ANOTHER
        return found

    def _vetoes(self, pairs: Comparison, frequent: set[str], of_parts: np.ndarray) -> np.ndarray:
        column = {name: self.table[name].to_numpy() for name in ("issue", "page", "last_page")}
        supplement = (column["issue"][pairs.a] >= 1000) | (column["issue"][pairs.b] >= 1000)
        abstracts = (pairs.kind_a == _CONFERENCE) | (pairs.kind_b == _CONFERENCE)
        meeting = supplement | abstracts
        pages = np.maximum(
            *(column["last_page"][rows] - column["page"][rows] + 1 for rows in (pairs.a, pairs.b))
        )
        brief = abstracts | (supplement & (pages <= _ABSTRACT))
        # two papers do not fill the same pages, but the abstracts of a meeting share them
        place = (pairs.page == SAME) & (pairs.volume == SAME) & (pairs.years == 0)
        paper = (pages >= _PAPER[0]) & (pages <= _PAPER[1])
        filled = (pairs.span & (paper | ~supplement)) | (pairs.numbered & place & ~supplement)
        filled &= ~abstracts & (pages <= _PAPER[1]) & (pairs.journal != DIFFERENT)
        # no two articles share a DOI, but whatever belongs to a meeting may
        own = (pairs.doi == SAME) & ~meeting & (pairs.volume != DIFFERENT) & (pairs.page != DIFFERENT)
        # ... unless the titles say otherwise: not every meeting says that it is one
        read, filled = ~filled, filled | (own & place)
        equal = pairs.title >= 99.9
        bits = np.zeros(len(pairs), dtype=np.uint32)

        def doubt(name: str, mask: np.ndarray) -> None:
            bits[mask] |= np.uint32(1 << VETOES.index(name))

        page_a, page_b = column["page"][pairs.a], column["page"][pairs.b]
        beside = (page_a > 0) & (page_b > 0) & (page_a != page_b) & (pairs.page != SAME)
        # the first page in one, the range in the other
        ranged = (column["last_page"][pairs.a] == 0) != (column["last_page"][pairs.b] == 0)
        revised = place & ranged & (pairs.length >= _LONG) & ~meeting & ~pairs.numbers_differ
        worded = np.flatnonzero(~equal & read & ~revised & (pairs.length > 0) & ~pairs.same_id)
        level = np.full(len(pairs), ALIKE, dtype=np.int8)
        level[worded] = self._wording(pairs.a[worded], pairs.b[worded])
        doubt("wording", level == wording.OTHER)
        # neither preprints nor Cochrane reviews have a place that could be missing
        placeless = pairs.cochrane | ((pairs.kind_a == _PREPRINT) & (pairs.kind_b == _PREPRINT))
        issue = column["issue"][pairs.a] % 1000
        article = (issue >= _NO_ISSUE) & (pairs.issue == SAME)
        nowhere = (page_a == 0) & (page_b == 0) & ~article & ~placeless
        doubt(
            "letters",
            ((level == wording.WORDS) & ~(own & (pairs.length >= _SAYS_MUCH)))
            | ((level == wording.SLIP) & (brief | ((beside | nowhere) & (pairs.doi != SAME)))),
        )

        last_a, last_b = column["last_page"][pairs.a], column["last_page"][pairs.b]
        ends = (last_a > 0) & (last_b > 0) & (last_a != last_b)
        first = (page_a > 0) & (page_b > 0) & (page_a != page_b)
        numbered = column["issue"][pairs.a] > 0
        here = (pairs.page == SAME) | (
            (pairs.volume == SAME) & numbered & (column["issue"][pairs.a] == column["issue"][pairs.b])
        )
        # the DOI of a supplement is that of all its pieces
        other = (
            (~here & (pairs.doi != SAME))
            | (pairs.doi == DIFFERENT)
            | (pairs.issue == DIFFERENT)
            | (pairs.volume == DIFFERENT)  # "Editorial" is on the first page of every issue
            | first
            | ends
        )
        other &= ~pairs.same_id
        serial = np.flatnonzero(other & ((pairs.length < _SAYS_MUCH) | bool(frequent)))
        doubt("serial", serial[self._serial(pairs.a[serial], pairs.b[serial], frequent)])

        trials = np.flatnonzero((pairs.registry == DIFFERENT) & ~filled & (pairs.doi != SAME))
        doubt("trial", trials[self._other_trial(pairs.a[trials], pairs.b[trials])])

        little = self._nothing_else[pairs.a] & self._nothing_else[pairs.b]
        little = np.flatnonzero(little & ~placeless & ~pairs.same_id & ~pairs.identical)
        agree = self._agree(pairs.a[little], pairs.b[little], pairs.journal[little], cut=True)
        part = pairs.contained & (pairs.title < _ANOTHER)
        letters = [self.table["title"].iloc[rows[little]].str.len().to_numpy() for rows in (pairs.a, pairs.b)]
        more = pairs.contained[little] | (np.abs(letters[0] - letters[1]) > _SLIP)  # `... (demo)`
        doubt("sparse", little[~agree | (pairs.years[little] != 0) | more])
        # what tells next year's update or another part from a work is what is missing here
        untold = (_sparse(pairs) & (pairs.years > 0)) | (
            pairs.cut_longer & (pairs.page != SAME) & (pairs.doi != SAME)
        )
        doubt("sparse", untold & ~placeless & ~pairs.same_id)
        # which part it is, one does not say, and there are several
        numberless = of_parts[pairs.a] | of_parts[pairs.b]
        doubt("sparse", numberless & (pairs.page != SAME) & (pairs.doi != SAME) & ~pairs.same_id)
        # of a team's abstracts at one meeting one may begin as the other
        doubt("sparse", part & ~pairs.cut & meeting & (pairs.page != SAME) & ~pairs.same_id)

        sure = (filled & equal) | (equal & (pairs.doi == SAME))
        sure |= equal & (pairs.page == SAME) & (pairs.length >= NAMING)
        doubt("abstract", self._other_abstract(pairs, np.flatnonzero(~sure & (bits == 0))))
        return bits

    def _raised(self, pairs: Comparison, score: np.ndarray) -> np.ndarray:
        """Scores with points enough for sparse records that agree in all they have: title, people, year, venue."""
        few = _sparse(pairs) & (score < MERGED) & (pairs.title >= 99.9) & (pairs.length >= _DISTINCTIVE)
        chosen = np.flatnonzero(few & (pairs.years == 0) & (pairs.journal != DIFFERENT))
        agree = chosen[self._agree(pairs.a[chosen], pairs.b[chosen], pairs.journal[chosen])]
        raised = score.copy()
        raised[agree] = MERGED
        return raised

    @cached_property
    def _nothing_else(self) -> np.ndarray:
        """Records of which title, authors, year and venue are all that is there."""
        numbers = [self.table[name].eq(0).to_numpy() for name in ("volume", "page")]
        names = [self.table[name].eq("").to_numpy() for name in ("doi", "pmid", "registry")]
        return np.logical_and.reduce(numbers + names)

    def _agree(self, a: np.ndarray, b: np.ndarray, journal: np.ndarray, *, cut: bool = False) -> np.ndarray:
        """Whether the people are the same, each of them, and the venues are of one sort; with `cut`, lists may be cut off."""
        people, names = self.table["people"], self.table["journal"]
        return np.fromiter(
            (
                (same_people(p, q) or (cut and cut_list(p, q))) and (level == SAME or same_sort(v, w))
                for p, q, v, w, level in zip(
                    *(column.iloc[rows].tolist() for column in (people, names) for rows in (a, b)),
                    journal.tolist(),
                    strict=True,
                )
            ),
            bool,
            len(a),
        )

    def _wording(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        heading = self.table["heading"]
        titles = list(zip(heading.iloc[a].tolist(), heading.iloc[b].tolist(), strict=True))
        for x, y in set(titles) - self._levels.keys():
            self._levels[x, y] = wording.compare_titles(x, y, self._known)
        return np.fromiter(map(self._levels.__getitem__, titles), np.int8, len(titles))

    def _known(self, word: str) -> bool:
        return self._vocabulary[word] >= _KNOWN

    @cached_property
    def _vocabulary(self) -> Counter[str]:
        """In how many different titles each word stands, of a set or of a part of a large one."""
        distinct = self.table["heading"][~self.table["title"].duplicated()]
        step = len(distinct) // _VOCABULARY + 1
        titles = pc.utf8_lower(text(distinct.iloc[::step]))
        words = pc.split_pattern_regex(titles, r"[^\p{L}\p{N}]+").flatten()
        counts = pc.value_counts(words)
        several = counts.filter(pc.greater(counts.field("counts"), 1))
        return Counter(dict(zip(several.field(0).to_pylist(), several.field(1).to_pylist(), strict=True)))

    def _serial(self, a: np.ndarray, b: np.ndarray, frequent: set[str]) -> np.ndarray:
        naming = lru_cache(maxsize=None)(wording.names_a_work)
        heading, title = self.table["heading"], self.table["title"]
        return np.fromiter(
            (
                bare in frequent or (len(bare) < _SAYS_MUCH and not (naming(x) and naming(y)))
                for bare, x, y in zip(
                    title.iloc[a].tolist(), heading.iloc[a].tolist(), heading.iloc[b].tolist(), strict=True
                )
            ),
            bool,
            len(a),
        )

    def _frequent(self, pairs: Comparison, decision: Decision) -> set[str]:
        """Titles that stand at several places of one journal: those of serial pieces."""
        apart = np.flatnonzero(
            (pairs.title >= 99.9)
            & (decision.vetoes != 0)
            & (pairs.kind_a == pairs.kind_b)
            & (pairs.journal == SAME)
        )
        if len(apart) < SHARED_BY:
            return set()
        rows = np.unique(np.concatenate([pairs.a[apart], pairs.b[apart]]))
        places = self.table[["title", "volume", "page"]].iloc[rows]
        places = places[places["page"].gt(0) & places["volume"].gt(0)].drop_duplicates()
        counts = places["title"].value_counts()
        return set(counts.index[counts >= SHARED_BY])

    def _of_parts(self, pairs: Comparison) -> np.ndarray:
        """Of each record whether another one has its title with the number of a part, and it has none itself."""
        found = np.zeros(len(self.table), dtype=bool)
        chosen = np.flatnonzero(
            pairs.numbers_differ & pairs.contained & (pairs.authors == SAME) & (pairs.journal != DIFFERENT)
        )
        for rows in (pairs.a[chosen], pairs.b[chosen]):
            found[rows[~self.table["part"].to_numpy()[rows]]] = True
        return found

    def _other_trial(self, a: np.ndarray, b: np.ndarray) -> np.ndarray:
        registry = self.table["registry"]
        return np.fromiter(
            (
                not set(x.split("; ")) & set(y.split("; "))
                for x, y in zip(registry.iloc[a].tolist(), registry.iloc[b].tolist(), strict=True)
            ),
            bool,
            len(a),
        )

    def _other_abstract(self, pairs: Comparison, chosen: np.ndarray) -> np.ndarray:
        """Which of the chosen pairs have clearly different abstracts."""
        if self.read_abstracts is None or not len(chosen):
            return chosen[:0]
        ids, heading = self.table["record_id"], self.table["heading"]
        a, b = (ids.iloc[rows[chosen]].tolist() for rows in (pairs.a, pairs.b))
        if new := {*a, *b} - self._abstracts.keys():
            self._abstracts |= dict.fromkeys(new, "") | self.read_abstracts(sorted(new))
        texts = self._abstracts
        differ = (
            bool(texts[x] and texts[y])
            and texts[x] != texts[y]
            and self._abstracts_differ(texts[x], texts[y], title)
            for x, y, title in zip(a, b, heading.iloc[pairs.a[chosen]].tolist(), strict=True)
        )
        return chosen[np.fromiter(differ, bool, len(chosen))]
