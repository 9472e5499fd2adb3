"""Records become works, round by round: what stays the same whatever the order, the workers and the rounds before."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen.deduplication import rounds
from evergreen.deduplication.comparison import Columns, compare
from evergreen.deduplication.decision import decide
from evergreen.deduplication.rounds import compare_share, prepare
from evergreen.deduplication.verdicts import Verdicts
from tests.properties.papers import PAPER, closed, table, works

WORDS = [
    "denosumab",
    "zoledronate",
    "erosions",
    "bone",
    "density",
    "women",
    "men",
    "trial",
    "early",
    "late",
    "children",
]


@st.composite
def bibliography(draw):
    rows = []
    for _ in range(draw(st.integers(1, 6))):
        words = draw(st.lists(st.sampled_from(WORDS), min_size=3, max_size=8))
        paper = {
            "title": " ".join(words).capitalize(),
            "authors": "; ".join(
                draw(st.lists(st.sampled_from(["Moe, A", "Roe, B", "Poe, C", "Doe, D"]), max_size=3))
            ),
            "year": draw(st.sampled_from([2017, 2018, 2019])),
            "journal": draw(st.sampled_from(["Annals of Bone Research", "Bone", "Lancet"])),
            "volume": draw(st.sampled_from(["", "7", "8"])),
            "pages": draw(st.sampled_from(["", "112-119", "30", "e5"])),
            "doi": draw(st.sampled_from(["", "10.1/a", "10.1/b"])),
        }
        for _ in range(draw(st.integers(1, 3))):
            gone = draw(st.sampled_from(["volume", "pages", "doi", "authors", "year"]))
            rows.append({**paper, gone: None if gone == "year" else ""})
    return [{**row, "record_id": f"embase:{number:03}"} for number, row in enumerate(rows)]


@settings(max_examples=25, deadline=None)
@given(bibliography(), st.randoms(use_true_random=False))
def test_order_and_shares_change_nothing(rows, random):
    once = works(closed(table(*rows)))
    random.shuffle(rows)
    assert works(closed(table(*rows))) == once
    assert works(closed(table(*rows), shards=3)) == once


def test_the_number_of_workers_changes_nothing(monkeypatch):
    monkeypatch.setattr(rounds, "SHARED", 2)
    records = table(*[{**PAPER, "record_id": f"embase:{n}", "pages": f"{n % 5}"} for n in range(1, 12)])
    alone, known = prepare(records, None)
    shared, _ = prepare(records, None, workers=3)
    pd.testing.assert_frame_equal(shared, alone)
    compared = [compare_share(alone, known, workers=workers) for workers in (1, 3)]
    for name, level in vars(compared[0]).items():
        assert np.array_equal(level, getattr(compared[1], name)), name


@settings(max_examples=25, deadline=None)
@given(bibliography())
def test_the_same_file_twice_makes_no_new_work(rows):
    once = works(closed(table(*rows)))
    copies = [{**row, "record_id": row["record_id"] + "~2"} for row in rows]
    twice = works(closed(table(*rows, *copies)))
    assert set(twice.values()) == set(once.values())
    assert all(twice[row["record_id"] + "~2"] == twice[row["record_id"]] for row in rows)


@settings(max_examples=25, deadline=None)
@given(bibliography(), st.data())
def test_later_rounds_never_change_an_old_work(rows, data):
    cut = data.draw(st.integers(1, len(rows)))
    first = closed(table(*rows[:cut], day="2018-12-31"))
    if cut == len(rows):
        return
    second = closed(table(*rows[cut:], day="2020-12-31"), before=first.state)
    old, new = works(first), works(second)
    assert {record: new[record] for record in old} == old
    assert all(work in old or work not in old.values() for work in new.values())


@settings(max_examples=25, deadline=None)
@given(bibliography(), st.data())
def test_verdicts_hold(rows, data):
    ids = [row["record_id"] for row in rows]
    if len(ids) < 3:
        return
    a, b, c = data.draw(st.permutations(ids))[:3]
    verdicts = Verdicts([tuple(sorted((a, b)))], [tuple(sorted((a, c)))], {})
    found = works(closed(table(*rows), verdicts=verdicts))
    assert found[a] == found[b] != found[c]
    assert found[a] in (a, min(r for r in ids if found[r] == found[a]))


def vetoed_together(found):
    """Whether any two records of one work speak against each other."""
    state = found.state
    a, b = np.triu_indices(len(state), 1)
    if not len(a):
        return False
    compared = compare(Columns(state), a, b, relevant=False)
    same = state["work_id"].to_numpy()[a] == state["work_id"].to_numpy()[b]
    return bool((same & (decide(compared).vetoes != 0)).any())


@settings(max_examples=25, deadline=None)
@given(bibliography())
def test_no_vetoed_pair_shares_a_work(rows):
    assert not vetoed_together(closed(table(*rows)))


def test_a_chain_of_matches_does_not_join_two_issues():
    rows = [
        {**PAPER, "record_id": f"embase:{n}", "pages": pages, "volume": volume, "year": year}
        for n, (pages, volume, year) in enumerate(
            [("112-119", "7", 2018), ("", "", 2018), ("5-9", "9", 2020), ("", "", 2020), ("5-9", "", 2020)]
        )
    ]
    found = closed(table(*rows))
    assert not vetoed_together(found)
    assert found.state["work_id"].nunique() == 2
