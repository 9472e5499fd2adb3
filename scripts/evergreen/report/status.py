"""What awaits whom: everything that only a person can do next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.errors import ReviewError, printable
from evergreen.extraction.awaiting import AWAITS
from evergreen.extraction.cut_sheets import cut_sheets
from evergreen.extraction.merge import without_place
from evergreen.extraction.queries.findings import NO_QUERY
from evergreen.screening.stages import STAGE_NAMES, skipped
from evergreen.screening.votes import ADJUDICATION, no_reviewer
from evergreen.search.strategy_changes import differences, other_hits
from evergreen.sheets import days, folded


@dataclass(frozen=True)
class Waiting:
    """One piece of work that waits for a person.

    `blocks` says that a review with `final: true` must not be published before it is done; `page` is the page under results/
    where the work is done, if there is one, and `since` the day that it waits from, by the review's files, where they say it.
    """

    who: str
    what: str
    where: str
    count: int
    blocks: bool = True
    page: str = ""
    since: str = ""

    def line(self) -> str:
        return f"{self.who}: {self.what} ({self.where})"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 record`, `3 records`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


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
    name = STAGE_NAMES[stage]
    folder = f"config/screening/{stage}"
    items = [
        Waiting(
            reviewer,
            f"{plural(len(rows), 'record')} to screen at {name}{_again(rows)}{_joined(reviewer, stage, rows, votes)}",
            f"open results/screening/{stage}/{reviewer}.html, save as {folder}/{reviewer}.csv",
            len(rows),
            page=f"screening/{stage}/{reviewer}.html",
            since=max(rows["round"], default="") if "round" in rows else "",
        )
        for reviewer, rows in worklists.items()
        if len(rows)
    ]
    works = conflicts["work_id"].nunique() if len(conflicts) else 0
    if works:
        items.append(
            Waiting(
                "adjudicator",
                f"{plural(works, 'conflict')} at {name}",
                f"open results/screening/{stage}/adjudication.html, save as {folder}/adjudication.csv",
                works,
                page=f"screening/{stage}/adjudication.html",
                since=newest(votes[votes["work_id"].isin(conflicts["work_id"])]) if votes is not None else "",
            )
        )
    told = [why == no_reviewer(who) for why, who in zip(orphans["why"], orphans["reviewer"], strict=True)]
    strangers = pd.Series(told, index=orphans.index, dtype=bool)
    for person, rows in orphans[strangers].groupby("reviewer"):
        left = f"if {person} left, keep the name among its `reviewers` with `active: {{{person}: {{until: ROUND}}}}`, if renamed, write `people: {{NAME: {{formerly: [{person}]}}}}`"
        what = f"{plural(len(rows), 'decision')} of {person}, who is no reviewer at {name} (any more), count for nothing: {left}"
        items.append(Waiting("reviewers", what, f"config/config.yaml, screening.{stage}", len(rows)))
    others = orphans[~strangers]
    if len(others):
        what = f"{plural(len(others), 'decision')} at {name} that count for nothing"
        items.append(Waiting("reviewers", what, f"results/screening/{stage}/orphans.csv", len(others)))
    return items


def _again(rows: pd.DataFrame) -> str:
    """How many of a reviewer's records are to be seen again, since the criteria changed."""
    since = [day for day in rows["again"] if day] if "again" in rows else []
    return f", {len(since):,} of them again (the criteria changed on {max(since)})" if len(since) else ""


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
    """Exports whose number of records is not the stated one, or whose records came twice; of the import report."""
    rows = report[report["kind"].isin(("hits", "repeated"))]
    return [
        Waiting(
            "searcher",
            f"look at the export of {row.source} {row.round}: {row.reason}",
            "results/records/import-report.csv",
            1,
            blocks=False,
        )
        for row in rows.itertuples()
    ]


def waiting_sources(not_searched: Iterable[tuple[str, str, Sequence[str]]]) -> list[Waiting]:
    """Sources that have no file of the latest rounds: (id, name, rounds) of each. A source may have been searched once on purpose."""
    return [
        Waiting(
            "searcher",
            f"search {name} as of {days[-1]}, or leave it: there is no file of it for {', '.join(days)}",
            f"config/config.yaml, sources.{id_}.files",
            len(days),
            blocks=False,
        )
        for id_, name, days in not_searched
    ]


def waiting_strategies(
    logs: Sequence[tuple[str, Mapping[str, Any]]], stand_in: Collection[str] = ()
) -> list[Waiting]:
    """Strategies that changed between rounds, and lines that found another number than is written beside them in the last; `logs` as
    (source, log), of each source the oldest first. What the stand-in finds says nothing of hits."""
    place, page = "results/search/search-log.html", "search/search-log.html"
    items = []
    for source, day, said in differences(logs):
        what = f"look at the strategy of {source}, which changed with the round of {day}: {'; '.join(said)}"
        items.append(Waiting("searcher", what, place, 1, blocks=False, page=page))
    for source, log in dict(logs).items():
        other = [] if source in stand_in else other_hits(log["lines"])
        if other:
            what = f"hits of {source} in the round of {log['round']} that are not those written beside the strategy: {'; '.join(other)}"
            items.append(Waiting("searcher", what, place, len(other), blocks=False, page=page))
    return items


def nothing_new(rounds: Sequence[str], works: Sequence[str], searched: bool) -> str:
    """That the last of several rounds brought nothing, "" where it did; `works` are the rounds of the works, `searched` says whether
    every source was searched then."""
    if len(rounds) < 2 or rounds[-1] in works:
        return ""
    rest = "" if searched else ", as far as it was searched"
    return f"The round of {rounds[-1]} brought nothing new{rest}: no work that was not known before."


def waiting_known(known: Mapping[str, Mapping[str, bool]], stand_in: Collection[str] = ()) -> list[Waiting]:
    """PMIDs that a source must find and did not: {source: {PMID: whether it was found}}; `stand_in` are the sources that were
    searched in the stand-in, where that says nothing about the strategy."""
    items = []
    for name, found in known.items():
        missed = [pmid for pmid, there in found.items() if not there]
        if not missed:
            continue
        of = f"{plural(len(missed), 'known item')}: PMID {', '.join(missed)}"
        if name in stand_in:
            what = f"search PubMed (`endpoint: live`): the embedded demonstration, searched as {name}, is without {of}"
            items.append(Waiting("searcher", what, "config/config.yaml, entrez", len(missed)))
        else:
            what = f"mend the strategy of {name}, which does not find {of}"
            items.append(Waiting("searcher", what, f"config/config.yaml, sources.{name}", len(missed)))
    return items


def waiting_beginning(given: bool) -> list[Waiting]:
    """A review in which nothing is there to work on: no source and no extraction sheet; `given` where counts of rounds are in the protocol."""
    if given:
        return []
    what = "begin: the protocol names no source, and there is no extraction sheet"
    return [Waiting("anyone", what, "config/config.yaml, sources.<name>", 1, blocks=False)]


def waiting_reviewers(decisions: Sequence[pd.DataFrame]) -> list[Waiting]:
    """Works that nobody screens at any stage, and that would pass for included. `decisions`: those of each stage."""
    count = len(decisions[0])
    if not count or not all(skipped(table) or table.empty for table in decisions):
        return []
    what = f"{plural(count, 'work')} to screen, but nobody is named to do it"
    return [Waiting("anyone", what, "config/config.yaml, screening.<stage>.reviewers", count)]


def waiting_orphans(orphans: pd.DataFrame) -> list[Waiting]:
    """Reports assigned to studies whose record no search found."""
    if not len(orphans):
        return []
    what = f"{plural(len(orphans), 'report')} assigned to studies but not found by any search"
    return [Waiting("anyone", what, "config/studies.csv", len(orphans))]


def waiting_duplicates(borderline: pd.DataFrame) -> list[Waiting]:
    """Pairs of records that may be duplicates and have no verdict yet."""
    count = len(borderline)
    if not count:
        return []
    what = f"{plural(count, 'pair')} of possible duplicates to judge"
    return [Waiting("anyone", what, "config/deduplication.csv", count, blocks=False)]


def waiting_studies(
    included: Iterable[str], done: Iterable[str], who: str, what: str, where: str
) -> list[Waiting]:
    """Included studies that a sheet does not have yet, named."""
    known = set(map(folded, done))
    missing = sorted(study for study in set(included) if folded(study) not in known)
    if not missing:
        return []
    return [
        Waiting(
            who,
            f"{plural(len(missing), 'study', 'studies')} to {what}: {named(missing)}",
            where,
            len(missing),
        )
    ]


def waiting_leftovers(studies: pd.DataFrame, rows: pd.DataFrame, what: str, where: str) -> list[Waiting]:
    """Studies of a sheet that no report of this review belongs to; `studies` as screening lists them, also those not included."""
    known = set(map(folded, studies["study"]))
    left = sorted({study for study in rows["study"] if folded(study) not in known})
    if not left:
        return []
    said = f"{what} {plural(len(left), 'study', 'studies')} in the sheets that no report of this review belongs to: {named(left)}"
    return [Waiting("anyone", said, where, len(left), blocks=False)]


def waiting_ratings(rated: Iterable[str], rows: pd.DataFrame, data: Mapping[str, str]) -> list[Waiting]:
    """Outcomes whose certainty is rated although no study has a row of them; `data` what sheets call each outcome."""
    there = set(map(folded, rows["outcome"]))
    left = [name for name in dict.fromkeys(rated) if folded(data[name]) not in there]
    if not left:
        return []
    said = f"certainty of {plural(len(left), 'outcome')} that no study has a row of: {named(left)}"
    return [Waiting("anyone", said, "config/certainty", len(left), blocks=False)]


def waiting_unread(paths: Sequence[str]) -> list[Waiting]:
    """People's files that no step reads."""
    if not paths:
        return []
    said = f"{plural(len(paths), 'file')} that nothing reads: {named(paths)}"
    return [
        Waiting(
            "anyone", said, "name them in config/config.yaml, or put them elsewhere", len(paths), blocks=False
        )
    ]


def named(names: Sequence[str], most: int = 10) -> str:
    """Names in a sentence; of many the first, and how many more."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def waiting_outcomes(rows: pd.DataFrame, known: Iterable[str]) -> list[Waiting]:
    """Outcomes of the extraction that no outcome of the protocol reads: they are extracted, and not pooled."""
    names = set(map(folded, known))
    own = rows["outcome"]
    others = own[~own.map(folded).isin(names)]
    if not len(others):
        return []
    listed = ", ".join(
        f"{name} ({plural(count, 'row')})" for name, count in others.value_counts().sort_index().items()
    )
    what = f"extracted, but not in the protocol and so not pooled: {listed}"
    return [Waiting("anyone", what, "config/config.yaml, outcomes", len(others), blocks=False)]


def behind(
    included: Iterable[str], rows: pd.DataFrame | None, column: str, people: Iterable[str]
) -> dict[str, list[str]]:
    """{person whom the protocol names: included studies of which nothing is that person's}; `column` of `rows` names who has a row."""
    by_person: dict[str, set[str]] = {}
    if rows is not None:
        for study, names in zip(rows["study"], rows[column], strict=True):
            for name in names.split("; "):
                by_person.setdefault(name, set()).add(folded(study))
    studies = sorted(set(included))
    return {
        person: [one for one in studies if folded(one) not in by_person.get(person, ())] for person in people
    }


def waiting_conflicts(
    conflicts: pd.DataFrame,
    what: str,
    where: str,
    late: Mapping[str, Sequence[str]] | None = None,
    lists: str = "",
) -> list[Waiting]:
    """What extractors or assessors have not settled: studies that one of them has not begun, what sheets await, disagreements, and
    adjudications of what is in no sheet any more.

    `where` is the adjudication sheet. `late` (`behind`) are those whom the protocol names; they find their work in the folder `lists`
    under results/.
    """
    folder = where.rsplit("/", 1)[0]
    items = []
    absent = {person: {folded(study): study for study in studies} for person, studies in (late or {}).items()}
    awaited: dict[str, list[str]] = {}
    for row in tables.rows(conflicts[conflicts["status"].eq("pending")]):
        for person, state in (value.split("=") for value in row["values"].split("; ")):
            if state == "absent":
                absent.setdefault(person, {}).setdefault(folded(row["study"]), row["study"])
            elif state == AWAITS:
                awaited.setdefault(person, []).append(row["study"])
    for person in sorted({*absent, *awaited}):
        place, page = f"{folder}/{person}.csv", ""
        if late is not None and person in late:
            page = f"{lists}/{person}.html"
            place = f"open results/{page}, save as {place}"
        if studies := sorted(absent.get(person, {}).values()):
            said = f"{plural(len(studies), 'study', 'studies')} to do ({what}): {named(studies)}"
            items.append(Waiting(person, said, place, len(studies), page=page))
        if rows := awaited.get(person):
            said = f"{plural(len(rows), 'row')} to fill in ({what}): {named(sorted(set(rows)))}"
            items.append(Waiting(person, said, place, len(rows), page=page))
    if count := int(conflicts["status"].eq("open").sum()):
        items.append(Waiting("adjudicator", f"{plural(count, 'conflict')} in {what}", where, count))
    if count := int(conflicts["status"].eq("orphan").sum()):
        gone = f"{plural(count, 'decision')} ({what}) on what is in no sheet any more"
        items.append(Waiting("adjudicator", gone, where, count, blocks=False))
    return items


def waiting_unextracted(rows: pd.DataFrame, asked: Iterable[str], lists: str) -> list[Waiting]:
    """Outcomes of the protocol that no sheet has a row of, although extractors are named and have begun."""
    there = set(map(folded, rows["outcome"]))
    missing = [name for name in asked if folded(name) not in there]
    if not missing or not there:
        return []
    what = f"no sheet has a row of {plural(len(missing), 'outcome')} of the protocol: {', '.join(missing)}"
    return [Waiting("extractors", what, f"lists in results/{lists}", len(missing), blocks=False)]


def open_queries(queries: pd.DataFrame, studies: pd.DataFrame | None = None) -> pd.DataFrame:
    """The queries of `extraction/queries.csv` that await an answer: nobody has given one, and their study is not excluded by screening
    (`studies`: `screening/studies.csv`, None without screening)."""
    excluded = (
        set() if studies is None else set(map(folded, studies.loc[studies["status"].eq("excluded"), "study"]))
    )
    awaits = queries["kind"].ne(NO_QUERY) & queries["answer"].eq("")
    return queries[awaits & ~queries["study"].map(folded).isin(excluded)]


def waiting_queries(queries: pd.DataFrame, studies: pd.DataFrame | None = None) -> list[Waiting]:
    """Queries on extracted data that await an answer (`open_queries`), and answers that no query asks for."""
    table, sheet = "results/extraction/queries.csv", "config/queries.csv"
    items = []
    waits = open_queries(queries, studies)
    for severity, what in (("error", "that cannot be true"), ("warning", "that may be an error")):
        if count := int(waits["severity"].eq(severity).sum()):
            said = f"{plural(count, 'query', 'queries')} on extracted data {what}: answer each in {sheet}"
            items.append(Waiting("extractors", said, table, count, blocks=severity == "error"))
    gone = sorted(queries.loc[queries["kind"].eq(NO_QUERY), "query"])
    if gone:
        said = f"{plural(len(gone), 'answer')} to queries that are not asked (any more): {', '.join(gone)}"
        items.append(Waiting("extractors", said, sheet, len(gone), blocks=False))
    return items


def waiting_cut(rows: pd.DataFrame) -> list[Waiting]:
    """Sheets that end within a study with which another extractor goes on; of the merged rows."""
    items = []
    for one in cut_sheets(rows):
        more = f" and {plural(one.studies, 'study', 'studies')} after it" if one.studies else ""
        said = (
            f"the sheet ends at row {one.row} within {one.study}, of which {one.other} has {plural(one.rows, 'row')} more{more}:"
            " is the file cut?"
        )
        items.append(Waiting(one.person, said, one.file, one.rows, blocks=False))
    return items


def waiting_places(rows: pd.DataFrame) -> list[Waiting]:
    """Extracted numbers of which nobody could find again where they stand; of the merged rows."""
    without, numbers = without_place(rows)
    if not without:
        return []
    what = f"{without:,} of {plural(numbers, 'extracted number')} without page, table or quote"
    return [Waiting("extractors", what, "config/extraction, source", without, blocks=False)]


def waiting_searches(unfrozen: Sequence[str]) -> list[Waiting]:
    """Live searches that are not frozen, by name: PubMed will answer differently next year."""
    if not unfrozen:
        return []
    what = f"{plural(len(unfrozen), 'live search', 'live searches')} to freeze: {', '.join(unfrozen)}"
    return [Waiting("anyone", what, "python scripts/freeze_search.py", len(unfrozen))]


def as_records(items: Sequence[Waiting]) -> list[dict[str, Any]]:
    return [asdict(item) for item in items]


def as_text(
    title: str,
    items: Sequence[Waiting],
    on_purpose: Mapping[str, Mapping[str, str]] | None = None,
    quiet: str = "",
) -> str:
    """The status as lines for a terminal; `on_purpose` {round: {source: why it was not searched}}, `quiet` says that a round brought nothing."""
    lines = [f"  {item.line()}" for item in items]
    lines = ["What awaits whom:", *lines] if lines else ["Nothing awaits anybody."]
    if quiet:
        lines.insert(0, quiet)
    if on_purpose:
        lines.append("Not searched on purpose:")
    for day, reasons in (on_purpose or {}).items():
        lines += [f"  {name} in the round of {day}: {reason}" for name, reason in reasons.items()]
    return printable("\n".join([title, *lines, ""]))


def refuse_if_final(items: Sequence[Waiting], *, final: bool) -> None:
    """Raise ReviewError when a review that calls itself final has open work."""
    blocking = [item for item in items if item.blocks]
    if final and blocking:
        lines = "; ".join(item.line() for item in blocking)
        raise ReviewError(f"the protocol says final: true, but work is open: {lines}.")
