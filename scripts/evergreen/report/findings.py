"""Summary of findings: what the pooled effects mean for 1000 people, and how certain people rated the evidence.

Source: Cochrane Handbook, sections 14.1 and 15.4. The ratings are people's (`config/certainty.csv`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import count
from statistics import median

import pandas as pd

from evergreen import tables
from evergreen.figures import scales
from evergreen.metaanalysis.absolute_risk import RISKS, risk_with_intervention
from evergreen.protocol.outcomes import Outcome
from evergreen.report.blocks import Block, Cell, Head, Lines, Link, Section, Table, Text
from evergreen.report.effects import estimate
from evergreen.report.results import participants
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.trail_places import page_of

NOTE = (
    "Risk with the comparator: median of the control groups' risks{or_assumed}. Risk with the intervention: that risk and the"
    " relative effect with its confidence interval{of_hazards}."
)
OR_ASSUMED = ", or the risk that the protocol assumes ({names})"
OF_HAZARDS = (
    ", of a hazard ratio HR and a risk p by a stated time 1 - (1 - p)^HR, if hazards are proportional"
)
NO_RISK = "No risks are given for {names}: those of a hazard ratio need an assumed risk with its time."


def control_risk(result: Result) -> float | None:
    """Median risk (a fraction) of the control groups of the studies that count; None where any of them lacks its counts."""
    counted = result.counted
    arms = [study.arms["control"] for study in counted if "control" in study.arms]
    risks = [arm.events / arm.n for arm in arms if arm.n and arm.events is not None]
    return median(risks) if risks and len(risks) == len(counted) else None


def comparator_risk(outcome: Outcome, result: Result) -> float | None:
    """The risk (a fraction) that the protocol assumes, else that of the control groups, but for hazard ratios, whose studies follow
    people for different times. None where there is neither, and for measures that say nothing of risks."""
    if outcome.measure not in RISKS:
        return None
    if outcome.assumed_risk is not None:
        return outcome.assumed_risk.risk
    return None if outcome.measure == "HR" else control_risk(result)


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
        *numbers, effect = _effects(outcome, result)
        rows.append([name, *numbers, Link(effect, page_of(outcome.id)) if result.pooled else effect, level])
    blocks: list[Block] = [
        Table("Absolute and relative effects, and the certainty of the evidence (GRADE)", columns, rows),
        *_notes(outcomes),
    ]
    return Section("findings", "Summary of findings", [*blocks, *([Lines(reasons)] if reasons else [])])


def _notes(outcomes: Sequence[Outcome]) -> list[Block]:
    """Where the risks come from, as far as this review has them so."""
    assumed = [one.name for one in outcomes if one.assumed_risk is not None]
    hazards = [one for one in outcomes if one.measure == "HR"]
    without = [one.name for one in hazards if one.assumed_risk is None]
    note = NOTE.format(
        or_assumed=OR_ASSUMED.format(names=", ".join(assumed)) if assumed else "",
        of_hazards=OF_HAZARDS if len(without) < len(hazards) else "",
    )
    return [Text(note), *([Text(NO_RISK.format(names=", ".join(without)))] if without else [])]


def _effects(outcome: Outcome, result: Result) -> tuple[str, str, str, str]:
    """Participants, risk with comparator, risk with intervention, effect."""
    model, measure = result.pooled, outcome.measure
    if model is None:
        return "", "", "", "not pooled"
    people, scale = participants(result), scales.of_result(result)
    size = f"({result.k})" if people is None else f"{people:,} ({result.k})"
    effect = f"{scale.short} {estimate(model, scale)}"
    risk = comparator_risk(outcome, result)
    if risk is None or model.ci_low is None or model.ci_high is None:
        return size, "", "", effect
    # A relative effect can lead beyond everybody or nobody, a risk cannot.
    risks = (risk_with_intervention(measure, scale.back(value), risk) for value in model.interval)
    best, low, high = (f"{1000 * min(max(value, 0.0), 1.0):.0f}" for value in risks)
    low_high = f"{low}\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}{high}"
    at = f" at {outcome.assumed_risk.at}" if outcome.assumed_risk and outcome.assumed_risk.at else ""
    return size, f"{1000 * risk:.0f} per 1000{at}", f"{best} per 1000 ({low_high})", effect


def _letter(position: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    before, letter = divmod(position, 26)
    return (_letter(before - 1) if before else "") + chr(ord("a") + letter)
