"""The first screen: the question, what was found in absolute terms and how certain it is, the last search, and what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.figures import scales
from evergreen.metaanalysis.absolute_risk import risk_with_intervention
from evergreen.protocol.outcomes import Outcome
from evergreen.protocol.review import Question
from evergreen.report import results
from evergreen.report.blocks import Block, Cell, Link, Section, Terms, Tiles
from evergreen.report.effects import estimate
from evergreen.report.facts import Facts
from evergreen.report.findings import comparator_risk
from evergreen.report.status import plural
from evergreen.synthesis.result import Result

DIFFERENCES = {"MD": "", "SMD": " standard deviations", "SMDH": " standard deviations"}
"""Measures that say how much more or less one group has than the other, with what the number counts."""
NO_BREAK = "\N{NO-BREAK SPACE}"


def section(
    question: Question,
    counts: Mapping[str, Any] | None,
    outcomes: Sequence[Outcome],
    pooled: Mapping[str, Result],
    answers: Mapping[str, str],
    known: Facts,
    new: str,
) -> Section:
    """`counts` as `prisma/counts.json`; `answers` a sentence for each outcome by its id; `new` is what the latest update brought."""
    blocks: list[Block] = []
    terms = asked(question)
    if known.searches:
        terms.append(("Last search", max(search.day for search in known.searches)))
    if new:
        terms.append((Link("What is new", "#updates"), new))
    if terms:
        blocks.append(Terms(terms))
    if outcomes:
        found: list[tuple[Cell, str]] = [
            (Link(one.name, f"#outcome-{one.id}"), answers[one.id]) for one in outcomes
        ]
        blocks.append(Terms(found, "answers"))
    # What the answers do not say of the question comes after them: they belong on the first screen.
    sought = {"Outcomes": ", ".join(question.outcomes), "Designs": ", ".join(question.designs)}
    if any(sought.values()):
        blocks.append(Terms([(name, said) for name, said in sought.items() if said]))
    if counts is not None:
        blocks.append(Tiles(_tiles(counts, outcomes, pooled)))
    if outcomes:
        blocks.append(results.summary(outcomes, pooled))
    return Section("glance", "Question and answer" if outcomes else "At a glance", blocks)


def asked(question: Question) -> list[tuple[Cell, str]]:
    """Whom the question is about and what it compares, as far as the protocol says it."""
    parts = {
        "Population": question.population,
        "Intervention": question.intervention,
        "Comparator": question.comparator,
    }
    return [(name, said) for name, said in parts.items() if said]


def answers(
    outcomes: Sequence[Outcome], pooled: Mapping[str, Result], certainty: pd.DataFrame | None
) -> dict[str, str]:
    """The answer to each outcome by its id; `certainty` as `risk_of_bias/certainty.csv`."""
    rated = {} if certainty is None else {row["outcome"]: row["certainty"] for row in tables.rows(certainty)}
    return {one.id: answer(one, pooled[one.id], rated.get(one.id, "")) for one in outcomes}


def answer(outcome: Outcome, result: Result, certainty: str) -> str:
    """One sentence: the effect in people or units where it can be said so, what it rests on, how certain people say it is.

    `certainty` is people's word for it, "" where nobody rated it. Where nothing is pooled there is none to be certain of.
    """
    model, scale = result.pooled, scales.of_result(result)
    if model is None:
        return results.pooled_sentence(result)
    relative = f"{scale.short} {estimate(model, scale)}"
    people = results.participants(result)
    size = plural(result.k, "study", "studies") + ("" if people is None else f", {people:,} participants")
    absolute = _in_people(outcome, result) or _difference(outcome, result)
    said = f"{absolute} ({relative}; {size})" if absolute else f"{relative} ({size})"
    sure = f"{certainty} certainty" if certainty else "certainty not rated"
    return f"{said}; {sure}.".replace(f"{NO_BREAK}to{NO_BREAK}", " to ")


def _in_people(outcome: Outcome, result: Result) -> str:
    """`811 of 1,000 people with control, 819 (771 to 869) with denosumab`; "" where the effect says nothing of risks."""
    risk, model, scale = comparator_risk(outcome, result), result.pooled, scales.of_result(result)
    if risk is None or model is None or model.ci_low is None or model.ci_high is None:
        return ""
    risks = (risk_with_intervention(outcome.measure, scale.back(value), risk) for value in model.interval)
    # A relative effect can lead beyond everybody or nobody, a risk cannot.
    best, low, high = (f"{1000 * min(max(value, 0.0), 1.0):.0f}" for value in risks)
    names = outcome.favours
    at = f" at {outcome.assumed_risk.at}" if outcome.assumed_risk and outcome.assumed_risk.at else ""
    return f"{1000 * risk:.0f} of 1,000 people with {names.control}{at}, {best} ({low} to {high}) with {names.intervention}"


def _difference(outcome: Outcome, result: Result) -> str:
    """`0.66 lower (0.97 lower to 0.35 lower) with denosumab than with control`; "" of another kind of effect."""
    model, scale = result.pooled, scales.of_result(result)
    if result.measure not in DIFFERENCES or model is None or model.estimate is None:
        return ""
    unit = f" {outcome.unit}" if result.measure == "MD" and outcome.unit else DIFFERENCES[result.measure]

    def said(value: float) -> str:
        text = scale.text(value)
        if not any(sign in text for sign in "123456789"):
            return f"{text}{unit}"
        size = text.removeprefix(scales.MINUS)
        return f"{size}{unit} {'lower' if text != size else 'higher'}"

    limits = ""
    if model.ci_low is not None and model.ci_high is not None:
        limits = f" ({said(model.ci_low)} to {said(model.ci_high)})"
    found, names = said(model.estimate), outcome.favours
    if not found.endswith(("lower", "higher")):
        return f"a difference of {found}{limits} between {names.intervention} and {names.control}"
    return f"{found}{limits} with {names.intervention} than with {names.control}"


def _tiles(
    counts: Mapping[str, Any], outcomes: Sequence[Outcome], pooled: Mapping[str, Result]
) -> list[tuple[str, str]]:
    total = counts["total"]
    identified = sum(total[key] for key in total if key.endswith("_results"))
    tiles = [
        (f"{identified:,}", "records identified"),
        *screened_tiles(total, counts["skipped"]),
        (f"{total['total_studies']:,}", "studies included"),
        (f"{total['total_reports']:,}", "reports of them"),
    ]
    if outcomes:
        several = sum(result.several for result in pooled.values())
        tiles.append((f"{several:,}", "outcomes pooled"))
    return tiles


def screened_tiles(total: Mapping[str, Any], skipped: Sequence[str]) -> list[tuple[str, str]]:
    """Works that somebody screened, and those that await it; none of these where nobody is named to screen."""
    if "title_abstract" in skipped:
        return []
    waiting = total["records_pending"]
    tiles = [(f"{total['records_screened'] - waiting:,}", "works screened")]
    return [*tiles, (f"{waiting:,}", "works to screen")] if waiting else tiles
