"""What people did, in words: in the past what the facts say was done, as a plan what the protocol has and nobody did.

Together with `search_words` and `pooling_words` this is the only place that says it; report, checklists, status and
changes take their sentences from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evergreen.bias.tools import tool_of
from evergreen.counting import listed, noun, plural
from evergreen.protocol.screening import Amendment, Stage
from evergreen.protocol.whole import Protocol
from evergreen.report.facts import Deduplication, Facts, Screening, Sheets
from evergreen.screening.stages import STAGE_NAMES
from evergreen.screening.votes import ADJUDICATION

NOT_REACHED = "; no work has reached this stage yet"
IN_WORDS = {1: "one", 2: "two", 3: "three"}


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
    first = f"At {name}, {_as_voted(plan, found) if found and done else _who(plan, done)}"
    if found is None:
        return [f"{first}{NOT_REACHED}.", *_spans(plan, {})]
    works = plural(found.works, "work")
    if done:
        of_all = all(found.votes.get(person) == found.voted for person in plan.reviewers)
        first += f" on {plural(found.voted, 'work')}{'' if of_all else f' ({_by_person(found.votes)})'}"
    if not found.works:
        first += NOT_REACHED
    elif not cast:
        none = "no vote decides yet" if found.undecided else "nobody has voted yet"
        first += f"; {none} on the {works} there"
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


def _as_voted(plan: Stage, found: Screening) -> str:
    """Who decided; where works have other votes than the mode asks for, how many."""
    asked = {
        "single": {(1, False), (1, True)}, "dual": {(2, False), (2, True)}, "dual_excludes": {(1, False), (2, True)},
    }  # fmt: skip
    of_two = plan.mode == "dual" and len(plan.reviewers) == 2
    if of_two or plan.mode not in asked or len(plan.reviewers) == 1 or found.ballots <= asked[plan.mode]:
        return _who(plan, True)
    numbers = sorted({number for number, _ in found.ballots})
    people = listed(plan.reviewers)
    if numbers == [len(plan.reviewers)]:
        return f"{people} decided independently"
    words = [IN_WORDS.get(number, str(number)) for number in (numbers[0], numbers[-1])]
    between = " or " if numbers[-1] - numbers[0] == 1 else " to "
    apart = " independently" if numbers[-1] > 1 else ""
    return f"{between.join(dict.fromkeys(words))} of {people} decided on each work{apart}"


def _disagreements(found: Screening, done: bool) -> list[str]:
    """What was adjudicated and what is open; where all is done and people agreed, that."""
    settled, open_ = found.how.get("adjudicated", 0), found.how.get("conflict", 0)
    sentences = []
    if settled:
        sentences.append(f"{plural(settled, 'work was', 'works were')} adjudicated by {_who_settled(found)}.")
    if open_:
        sentences.append(f"{plural(open_, 'disagreement is', 'disagreements are')} open.")
    if found.unsure:
        sentences.append(f"On {plural(found.unsure, 'work')} the adjudicator is unsure.")
    if done and not settled and not open_ and not found.unsure and found.how.get("agreed"):
        sentences.append("There was no disagreement to settle.")
    return sentences


def _who_settled(found: Screening | Sheets) -> str:
    """The adjudicators by name, where sheets say more than that they are such."""
    return listed(name for name in found.adjudicators if name != ADJUDICATION) or "an adjudicator"


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
    by = f" with {tool_of(protocol.risk_of_bias.tool).said}"
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
        settled = plural(found.adjudicated, "difference was", "differences were")
        sentences.append(f"{settled} settled by {_who_settled(found)}.")
    if found.open:
        sentences.append(f"{plural(found.open, 'difference is', 'differences are')} open.")
    if (found.by_several or found.in_part) and not found.adjudicated and not found.open:
        sentences.append("There was no difference to settle.")
    return sentences
