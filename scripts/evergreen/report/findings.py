"""Summary of findings: what the pooled effects mean for 1000 people, and how certain people rated the evidence.

Source: Cochrane Handbook, sections 14.1 and 15.4. The ratings are people's (`config/certainty.csv`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from statistics import median

import pandas as pd

from evergreen import tables
from evergreen.metaanalysis.absolute_risk import RISKS, risk_with_intervention
from evergreen.protocol.outcomes import Outcome
from evergreen.report.blocks import Block, Cell, Head, Lines, Link, Section, Table, Text
from evergreen.report.effects import estimate, scale_of
from evergreen.report.results import participants
from evergreen.synthesis.result import Result

NOTE = (
    "Risk with the comparator: median of the control groups' risks. Risk with the intervention: that risk and the"
    " relative effect with its confidence interval."
)


def control_risk(result: Result) -> float | None:
    """Median risk (a fraction) of the control groups of the studies that count; None where any of them lacks its counts."""
    counted = result.counted
    arms = [study.arms["control"] for study in counted if "control" in study.arms]
    risks = [arm.events / arm.n for arm in arms if arm.n and arm.events is not None]
    return median(risks) if risks and len(risks) == len(counted) else None


def section(outcomes: Sequence[Outcome], results: Mapping[str, Result], certainty: pd.DataFrame) -> Section:
    """Table and lettered reasons; `certainty` as results/risk_of_bias/certainty.csv."""
    rated = {row["outcome"]: row for row in tables.rows(certainty)}
    columns = [Head("Outcome"), Head("Participants (studies)"), Head("Risk with comparator"), Head("Risk with intervention (CI)"), Head("Effect (CI)"), Head("Certainty")]  # fmt: skip
    rows: list[list[Cell]] = []
    reasons: list[str] = []
    letters = map(_letter, count())
    for outcome in outcomes:
        result, rating = results[outcome.id], rated.get(outcome.id)
        level = "not rated"
        if rating is not None:
            level = f"{rating['symbols']} {rating['certainty']}"
            if rating["reasons"]:
                letter = next(letters)
                level += f"\N{NO-BREAK SPACE}({letter})"
                reasons.append(f"{letter}: {rating['reasons']}")
        name = Link(outcome.name, f"#outcome-{outcome.id}")
        rows.append([name, *_effects(outcome, result), level])
    blocks: list[Block] = [
        Table("Absolute and relative effects, and the certainty of the evidence (GRADE)", columns, rows),
        Text(NOTE),
    ]
    return Section("findings", "Summary of findings", [*blocks, *([Lines(reasons)] if reasons else [])])


def _effects(outcome: Outcome, result: Result) -> tuple[str, str, str, str]:
    """Participants, risk with comparator, risk with intervention, effect."""
    model, measure = result.pooled, outcome.measure
    if model is None:
        return "", "", "", "not pooled"
    people, scale = participants(result), scale_of(outcome, result)
    size = f"({result.k})" if people is None else f"{people:,} ({result.k})"
    effect = f"{scale.short} {estimate(model, scale)}"
    risk = control_risk(result) if measure in RISKS else None
    if risk is None or model.ci_low is None or model.ci_high is None:
        return size, "", "", effect
    # A relative effect can lead beyond everybody or nobody, a risk cannot.
    risks = (risk_with_intervention(measure, scale.back(value), risk) for value in model.interval)
    best, low, high = (f"{1000 * min(max(value, 0.0), 1.0):.0f}" for value in risks)
    low_high = f"{low}\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{high}"
    return size, f"{1000 * risk:.0f} per 1000", f"{best} per 1000 ({low_high})", effect


def _letter(position: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    before, letter = divmod(position, 26)
    return (_letter(before - 1) if before else "") + chr(ord("a") + letter)
