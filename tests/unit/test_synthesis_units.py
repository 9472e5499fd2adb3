"""Effects that carry a unit are pooled in one unit only."""

import pandas as pd
import pytest

from evergreen.errors import InputError
from tests.protocols import pooling
from tests.results import written

ANALYSIS = {"model": "common", "tau2": "REML", "test": "z", "level": 0.95}


def result(units, measure="MD", **more):
    rows = [
        {"study": study, "arm": group, "group": group, "n": "20", "mean": "5", "sd": "2", "unit": unit, "screening": "", "timepoint": ""}
        for study, unit in units.items()
        for group in ("intervention", "control")
    ]  # fmt: skip
    return written(pd.DataFrame(rows), pooling(ANALYSIS, id="pain", measure=measure, **more))


def test_another_unit_is_left_out_with_a_sentence():
    found = result({"A": "mm", "B": "MM ", "C": "cm", "D": ""})
    assert [one["study"] for one in found["studies"]] == ["A", "B", "D"]
    assert found["left_out"][0]["study"] == "C"
    assert (
        found["left_out"][0]["reason"]
        == "given in cm, not in mm as the others: convert the numbers in the sheet"
    )


def test_the_protocol_decides_between_units():
    assert [one["study"] for one in result({"A": "mm", "B": "cm"}, unit="cm")["studies"]] == ["B"]
    with pytest.raises(InputError, match=r"different units \(mm in A; cm in B\)"):
        result({"A": "mm", "B": "cm"})


def test_a_standardised_difference_has_no_unit():
    assert result({"A": "mm", "B": "cm"}, measure="SMD")["k"] == 2
    assert result({"A": "mm", "B": "mm"}, unit="points")["k"] == 2


def test_a_negative_number_of_participants_is_refused():
    rows = pd.DataFrame(
        [
            {
                "study": "A",
                "arm": "x",
                "group": "single",
                "n": "-5",
                "events": "0",
                "screening": "",
                "timepoint": "",
            }
        ]
    )
    with pytest.raises(InputError, match="n is negative"):
        written(rows, pooling(ANALYSIS, id="x", measure="PR"))


def test_changes_and_values_are_not_standardised_together():
    found = result({"A": "mm", "B": "points", "C": "points (change)", "D": ""}, measure="SMD")
    assert [one["study"] for one in found["studies"]] == ["A", "B", "D"]
    assert (
        found["left_out"][0]["reason"]
        == "given as change from baseline, the others as value: their standard deviations are of two kinds"
    )
    chosen = result({"A": "mm", "C": "mm change"}, measure="SMD", unit="change")
    assert [one["study"] for one in chosen["studies"]] == ["C"]
    with pytest.raises(InputError, match="some studies give changes, others values"):
        result({"A": "mm", "C": "mm change"}, measure="SMD")
