"""GRADE levels."""

import pandas as pd
import pytest

from evergreen.bias import certainty
from evergreen.errors import InputError, InputErrors
from evergreen.sheets import read_sheet
from tests.rows import each


def sheet(*rows):
    return pd.DataFrame(
        [
            dict(
                zip(("outcome", "domain", "downgrade", "reason"), row, strict=True),
                _file="certainty.csv",
                _row=number,
            )
            for number, row in enumerate(rows, start=2)
        ]
    )


def test_levels_are_taken_off_and_added():
    table = certainty.certainty_of(
        sheet(
            ("pain", "risk_of_bias", 1.0, "unblinded"),
            ("pain", "Imprecision", -1.0, "wide interval"),
            ("death", "study design", 2.0, "cohorts"),
            ("death", "large_effect", 1.0, "RR 0.3"),
            ("death", "indirectness", 0.0, "none"),
        ),
        ["death", "pain", "other"],
    ).set_index("outcome")
    assert table.index.tolist() == ["death", "pain"]
    assert table.loc["pain", ["certainty", "symbols"]].tolist() == ["low", "⊕⊕◯◯"]
    assert table.loc["pain", "reasons"] == "risk of bias (-1): unblinded; imprecision (-1): wide interval"
    assert table.loc["death", "certainty"] == "moderate"


def test_certainty_does_not_fall_below_very_low():
    rows = [("pain", domain, 2.0, "why") for domain in certainty.DOWN]
    assert certainty.certainty_of(sheet(*rows), ["pain"])["certainty"].tolist() == ["very low"]


def test_what_grade_does_not_know_is_refused():
    rows = [
        ("pain", "mood", 1.0, ""),
        ("pian", "imprecision", 1.0, ""),
        *[("pain", "imprecision", 1.0, "")] * 2,
    ]
    with pytest.raises(InputErrors) as caught:
        certainty.certainty_of(sheet(*rows), ["pain"])
    assert [(error.row, error.column) for error in caught.value.errors] == [
        (2, "domain"),
        (3, "outcome"),
        (5, "domain"),
    ]


def test_an_outcome_is_rated_by_its_id_or_its_name():
    rows = pd.DataFrame(
        [["Pain", "imprecision", -1.0, "few"], ["pain  AT 12 weeks", "inconsistency", -1.0, "wide"]],
        columns=["outcome", "domain", "downgrade", "reason"],
    ).assign(_file="certainty.csv", _row=[2, 3])
    (line,) = certainty.certainty_of(rows, {"pain": ["Pain at 12 weeks", "pain"]}).to_dict("records")
    assert (line["outcome"], line["certainty"]) == ("pain", "low")


@each(
    ("tool", "design", "level"),
    [
        ("rob2", None, "high"), ("rob1", None, "high"), ("newcastle-ottawa", None, "low"), ("robins-i", None, "high"), ("ROBINS-I-V2", None, "high"),
        ("rob2", "non-randomised", "low"), ("newcastle-ottawa", "randomised", "high"), ("robins-i", "non-randomised", "high"),
        ("config/own.yaml", None, "high"), ("config/own.yaml", "non-randomised", "low"),
    ],
)  # fmt: skip
def test_evidence_starts_by_its_design_and_the_tool_that_judged_it(tool, design, level):
    assert certainty.start_of(tool, design).level == level


def test_a_start_below_high_is_counted_once_and_a_person_may_say_it():
    starts = {name: certainty.start_of("newcastle-ottawa") for name in ("pain", "death")}
    rows = sheet(
        ("pain", "imprecision", "1", "few"),
        ("death", "study_design", "2", "cohorts"),
        ("death", "large_effect", "1", "RR 0.3"),
    )
    table = certainty.certainty_of(rows, ["pain", "death"], starts=starts)
    assert table[["start", "certainty"]].values.tolist() == [["low", "very low"], ["high", "moderate"]]


def test_a_domain_that_does_not_apply_takes_nothing_off_and_the_latest_round_counts():
    rows = sheet(
        ("pain", "inconsistency", "not_applicable", "one study"), ("pain", "imprecision", "1", "few")
    )
    rows["round"] = ["2020-01-01", "2021-01-01"]
    table = certainty.certainty_of(rows, ["pain"], rounds=["2020-01-01", "2021-01-01"])
    rating = certainty.ratings(table.astype(str))["pain"]
    assert (rating.certainty, rating.round) == ("moderate", "2021-01-01")
    assert rating.not_applicable == {"inconsistency"}
    assert rating.levels == {"inconsistency": 0, "imprecision": -1}
    with pytest.raises(InputError, match="'2021-01-01' is no round"):
        certainty.certainty_of(rows, ["pain"], rounds=["2020-01-01"])


@pytest.mark.parametrize(
    ("cell", "levels"),
    [("1", "1"), ("-1", "1"), ("\N{MINUS SIGN}2", "2"), ("1.0", "1"), ("very serious", "2"), ("Not serious", "0"), ("n/a", "not_applicable")],
)  # fmt: skip
def test_levels_are_read_as_people_write_them(cell, levels, tmp_path):
    path = tmp_path / "certainty.csv"
    path.write_text(f"outcome,domain,downgrade,reason\npain,imprecision,{cell},why\n", encoding="utf-8")
    assert read_sheet(path, "certainty")["downgrade"].tolist() == [levels]


def test_an_outcome_of_which_no_domain_applies_is_rated_by_nobody():
    rows = sheet(("pain", "inconsistency", certainty.DOES_NOT_APPLY, "one study"))
    assert certainty.certainty_of(rows, ["pain"]).empty
    more = sheet(("pain", "inconsistency", certainty.DOES_NOT_APPLY, "one study"), ("pain", "imprecision", 0.0, "large"))  # fmt: skip
    assert certainty.certainty_of(more, ["pain"])["certainty"].tolist() == ["high"]
