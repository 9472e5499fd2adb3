"""GRADE levels."""

import pandas as pd
import pytest

from evergreen.bias import certainty
from evergreen.errors import InputErrors


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
