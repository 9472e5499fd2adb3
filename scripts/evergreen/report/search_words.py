"""What searches did, in words: in the past what the facts say was done, as a plan what the protocol has and nobody did."""

from __future__ import annotations

from collections.abc import Sequence

from evergreen.counting import listed, noun, plural
from evergreen.protocol.sources import EMBEDDED, METHOD_NAMES, Source
from evergreen.protocol.whole import Protocol
from evergreen.report.facts import Facts
from evergreen.tables import grouped

ENDPOINTS = {
    EMBEDDED: "PubMed was represented by the stand-in shipped with Evergreen, a partial store of real records.",
    "live": "PubMed was searched through the E-utilities of NCBI.",
}
SERVER = "PubMed was represented by a server on this machine."


def search(protocol: Protocol, facts: Facts) -> str:
    """How sources were searched, who reviewed the strategies, and what was done besides."""
    others = [sentence for method in METHOD_NAMES for sentence in other_methods(protocol, method)]
    return " ".join([searches(protocol, facts), *peer_reviews(protocol), *others])


def changed_strategies(protocol: Protocol, facts: Facts) -> list[str]:
    """From when on sources were searched with another strategy, and what became of its lines."""
    return [
        f"On {one.days[0]} the strategy of {protocol.sources[one.source].name} was not the one of before: {'; '.join(one.changed)}."
        for one in facts.as_run
        if one.changed
    ]


def searches(protocol: Protocol, facts: Facts) -> str:
    """How and when the sources were searched, what they found, and which of them were not searched in a round."""
    if not protocol.sources:
        return "The protocol names no source: no search is a part of this review so far."
    sentences = [sources_searched(protocol, facts), *_gaps(protocol, facts)]
    asked_again = [name for name in protocol.pubmed_sources if len(facts.days(name)) > 1]
    changed = changed_strategies(protocol, facts)
    if asked_again:
        names = listed(protocol.sources[name].name for name in asked_again)
        again = "ran a whole strategy" if changed else "repeated the whole strategy"
        sentences += [f"Each later search of {names} {again}.", *changed]
    late = [
        f"that of {protocol.sources[one.source].name} of {one.day} was made on {one.asked}"
        for one in facts.searches
        if one.asked and one.asked != one.day
    ]
    if late:
        sentences.append(f"Where a search was made on another day, it is dated so: {listed(late)}.")
    if known := sum(one.seen_before for one in facts.searches):
        by_ids = noun(known, "was recognised by its id", "were recognised by their ids")
        sentences.append(
            f"{plural(known, 'record')} that an earlier search had found {by_ids} and not counted again."
        )
    demonstrated = _in_stand_in(facts)
    for name, items in facts.known_items.items():
        missed = [pmid for pmid, there in items.items() if not there]
        without = f"; not PMID {listed(missed)}" if missed else ""
        if missed and name in demonstrated:
            without += ", which says nothing about the strategy: the stand-in holds few records"
        sentences.append(
            f"Of {plural(len(items), 'known item')} the search of {protocol.sources[name].name} found"
            f" {len(items) - len(missed)}{without}."
        )
    endpoints = dict.fromkeys(ENDPOINTS.get(one.endpoint, SERVER) for one in facts.searches if one.endpoint)
    return " ".join([*sentences, *endpoints])


def _in_stand_in(facts: Facts) -> set[str]:
    """Sources that were searched in the store of real records that Evergreen brings."""
    return {one.source for one in facts.searches if one.endpoint == EMBEDDED}


def peer_reviews(protocol: Protocol) -> list[str]:
    """Who reviewed which strategy, and what was changed because of it."""
    sentences = []
    for source in protocol.sources.values():
        if review := source.peer_review:
            day = f" on {review.date}" if review.date else ""
            changes = f": {review.changes.rstrip('.')}" if review.changes else ""
            sentences.append(
                f"The search strategy of {source.name} was peer reviewed by {review.by} ({review.guideline}){day}{changes}."
            )
    return sentences


def other_methods(protocol: Protocol, method: str) -> list[str]:
    """What was done by a method besides databases and registers, with its counts."""
    sentences = []
    for one in protocol.other_methods:
        if one.method != method:
            continue
        said = [one.what.rstrip(".")]
        if one.asked is not None:
            said.append(f"{plural(one.asked, 'was', 'were')} asked")
        if one.answered is not None:
            said.append(f"{one.answered:,} answered")
        if one.found is not None:
            said.append(f"{plural(one.found, 'record was', 'records were')} looked at")
        if one.source:
            said.append(f"what was taken on is in {protocol.sources[one.source].name}")
        sentences.append(f"{METHOD_NAMES[method]} ({one.round}): {'; '.join(said)}.")
    return sentences


def sources_searched(protocol: Protocol, facts: Facts) -> str:
    """The days of each source; sources of the same days together, and those that nobody has searched yet. A source that was searched in
    the stand-in is never told without that: what stands here goes into abstracts."""
    demonstrated = _in_stand_in(facts)
    by_days: dict[tuple[str, ...], list[str]] = {}
    for name, source in protocol.sources.items():
        told = f"{source.name} (embedded stand-in)" if name in demonstrated else source.name
        by_days.setdefault(tuple(facts.days(name)), []).append(told)
    found = [
        f"{listed(names)} {noun(len(names), 'was', 'were')} searched on {listed(days)}."
        for days, names in by_days.items()
        if days
    ]
    if waiting := by_days.get(()):
        found.append(f"{listed(waiting)} {noun(len(waiting), 'has', 'have')} not been searched yet.")
    return " ".join(found)


def _gaps(protocol: Protocol, facts: Facts) -> list[str]:
    """The rounds in which sources that were searched in others were not."""
    gaps = [(protocol.sources[name], days) for name, days in not_searched(protocol, facts).items()]
    alike = grouped(gaps, lambda gap: tuple(dated(*gap)))
    return [
        f"{listed(source.name for source, _ in own)} {noun(len(own), 'was', 'were')} not searched in the {noun(len(days), 'round')} of {listed(days)}."
        for days, own in alike.items()
    ]


def dated(source: Source, days: Sequence[str]) -> list[str]:
    """Rounds in which a source was not searched, each with the reason that the protocol gives."""
    why = source.not_searched
    return [f"{day} ({why[day]})" if day in why else day for day in days]


def not_searched(protocol: Protocol, facts: Facts) -> dict[str, list[str]]:
    """The rounds without a search of each source that was searched in others."""
    found = {name: facts.days(name) for name in protocol.sources}
    held = [day for day in protocol.rounds if any(day in days for days in found.values())]
    gaps = {name: [day for day in held if day not in days] for name, days in found.items() if days}
    return {name: days for name, days in gaps.items() if days}
