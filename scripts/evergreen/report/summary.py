"""The first screen: the question, what was found in absolute terms and how certain it is, the last search, and what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evergreen.counting import noun
from evergreen.grade.finding import Finding
from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.protocol.outcomes import Outcome
from evergreen.protocol.review import Question
from evergreen.report import findings_words as words
from evergreen.report import results
from evergreen.report.blocks import Block, Cell, Link, Section, Terms, Tiles, text_of
from evergreen.report.facts import Facts
from evergreen.synthesis.result import Result


def section(
    question: Question,
    counts: Mapping[str, Any] | None,
    outcomes: Sequence[Outcome],
    pooled: Mapping[str, Result],
    found: Sequence[Finding],
    known: Facts,
    new: str,
) -> Section:
    """`counts` as `prisma/counts.json`; `new` is what the latest update brought."""
    blocks: list[Block] = []
    terms = asked(question)
    if known.searches:
        terms.append(("Last search", max(search.day for search in known.searches)))
    if new:
        terms.append((Link("What is new", "#updates"), new))
    if terms:
        blocks.append(Terms(terms))
    if outcomes:
        answers = [(Link(one.outcome.name, f"#outcome-{one.outcome.id}"), answer(one)) for one in found]
        blocks.append(Terms(answers, "answers"))
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


def question_in_words(question: Question) -> str:
    """`population: adults; comparator: placebo`; "" where the protocol says none of it."""
    return "; ".join(f"{text_of(name).lower()}: {text.rstrip('.')}" for name, text in asked(question))


def answer(found: Finding) -> str:
    """One sentence: the effect in people or units where it can be said so, what it rests on, how certain people say it is.

    Where nothing is pooled there is nothing to be certain of.
    """
    result = found.result
    if result.pooled is None:
        return results.pooled_sentence(result)
    size = results.size(result)
    effect = words.effect(found, result.level)
    absolute = _in_people(found) or _in_units(found)
    said = f"{absolute} ({effect}; {size})" if absolute else f"{effect} ({size})"
    sure = f"{found.rating.certainty} certainty" if found.rating else "certainty not rated"
    return f"{said}; {sure}."


def _in_people(found: Finding) -> str:
    """`200 per 1000 with placebo, 150 per 1000 (120 to 180) with the drug`, at the first risk; "" where the effect says nothing of risks."""
    if not found.means:
        return ""
    means, names = found.means[0], found.outcome.favours
    said = f"{words.risk_without(means)} with {names.control}, {words.risk_with(means)} with {names.intervention}"
    return f"an event in {said}" if words.counts_events(found.outcome) else said


def _in_units(found: Finding) -> str:
    """`0.66 lower (0.97 lower to 0.35 lower) with the drug than with placebo`; "" of another kind of effect."""
    said = words.shifted(found)
    if not said or KINDS[MEASURES[found.result.measure].kind].groups < 2:
        return ""
    return f"{said} with {found.outcome.favours.intervention} than with {found.outcome.favours.control}"


def _tiles(
    counts: Mapping[str, Any], outcomes: Sequence[Outcome], pooled: Mapping[str, Result]
) -> list[tuple[str, str]]:
    total = counts["total"]
    identified = sum(total[key] for key in total if key.endswith("_results"))
    tiles = [
        _tile(identified, "record identified", "records identified"),
        *screened_tiles(total, counts["skipped"]),
        _tile(total["total_studies"], "study included", "studies included"),
        _tile(total["total_reports"], "report of them", "reports of them"),
    ]
    if outcomes:
        several = sum(result.several for result in pooled.values())
        tiles.append(_tile(several, "outcome pooled", "outcomes pooled"))
    return tiles


def screened_tiles(total: Mapping[str, Any], skipped: Sequence[str]) -> list[tuple[str, str]]:
    """Works that were decided on, and those that await it; none of these where nobody is named to screen."""
    if "title_abstract" in skipped:
        return []
    waiting = total["records_pending"]
    done = total["records_screened"] - waiting
    tiles = [_tile(done, "work screened", "works screened")]
    return [*tiles, _tile(waiting, "work to decide on", "works to decide on")] if waiting else tiles


def _tile(count: int, one: str, many: str) -> tuple[str, str]:
    return f"{count:,}", noun(count, one, many)
