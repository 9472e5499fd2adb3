"""A number is the same in every separator and encoding, or asked about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evergreen import sheets
from evergreen.errors import InputError
from evergreen.sheets.numbers import readings


@given(
    value=st.floats(min_value=0, max_value=1e12, allow_subnormal=False),
    separator=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    column=st.sampled_from(["n", "mean"]),
)
def test_a_number_survives_every_separator_and_encoding(tmp_path_factory, value, separator, encoding, column):
    path = tmp_path_factory.getbasetemp() / "number.csv"
    written = repr(value).replace(".", ",") if separator == ";" else repr(value)
    rows = [["study", "outcome", "group", column], ["Ä", "x", "control", written]]
    path.write_bytes("\n".join(separator.join(row) for row in rows).encode(encoding))
    if len(set(readings(written).values())) > 1 and (column == "n" or separator == "\t"):
        with pytest.raises(InputError, match=" may be "):
            sheets.read_sheet(path, "extraction")
        return
    frame = sheets.read_sheet(path, "extraction")
    assert frame.loc[0, "study"] == "Ä"
    assert frame.loc[0, column] == value
