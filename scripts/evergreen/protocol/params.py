"""What of the protocol each step is given: values for JSON, all that the step uses and nothing else.

A step runs again when one of its values changes, and only then. So a key that a step reads has to be here, and a key that it
does not read must not be. Functions are called as their step's script.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evergreen.protocol.outcomes import Outcome, columns_read, scales_of
from evergreen.protocol.part import Part
from evergreen.protocol.screening import reconsidered, renamed
from evergreen.protocol.sources import TYPE_OF_METHOD, OtherMethod, Source
from evergreen.protocol.whole import Protocol

Values = dict[str, Any]
POOLING = {
    "id", "measure", "unit", "better", "timepoint", "arms", "multi_arm", "scale", "conversions", "without", "analysis", "subgroups", "units", "values", "where",
    "adjusted",
    "moderators", "total",
}  # fmt: skip
ASKING = {"id", "measure", "better", "data", "unit", "units", "scale", "instrument", "conversions", "without"}
LISTING = {"id", "name", "measure", "data", "unit", "timepoint", "arms"}
QUESTION = {"population", "intervention", "comparator", "outcomes", "designs"}
DRAWING = {"id", "name", "measure", "unit", "timepoint", "better", "favours", "order"}


def search_pubmed(protocol: Protocol) -> Values:
    """How PubMed is asked."""
    return _values(protocol.entrez)


def question(protocol: Protocol, source: str, day: str) -> Values:
    """What PubMed is asked: replies that answer it are evidence, and are not asked for again."""
    return {
        "strategy": protocol.sources[source].strategy,
        "round": day,
        "endpoint": protocol.entrez.endpoint,
    }


def read_records(protocol: Protocol, folder: str) -> list[list[Any]]:
    """[source, kind, [[round, folder or files, how they are read], ...]] of all sources, the rounds oldest first.

    `folder` is the pattern of the folders of searches, with places for `source` and `round`.
    """
    return [
        [name, source.kind, _rounds(protocol, name, source, folder)]
        for name, source in protocol.sources.items()
    ]


def _rounds(protocol: Protocol, name: str, source: Source, folder: str) -> list[list[Any]]:
    days = protocol.rounds_of(name)
    former = {"formerly": list(source.formerly)} if source.formerly else {}
    if source.kind == "pubmed":
        return [[day, folder.format(source=name, round=day), former] for day in days]
    how = {"format": source.format, "columns": dict(source.columns) or None, **former}
    return [[day, list(source.files[day]), {**how, "hits": source.hits.get(day)}] for day in days]


def deduplicate_works(protocol: Protocol) -> Values:
    """The sources in their order, and how many jobs share the scoring."""
    return {
        "sources": [[name, source.kind, source.type] for name, source in protocol.sources.items()],
        "shards": protocol.deduplication.shards,
    }


def audit_records(protocol: Protocol) -> list[list[Any]]:
    """[source, rounds] in the order of the protocol."""
    return [[name, list(protocol.rounds_of(name))] for name in protocol.sources]


def count_votes(protocol: Protocol, stage: str) -> Values:
    """Who votes at a stage and what decides; what sheets may say for the reasons, [key, [label, ...]], in their order of priority;
    {reason: day} of the exclusions that are to be seen again, {name of before: name of now} of people."""
    return {
        **_values(protocol.screening.stages[stage]),
        "reasons": _words(protocol),
        "again": reconsidered(protocol.amendments),
        "formerly": renamed(protocol.people),
    }


def compare_reviewers(protocol: Protocol) -> Values:
    """The reviewers of each stage."""
    return {name: list(stage.reviewers) for name, stage in protocol.screening.stages.items()}


def list_studies(protocol: Protocol) -> Values:
    """[key, label] of the reasons, in their order of priority."""
    return {"reasons": _reasons(protocol)}


def write_worklists(
    protocol: Protocol, votes: Mapping[str, list[str]], sheets: Mapping[str, Mapping[str, str]] | None = None
) -> Values:
    """What the pages of reviewers, or of extractors and assessors, show; `votes` are the sheets of the stages that somebody screens, `sheets`
    {`extraction`, `studies`, `bias`: {person: path}} those of people whom the protocol names."""
    listed: Values = {}
    if sheets is not None and protocol.extraction.extractors:
        listed["extraction"] = {
            "people": list(protocol.extraction.extractors),
            "sheets": dict(sheets["extraction"]),
            "study_sheets": dict(sheets["studies"]),
            "outcomes": [_values(outcome, LISTING) for outcome in protocol.outcomes],
            "columns": sorted({column for outcome in protocol.outcomes for column in outcome.columns}),
        }
    if sheets is not None and protocol.risk_of_bias.assessors:
        listed["bias"] = {
            "people": list(protocol.risk_of_bias.assessors),
            "sheets": dict(sheets["bias"]),
            "tool": protocol.risk_of_bias.tool,
            "tool_file": [protocol.risk_of_bias.tool] if protocol.risk_of_bias.of_ones_own else [],
            "rows": dict(sheets["extraction"]),
            "outcomes": [_values(outcome, LISTING) for outcome in protocol.outcomes],
        }
    return {
        **listed,
        "title": protocol.review.title,
        "question": _values(protocol.question, QUESTION),
        "highlight": list(protocol.screening.highlight),
        "reasons": _words(protocol),
        "eligibility": _values(protocol.eligibility),
        "formerly": renamed(protocol.people),
        "stages": {
            stage: {"reviewers": list(protocol.screening.stages[stage].reviewers), "votes": sheets}
            for stage, sheets in votes.items()
        },
    }


def count_prisma(protocol: Protocol) -> Values:
    """What the flow chart counts; lists and not mappings, for the order of the protocol counts."""
    return {
        "title": protocol.review.title,
        "rounds": list(protocol.rounds),
        "sources": [[name, source.type, source.name] for name, source in protocol.sources.items()],
        "other_methods": [
            [method.round, _type_of(protocol, method), method.method, method.found, method.source]
            for method in protocol.other_methods
            if method.found is not None
        ],
        "reasons": _reasons(protocol),
        "previous": _values(protocol.review.previous),
        "given": _given(protocol),
        "not_searched": protocol.not_searched,
    }


def _type_of(protocol: Protocol, method: OtherMethod) -> str:
    """The type of source as which the flow chart counts what a method found."""
    return protocol.sources[method.source].type if method.source else TYPE_OF_METHOD[method.method]


def draw_overlap(protocol: Protocol) -> Values:
    """The names of the sources."""
    return {"names": {name: source.name for name, source in protocol.sources.items()}}


def whole(protocol: Protocol) -> Values:
    """The whole protocol, for the steps that describe the review; not the address that PubMed is given, which none of them prints."""
    values = _values(protocol)
    values["entrez"].pop("email", None)
    return values


def merge_extraction(protocol: Protocol) -> Values:
    """Who extracts, the scales of reported estimates, and what queries and conversions have to know of outcomes."""
    return {
        "people": list(protocol.extraction.extractors or ()),
        "scales": scales_of(protocol.outcomes),
        "read": columns_read(protocol.outcomes),
        "outcomes": [_values(outcome, ASKING) for outcome in protocol.outcomes],
    }


def slice_outcomes(protocol: Protocol) -> list[Values]:
    """All outcomes as pooling reads them, with the sheet's name of their data."""
    return [
        {**pooling, "data": outcome.data, **_values(outcome, {"order"})}
        for outcome, pooling in zip(protocol.outcomes, pool_outcomes(protocol.outcomes), strict=True)
    ]


def pool_outcomes(outcomes: Iterable[Outcome]) -> list[Values]:
    """What decides the numbers of outcomes; names and colours do not."""
    return [_values(outcome, POOLING) for outcome in outcomes]


def verify_with_metafor(protocol: Protocol) -> Values:
    """How each outcome was pooled."""
    return {outcome.id: {"analysis": _values(outcome.analysis)} for outcome in protocol.outcomes}


def draw_outcomes(protocol: Protocol, outcomes: Iterable[Outcome]) -> Values:
    """What decides how outcomes are drawn; their numbers come from the synthesis."""
    return {
        "outcomes": [_values(outcome, DRAWING) for outcome in outcomes],
        "layout": protocol.figures.layout,
        "further_up_to": protocol.figures.further_up_to,
        "tool": protocol.risk_of_bias.tool,
    }


def draw_stages(
    protocol: Protocol, parts: Mapping[str, bool], extractors: Iterable[str], assessors: Iterable[str]
) -> Values:
    """Which stages the review has, and who is named for them; `parts` of the workflow that there are, and whose sheets of extraction
    and of the risk of bias."""
    there = [part for part, is_there in parts.items() if is_there and part != "screen"]
    screened = {
        name: list(stage.reviewers)
        for name, stage in protocol.screening.stages.items()
        if parts["screen"] and stage.reviewers
    }
    return {
        "title": protocol.review.title,
        "there": [*there, *screened, "report"],
        "people": {**screened, "extract": list(extractors), "bias": list(assessors)},
    }


def merge_bias(protocol: Protocol) -> Values:
    """The tool, and who assesses."""
    return {"tool": protocol.risk_of_bias.tool, "people": list(protocol.risk_of_bias.assessors or ())}


def draw_bias(protocol: Protocol) -> Values:
    """The tool, and what outcomes are called and read."""
    outcomes = [_values(outcome, LISTING) for outcome in protocol.outcomes]
    return {"tool": protocol.risk_of_bias.tool, "outcomes": outcomes}


def grade_certainty(protocol: Protocol) -> Values:
    """[id, [name, name of its data]] of the outcomes that may be rated, and where the certainty of each starts."""
    return {
        "outcomes": [[id_, names] for id_, names in names_of_outcomes(protocol).items()],
        "tool": protocol.risk_of_bias.tool,
        "designs": {outcome.id: outcome.design for outcome in protocol.outcomes if outcome.design},
    }


def names_of_outcomes(protocol: Protocol) -> dict[str, list[str]]:
    """By the outcome's id what it is called besides: its name, and that of its data in the sheets."""
    return {outcome.id: [outcome.name, outcome.data] for outcome in protocol.outcomes}


def write_exports(protocol: Protocol) -> Values:
    """The outcomes as they were pooled, with their names and those of their groups, and the tool."""
    outcomes = [_values(outcome, POOLING | {"name", "data", "favours"}) for outcome in protocol.outcomes]
    return {"outcomes": outcomes, "tool": protocol.risk_of_bias.tool}


def trace_numbers(protocol: Protocol, sheets: Mapping[str, str]) -> Values:
    """What the trail of a number names: outcomes and sources; `sheets` are the extractors'."""
    return {
        "people": list(protocol.extraction.extractors or ()),
        "sheets": dict(sheets),
        "outcomes": {outcome.id: outcome.name for outcome in protocol.outcomes},
        "sources": {name: source.name for name, source in protocol.sources.items()},
        "searched": list(protocol.pubmed_sources),
    }


def write_status(
    protocol: Protocol,
    unfrozen: list[str],
    unread: list[str],
    cut_off: Sequence[Sequence[str]] = (),
    *,
    extracted: bool = False,
) -> Values:
    """What the status has to know; `begun` whether the protocol has sources or counts of rounds or there is an extraction sheet (`extracted`), `unfrozen` are the live searches that nobody has frozen, `unread` the files that no step reads, `cut_off` the texts that a comment stands behind, `not_searched` [id, name, rounds]
    of the sources that the latest rounds have no search of, `on_purpose` {round: {name: reason}} of those that say why."""
    return {
        "title": protocol.review.title,
        "final": protocol.review.final,
        "rounds": list(protocol.rounds),
        "begun": bool(protocol.prisma.given or protocol.sources or extracted),
        "unfrozen": unfrozen,
        "unread": unread,
        "cut_off": [list(text) for text in cut_off],
        "not_searched": [
            [id_, protocol.sources[id_].name, days] for id_, days in protocol.left_behind.items()
        ],
        "on_purpose": protocol.not_searched,
        "known_items": protocol.known_items,
        "stand_in": protocol.stand_in_sources,
        "outcomes": sorted({outcome.data for outcome in protocol.outcomes}),
        "data": {outcome.id: outcome.data for outcome in protocol.outcomes},
        "listed": [_values(outcome, LISTING) for outcome in protocol.outcomes],
        "tool": protocol.risk_of_bias.tool,
        "extractors": list(protocol.extraction.extractors or ()),
        "assessors": list(protocol.risk_of_bias.assessors or ()),
    }


def check_inputs(protocol: Protocol, areas: Iterable[str]) -> Values:
    """What the check of people's files in some areas has to know."""
    return {
        "tool": protocol.risk_of_bias.tool,
        "reasons": protocol.screening.words,
        "given_counts": _given(protocol) if "screening" in areas else {},
        "outcomes": slice_outcomes(protocol) if "extraction" in areas else [],
        "scales": scales_of(protocol.outcomes) if "extraction" in areas else {},
        "screened": protocol.screened,
    }


def _reasons(protocol: Protocol) -> list[list[str]]:
    return [[key, label] for key, label in protocol.screening.reasons.items()]


def _words(protocol: Protocol) -> list[list[Any]]:
    return [[key, names] for key, names in protocol.screening.words.items()]


def _given(protocol: Protocol) -> Values:
    return {day: dict(counts) for day, counts in protocol.prisma.given.items()}


def _values(part: Part, keys: set[str] | None = None) -> Values:
    """A part as values for JSON, by the keys that people write; what has no value is left out."""
    return part.model_dump(mode="json", by_alias=True, exclude_none=True, include=keys)
