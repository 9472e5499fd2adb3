"""Merging two extractors' sheets, whatever is in them and in whatever order."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen.extraction.merge import merge_extraction
from tests.unit.test_extraction_merge import sheet

cells = st.fixed_dictionaries({"arm": st.sampled_from("abcd"), "n": st.integers(1, 3).map(float)})
sheets_ = st.lists(cells, unique_by=lambda row: row["arm"], min_size=1, max_size=4)


@settings(deadline=None, max_examples=25)
@given(sheets_, sheets_, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter_and_nothing_is_lost(first, second, random):
    merged = merge_extraction({"AB": sheet(*first), "CD": sheet(*second)})
    shuffled = [list(first), list(second)]
    for rows in shuffled:
        random.shuffle(rows)
    again = merge_extraction({"AB": sheet(*shuffled[0]), "CD": sheet(*shuffled[1])})
    columns = [c for c in merged.rows.columns if c != "origin"]
    pd.testing.assert_frame_equal(merged.rows[columns], again.rows[columns])
    assert set(merged.rows["arm"]) == {row["arm"] for row in [*first, *second]}
    swapped = merge_extraction({"CD": sheet(*second), "AB": sheet(*first)})
    assert swapped.rows["n"].equals(merged.rows["n"])
