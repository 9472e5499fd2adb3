"""The methods of the review in words, written from the protocol and from what the run recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evergreen.metaanalysis.models import MODELS, TAU2
from evergreen.protocol.model import Protocol
from evergreen.protocol.outcomes import Outcome
from evergreen.protocol.screening import Stage
from evergreen.report.status import plural
from evergreen.screening.stages import STAGE_NAMES
from evergreen.synthesis.result import Result

POOLED_WITH = {
    "random": "a random-effects model",
    "common": "a common-effect model",
    "mh": "the Mantel-Haenszel method",
    "peto": "Peto's method",
    "glmm": "a generalised linear mixed model",
    "multilevel": "a multilevel model",
}
TESTS = {
    "auto": "Hartung-Knapp intervals where three or more studies have a between-study variance above 0, unless these are narrower than Wald-type intervals, and Wald-type intervals otherwise,",
    "z": "Wald-type intervals",
    "knha": "Hartung-Knapp intervals",
    "adhoc": "Hartung-Knapp intervals that are never narrower than with the common-effect scale",
}
TOOLS = {
    "rob1": "the Cochrane risk-of-bias tool of 2011 (seven domains)",
    "rob2": "RoB 2",
    "robins-i": "ROBINS-I",
    "quadas-2": "QUADAS-2",
}


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    names = list(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def search(protocol: Protocol) -> str:
    """How and when the sources were searched."""
    sources = [source.name for source in protocol.sources.values()]
    rounds = protocol.rounds
    if not sources:
        return "The review starts after the search; no source is searched here."
    text = f"{listed(sources)} {'was' if len(sources) == 1 else 'were'} searched on {listed(rounds)}."
    if len(rounds) > 1:
        text += (
            " Each later search repeated the whole strategy; records that an earlier search had found were"
            " recognised by their ids and not screened again."
        )
    if protocol.pubmed_sources:
        text += {
            "embedded": " PubMed was represented by the stand-in shipped with Evergreen, a partial store of real records.",
            "live": " PubMed was searched through the E-utilities of NCBI.",
        }.get(protocol.entrez.endpoint, " PubMed was represented by a server on this machine.")
    return text


def selection(protocol: Protocol) -> str:
    """How duplicates were merged and records selected."""
    elsewhere = sorted(protocol.prisma.given)
    if elsewhere and not protocol.sources:
        return f"Searches and screening were done elsewhere; the counts of {listed(elsewhere)} are those given in the protocol."
    if not protocol.sources:
        return ""
    text = (
        "Records of the same work were merged by their identifiers, titles, authors, journals and pages; pairs in"
        " doubt were left apart and listed for a person, whose verdict outranks the algorithm."
    )
    for stage, name in STAGE_NAMES.items():
        text += " " + _screening(protocol.screening.stages[stage], name)
    return text


def _screening(plan: Stage, name: str) -> str:
    """Who decided at a stage, and how many of them on each work."""
    reviewers, mode = plan.reviewers, plan.mode
    if not reviewers:
        return f"Screening by {name} was skipped: no reviewers are named."
    if len(reviewers) == 1:
        return f"At {name}, {reviewers[0]} alone decided."
    people = listed(reviewers)
    if mode == "single":
        said = f"At {name}, one of {people} decided on each work."
    elif mode == "dual_excludes":
        said = (
            f"At {name}, one of {people} decided on each work, and a second one, independently, where the first excluded;"
            " disagreements were adjudicated."
        )
    else:
        who = f"two of {people}" if mode == "dual" and len(reviewers) > 2 else people
        on = " on each work" if mode == "dual" and len(reviewers) > 2 else ""
        said = f"At {name}, {who} decided{on} independently; disagreements were adjudicated."
    if plan.pilot:
        said += f" {plan.pilot} works of the first search were screened by all, as a pilot."
    for person, active in plan.active.items():
        span = [
            f"{word} the search of {day}"
            for word, day in (("from", active.from_), ("until", active.until))
            if day
        ]
        if span:
            said += f" {person} took part {' '.join(span)}."
    return said


def extraction(protocol: Protocol, extractors: Sequence[str], assessors: Sequence[str]) -> str:
    """How data were extracted and the risk of bias judged."""
    text = ""
    if extractors:
        how = (
            "independently; the sheets were compared cell by cell and differences adjudicated"
            if len(extractors) > 1
            else "alone"
        )
        text += f"{listed(extractors)} extracted the data {how}."
    if assessors:
        tool = protocol.risk_of_bias.tool
        how = "independently" if len(assessors) > 1 else "alone"
        text += f" {listed(assessors)} judged the risk of bias {how} with {TOOLS.get(tool, tool)}."
    return text.strip()


def synthesis(outcomes: Sequence[Outcome], results: Mapping[str, Result] | None = None) -> list[str]:
    """How effects were pooled: one sentence for each way it was done.

    `results` (by the outcome's id) say which interval was applied where the protocol leaves it to the data.
    """
    ways: dict[tuple[Any, ...], list[str]] = {}
    for outcome in outcomes:
        analysis = outcome.analysis
        way = (
            analysis.model,
            analysis.tau2,
            analysis.test,
            analysis.level,
            analysis.prediction,
            analysis.i2,
        )
        ways.setdefault(way, []).append(outcome.name)
    sentences = []
    for (model, tau2, test, level, prediction, i2), names in ways.items():
        text = f"Effects were pooled with {POOLED_WITH[model]}"
        if MODELS[model].tau2:
            text += f" (between-study variance by {TAU2[tau2]})"
        text += f" and {TESTS[test]} at the {level:.0%} level"
        if prediction and MODELS[model].heterogeneous:
            text += ", with prediction intervals"
        text += f". Heterogeneity is described by {_heterogeneity(model, i2)}."
        if len(ways) > 1:
            text += f" This holds for {plural(len(names), 'outcome')}: {listed(names)}."
        sentences.append(text)
    return sentences + _applied(outcomes, results or {})


def _heterogeneity(model: str, i2: str) -> str:
    """What describes heterogeneity; a model without a variance between studies estimates none."""
    if not MODELS[model].heterogeneous:
        return "Cochran's Q and I² (from Q)"
    return f"Cochran's Q, tau² and I² (from {'tau²' if i2 == 'tau2' else 'Q'})"


def _applied(outcomes: Sequence[Outcome], results: Mapping[str, Result]) -> list[str]:
    """Which outcomes got which interval, for those whose protocol leaves it to the data."""
    found: dict[str, list[str]] = {}
    for outcome in outcomes:
        model = results[outcome.id].pooled if outcome.id in results else None
        if model is not None and model.asked == "auto":
            found.setdefault(model.test, []).append(outcome.name)
    return [f"{TESTS[test]} were applied to {listed(names)}." for test, names in sorted(found.items())]
