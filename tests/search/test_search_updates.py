"""Later rounds: what is new is found, what changed is reported, and what is stored is refused once it is altered."""

import pytest

from evergreen.errors import InputError
from evergreen.search import table
from evergreen.search.changes import rows_in
from evergreen.search.embedded.server import Service
from evergreen.search.embedded.store import Store, entry_from_facts
from evergreen.search.standing import replies_in
from tests.search.search_rounds import facts, search, store


def two_rounds(tmp_path, before, after, text="trial[ti]"):
    """Rounds of 2018 and 2020 over two states of PubMed."""
    one, two = tmp_path / "2018-12-31", tmp_path / "2020-12-31"
    search(
        Service(Store(map(entry_from_facts, before), as_of="2018-12-31")), one, day="2018-12-31", text=text
    )
    later = Service(Store(map(entry_from_facts, after), as_of="2020-12-31"))
    return search(later, two, day="2020-12-31", earlier=[one], text=text)


def test_a_later_round_brings_what_is_new(tmp_path):
    old = [facts(1), facts(2)]
    found = two_rounds(tmp_path, old, [*old, facts(3, crdt="2019-05-05")])
    assert (found.new_ids, found.log["seen_before"], found.changes) == ((1021,), 2, ())


def test_a_back_dated_record_is_found(tmp_path):
    """Created in 2019 with an entry date of 2016: a window on entry dates would never see it."""
    found = two_rounds(
        tmp_path, [facts(1)], [facts(1), facts(2, crdt="2019-05-05", edat="2016-01-01", year="2016")]
    )
    assert found.new_ids == (1014,)


def test_a_record_that_matches_only_once_it_is_indexed_is_found(tmp_path):
    old = [facts(1), facts(2, title="Bone and nothing else")]
    new = [facts(1), facts(2, title="Bone and nothing else", mesh_terms="Denosumab", mhda="2019-03-03")]
    found = two_rounds(tmp_path, old, new, text="trial[ti] OR denosumab[mh]\nacknowledge: denosumab[mh]")
    assert found.new_ids == (1014,)


def test_revised_retracted_and_deleted_records_are_reported(tmp_path):
    old = [facts(number) for number in range(1, 6)]
    new = [
        facts(1),
        facts(2, title="A trial of bone, corrected", revised="2020-01-01"),
        facts(3, links="RetractionIn 9999", revised="2020-02-02"),
        facts(4, title="No longer matching", revised="2020-03-03"),
    ]
    found = two_rounds(tmp_path, old, new)
    said = {(change.pmid, change.change) for change in found.changes}
    assert said == {
        ("1014", "revised"), ("1021", "retracted"), ("1021", "revised"), ("1028", "revised"), ("1028", "no_longer_found"), ("1035", "deleted"),
    }  # fmt: skip
    kept = [row["title"] for row in rounds_rows(tmp_path / "2020-12-31", "again")]
    assert "A trial of bone, corrected" in kept
    assert "A trial of bone, number 2" in [
        row["title"] for row in rounds_rows(tmp_path / "2018-12-31", "new")
    ]


def rounds_rows(folder, kind):
    return list(rows_in(replies_in(folder, [kind])))


def test_a_round_dated_in_the_past_is_limited_by_creation_date(tmp_path):
    service = Service(Store(map(entry_from_facts, [facts(1), facts(2, crdt="2019-05-05")])))
    found = search(service, tmp_path / "2018-12-31", day="2018-12-31", limited=True)
    assert found.ids == (1007,)
    assert found.log["limited_to_round"] is True


def test_a_stored_reply_that_changed_is_refused(tmp_path):
    search(Service(store(3)), tmp_path / "2020-12-31")
    (tmp_path / "2020-12-31/raw/batch-0001.xml.gz").write_bytes(b"other")
    with pytest.raises(InputError, match="not the reply that was received"):
        table.read_round(tmp_path / "2020-12-31", "pubmed", "2020-12-31")
