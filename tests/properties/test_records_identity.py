"""No record is lost between the rounds: each is in the table, or seen as a record that it agrees with."""

from collections import Counter

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen.records.identity import identify
from evergreen.records.model import base_id, typed

WORKS = [
    {"title": title, "authors": author, "doi": doi, "pmid": pmid, "year": "2020"}
    for title, author, doi, pmid in [
        ("Walking and bone density in older adults", "Smith, Ann", "10.1000/w", "101"),
        ("Walking and bone density in older women", "Smith, Ann", "10.1000/x", ""),
        ("Sleep and mood in adolescents: a trial", "Brown, Bob", "", "102"),
        ("Cycling and mood in adults", "", "", ""),
        ("Authors' reply", "Smith, Ann", "10.1000/r", ""),
        ("Authors' reply", "Smith, Ann", "10.1000/s", ""),
        ("", "", "10.1000/n", ""),
        ("", "", "", "103"),
    ]
]  # fmt: skip
REVISED = ["{}", "{}.", "{}: corrected and republished"]
DOIS = ["{}", "https://doi.org/{}", "doi:{}"]


@st.composite
def rows(draw):
    """A record of a work under a key that others may have; `note` is the work's number, for the test to know it again."""
    number = draw(st.integers(0, len(WORKS) - 1))
    work = dict(WORKS[number])
    # Only a number can say that a revised title is the same work's.
    revised = draw(st.sampled_from(REVISED if work["doi"] or work["pmid"] else REVISED[:2]))
    if work["title"]:
        work["title"] = revised.format(work["title"])
    if work["doi"]:
        work["doi"] = draw(st.sampled_from(DOIS)).format(
            draw(st.sampled_from([str.upper, str.lower]))(work["doi"])
        )
    return {**work, "accession": draw(st.sampled_from(["1", "2", "smith-2020", ""])), "keywords": str(number)}


files = st.lists(st.lists(rows(), max_size=8), min_size=1, max_size=4)


def read(some_files):
    before, found = None, []
    for at, file in enumerate(some_files):
        frame = pd.DataFrame(file, columns=[*WORKS[0], "accession", "keywords"]).fillna("")
        frame = typed(frame.assign(file=f"{at}.ris", line=[str(line) for line in range(len(frame))]))
        one = identify(frame, "lib", f"20{at:02}-01-01", before)
        before = one.records if before is None else pd.concat([before, one.records], ignore_index=True)
        found.append(one)
    return before, found


@settings(max_examples=150, deadline=None)
@given(files)
def test_every_record_is_in_the_table_or_seen_as_one_of_its_work(some_files):
    table, found = read(some_files)
    assert table["record_id"].is_unique
    work_of = dict(zip(table["record_id"], table["keywords"], strict=True))
    for file, one in zip(some_files, found, strict=True):
        lines = [*one.records["line"], *(told.line for told in one.seen)]
        assert sorted(lines) == list(range(len(file)))
        for told in one.seen:
            assert work_of[told.record_id] == file[told.line]["keywords"]
        for record, first in zip(one.records["record_id"], one.records["repeats"], strict=True):
            assert not first or (work_of[first] == work_of[record] and base_id(first) == base_id(record))


@settings(max_examples=75, deadline=None)
@given(files)
def test_a_file_that_comes_again_brings_nothing(some_files):
    table, found = read([*some_files, some_files[0]])
    assert len(found[-1].records) == 0
    assert {told.record_id for told in found[-1].seen} <= set(table["record_id"])


@settings(max_examples=75, deadline=None)
@given(files, st.randoms(use_true_random=False))
def test_the_order_of_a_file_changes_no_id(some_files, random):
    once, _ = read(some_files)
    mixed = [random.sample(file, len(file)) for file in some_files]
    again, _ = read(mixed)
    counted = [
        Counter(table[["record_id", "title", "doi", "repeats"]].itertuples(index=False, name=None))
        for table in (once, again)
    ]
    assert counted[0] == counted[1]


@settings(max_examples=75, deadline=None)
@given(files, st.lists(rows(), max_size=8))
def test_a_later_round_changes_no_id_of_an_earlier_one(some_files, later):
    before, _ = read(some_files)
    after, _ = read([*some_files, later])
    pd.testing.assert_frame_equal(after.iloc[: len(before)], before, check_dtype=False)
