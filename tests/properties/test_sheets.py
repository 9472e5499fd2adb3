"""A number is the same in every separator and encoding."""

from hypothesis import given
from hypothesis import strategies as st

from evergreen import sheets


@given(
    value=st.floats(min_value=0, max_value=1e12, allow_subnormal=False),
    separator=st.sampled_from(",;\t"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_a_number_survives_every_separator_and_encoding(tmp_path_factory, value, separator, encoding):
    path = tmp_path_factory.getbasetemp() / "number.csv"
    written = repr(value).replace(".", ",") if separator == ";" else repr(value)
    rows = [["study", "outcome", "group", "n"], ["Ä", "x", "control", written]]
    path.write_bytes("\n".join(separator.join(row) for row in rows).encode(encoding))
    frame = sheets.read_sheet(path, "extraction")
    assert frame.loc[0, "study"] == "Ä"
    assert frame.loc[0, "n"] == value
