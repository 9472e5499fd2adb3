"""Tables that machines write: the same bytes, however a frame was put together and however large it is."""

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
    lines = tables._csv_rows(frame).decode()
    plain = frame.assign(yes=np.where(frame["yes"], "true", "false"))
    assert lines == plain.to_csv(index=False, header=False, lineterminator="\n")


def test_large_tables_are_read_back_as_they_were(tmp_path):
    frame = pd.DataFrame({"id": [f"s:{n}" for n in range(tables.LARGE + 7)], "text": "x, y"})
    tables.write_table(frame, tmp_path / "large.csv")
    pd.testing.assert_frame_equal(tables.read_table(tmp_path / "large.csv"), frame, check_dtype=False)


def test_parquet_does_not_tell_how_a_frame_was_put_together(tmp_path):
    frame = pd.DataFrame({"a": ["x", "y", "z"], "n": [1, 2, 3]})
    tables.write_table(frame, tmp_path / "whole.parquet")
    parts = pd.concat([frame.iloc[:1], frame.iloc[1:]], ignore_index=True)
    tables.write_table(parts, tmp_path / "parts.parquet")
    assert (tmp_path / "whole.parquet").read_bytes() == (tmp_path / "parts.parquet").read_bytes()


def test_texts_are_the_same_bytes_with_and_without_pandas(tmp_path):
    lines = [
        {"pmid": "1", "change": 'a "b", c', "detail": ""},
        {"pmid": "2", "change": "two\nlines", "detail": "NA"},
        {"pmid": "", "change": "ü", "detail": " x "},
    ]
    columns = ["pmid", "change", "detail"]
    for number, some in enumerate((lines, [])):
        tables.write_rows(some, columns, tmp_path / f"plain-{number}.csv")
        tables.write_table(pd.DataFrame(some, columns=columns), tmp_path / f"frame-{number}.csv")
        assert (tmp_path / f"plain-{number}.csv").read_bytes() == (
            tmp_path / f"frame-{number}.csv"
        ).read_bytes()
        assert tables.read_rows(tmp_path / f"frame-{number}.csv") == some
        assert tables.rows(tables.read_table(tmp_path / f"plain-{number}.csv")) == some
