"""Tables that machines write: the same bytes, however a frame was put together and however large it is."""

import math

import pandas as pd

from evergreen import tables
from tests.rows import each


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


@each(
    "lines",
    [
        [{"a": "x", "b": 1}, {"a": "", "b": 2}],
        [{"a": "x", "b": None}, {"a": "y", "b": "z"}],
        [{"a": None, "b": math.nan}, {"a": None, "b": 1.5}],
        [{"a": True, "b": "1"}, {"a": False, "b": 1}],
    ],
)
def test_rows_become_the_table_that_pandas_makes_of_them_and_come_back(lines):
    frame = tables.frame_of(lines, ["a", "b"])
    pd.testing.assert_frame_equal(frame, pd.DataFrame(lines))
    cells = frame.to_numpy(dtype=object).tolist()
    assert repr(tables.rows(frame)) == repr([dict(zip("ab", row, strict=True)) for row in cells])
    assert tables.rows(frame[[]]) == [{}, {}]


def test_a_column_is_held_where_something_stands_in_it():
    lines = [{"a": "", "b": math.nan, "c": "", "d": 0.0}, {"a": "", "b": math.nan, "c": "x", "d": math.nan}]
    assert tables.held(lines, "abcd") == ["c", "d"]
