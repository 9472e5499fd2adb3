"""What awaits those who search and screen."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.counting import noun, plural
from evergreen.deduplication.verdicts import APPLIED
from evergreen.report.status import Waiting, if_any, named
from evergreen.screening.stages import STAGE_NAMES, side, skipped
from evergreen.screening.votes import ADJUDICATION, no_reviewer
from evergreen.search.strategy_changes import counted_back, differences, other_hits, unused
from evergreen.sheets import copied, days, folded


def waiting_screening(
    stage: str,
    worklists: Mapping[str, pd.DataFrame],
    conflicts: pd.DataFrame,
    orphans: pd.DataFrame,
    votes: pd.DataFrame | None = None,
) -> list[Waiting]:
    """Work left at one stage of screening, reviewer by reviewer; a record waits since its round, a conflict since its last vote.

    Where somebody seems to have joined or left, that is said with what to write in the protocol.
    """
    name, folder = STAGE_NAMES[stage], f"config/screening/{stage}"
    items = []

    def to_vote(reviewer: str, what: str, count: int, since: str) -> Waiting:
        who = "adjudicator" if reviewer == ADJUDICATION else reviewer
        page = f"screening/{stage}/{reviewer}.html"
        where = f"open results/{page}, save as {folder}/{reviewer}.csv"
        return Waiting(who, what, where, count, page=page, since=since)

    for reviewer, rows in worklists.items():
        if len(rows):
            since = max(rows["round"], default="") if "round" in rows else ""
            items.append(to_vote(reviewer, _to_screen(reviewer, stage, rows, votes), len(rows), since))
    if len(conflicts):
        works = conflicts["work_id"].nunique()
        since = "" if votes is None else newest(votes[votes["work_id"].isin(conflicts["work_id"])])
        items.append(to_vote(ADJUDICATION, f"{plural(works, 'conflict')} at {name}", works, since))
    told = [why == no_reviewer(who) for why, who in zip(orphans["why"], orphans["reviewer"], strict=True)]
    strangers = pd.Series(told, index=orphans.index, dtype=bool)
    for person, rows in orphans[strangers].groupby("reviewer"):
        todo = f"if {person} left, keep the name among its `reviewers` with `active: {{{person}: {{until: ROUND}}}}`, if renamed, write `people: {{NAME: {{formerly: [{person}]}}}}`"
        voters = {*worklists, *(() if votes is None else votes["reviewer"])} - {ADJUDICATION}
        if owner := copied([*sorted(voters), str(person)]).get(str(person)):
            todo = f"if they are of {owner}, put them into {folder}/{owner}.csv"
        what = f"{plural(len(rows), 'decision')} of {person}, who is no reviewer at {name} (any more), count for nothing: {todo}"
        items.append(Waiting("reviewers", what, f"config/config.yaml, screening.{stage}", len(rows)))
    others = len(orphans[~strangers])
    what = f"{plural(others, 'decision')} at {name} that {noun(others, 'counts', 'count')} for nothing"
    return items + if_any(Waiting("reviewers", what, f"results/screening/{stage}/orphans.csv", others))


def _to_screen(reviewer: str, stage: str, rows: pd.DataFrame, votes: pd.DataFrame | None) -> str:
    """What waits for a vote of somebody."""
    name, count = STAGE_NAMES[stage], len(rows)
    if reviewer == ADJUDICATION:
        return f"{plural(count, 'verdict')} at {name} {noun(count, 'that says', 'that say')} unsure"
    return (
        f"{plural(count, 'record')} to screen at {name}{_again(rows)}{_joined(reviewer, stage, rows, votes)}"
    )


def _again(rows: pd.DataFrame) -> str:
    """How many of a reviewer's records are to be seen again, since the criteria changed."""
    since = [day for day in rows["again"] if day] if "again" in rows else []
    return f", {len(since):,} of them again (the criteria changed on {max(since)})" if since else ""


def _joined(reviewer: str, stage: str, rows: pd.DataFrame, votes: pd.DataFrame | None) -> str:
    """What to do where a reviewer has not voted in several rounds and others have; who begins in the first is no newcomer."""
    if (
        votes is None
        or votes.empty
        or reviewer in {*votes["reviewer"], ADJUDICATION}
        or rows["round"].nunique() < 2
    ):
        return ""
    return f"; others have voted there: if {reviewer} joined later, write `active: {{{reviewer}: {{from: ROUND}}}}` under screening.{stage}"


def newest(votes: pd.DataFrame) -> str:
    """The day of the last vote (YYYY-MM-DD); of votes without one the round's, "" where there is neither."""
    said = [str(day)[:10] for column in ("decided_on", "round") for day in votes[column]]
    return max(filter(days.of_the_calendar, said), default="")


def waiting_exports(report: pd.DataFrame) -> list[Waiting]:
    """Exports whose number of records is not the stated one, whose records came twice, that may be cut off, or that an earlier round was given too; of the import report."""
    rows = report[report["kind"].isin(("hits", "repeated", "cut", "same"))]
    items = []
    for row in tables.rows(rows):
        at = f"{row['file']}, line {row['line']}: " if row["line"] else ""
        what = f"look at the export of {row['source']} {row['round']}: {at}{row['reason']}"
        items.append(Waiting("searcher", what, "results/records/import-report.csv", 1, blocks=False))
    return items


def waiting_sources(not_searched: Iterable[tuple[str, str, Sequence[str]]]) -> list[Waiting]:
    """Sources that have no file of the latest rounds: (id, name, rounds) of each. A source may have been searched once on purpose."""
    items = []
    for id_, name, rounds in not_searched:
        what = f"search {name} as of {rounds[-1]}, or say under `not_searched` why not: there is no file of it for {', '.join(rounds)}"
        items.append(
            Waiting("searcher", what, f"config/config.yaml, sources.{id_}.files", len(rounds), blocks=False)
        )
    return items


def waiting_strategies(
    logs: Sequence[tuple[str, Mapping[str, Any]]], stand_in: Collection[str] = ()
) -> list[Waiting]:
    """Strategies that changed between rounds; of the last round lines that the last one does not join, dates that move with the day of the
    search, and lines that found another number than is written beside them; `logs` as (source, log), of each source the oldest first. What the stand-in finds says nothing of hits."""
    place, page = "results/search/search-log.html", "search/search-log.html"
    items = []
    for source, day, said in differences(logs):
        what = f"look at the strategy of {source}, which changed with the round of {day}: {'; '.join(said)}"
        items.append(Waiting("searcher", what, place, 1, blocks=False, page=page))
    for source, log in dict(logs).items():
        lost = unused(log["lines"])
        what = f"look at the strategy of {source}: the last line, which is what was searched, does not join {noun(len(lost), 'line')} {', '.join(lost)}"
        items += if_any(Waiting("searcher", what, place, len(lost), blocks=False, page=page))
        moving = counted_back(" ".join([log["lines"][-1]["query"], *log["strategy"]["limits"]]))
        what = f"write the dates of {source} as days: PubMed counts {', '.join(moving)} back from the day on which it is asked, whatever the round's"
        items += if_any(Waiting("searcher", what, place, len(moving), blocks=False, page=page))
        other = [] if source in stand_in else other_hits(log["lines"])
        what = f"hits of {source} in the round of {log['round']} that are not those written beside the strategy: {'; '.join(other)}"
        items += if_any(Waiting("searcher", what, place, len(other), blocks=False, page=page))
    return items


def waiting_known(known: Mapping[str, Mapping[str, bool]], stand_in: Collection[str] = ()) -> list[Waiting]:
    """PMIDs that a source must find and did not: {source: {PMID: whether it was found}}; `stand_in` are the sources that were
    searched in the stand-in, where that says nothing about the strategy."""
    items = []
    for name, found in known.items():
        missed = [pmid for pmid, there in found.items() if not there]
        of = f"{plural(len(missed), 'known item')}: PMID {', '.join(missed)}"
        if name in stand_in:
            what = f"search PubMed (`endpoint: live`): the embedded demonstration, searched as {name}, is without {of}"
            items += if_any(Waiting("searcher", what, "config/config.yaml, entrez", len(missed)))
        else:
            what = f"mend the strategy of {name}, which does not find {of}"
            items += if_any(Waiting("searcher", what, f"config/config.yaml, sources.{name}", len(missed)))
    return items


def waiting_overruled(stage: str, decisions: pd.DataFrame, votes: pd.DataFrame) -> list[Waiting]:
    """Works that were adjudicated and on which all votes, two or more, now agree otherwise: the verdict may be of before they were changed."""
    sides: dict[str, list[str]] = {}
    for vote in tables.rows(votes):
        sides.setdefault(vote["work_id"], []).append(side(stage, vote["decision"]))
    settled = tables.rows(decisions[decisions["how"].eq("adjudicated")])
    found = [
        row["work_id"]
        for row in settled
        if len(said := sides.get(row["work_id"], [])) > 1
        and set(said).isdisjoint({row["decision"], ""})
        and len(set(said)) == 1
    ]
    what = f"look at {plural(len(found), 'verdict')} at {STAGE_NAMES[stage]} against what all reviewers say by now: {named(found)}"
    return if_any(
        Waiting("adjudicator", what, f"config/screening/{stage}/adjudication.csv", len(found), blocks=False)
    )


def waiting_open_reports(studies: pd.DataFrame, full_text: pd.DataFrame) -> list[Waiting]:
    """Reports that were voted ongoing or awaiting classification and whose study is included by now: the flow chart counts them by their
    votes, and the list of ongoing studies does not have them. `full_text` are the decisions of that stage."""
    of = {
        work: row["study"]
        for row in tables.rows(studies[studies["status"].eq("included")])
        for work in row["work_ids"].split("; ")
    }
    items = []
    for decision in ("ongoing", "awaiting"):
        works = [work for work in full_text.loc[full_text["decision"].eq(decision), "work_id"] if work in of]
        which = named([f"{work} ({of[work]})" for work in works])
        what = f"vote again on {plural(len(works), 'report')} voted {decision}, for {noun(len(works), 'its study is', 'their studies are')} included: {which}"
        items += if_any(Waiting("reviewers", what, "config/screening/full_text/", len(works), blocks=False))
    return items


def waiting_reviewers(decisions: Sequence[pd.DataFrame]) -> list[Waiting]:
    """Works that nobody screens at any stage, and that would pass for included. `decisions`: those of each stage."""
    count = len(decisions[0])
    if not count or not all(skipped(table) or table.empty for table in decisions):
        return []
    what = f"{plural(count, 'work')} to screen, but nobody is named to do it"
    return [Waiting("anyone", what, "config/config.yaml, screening.<stage>.reviewers", count)]


def waiting_orphans(orphans: pd.DataFrame) -> list[Waiting]:
    """Reports assigned to studies whose record no search found."""
    names = named(list(dict.fromkeys(orphans["record_id"]))) if len(orphans) else ""
    what = f"{plural(len(orphans), 'report')} assigned to studies but not found by any search: {names}"
    return if_any(Waiting("anyone", what, "config/studies.csv", len(orphans)))


def waiting_unnamed(studies: pd.DataFrame, filed: Iterable[str]) -> list[Waiting]:
    """Included reports that nobody has assigned to a study and under whose ids nothing is `filed` yet; afterwards names would have to change in all sheets."""
    known = set(map(folded, filed))
    own = studies.loc[studies["status"].eq("included") & studies["how"].eq("own"), "study"]
    left = sorted(study for study in own if folded(study) not in known)
    their = noun(len(left), "its id", "their ids")
    what = f"{plural(len(left), 'included report')} to assign to studies by name, or what is extracted stands under {their}: {named(left)}"
    return if_any(Waiting("anyone", what, "config/studies.csv", len(left), blocks=False))


def waiting_one_trial(studies: pd.DataFrame, works: pd.DataFrame) -> list[Waiting]:
    """Included studies whose reports name one registration number and that nobody has assigned to studies: a trial that counts twice."""
    numbers = dict(zip(works["work_id"], works["registry_ids"], strict=True))
    found: dict[str, dict[str, bool]] = {}
    for row in tables.rows(studies[studies["status"].eq("included")]):
        for work in row["work_ids"].split("; "):
            for number in filter(None, numbers.get(work, "").split("; ")):
                found.setdefault(number, {})[row["study"]] = row["how"] == "assigned"
    items = []
    for number, of in sorted(found.items()):
        if len(of) > 1 and not all(of.values()):
            what = f"say whether {' and '.join(sorted(of))} are one study: their reports name {number}"
            items.append(Waiting("anyone", what, "config/studies.csv", 1, blocks=False))
    return items


def waiting_duplicates(borderline: pd.DataFrame) -> list[Waiting]:
    """Pairs of records that may be duplicates and have no verdict yet."""
    what = f"{plural(len(borderline), 'pair')} of possible duplicates to judge"
    return if_any(Waiting("anyone", what, "config/deduplication.csv", len(borderline), blocks=False))


def waiting_verdicts(verdicts: pd.DataFrame) -> list[Waiting]:
    """Verdicts on pairs of which a record was found by no search: an id may be mistyped."""
    gone = verdicts[verdicts["effect"].ne(APPLIED)]
    which = [f"{row['record_a']} and {row['record_b']} (row {row['row']})" for row in tables.rows(gone)]
    what = f"{plural(len(gone), 'verdict')} on duplicates of which a record was not found: {named(which)}"
    return if_any(Waiting("anyone", what, "config/deduplication.csv", len(gone), blocks=False))


def waiting_searches(unfrozen: Sequence[str]) -> list[Waiting]:
    """Live searches that are not frozen, by name: PubMed will answer differently next year."""
    what = f"{plural(len(unfrozen), 'live search', 'live searches')} to freeze: {', '.join(unfrozen)}"
    return if_any(Waiting("anyone", what, "evergreen freeze-search", len(unfrozen)))
