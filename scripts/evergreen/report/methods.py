"""What people and searches did, in words: in the past what the facts say was done, as a plan what the protocol has and nobody did.

Together with `pooling_words` this is the only place that says it; report, checklists, status and changes take their sentences
from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from evergreen.bias.tools import TOOLS
from evergreen.counting import noun, plural
from evergreen.protocol.screening import Amendment, Stage
from evergreen.protocol.sources import EMBEDDED, Source
from evergreen.protocol.whole import Protocol
from evergreen.report.facts import Deduplication, Facts, Screening, Sheets
from evergreen.screening.stages import STAGE_NAMES
from evergreen.screening.votes import ADJUDICATION

ENDPOINTS = {
    EMBEDDED: "PubMed was represented by the stand-in shipped with Evergreen, a partial store of real records.",
    "live": "PubMed was searched through the E-utilities of NCBI.",
}
METHODS = {
    "citation": "Citation searching",
    "browsing": "Browsing",
    "contact": "Contacts",
    "other": "Another method",
}
SERVER = "PubMed was represented by a server on this machine."
NOT_REACHED = "; no work has reached this stage yet"


def listed(names: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    names = list(names)
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


# Searches.


def search(protocol: Protocol, facts: Facts) -> str:
    """How sources were searched, who reviewed the strategies, and what was done besides."""
    others = [sentence for method in METHODS for sentence in other_methods(protocol, method)]
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
        sentences.append(f"{METHODS[method]} ({one.round}): {'; '.join(said)}.")
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
    by_days: dict[tuple[str, ...], list[str]] = {}
    for name, days in not_searched(protocol, facts).items():
        said = tuple(dated(protocol.sources[name], days))
        by_days.setdefault(said, []).append(protocol.sources[name].name)
    return [
        f"{listed(names)} {noun(len(names), 'was', 'were')} not searched in the {noun(len(days), 'round')} of {listed(days)}."
        for days, names in by_days.items()
    ]


def dated(source: Source, days: Sequence[str]) -> list[str]:
    """Rounds in which a source was not searched, each with the reason that the protocol gives."""
    why = source.not_searched
    return [f"{day} ({why[day]})" if day in why else day for day in days]


def not_searched(protocol: Protocol, facts: Facts) -> dict[str, list[str]]:
    """The rounds without a search of each source that was searched in others."""
    found = {name: facts.days(name) for name in protocol.sources}
    held = {day for days in found.values() for day in days}
    gaps = {
        name: [day for day in protocol.rounds if day in held and day not in days]
        for name, days in found.items()
        if days
    }
    return {name: days for name, days in gaps.items() if days}


# Selection.


def selection(protocol: Protocol, facts: Facts) -> str:
    """How duplicates were merged and works selected."""
    elsewhere = sorted(protocol.prisma.given)
    if elsewhere and not protocol.sources:
        return f"Searches and screening were done elsewhere; the counts of {listed(elsewhere)} are those given in the protocol."
    if not protocol.sources:
        return ""
    sentences = [*duplicates(facts.deduplication), *screening(protocol, facts)]
    if elsewhere:
        sentences.append(f"The counts of {listed(elsewhere)} are those given in the protocol.")
    return " ".join(sentences)


def criteria(protocol: Protocol) -> list[str]:
    """The criteria of the protocol, and when they changed."""
    wanted, unwanted = protocol.eligibility.include, protocol.eligibility.exclude
    sentences = [f"Inclusion criteria: {'; '.join(wanted)}."] if wanted else []
    sentences += [f"Exclusion criteria: {'; '.join(unwanted)}."] if unwanted else []
    if protocol.amendments and sentences:
        days = listed(dict.fromkeys(one.date for one in protocol.amendments))
        sentences.append(f"The protocol was amended on {days}.")
    return sentences


def changed(protocol: Protocol) -> list[str]:
    """How the review differs from what was planned, as its authors say it: amendments of the protocol, and other differences."""
    reasons = protocol.screening.reasons
    return [*(_amended(change, reasons) for change in protocol.amendments), *protocol.review.differences]


def _amended(change: Amendment, reasons: Mapping[str, str]) -> str:
    """An amendment as its authors say it, and what was to be looked at again for it; `reasons` are the labels of the reasons."""
    said = f"{change.date}: {_sentence(change.what)} Reason: {_sentence(change.why)}"
    if not change.reconsider:
        return said
    named = "; ".join(reasons[reason] for reason in change.reconsider)
    return f"{said} Earlier exclusions are to be decided again where their reason was: {named}."


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def duplicates(found: Deduplication | None) -> list[str]:
    """How records of the same work were found, and what people said of them."""
    if found is None or not found.records:
        return ["There are no records to compare yet."]
    compared = f"{plural(found.records, 'record was', 'records were')} compared by identifiers, titles, authors, journals and pages"
    merged = f", and merged into {plural(found.works, 'work')}." if found.merged else "; no two were merged."
    sentences = [compared + merged]
    if found.verdicts:
        sentences.append(
            f"For {plural(found.verdicts, 'pair')} of records a person's verdict was applied instead of what the algorithm found."
        )
    if found.in_doubt:
        await_ = noun(found.in_doubt, "was left apart and awaits", "were left apart and await")
        sentences.append(f"{plural(found.in_doubt, 'pair')} in doubt {await_} a person's verdict.")
    return sentences


def screening(protocol: Protocol, facts: Facts) -> list[str]:
    """Who decided at each stage, how much of it was done, and what became of disagreements."""
    return [
        " ".join(_stage(protocol.screening.stages[stage], facts.stages.get(stage), name))
        for stage, name in STAGE_NAMES.items()
    ]


def _stage(plan: Stage, found: Screening | None, name: str) -> list[str]:
    if not plan.reviewers:
        return [f"Screening by {name} was skipped: no reviewers are named."]
    cast = sum(found.votes.values()) if found else 0
    awaited = sum(found.awaited.values()) if found else 0
    done = cast > 0 and not awaited
    first = f"At {name}, {_who(plan, done)}"
    if found is None:
        return [f"{first}{NOT_REACHED}.", *_spans(plan, {})]
    works = plural(found.works, "work")
    if done:
        of_all = all(found.votes.get(person) == found.voted for person in plan.reviewers)
        first += f" on {plural(found.voted, 'work')}{'' if of_all else f' ({_by_person(found.votes)})'}"
    if not found.works:
        first += NOT_REACHED
    elif not cast:
        first += (
            f"; no vote decides yet on the {works} there"
            if found.undecided
            else f"; nobody has voted yet on the {works} there"
        )
    elif awaited:
        first += f"; {_awaited(plan, found, cast, awaited)}"
    return [f"{first}.", *_disagreements(found, done), *_pilot(found), *_spans(plan, found.votes)]


def _awaited(plan: Stage, found: Screening, cast: int, awaited: int) -> str:
    """How many votes were cast and how many are awaited; where one of several people is asked for, how many works await votes."""
    works, own = plural(found.works, "work"), _by_person(found.votes)
    if plan.mode == "all" or (plan.mode == "dual" and len(plan.reviewers) == 2):
        return f"of the votes on {works}, {plural(cast, 'was', 'were')} cast ({own}) and {plural(awaited, 'is', 'are')} awaited"
    await_ = noun(found.waiting, "awaits", "await")
    return f"{plural(cast, 'vote was', 'votes were')} cast ({own}), and {found.waiting:,} of {works} {await_} votes"


def _who(plan: Stage, done: bool) -> str:
    """Who decides, in the past where it is done."""
    reviewers, mode = plan.reviewers, plan.mode
    one, many = ("decided", "decided") if done else ("is to decide", "are to decide")
    if len(reviewers) == 1:
        return f"{reviewers[0]} alone {one}"
    people = listed(reviewers)
    if mode == "single":
        return f"one of {people} {one} on each work"
    if mode == "dual_excludes":
        excluded = "excluded" if done else "excludes"
        return f"one of {people} {one} on each work, and a second one, independently, where the first {excluded},"
    if mode == "dual" and len(reviewers) > 2:
        return f"two of {people} {many} on each work independently"
    return f"{people} {many} independently"


def _disagreements(found: Screening, done: bool) -> list[str]:
    """What was adjudicated and what is open; where all is done and people agreed, that."""
    settled, open_ = found.how.get("adjudicated", 0), found.how.get("conflict", 0)
    sentences = []
    if settled:
        who = listed(name for name in found.adjudicators if name != ADJUDICATION) or "an adjudicator"
        sentences.append(f"{plural(settled, 'work was', 'works were')} adjudicated by {who}.")
    if open_:
        sentences.append(f"{plural(open_, 'disagreement is', 'disagreements are')} open.")
    if found.unsure:
        sentences.append(f"On {plural(found.unsure, 'work')} the adjudicator is unsure.")
    if done and not settled and not open_ and not found.unsure and found.how.get("agreed"):
        sentences.append("There was no disagreement to settle.")
    return sentences


def _pilot(found: Screening) -> list[str]:
    if not found.pilot:
        return []
    works = f"{plural(found.pilot, 'work')} of the first search"
    if found.pilot_open:
        await_ = noun(found.pilot_open, "awaits", "await")
        are = noun(found.pilot, "is", "are")
        return [f"{works} {are} for all to screen, as a pilot; {found.pilot_open:,} of them {await_} votes."]
    return [f"{works} {noun(found.pilot, 'was', 'were')} screened by all, as a pilot."]


def _spans(plan: Stage, votes: Mapping[str, int]) -> list[str]:
    """From when until when people take part who do not screen all rounds."""
    sentences = []
    for person, active in plan.active.items():
        ends = {"from": active.from_, "until": active.until}
        if span := [f"{word} the search of {day}" for word, day in ends.items() if day]:
            took = "took" if votes.get(person) else "is to take"
            sentences.append(f"{person} {took} part {' '.join(span)}.")
    return sentences


def screened_words(counts: Mapping[str, Any], skipped: Sequence[str]) -> str:
    """`120 were screened, 3 await a decision`, of counts of the flow chart; `skipped` are the stages that nobody screens."""
    waiting = counts["records_pending"]
    reached = counts["records_screened"]
    if "title_abstract" in skipped:
        return f"{reached:,} passed title and abstract, which nobody screens"
    text = f"{plural(reached - waiting, 'was', 'were')} screened"
    return f"{text} and {plural(waiting, 'awaits', 'await')} a decision" if waiting else text


# Extraction and risk of bias.


def extraction(protocol: Protocol, facts: Facts) -> str:
    """Who extracted what, and what became of differences."""
    planned = protocol.extraction.extractors or ()
    how = "the sheets were compared cell by cell"
    return _sheets(facts.extraction, planned, "extracted the data", "extract the data", "", how)


def bias(protocol: Protocol, facts: Facts) -> str:
    """Who judged the risk of bias of what, with which tool, and what became of differences."""
    tool = protocol.risk_of_bias.tool
    by = f" with {TOOLS[tool].said if tool in TOOLS else tool}"
    planned = protocol.risk_of_bias.assessors or ()
    how = "their judgements were compared"
    return _sheets(facts.bias, planned, "judged the risk of bias", "judge the risk of bias", by, how)


def _sheets(found: Sheets | None, planned: Sequence[str], did: str, do: str, by: str, compared: str) -> str:
    """`did` and `do` are the work in the past and as a plan, `by` with what, `compared` how several people's sheets were."""
    there = list(found.people) if found else []
    sentences = []
    if found is not None and there:
        of = f" of {plural(found.studies, 'study', 'studies')}"
        if len(there) == 1:
            sentences.append(f"{there[0]} alone {did}{of}{by}.")
        elif found.by_several == found.studies and set(found.people.values()) == {found.studies}:
            sentences.append(f"{listed(there)} {did}{of}{by} independently; {compared}.")
        elif found.by_several or found.in_part:
            counts = {"": found.by_several, "some outcomes of ": found.in_part}
            several = listed(f"{which}{count:,} of them" for which, count in counts.items() if count)
            several = "all of them" if found.by_several == found.studies else several
            sentences.append(
                f"{listed(there)} {did}{of}{by} ({_by_person(found.people)}), {several} independently by two or more; {compared}."
            )
        else:
            what = "outcome" if found.shared else "study"
            sentences.append(f"{listed(there)} {did}{of}{by}, each {what} by one of them.")
        if found.untouched:
            await_ = plural(found.untouched, "included study awaits", "included studies await")
            sentences.append(f"{await_} it.")
        sentences += _differences(found)
    if absent := [person for person in planned if person not in there]:
        are, have = noun(len(absent), "is", "are"), noun(len(absent), "has", "have")
        rest = f" and {have} not begun" if there else by
        sentences.append(f"{listed(absent)} {are} to {do}{rest}.")
    return " ".join(sentences)


def _by_person(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{person} {count:,}" for person, count in counts.items())


def _differences(found: Sheets) -> list[str]:
    sentences = []
    if found.adjudicated:
        who = listed(found.adjudicators) or "an adjudicator"
        settled = plural(found.adjudicated, "difference was", "differences were")
        sentences.append(f"{settled} settled by {who}.")
    if found.open:
        sentences.append(f"{plural(found.open, 'difference is', 'differences are')} open.")
    if (found.by_several or found.in_part) and not found.adjudicated and not found.open:
        sentences.append("There was no difference to settle.")
    return sentences
