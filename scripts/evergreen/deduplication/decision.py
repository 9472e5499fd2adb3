"""One work, perhaps, or two: points for what agrees, vetoes for what two works never share, and the reason in words.

The points are rounded log-odds in the manner of Fellegi and Sunter (1969, J Am Stat Assoc 64:1183): how much more often
records of one work agree (or differ) so than records of two works that came to be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evergreen.deduplication.comparison import DIFFERENT, SAME, UNKNOWN, Comparison
from evergreen.deduplication.features import KINDS

MERGED = 13
"""Points from which two records are one work, where no veto speaks against it."""
SHORT = 15
"""Letters of a title below which it names no work by itself."""
TELLING = 18
"""Letters of a title from which two records that agree in everything are one; a shorter one counts for less."""
SAYING = 32
"""Letters of a title that few others share."""
NAMING = 50
"""Letters of a title that names one work even where its place in the journal is in doubt."""
BORDERLINE = 6
"""Points from which a person is asked."""
VETOED = 2
"""Points by which a pair is less likely that something more speaks against than the points."""

LEVELS = {
    #            same, unknown, different
    "authors": (4, 0, -6),
    "journal": (2, 0, -4),
    "volume": (3, 0, -4),
    "page": (5, 0, -5),
    "doi": (12, 0, -8),
    "pmid": (14, 0, -14),
}
VETOES = (
    "title",
    "short",
    "cut",
    "authors",
    "page",
    "kind",
    "numbers",
    "pmid",
    "registry",
    "doi",
    "version",
    "place",
    "issue",
    # doubts: see `evergreen.deduplication.doubts`
    "wording",
    "letters",
    "serial",
    "trial",
    "abstract",
    "sparse",
    "translated",
)
_BETWEEN_TWO = ("letters", "sparse")
"""What keeps two records from being merged, but not their works where a third record joins them: what is missing, not what differs."""
RELATIONS = (
    "", "erratum_of", "retraction_of", "comment_on", "registry_entry_of", "preprint_of", "conference_abstract_of", "thesis_of",
    "report_of", "part_of", "version_of", "cross_registration_of",
)  # fmt: skip
NOTICES = tuple(map(RELATIONS.index, ("erratum_of", "retraction_of", "comment_on")))
"""Relations of what is written about one work, and is called by its title."""
ANOTHER = -1
"""In the place of such a relation: the words of the title say that it is about another work."""


@dataclass(frozen=True)
class Decision:
    """Of each pair of a comparison: `score` in points, `vetoes` (bits of `VETOES`), `relation` (index into `RELATIONS`, or `ANOTHER`), `between`
    (bits of the vetoes that concern the two records alone, not their works)."""

    score: np.ndarray
    vetoes: np.ndarray
    relation: np.ndarray
    between: np.ndarray

    @property
    def merged(self) -> np.ndarray:
        return (self.score >= MERGED) & (self.vetoes == 0)

    @property
    def apart(self) -> np.ndarray:
        """Pairs whose works are not joined either."""
        return (self.vetoes & ~self.between) != 0


def decide(pairs: Comparison) -> Decision:
    """Points, vetoes and relations of compared pairs."""
    score = _points(pairs)
    vetoes = _vetoes(pairs)
    return Decision(score, vetoes, _relations(pairs, vetoes), _between(pairs))


def _between(pairs: Comparison) -> np.ndarray:
    """Bits of the vetoes behind which stands what one record lacks: the third one may have it."""
    lacking = {
        **dict.fromkeys(_BETWEEN_TWO, np.ones(len(pairs), dtype=bool)),
        # a title that was cut off may be that of another part
        "numbers": pairs.contained & ~pairs.cut,
        "wording": pairs.cut,
        # a slip in the year, where versions are further apart
        "version": (pairs.doi == UNKNOWN) & (pairs.years == 1),
    }
    bits = np.zeros(len(pairs), dtype=np.uint32)
    for name, mask in lacking.items():
        bits |= mask.astype(np.uint32) << VETOES.index(name)
    return bits


def _points(pairs: Comparison) -> np.ndarray:
    title = np.select(
        [
            (pairs.title >= 99.9) & (pairs.length >= SAYING), (pairs.title >= 97) & (pairs.length >= NAMING), pairs.title >= 99.9, pairs.title >= 97,
            pairs.cut & (pairs.length >= 40), pairs.title >= 94, pairs.title >= 90, pairs.contained, pairs.title >= 85,
        ],
        [9, 9, 8, 7, 7, 6, 4, 4, 2],
        -6,
    )  # fmt: skip
    title = np.where(
        pairs.length == 0, 0, np.where(pairs.span, np.maximum(title, 2 + 2 * (pairs.title > 0)), title)
    )
    # a short title ("Editorial", "Reply") is shared by many works
    title = title - np.select(
        [pairs.length < 12, pairs.length < TELLING, pairs.length < SAYING], [5, 3, 1], 0
    ) * (title > 0)
    years = np.select(
        # of a volume that is the same the year is that of another issue or of the day when it came online
        [
            pairs.years < 0,
            pairs.years == 0,
            (pairs.years == 1) & (pairs.volume == SAME),
            pairs.years == 1,
            pairs.years == 2,
        ],
        [0, 2, 1, 0, -3],
        -6,
    )
    score = title + years
    for name, (same, unknown, different) in LEVELS.items():
        level = getattr(pairs, name)
        score = score + np.select([level == SAME, level == UNKNOWN], [same, unknown], different)
    # companions stand behind each other: what keeps them apart is the veto, which a person may lift
    behind = pairs.follows & (pairs.page == DIFFERENT)
    score = score - LEVELS["page"][2] * behind - 5 * pairs.numbers_differ
    score = np.where(_without_subtitle(pairs), np.maximum(score, MERGED), score)
    both_entries = entries(pairs)
    # that two languages have no word in common says nothing
    elsewhere = [getattr(pairs, name) == DIFFERENT for name in ("authors", "journal", "doi", "pmid")]
    translated = pairs.translated & ~np.logical_or.reduce(elsewhere)
    score = np.where(translated, np.maximum(score, BORDERLINE + VETOED), score)
    # the number of a trial says more than the titles that registries give it
    score = np.where(both_entries & (pairs.registry == SAME), MERGED, score)
    # a record that came twice, in another file or under another name of its source, however little it says
    twice = pairs.same_id | (pairs.identical & (pairs.length >= TELLING))
    return np.where(twice, np.maximum(score, MERGED), score).astype(np.int16)


def _without_subtitle(pairs: Comparison) -> np.ndarray:
    """One title begins or ends the other, and people, journal and year (or, but for a slip, volume) are the same; nothing differs."""
    same = pairs.contained & ~pairs.cut & (pairs.length >= TELLING) & ~pairs.numbers_differ
    same &= (pairs.authors == SAME) & (pairs.journal == SAME)
    same &= (pairs.years == 0) | ((pairs.years == 1) & (pairs.volume == SAME))
    return same & np.logical_and.reduce(
        [getattr(pairs, name) != DIFFERENT for name in ("volume", "issue", "page", "doi", "pmid")]
    )


def _vetoes(pairs: Comparison) -> np.ndarray:
    place = (pairs.volume == SAME) & (pairs.page == SAME)
    # the same page, title and people, and a slip in the volume
    slip = (pairs.page == SAME) & (pairs.journal == SAME) & pairs.team & (pairs.title >= 97)
    cited = (place | slip) & (pairs.years == 0) & (pairs.authors != DIFFERENT)
    # the volume is not known, but all else of the place is
    here = (pairs.page == SAME) & (pairs.volume == UNKNOWN) & (pairs.journal == SAME) & pairs.team
    here &= pairs.contained & (pairs.years == 0)
    both_entries = entries(pairs)
    same_entry = both_entries & (pairs.registry == SAME)
    same_number = (pairs.doi == SAME) | (pairs.pmid == SAME) | same_entry
    versions = pairs.cochrane & ((pairs.doi == DIFFERENT) | ((pairs.doi == UNKNOWN) & (pairs.years > 0)))
    elsewhere = (pairs.journal == DIFFERENT) & (pairs.page != SAME)
    another_issue = (pairs.volume == DIFFERENT) | (
        (pairs.volume == SAME) & (pairs.issue == DIFFERENT) & (pairs.page == UNKNOWN)
    )
    # databases that count pages differently: the same people, the same long title, in one volume
    recounted = pairs.team & (pairs.volume == SAME) & (pairs.years == 0)
    recounted &= (pairs.title >= 99.9) & (pairs.length >= NAMING) & ~pairs.numbered
    recounted &= ~pairs.follows & ~pairs.corrected
    one_of = {kind: _one_of(pairs, kind) for kind in ("preprint", "conference")}
    together = (pairs.journal != DIFFERENT) & (pairs.volume != DIFFERENT) & (pairs.page != DIFFERENT)
    together &= (pairs.years == 0) | (pairs.volume == SAME) | (pairs.page == SAME)
    # databases do not agree on what is a conference abstract, so that alone separates nothing
    one_place = (one_of["conference"] & together) | (one_of["preprint"] & (pairs.journal == SAME))
    one_place |= (one_of["preprint"] | one_of["conference"]) & (pairs.doi == SAME)
    vetoes = {
        "title": (pairs.title == 0) & ~pairs.contained & (pairs.length > 0) & ~same_entry & ~pairs.translated,
        "translated": pairs.translated,
        # "Editorial", "In brief": titles of many works
        "short": (pairs.length < SHORT) & (pairs.page != SAME) & ~same_number,
        # what was cut off may tell two parts from each other
        "cut": pairs.both_cut & (pairs.page != SAME) & ~same_number,
        "authors": (pairs.authors == DIFFERENT) & (pairs.title < 97) & ~same_number,
        # a second page is a second part, an erratum or an abstract
        "page": (((pairs.page == DIFFERENT) & ~recounted) | (pairs.correction & (pairs.page != SAME)))
        & ~same_number,
        "kind": (pairs.kind_a != pairs.kind_b)
        & ((~cited & (pairs.pmid != SAME) & ~one_place) | _entry(pairs)),
        "numbers": pairs.numbers_differ & ~(place | here) & ~same_number,
        "pmid": pairs.pmid == DIFFERENT,
        "registry": both_entries & (pairs.registry == DIFFERENT),
        "doi": (pairs.doi == DIFFERENT) & ~(cited & (pairs.journal != DIFFERENT) & (pairs.title >= 97)),
        "version": versions,
        "place": elsewhere & ~same_number,
        "issue": another_issue & ~same_number & (pairs.page != SAME),
    }
    bits = np.zeros(len(pairs), dtype=np.uint32)
    for name, veto in vetoes.items():
        position = VETOES.index(name)
        bits |= (veto & ~(pairs.same_id & (name not in ("title", "kind", "version", "translated")))).astype(
            np.uint32
        ) << position
    return bits


def entries(pairs: Comparison) -> np.ndarray:
    """Both records are entries of trial registries."""
    registry = KINDS.index("registry")
    return (pairs.kind_a == registry) & (pairs.kind_b == registry)


def _entry(pairs: Comparison) -> np.ndarray:
    """One record is, or both are, entries of trial registries."""
    registry = KINDS.index("registry")
    return (pairs.kind_a == registry) | (pairs.kind_b == registry)


def _one_of(pairs: Comparison, kind: str) -> np.ndarray:
    """One record of the pair is of `kind`, the other is an article."""
    return (pairs.kind_a + pairs.kind_b == KINDS.index(kind)) & ((pairs.kind_a == 0) | (pairs.kind_b == 0))


_OF_KIND = {
    "erratum": "erratum_of",
    "retraction": "retraction_of",
    "comment": "comment_on",
    "registry": "registry_entry_of",
    "preprint": "preprint_of",
    "conference": "conference_abstract_of",
    "thesis": "thesis_of",
    "report": "report_of",
}


def _relations(pairs: Comparison, vetoes: np.ndarray) -> np.ndarray:
    """Index into `RELATIONS` of what two works are to each other, 0 where nothing is to be said."""
    alike = (pairs.title >= 88) | pairs.contained
    written = alike & (pairs.authors != DIFFERENT)
    veto = {name: (vetoes >> position & 1).astype(bool) for position, name in enumerate(VETOES)}
    relation = np.zeros(len(pairs), dtype=np.int8)

    def relate(name: str, mask: np.ndarray) -> None:
        relation[mask & (relation == 0) & (vetoes != 0)] = RELATIONS.index(name)

    differ = pairs.kind_a != pairs.kind_b
    for kind, name in _OF_KIND.items():
        of_kind = differ & ((pairs.kind_a == KINDS.index(kind)) | (pairs.kind_b == KINDS.index(kind)))
        if kind in ("erratum", "retraction", "comment"):
            relate(name, of_kind & alike)
        elif kind == "registry":
            relate(name, of_kind & ((pairs.registry == SAME) | written))
        else:
            relate(name, of_kind & written)
    # one trial in several registers has an entry in each
    named = (pairs.title >= 94) & (pairs.length >= TELLING) & ~pairs.numbers_differ
    relate("cross_registration_of", (pairs.registers == 2) | ((pairs.registers == 1) & named))
    # numbers alone may be a slip: a part or version is also published elsewhere or at another time
    published = (pairs.doi == DIFFERENT) | (pairs.pmid == DIFFERENT) | (pairs.page == DIFFERENT)
    published |= (pairs.volume == DIFFERENT) | (pairs.years > 1)
    relate(
        "part_of", veto["numbers"] & written & published & (pairs.years <= 2) & (pairs.journal != DIFFERENT)
    )
    relate("version_of", written & published & (veto["version"] | veto["numbers"]))
    elsewhere = written & (pairs.title >= 94) & veto["place"] & (pairs.doi != SAME)
    relate("conference_abstract_of", elsewhere & (pairs.brief > 0))
    relate("version_of", written & published & (pairs.title >= 94) & (veto["place"] | veto["issue"]))
    return relation
