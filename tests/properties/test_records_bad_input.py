"""Truncated and mixed-up RIS: nothing is lost without a word."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen.records import formats
from evergreen.records.formats import content
from evergreen.records.rows import record_table
from tests.unit.test_records_bad_input import RIS


@settings(deadline=None, max_examples=30)
@given(st.integers(min_value=60, max_value=len(RIS.encode()) - 1))
def test_a_truncated_file_loses_at_most_what_was_cut(cut):
    raw = RIS.encode()[:cut]
    lines = content.decode(raw, "x").lines
    found = formats.ris.read(lines)
    whole = raw.count(b"ER  - \n")
    table = record_table(found.blocks, formats.ris.FIELDS, "x")
    assert table["accession"].tolist()[:whole] == [f"A{number}" for number in range(whole)]
    assert len(table) >= whole


@settings(deadline=None, max_examples=80)
@given(
    st.lists(st.sampled_from(["TY  - JOUR", "ER  - ", "TI  - T", "AN  - 1", "junk", "", "1.", "  more", "AB - x"]),
             max_size=14)
)  # fmt: skip
def test_every_line_belongs_to_a_record_or_is_reported(lines):
    found = formats.ris.read(lines)
    found.account_for(lines)
    said = {remark.line for remark in found.remarks}
    for block in found.blocks:
        said.update(range(block.line, block.line_end + 1))
    assert [line for number, line in enumerate(lines, 1) if line.strip() and number not in said] == []
    ends = [(block.line, block.line_end) for block in found.blocks]
    assert all(first[1] < second[0] for first, second in pairwise(ends)), "blocks do not overlap"
