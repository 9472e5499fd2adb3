"""Sentences that figures and tables share."""

from __future__ import annotations

from evergreen.figures import wording
from evergreen.figures.setting import Setting
from tests.results import result, study


def test_a_name_that_begins_small_before_a_capital_has_no_capital():
    assert [wording.capital(text) for text in ("first report", "pH", "mRNA dose", "BMD site", "")] == [
        "First report", "pH", "mRNA dose", "BMD site", ""
    ]  # fmt: skip


def test_a_part_of_a_sentence_keeps_the_capital_of_a_name_or_an_abbreviation():
    parts = ("Pain at rest", "HAQ score", "HbA1c", "Wald", "I² from Q", "mRNA", "")
    assert [wording.within(text) for text in parts] == ["pain at rest", *parts[1:]]


def test_a_name_says_whole_words():
    said = [
        ("Pain at 6 weeks", "6 Weeks"),
        ("Pain at 16 weeks", "6 weeks"),
        ("Pain", "A"),
        ("Pain against A", "A"),
    ]
    assert [wording.says(*one) for one in said] == [True, False, False, True]


def test_an_axis_of_one_group_has_no_sides():
    setting = Setting("Outcome", better="lower")
    assert wording.favours("HR", setting) == ("Favours Intervention", "Favours Control")
    assert [wording.favours(measure, setting) for measure in ("ZCOR", "MC", "PR")] == [None] * 3


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
