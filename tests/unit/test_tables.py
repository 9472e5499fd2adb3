"""Tables that machines write: the same bytes, however a frame was put together and however large it is."""

import pandas as pd

from evergreen import tables


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
