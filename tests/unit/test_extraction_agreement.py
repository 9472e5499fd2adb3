"""How far extractors agree: percent by column, and the intraclass correlation against published numbers."""

from __future__ import annotations

import math

import pytest

from evergreen.extraction.agreement import agreement_table, intraclass_correlation
from evergreen.extraction.constraints import NUMBERS
from evergreen.extraction.merge import COMPARED, merge_extraction
from tests.rows import each
from tests.unit.test_extraction_merge import sheet

# Six targets by four judges: Shrout & Fleiss, Psychological Bulletin 1979;86:420-8, table 2; ICC(2,1) is .29 in table 4, with two decimals.
JUDGES = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def test_the_published_intraclass_correlation():
    assert intraclass_correlation(JUDGES) == pytest.approx(0.29, abs=0.005)


@each(
    ("values", "expected"),
    [
        ([[1, 1], [2, 2], [5, 5]], 1.0),
        ([[1, 2], [2, 1]], math.nan),  # the subjects are alike, and so are the raters
        ([[1, 1]], math.nan),
        ([[3, 3], [3, 3]], math.nan),
    ],
)
def test_an_intraclass_correlation_at_its_bounds(values, expected):
    assert intraclass_correlation(values) == pytest.approx(expected, nan_ok=True)


def lines(sheets):
    merged = merge_extraction(sheets)
    table = agreement_table(merged.found, COMPARED, frozenset(NUMBERS), merged.rounding)
    return {(row.outcome, row.column, row.first, row.second): row for row in table.itertuples()}


def test_agreement_is_counted_by_outcome_column_and_pair():
    sheets = {
        "AB": sheet({"arm": "a", "n": 10.0, "sd": 1.2}, {"arm": "b", "n": 20.0}, {"arm": "c", "n": 1.0}),
        "CD": sheet({"arm": "a", "n": 10.0, "sd": 1.24}, {"arm": "b", "n": 21.0, "sd": 2.0}),
        "EF": sheet({"arm": "a", "n": 10.0}),
    }
    found = lines(sheets)
    said = {key[1:]: (row.n, row.agreed) for key, row in found.items() if key[0] == "pain" and key[3]}
    assert said[("n", "AB", "CD")] == (2, 1)
    assert said[("n", "AB", "EF")] == (1, 1)
    assert said[("sd", "AB", "CD")] == (2, 1)  # rounded, and left empty by one
    assert said[("sd", "CD", "EF")] == (1, 0)
    assert said[("row", "AB", "CD")] == (3, 2)
    assert ("events", "AB", "CD") not in said
    # Of 10, 10 and 20, 21: mean squares of rows 110.25, of extractors 0.25, of what is left 0.25.
    assert found["pain", "n", "AB", "CD"].icc == pytest.approx((110.25 - 0.25) / (110.25 + 0.25))
    alone = found["pain", "row", "AB", ""]
    assert (alone.n, alone.remark) == (1, "extracted by one person alone")
    total = found["", "n", "AB", "CD"]
    assert (total.n, total.agreed, total.agreement) == (2, 1, 0.5)


def test_single_extraction_is_said():
    (line,) = lines({"AB": sheet({"n": 1.0}, {"arm": "b"})}).values()
    assert (line.column, line.first, line.n, line.remark) == ("row", "AB", 2, "extracted by one person alone")


def test_a_study_that_one_has_not_begun_is_no_disagreement():
    found = lines({"AB": sheet({"n": 1.0}, {"n": 1.0, "study": "S2"}), "CD": sheet({"n": 1.0})})
    assert found["pain", "row", "AB", "CD"].agreement == 1.0
