"""Ids do not depend on the order of a file."""

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen.records.model import with_ids
from tests.unit.test_records_model import table

rows = st.lists(
    st.tuples(st.sampled_from(["", "A", "B", "A~2"]), st.sampled_from(["t", "u", ""])), max_size=8
)


@settings(deadline=None, max_examples=20)
@given(rows, st.randoms(use_true_random=False))
def test_ids_do_not_depend_on_the_order_of_the_file(pairs, random):
    def ids(some):
        frame = table(accession=[a for a, _ in some], title=[t for _, t in some])
        return with_ids(frame, "x", "r")[["record_id", "title"]]

    mixed = list(pairs)
    random.shuffle(mixed)
    first = ids(pairs)
    assert first["record_id"].is_unique
    pd.testing.assert_frame_equal(first, ids(mixed))
