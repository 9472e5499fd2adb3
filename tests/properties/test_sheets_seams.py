"""What one room accepts the next one accepts: from the check of a row to an effect, or to the reason why there is none."""

import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evergreen.errors import InputError
from evergreen.extraction.check import check
from evergreen.extraction.constraints import CONSTRAINTS, NUMBERS, faults
from evergreen.extraction.derive import derive
from evergreen.extraction.merge import merge_extraction, texts
from evergreen.extraction.slices import Slices
from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.synthesis import choosing
from evergreen.synthesis.outcome import compared
from tests.protocols import pooling
from tests.unit.test_extraction_merge import sheet

COUNTS = st.sampled_from([math.nan, 0.0, 1.0, 2.0, 5.0, 150.0])
PEOPLE = st.sampled_from([math.nan, 0.0, 1.0, 2.0, 5.0, 100.0])
TIME = st.sampled_from([math.nan, 0.0, 0.5, 200.0])
VALUES = st.sampled_from([math.nan, -2.0, 0.0, 1.0, 4.5])
SPREADS = st.sampled_from([math.nan, 0.0, 0.1, 3.0])
CORRELATIONS = st.sampled_from([math.nan, -1.0, 0.0, 0.6, 1.0, 1.5])
ROW = st.fixed_dictionaries(
    {
        "n": PEOPLE, "events": COUNTS, "person_time": TIME, "mean": VALUES, "sd": SPREADS, "se": SPREADS, "median": VALUES,
        "q1": VALUES, "q3": VALUES, "mean_baseline": VALUES, "sd_baseline": SPREADS, "r": CORRELATIONS,
    }
)  # fmt: skip


def possible(row: dict[str, float]) -> dict[str, float]:
    """The row without the cells that the check refuses."""
    row = {**dict.fromkeys(NUMBERS, math.nan), **row}
    while found := next(faults(row), None):
        row[found[0]] = math.nan
    return row


ANALYSIS = {"model": "random", "tau2": "REML", "test": "z", "level": 0.95}


def pooled_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """Checked, merged and converted as a run does it, and cut for the outcome."""
    return Slices(texts(derive(merge_extraction({"AB": rows}).rows, {"pain": "analysis"}))).of("pain")


def ends(part: pd.DataFrame, measure: str) -> tuple[list[str], list[str]]:
    """(studies with an effect, reasons of those without) of the rows of an outcome."""
    _, studies, left_out = compared(part, pooling(ANALYSIS, measure=measure, scale="analysis"))
    assert all(math.isfinite(yi) and vi > 0 for yi, vi in zip(studies.yi, studies.vi, strict=True))
    return [one.study for one in studies.comparisons], [one.reason for one in left_out]


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"reliability"}))
@settings(deadline=None, max_examples=25)
@given(one=ROW.map(possible), two=ROW.map(possible))
def test_a_row_that_the_check_accepts_reaches_an_effect_or_a_stated_reason(kind, one, two):
    groups = ("intervention", "control") if KINDS[kind].groups == 2 else ("single",)
    rows = sheet(
        *({**row, "group": group, "arm": group} for group, row in zip(groups, (one, two), strict=False))
    )
    part = pooled_rows(rows)
    for measure in (name for name, one in MEASURES.items() if one.kind == kind):
        with_effect, reasons = ends(part, measure)
        assert len(with_effect) + len(reasons) == 1
        assert all(reasons)


CONTRAST = st.fixed_dictionaries(
    {
        "estimate": VALUES, "estimate_se": SPREADS, "estimate_ci_low": VALUES, "estimate_ci_high": VALUES, "o_minus_e": VALUES,
        "variance": SPREADS,
    }
)  # fmt: skip


@pytest.mark.parametrize("measure", ["HR", "GEN", "PETO", "RR", "MD"])
@settings(deadline=None, max_examples=50)
@given(
    row=CONTRAST.map(possible),
    scale=st.sampled_from(["", "analysis", "ratio"]),
    p=st.sampled_from(["", "0", "0.03", "1", "<0.001", ">0.05"]),
)
def test_a_contrast_reaches_an_effect_or_a_stated_reason_or_is_no_ratio(measure, row, scale, p):
    part = pooled_rows(sheet({**row, "group": "contrast", "scale": scale, "estimate_p": p}))
    stated = {
        name: row[name]
        for name in ("estimate", "estimate_ci_low", "estimate_ci_high")
        if not math.isnan(row[name])
    }
    is_stated = "estimate" in stated or len(stated) == 2
    if is_stated and scale == "ratio" and measure != "MD" and min(stated.values()) <= 0:
        with pytest.raises(InputError, match="is not positive"):
            ends(part, measure)
        return
    with_effect, reasons = ends(part, measure)
    assert len(with_effect) + len(reasons) == 1
    assert all(reasons)


@settings(deadline=None, max_examples=100)
@given(one=ROW, two=ROW)
def test_what_the_check_refuses_pooling_refuses_too(one, two):
    rows = [
        {**row, "study": "S1", "timepoint": "", "arm": group, "group": group, "unit": ""}
        for group, row in zip(("intervention", "control"), (one, two), strict=True)
    ]
    filled = [{**dict.fromkeys(NUMBERS, math.nan), **row} for row in rows]
    allowed = not any(list(faults(row)) for row in filled)
    try:
        choosing.choose(filled, pooling(measure="MD"))
        accepted = True
    except InputError:
        accepted = False
    assert accepted == allowed


def test_a_rate_may_have_more_events_than_people_a_risk_may_not():
    arm = {"n": 100.0, "person_time": 200.0}
    rows = sheet(
        {**arm, "events": 150.0, "group": "intervention", "arm": "drug"},
        {**arm, "events": 180.0, "group": "control", "arm": "placebo"},
    )
    check(rows)
    part = pooled_rows(rows)
    assert ends(part, "IRR") == (["S1"], [])
    for measure in ("RR", "OR", "RD", "PETO", "AS"):
        assert ends(part, measure) == (
            [],
            [
                "more events than participants: they were counted over the time at risk, not people with an event"
            ],
        )


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda one: f"{one.column}: {'-'.join(one.needs)}")
def test_a_constraint_names_a_column_that_it_reads(constraint):
    assert constraint.column in constraint.needs
    assert set(constraint.needs) | set(constraint.unless) <= set(NUMBERS)
    assert constraint.problem.format_map(dict.fromkeys(NUMBERS, 1.0))
