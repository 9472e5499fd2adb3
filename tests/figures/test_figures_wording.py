"""Sentences that figures and tables share."""

from __future__ import annotations

from evergreen.figures import wording
from tests.results import result, study


def test_a_name_that_begins_small_before_a_capital_has_no_capital():
    assert [wording.capital(text) for text in ("first report", "pH", "mRNA dose", "BMD site", "")] == [
        "First report", "pH", "mRNA dose", "BMD site", ""
    ]  # fmt: skip


def test_a_retracted_report_is_said_where_the_numbers_stand_by_themselves():
    found = result(
        studies=[
            study("A 2010", columns={"report_notice": "retracted"}),
            study("B 2011", columns={"report_notice": "concern"}),
            study("C 2012", columns={"report_notice": ""}),
            study("A 2010", columns={"report_notice": "retracted"}),
        ]
    )
    assert wording.notices(found) == [
        "A report of A 2010 has been retracted.",
        "A report of B 2011 is under an expression of concern.",
    ]
    several = [study(name, columns={"report_notice": "concern"}) for name in ("A 2010", "B 2011", "C 2012")]
    assert wording.notices(result(studies=several)) == [
        "Reports of A 2010, B 2011 and C 2012 are under an expression of concern."
    ]
    assert wording.notices(result(studies=[study("C 2012")])) == []
