"""What a summary of findings says about absolute risks and certainty."""

import math

import pandas as pd
import pytest

from evergreen.protocol.outcomes import Outcome
from evergreen.report import findings
from evergreen.report.blocks import Link
from evergreen.synthesis.result import Result
from tests import results


def result(*control: tuple[float, float], measure: str, estimate: float, low: float, high: float) -> Result:
    limits = {"ci_low": math.log(low), "ci_high": math.log(high)}
    studies = [
        results.study(
            "A",
            yi=math.log(estimate),
            arms={group: {"n": n, "events": events} for group in ("intervention", "control")},
            **limits,
        )
        for events, n in control
    ]
    model = results.model(estimate=math.log(estimate), **limits)
    people = 2 * sum(n for _, n in control)
    return results.result(measure=measure, studies=studies, model=model, participants=people)


def certainty(**reasons: str) -> pd.DataFrame:
    return pd.DataFrame(
        {"outcome": name, "certainty": "low", "symbols": "⊕⊕◯◯", "reasons": text}
        for name, text in reasons.items()
    )


@pytest.mark.parametrize(
    ("measure", "estimate", "expected"),
    # The anchors of the GRADE working group for a risk of 200 in 1000.
    [("RR", 0.75, "150 per 1000"), ("OR", 0.70, "149 per 1000")],
)
def test_absolute_risks_follow_from_the_median_control_risk(measure, estimate, expected):
    outcome = Outcome(id="death", name="Death", measure=measure)
    pooled = result((10, 100), (20, 100), (90, 100), measure=measure, estimate=estimate, low=0.5, high=8.0)
    table = findings.section([outcome], {"death": pooled}, certainty(death="imprecision (-2): few")).blocks[0]
    (row,) = table.rows
    assert row[1] == "600 (3)"
    assert row[2] == "200 per 1000"
    assert row[3].startswith(expected)
    # A risk ratio of 8 would lead beyond everybody.
    assert measure != "RR" or row[3].endswith("1000)")
    assert row[5] == "⊕⊕◯◯ low\N{NO-BREAK SPACE}(a)"


def test_outcomes_without_a_rating_or_a_pooled_effect_are_there_and_say_so():
    outcomes = [Outcome(id=name, measure="MD") for name in ("a", "b")]
    pooled = {
        "a": results.result(),
        "b": results.result(
            studies=[results.study("B", yi=1.0, ci_low=0.0, ci_high=2.0)],
            model=results.model(estimate=1.0, ci_low=0.0, ci_high=2.0),
        ),
    }
    table, _, reasons = findings.section(outcomes, pooled, certainty(a="imprecision (-2): few")).blocks
    assert [row[4:] for row in table.rows] == [
        ["not pooled", "⊕⊕◯◯ low\N{NO-BREAK SPACE}(a)"],
        [Link("MD 1.00 (0.00\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}2.00)", "provenance/b.html"), "not rated"],
    ]
    assert reasons.lines == ["a: imprecision (-2): few"]


@pytest.mark.parametrize(
    ("measure", "assumed", "risks"),
    [
        ("HR", {"risk": 0.3, "at": "5 years"}, ("300 per 1000 at 5 years", "211 per 1000 (156\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}275)")),
        ("HR", None, ("", "")),
        ("RR", {"risk": 0.3}, ("300 per 1000", "199 per 1000 (143\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}270)")),
        ("RR", None, ("200 per 1000", "133 per 1000 (95\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}180)")),
    ],
)  # fmt: skip
def test_a_risk_that_the_protocol_assumes_goes_before_the_median(measure, assumed, risks):
    outcome = Outcome(id="death", name="Death", measure=measure, assumed_risk=assumed)
    pooled = result((20, 100), measure=measure, estimate=0.664, low=0.476, high=0.9)
    table, note, *more = findings.section([outcome], {"death": pooled}, certainty(other="")).blocks
    assert tuple(table.rows[0][2:4]) == risks
    assert ("the protocol assumes (Death)" in note.text) == (assumed is not None)
    assert ("1 - (1 - p)^HR" in note.text) == (measure == "HR" and assumed is not None)
    assert [block.text for block in more] == (
        ["No risks are given for Death: those of a hazard ratio need an assumed risk with its time."]
        if measure == "HR" and not assumed
        else []
    )
