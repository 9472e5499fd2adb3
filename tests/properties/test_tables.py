"""A large table is written as a small one."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from evergreen import tables

CELLS = st.sampled_from(
    ["", "plain", 'a "quoted" word', "a, b", "two\nlines", "Größe", " spaced ", "-1", "é;è"]
)


@given(
    st.lists(
        st.tuples(CELLS, CELLS, st.none() | st.integers(-5, 2020), st.booleans()), min_size=1, max_size=6
    )
)
def test_a_large_table_is_written_as_a_small_one(rows):
    frame = pd.DataFrame(rows, columns=["a", "b", "year", "yes"])
    frame = frame.astype({"a": "str", "b": "str", "year": "Int64", "yes": bool})
    lines = str(tables._csv_rows(frame), encoding="utf-8")
    plain = frame.assign(yes=np.where(frame["yes"], "true", "false"))
    assert lines == plain.to_csv(index=False, header=False, lineterminator="\n")
