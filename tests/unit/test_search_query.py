"""The embedded PubMed's query language: what a query finds, and what PubMed would say about it."""

import pytest

from evergreen.search.embedded.query import BackendError, search
from evergreen.search.embedded.store import Store, entry_from_facts
from tests.rows import each

FACTS = [
    {"pmid": "1", "title": "Denosumab in rheumatoid arthritis", "mesh_terms": "Arthritis, Rheumatoid; Humans", "year": "2010",
     "month": "May", "crdt": "2010-05-03", "publication_types": "Randomized Controlled Trial", "authors": "Takeuchi T; Genant HK"},
    {"pmid": "2", "title": "RANK ligand and bone loss", "abstract": "Arthritis of rheumatoid patients.", "year": "2012",
     "crdt": "2013-01-01", "edat": "2012-01-01", "publication_types": "Review", "authors": "Takeuchi Y", "language": "jpn"},
    {"pmid": "30", "title": "Denosumab and osteoporosis in mice", "mesh_terms": "Osteoporosis, Postmenopausal; Animals", "year": "2015",
     "crdt": "2015-02-02", "registry": "NCT00000001", "language": "eng"},
    {"pmid": "400", "title": "Ostéoporose: bone erosion, bone mass", "year": "2020", "crdt": "2020-06-30", "language": "fre"},
]  # fmt: skip


@pytest.fixture(scope="module")
def store():
    from evergreen.search.embedded.store import mesh_tree

    return Store([entry_from_facts(row) for row in FACTS], tree=mesh_tree())


@each(
    ("query", "expected"),
    [
        ("denosumab[tiab]", {1, 30}),
        ("denosumab[tiab] AND osteoporosis[tiab]", {30}),
        ("denosumab[tiab] NOT mice[ti]", {1}),
        ("bone[tiab] OR denosumab[tiab] AND mice[tiab]", {30}),  # from left to right
        ("bone[tiab] OR (denosumab[tiab] AND mice[tiab])", {2, 30, 400}),
        ('"rheumatoid arthritis"[tiab]', {1}),
        ("rheumatoid arthritis[tiab]", {1}),  # a tagged run of words is a phrase
        ('"arthritis rheumatoid"[tiab:~0]', {1}),  # proximity in any order
        ('"arthritis rheumatoid"[tiab:~1]', {1, 2}),
        ("rheumatoid arthritis", {1, 2}),  # untagged: no phrase is demanded of what is none in the store
        ("osteo*[tiab]", {30, 400}),
        ("rank lig*[tiab]", {2}),
        ("osteoporose[ti]", {400}),  # accents do not matter
        ("arthritis[mh]", {1}),  # exploded
        ("arthritis[mesh:noexp]", set()),
        ("osteoporosis[mh]", {30}),
        ("animals[mh] NOT humans[mh]", {30}),
        ("review[pt]", {2}),
        ("takeuchi[au]", {1, 2}),
        ("takeuchi t[au]", {1}),
        ("japanese[la]", {2}),
        ("2010:2012[dp]", {1, 2}),
        ("2010/05[dp]", {1}),
        ('("2010/05/03"[crdt] : "2013/01/01"[crdt])', {1, 2}),
        ('"2012/01/01"[edat] : "2012/12/31"[edat]', {2}),
        ("2:30[uid]", {2, 30}),
        ("30[uid] OR 400[pmid]", {30, 400}),
        ("NCT00000001[si]", {30}),
        ("all[sb]", {1, 2, 30, 400}),
        ("bone AND (erosion OR loss)", {2, 400}),
        ('bone "mass"[tiab]', {400}),  # side by side is AND
    ],
)
def test_queries(store, query, expected):
    assert search(store, query).ids == expected


def test_what_is_not_found_is_said(store):
    assert search(store, "nonsense[tiab] OR bone[tiab]").phrases_not_found == ["nonsense[tiab]"]
    assert search(store, '"loss bone"[tiab]').quoted_not_found == ['"loss bone"[tiab]']
    assert search(store, "bone[nofield]").fields_not_found == ["nofield"]
    assert search(store, "nonsense[tiab]").messages == ["No items found."]


def test_truncation_stops_at_600_variants():
    rows = [{"pmid": str(n), "title": f"word{n:04d}", "crdt": "2010-01-01"} for n in range(1, 702)]
    found = search(Store([entry_from_facts(row) for row in rows]), "word*[tiab]")
    assert len(found.ids) == 600
    assert found.messages[0].startswith("Wildcard search for 'word*' used only the first 600 variations")


@each("query", ["", "((", "(bone[tiab]", "bone[tiab] AND", "bone[tiab])", "AND bone", "x[crdt]"])
def test_what_cannot_be_parsed_fails(store, query):
    with pytest.raises(BackendError):
        search(store, query)


def test_a_store_as_of_a_date_hides_what_came_later(store):
    early = Store(store.entries.values(), as_of="2013-01-01")
    assert search(early, "all[sb]").ids == {1, 2}
