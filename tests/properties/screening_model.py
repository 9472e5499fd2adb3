"""The voting and counting rules a second time, in plain loops: what the library's tables are compared with.

Written from the rules as the documentation states them and with nothing of the library, for reviews small enough
to be counted by hand.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

TITLE_ABSTRACT, FULL_TEXT = "title_abstract", "full_text"
RESULTS = {
    "database": "database_results", "register": "register_results", "website": "website_results",
    "organisation": "organisation_results", "citation": "citations_results",
}  # fmt: skip


@dataclass
class Review:
    """What people and searches have brought so far; everything else is computed from it."""

    plans: dict[str, dict[str, Any]]
    types: dict[str, str]  # source to type, in the order of the protocol
    reasons: list[str]
    records: dict[str, tuple[str, str, int]] = field(default_factory=dict)  # id to source, round, group
    # stage and person to record to (decision, reason)
    votes: dict[tuple[str, str], dict[str, tuple[str, str]]] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    studies: list[tuple[str, str]] = field(default_factory=list)
    rounds: int = 0


@dataclass
class Work:
    id: str
    round: str
    column: str
    records: list[str]


Fate = tuple[str, str, str]  # how, decision, reason


def works_of(review: Review) -> list[Work]:
    def place(record: str) -> tuple[str, int, str]:
        source, day, _ = review.records[record]
        return day, list(review.types).index(source), record

    groups: dict[int, list[str]] = {}
    for record in sorted(review.records, key=place):
        groups.setdefault(review.records[record][2], []).append(record)
    works = []
    for records in groups.values():
        day = place(records[0])[0]
        types = {review.types[review.records[record][0]] for record in records if place(record)[0] == day}
        column = "databases" if types & {"database", "register"} else "other"
        works.append(Work(records[0], day, column, records))
    return sorted(works, key=lambda work: place(work.id))


def removals(review: Review, works: list[Work]) -> dict[str, set[str]]:
    """Work to the kinds it was removed in before screening; two kinds contradict each other."""
    found: dict[str, set[str]] = {}
    for work in works:
        kinds = {review.removed[record] for record in work.records if record in review.removed}
        if kinds and work.column == "databases":
            found[work.id] = kinds
    return found


def fates(review: Review, works: list[Work], pilots: dict[str, frozenset[str]]) -> dict[str, dict[str, Fate]]:
    """Stage to work to fate, for the works that reach the stage."""
    gone = removals(review, works)
    first = {
        work.id: _fate(review, work, TITLE_ABSTRACT, pilots)
        for work in works
        if work.column == "databases" and work.id not in gone
    }
    second = {
        work.id: _fate(review, work, FULL_TEXT, pilots)
        for work in works
        if work.column == "other" or first.get(work.id, ("", "", ""))[1] == "include"
    }
    return {TITLE_ABSTRACT: first, FULL_TEXT: second}


def orphans(review: Review, fates_: dict[str, dict[str, Fate]], works: list[Work]) -> set[tuple[str, ...]]:
    """(stage, person, record) of the votes that count for nothing."""
    home = {record: work.id for work in works for record in work.records}
    found = set()
    for (stage, person), rows in review.votes.items():
        reviewers = review.plans[stage]["reviewers"]
        stranger = not reviewers if person == "adjudication" else person not in reviewers
        for record in rows:
            if stranger or home.get(record) not in fates_[stage]:
                found.add((stage, person, record))
    return found


def _fate(review: Review, work: Work, stage: str, pilots: dict[str, frozenset[str]]) -> Fate:
    plan = review.plans[stage]
    if not plan["reviewers"]:
        return "skipped", "include", ""
    said: dict[str, list[tuple[str, str]]] = {}
    for person in [*plan["reviewers"], "adjudication"]:
        rows = review.votes.get((stage, person), {})
        mine = [rows[record] for record in work.records if record in rows]
        if mine:
            said[person] = mine

    def meaning(decision: str) -> str:
        if decision == "unsure":
            return "include" if stage == TITLE_ABSTRACT else "open"
        return decision

    meanings = {person: {meaning(decision) for decision, _ in rows} for person, rows in said.items()}

    def first_reason(people: list[str]) -> str:
        given = [reason for person in people for _, reason in said[person]]
        return ([reason for reason in review.reasons if reason in given] or [""])[0]

    judge = meanings.pop("adjudication", set())
    if len(judge) > 1:
        return "conflict", "", ""
    if judge and judge != {"open"}:
        return "adjudicated", judge.pop(), first_reason(["adjudication"])
    if any(len(sides) > 1 for sides in meanings.values()):
        return "conflict", "", ""
    if any(sides == {"open"} for sides in meanings.values()):
        return "pending", "", ""
    here = [person for person in plan["reviewers"] if present(plan, person, work.round)]
    sides = {side for own in meanings.values() for side in own}
    if plan["mode"] == "all" or work.id in pilots[stage]:
        enough = all(person in meanings for person in here)
    elif plan["mode"] == "single":
        enough = len(meanings) >= 1
    elif plan["mode"] == "dual":
        enough = len(meanings) >= 2
    else:
        enough = len(meanings) >= 2 or (len(meanings) == 1 and sides != {"exclude"})
    if not enough or not meanings:
        return "pending", "", ""
    if len(sides) > 1:
        return "conflict", "", ""
    if judge:
        return "pending", "", ""
    how = "agreed" if len(meanings) > 1 else "single"
    return how, sides.pop(), first_reason(list(meanings))


def present(plan: dict[str, Any], person: str, day: str) -> bool:
    limits = plan["active"].get(person, {})
    return person in plan["reviewers"] and limits.get("from", "") <= day <= limits.get("until", "9")


def included_studies(review: Review, works: list[Work], fates_: dict[str, dict[str, Fate]]) -> dict[str, str]:
    """Included study to the round that brought it."""
    home = {record: work for work in works for record in work.records}
    assigned = [(home[record], study) for record, study in review.studies if record in home]
    named = {work.id for work, _ in assigned}
    pairs = assigned + [(work, work.id) for work in works if work.id not in named]
    rounds: dict[str, str] = {}
    for work, study in pairs:
        if fates_[FULL_TEXT].get(work.id, ("", "", ""))[1] == "include":
            rounds[study] = min(rounds.get(study, work.round), work.round)
    return rounds


def boxes(review: Review, works: list[Work], fates_: dict[str, dict[str, Fate]]) -> dict[str, Counter[Any]]:
    """Round to the numbers of the flow chart; an exclusion at full text counts under (box, reason)."""
    found: dict[str, Counter[Any]] = {}

    def add(day: str, key: Any, n: int = 1) -> None:
        found.setdefault(day, Counter())[key] += n

    for source, day, _ in review.records.values():
        add(day, RESULTS[review.types[source]])
        if review.types[source] in ("database", "register"):
            add(day, "duplicates")
    gone = removals(review, works)
    home = {record: work.id for work in works for record in work.records}
    rounds = included_studies(review, works, fates_)
    for day in rounds.values():
        add(day, "new_studies")
    for work in works:
        if work.column == "databases":
            add(work.round, "duplicates", -1)
            if work.id in gone:
                add(work.round, f"excluded_{min(gone[work.id])}")
                continue
            add(work.round, "records_screened")
            _, decision, _ = fates_[TITLE_ABSTRACT][work.id]
            if decision != "include":
                add(work.round, "records_excluded" if decision else "records_pending")
                continue
        column = "dbr" if work.column == "databases" else "other"
        _, decision, reason = fates_[FULL_TEXT][work.id]
        add(work.round, f"{column}_sought_reports")
        if decision in ("", "not_retrieved"):
            add(work.round, f"{column}_notretrieved_reports" if decision else f"{column}_pending")
            continue
        add(work.round, f"{column}_assessed")
        if decision == "exclude":
            add(work.round, (f"{column}_excluded", reason))
        elif decision != "include":
            add(work.round, f"{column}_{decision}")
        else:
            own = {study for record, study in review.studies if home.get(record) == work.id} or {work.id}
            new = any(rounds[study] == work.round for study in own)
            add(work.round, "new_reports" if new else "extra_reports")
    return {day: Counter({key: n for key, n in counts.items() if n}) for day, counts in found.items()}
