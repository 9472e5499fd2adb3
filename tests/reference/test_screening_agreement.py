"""Agreement statistics against published cases and against statsmodels."""

import csv
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.inter_rater import fleiss_kappa as statsmodels_fleiss

from evergreen.screening.agreement import agreement, cross_table, fleiss_kappa, krippendorff_alpha

NAMES = {
    "po": "agreement", "pe": "expected", "kappa": "kappa", "se_fce": "kappa_se", "pabak": "pabak", "PI": "prevalence",
    "BI": "bias", "pos_agree": "positive", "neg_agree": "negative", "gwet_ac1": "ac1",
}  # fmt: skip


def test_anchors(shared):
    """Every statistic of the anchors, to the six decimals they are printed with."""
    with Path.open(shared / "data/anchors/kappa_cases.csv", newline="") as file:
        cases = list(csv.DictReader(file))
    assert cases
    for case in cases:
        a, b, c, d = (
            int(case[key]) for key in ("a_both_inc", "b_r1inc_r2exc", "c_r1exc_r2inc", "d_both_exc")
        )
        result = agreement(np.array([[a, b], [c, d]]))
        for theirs, ours in NAMES.items():
            assert getattr(result, ours) == pytest.approx(float(case[theirs]), abs=1e-6), (case, ours)
        assert result.kappa_low == pytest.approx(float(case["lo"]), abs=2e-6)
        assert result.kappa_high == pytest.approx(float(case["hi"]), abs=2e-6)


@settings(deadline=None)
@given(
    st.integers(2, 4).flatmap(
        lambda k: st.lists(st.lists(st.integers(0, 60), min_size=k, max_size=k), min_size=k, max_size=k)
    )
)
def test_kappa_agrees_with_statsmodels(rows):
    table = np.array(rows)
    result = agreement(table)
    if table.sum() == 0 or result.kappa is None:
        return
    theirs = cohens_kappa(table)
    assert result.kappa == pytest.approx(theirs.kappa, abs=1e-9)
    assert result.kappa_se == pytest.approx(np.sqrt(max(theirs.var_kappa, 0)), abs=1e-6)


def test_published_interval_beyond_one_is_cut():
    result = agreement(np.array([[5, 1], [0, 200]]))
    assert result.kappa_high == 1.0


def test_nothing_to_compare_is_said_in_words():
    empty = agreement(np.zeros((2, 2)))
    assert empty.kappa is None
    assert "no work has two votes to compare" in empty.remark
    same = agreement(np.array([[0, 0], [0, 30]]))
    assert same.agreement == 1
    assert same.kappa is None
    assert "not estimable" in same.remark
    assert same.positive is None
    assert same.negative == 1


def test_rare_includes_are_still_estimable():
    result = agreement(np.array([[1, 0], [0, 1_000_000]]))
    assert (result.kappa, result.remark) == (pytest.approx(1), "")
    assert fleiss_kappa(np.array([[2, 0], *[[0, 2]] * 300_000])) == pytest.approx(1)
    assert krippendorff_alpha(np.array([[2, 0], *[[0, 2]] * 300_000])) == pytest.approx(1)


@pytest.mark.parametrize(
    ("table", "kappa"),
    [
        ([[1, 0], [0, 0]], None), ([[0, 1], [0, 0]], 0), ([[0, 5], [5, 0]], -1), ([[5, 5], [0, 0]], 0), ([[1, 0], [0, 1]], 1),
        ([[0, 0, 0], [0, 7, 0], [0, 0, 0]], None), ([[3, 0, 0], [0, 0, 0], [0, 0, 4]], 1), ([[0, 3, 0], [0, 0, 3], [3, 0, 0]], -0.5),
    ],
)  # fmt: skip
def test_degenerate_tables(table, kappa):
    result = agreement(np.array(table))
    assert result.kappa == (None if kappa is None else pytest.approx(kappa))
    assert ("kappa not estimable" in result.remark) == (kappa is None)
    assert not any(value != value for value in vars(result).values())


@settings(deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(["x", "y", "z", ""]), min_size=4, max_size=4), min_size=1, max_size=15)
)
def test_krippendorff_by_its_definition_over_pairs(rows):
    """Disagreements within works against those of all pairs of votes (Krippendorff 2011), pair by pair."""
    works = [[vote for vote in row if vote] for row in rows]
    works = [votes for votes in works if len(votes) > 1]
    everything = [vote for votes in works for vote in votes]
    n = len(everything)
    within = sum(sum(a != b for a, b in permutations(votes, 2)) / (len(votes) - 1) for votes in works)
    between = sum(a != b for a, b in permutations(everything, 2))
    ours = krippendorff_alpha(np.array([[row.count(category) for category in "xyz"] for row in rows]))
    assert ours == (
        pytest.approx(1 - (within / n) / (between / (n * (n - 1))), abs=1e-9) if between else None
    )


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_fleiss_agrees_with_statsmodels(works):
    counts = np.array([[one, other, 15 - one - other] for one, other, _ in works])
    ours = fleiss_kappa(counts)
    if ours is not None:
        assert ours == pytest.approx(statsmodels_fleiss(counts), abs=1e-9)


def test_krippendorff_known_answer():
    """Nominal example of Krippendorff 2011, section B: two observers, twelve units, alpha 0.692."""
    first = ["a", "a", "b", "b", "d", "c", "c", "c", "e", "d", "d", "a"]
    second = ["b", "a", "b", "b", "b", "c", "c", "c", "e", "d", "d", "d"]
    categories = "abcde"
    counts = np.array(
        [[(one == c) + (other == c) for c in categories] for one, other in zip(first, second, strict=True)]
    )
    assert krippendorff_alpha(counts) == pytest.approx(0.692, abs=5e-4)
    assert krippendorff_alpha(np.zeros((0, 2))) is None
    assert krippendorff_alpha(np.array([[2, 0], [1, 0]])) is None


def test_cross_table_refuses_what_it_does_not_know():
    assert cross_table(["x", "y"], ["x", "x"], ["x", "y"]).tolist() == [[1, 0], [1, 0]]
    with pytest.raises(ValueError, match="maybe"):
        cross_table(["maybe"], ["x"], ["x"])
