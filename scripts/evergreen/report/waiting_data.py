"""What awaits those who extract, judge and rate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from evergreen import tables
from evergreen.bias.certainty import Rating
from evergreen.counting import plural
from evergreen.extraction.awaiting import AWAITS
from evergreen.extraction.cut_sheets import cut_sheets
from evergreen.extraction.merge import without_place
from evergreen.extraction.queries.findings import NO_QUERY, OF_ONE_STUDY
from evergreen.grade.rated import recounted, rounds_since
from evergreen.protocol.outcomes import Outcome
from evergreen.report.status import Waiting, if_any, named
from evergreen.sheets import folded
from evergreen.synthesis.result import Result


def waiting_studies(
    included: Iterable[str], done: Iterable[str], who: str, what: str, where: str
) -> list[Waiting]:
    """Included studies that a sheet does not have yet, named."""
    known = set(map(folded, done))
    missing = sorted(study for study in set(included) if folded(study) not in known)
    said = f"{plural(len(missing), 'study', 'studies')} to {what}: {named(missing)}"
    return if_any(Waiting(who, said, where, len(missing)))


def waiting_leftovers(
    studies: pd.DataFrame, names: Iterable[str], what: str, where: str, works: Mapping[str, str] | None = None
) -> list[Waiting]:
    """Studies that sheets name and no report of this review belongs to, and those that it does not include; `studies` as screening lists them.

    `works` are {id of a record, past or present: its work}: a study without a name is called by the id of its work, which may be another one since.
    """
    status = dict(zip(map(folded, studies["study"]), studies["status"], strict=True))
    there = set(names)
    astray = sorted(study for study in there if folded(study) not in status)
    excluded = sorted(study for study in there if status.get(folded(study)) == "excluded")
    now = {study: work for study in astray if (work := (works or {}).get(study, study)) != study}

    def said(left: Sequence[str], why: str) -> str:
        return f"{what} {plural(len(left), 'study', 'studies')} in the sheets {why}: {named(left)}"

    rows = [f"{work},{study}" for study, work in now.items()]
    unknown = [study for study in astray if study not in now]
    found = (
        (
            list(now),
            "called by an id of before, and so not found",
            f"config/studies.csv: write {named(rows)}",
        ),
        (unknown, "that no report of this review belongs to", where),
        (excluded, "that the review does not include, and so does not count", where),
    )
    return [
        Waiting("anyone", said(left, why), place, len(left), blocks=False)
        for left, why, place in found
        if left
    ]


def waiting_characteristics(characteristics: pd.DataFrame, rows: pd.DataFrame) -> list[Waiting]:
    """Studies of which only the characteristics are in a sheet, where nothing was screened that says which studies there are: a name may be mistyped."""
    there = set(map(folded, rows["study"]))
    left = sorted({study for study in characteristics["study"] if folded(study) not in there})
    said = f"characteristics of {plural(len(left), 'study', 'studies')} of which nothing is extracted: {named(left)}"
    return if_any(Waiting("extractors", said, "config/extraction/", len(left), blocks=False))


def waiting_ratings(
    rated: Iterable[str], rows: pd.DataFrame, data: Mapping[str, str], studies: pd.DataFrame | None = None
) -> list[Waiting]:
    """Outcomes whose certainty is rated although no study has a row of them, or none that may count; `data` what sheets call each outcome,
    `studies` as screening lists them, None without screening."""
    if studies is not None:
        counted = set(map(folded, studies.loc[studies["status"].ne("excluded"), "study"]))
        rows = rows[rows["study"].map(folded).isin(counted)]
    there = set(map(folded, rows["outcome"]))
    left = [name for name in dict.fromkeys(rated) if folded(data[name]) not in there]
    which = "study" if studies is None else "study of the review"
    said = f"certainty of {plural(len(left), 'outcome')} that no {which} has a row of: {named(left)}"
    return if_any(Waiting("anyone", said, "config/certainty", len(left), blocks=False))


def waiting_rated_before(
    ratings: Mapping[str, Rating], results: Mapping[str, Result], names: Mapping[str, str]
) -> list[Waiting]:
    """Outcomes that were rated for other studies than they have now, by what the rows of the sheet say: after their round data came, or
    studies are more or fewer. `names` of the outcomes by id."""
    left = []
    for id_, rating in ratings.items():
        if id_ not in results or not results[id_].every:
            continue
        result = results[id_]
        later = [label for day in rounds_since(result, rating) for label in result.rounds[day].added]
        change = recounted(result, rating)
        came = plural(result.count_of(later), "study", "studies")
        why = [f"{came} came after {rating.round}"] if later else []
        why += [change.said] if change else []
        left += [f"{names[id_]} ({'; '.join(why)})"] if why else []
    said = f"certainty of {plural(len(left), 'outcome')} to rate again: {named(left)}"
    return if_any(Waiting("anyone", said, "config/certainty", len(left), blocks=False))


def waiting_outcomes(rows: pd.DataFrame, known: Iterable[str]) -> list[Waiting]:
    """Outcomes of the extraction that no outcome of the protocol reads: they are extracted, and not pooled."""
    names = set(map(folded, known))
    others = Counter(name for name in rows["outcome"] if folded(name) not in names)
    listed = ", ".join(f"{name} ({plural(count, 'row')})" for name, count in sorted(others.items()))
    what = f"extracted, but not in the protocol and so not pooled: {listed}"
    return if_any(Waiting("anyone", what, "config/config.yaml, outcomes", others.total(), blocks=False))


def waiting_labels(rows: pd.DataFrame, outcomes: Iterable[Outcome]) -> list[Waiting]:
    """Time points and arms that an outcome of the protocol names and no row of it has; nothing is said of outcomes without a row."""
    items = []
    called = rows["outcome"].map(folded)
    for outcome in outcomes:
        own = rows[called.eq(folded(outcome.data))]
        arms = [*outcome.arms.intervention, *outcome.arms.control]
        asked = (("timepoint", "time point", outcome.timepoint), ("arm", "arm", arms))
        for column, what, labels in asked if len(own) else ():
            there = sorted({label for label in own[column] if label})
            missing = [label for label in labels if folded(label) not in set(map(folded, there))]
            said = f"no row of {outcome.name} has the {what} {', '.join(missing)}: the sheets have {named(there) or 'none'}"
            where = f"config/config.yaml, outcomes, {outcome.id}"
            items += if_any(Waiting("anyone", said, where, len(missing), blocks=False))
    return items


def waiting_unjudged(
    rows: pd.DataFrame, outcomes: Iterable[Outcome], judgements: pd.DataFrame, screened: pd.DataFrame | None
) -> list[Waiting]:
    """Results (with a tool that judges these) of which no overall judgement holds although somebody judged their study, outcome by outcome;
    `screened` as screening lists studies, None without screening."""
    from evergreen.extraction.slices import Slices, of_other_comparisons  # with what fills cells comes scipy

    cut = Slices(rows, screened=screened, judgements=judgements)
    begun = set(map(folded, judgements["study"]))
    items = []
    for outcome in outcomes:
        own = cut.of(outcome.data, outcome=outcome)
        own = own[own["study"].map(folded).isin(begun) & own["screening"].isin(["included", ""])]
        if outcome.timepoint:
            own = own[own["timepoint"].map(folded).isin(list(map(folded, outcome.timepoint)))]
        own = own[own["rob_overall"].eq("")] if len(own) else own
        elsewhere = of_other_comparisons(list(map(folded, own["study"])), own, outcome)
        left = {study for study in own["study"] if folded(study) not in elsewhere}
        said = f"no overall judgement holds of {plural(len(left), 'result')} of {outcome.name}: {named(sorted(left))}"
        items += if_any(Waiting("assessors", said, "config/risk_of_bias/", len(left), blocks=False))
    return items


def waiting_filed(
    judgements: pd.DataFrame, outcomes: Sequence[Outcome], rows: pd.DataFrame | None
) -> list[Waiting]:
    """Judgements that hold for no result, for they are filed under an outcome, time point or comparison that nothing is called; `rows` are the merged ones."""
    there = {column: [] if rows is None else rows[column].tolist() for column in ("outcome", "timepoint")}
    ids = [one.id for one in outcomes]
    known = {
        "outcome": [*ids, *(one.data for one in outcomes), *there["outcome"]],
        "timepoint": [*(name for one in outcomes for name in one.timepoint), *there["timepoint"]],
        "comparison": [*ids, *(arm for one in outcomes for arm in one.arms.control)],
    }
    astray: dict[str, list[str]] = {}
    for column, labels in known.items():
        names = set(map(folded, ["", *labels]))
        if column in judgements:
            astray[column] = sorted({label for label in judgements[column] if folded(label) not in names})
    listed = "; ".join(
        f"{column.replace('timepoint', 'time point')} {named(labels)}"
        for column, labels in astray.items()
        if labels
    )
    said = f"judgements are filed under names that no result has, and hold for none: {listed}"
    return if_any(
        Waiting("assessors", said, "config/risk_of_bias/", sum(map(len, astray.values())), blocks=False)
    )


def behind(
    included: Iterable[str], rows: pd.DataFrame | None, column: str, people: Iterable[str]
) -> dict[str, list[str]]:
    """{person whom the protocol names: included studies of which nothing is that person's}; `column` of `rows` names who has a row."""
    done = _done(rows, column)
    studies = sorted(set(included))
    return {person: [one for one in studies if folded(one) not in done.get(person, ())] for person in people}


def _done(rows: pd.DataFrame | None, column: str) -> dict[str, set[str]]:
    """{person: studies, as they are compared, of which a row is that person's}."""
    done: dict[str, set[str]] = {}
    if rows is not None:
        for study, names in zip(rows["study"], rows[column], strict=True):
            for name in names.split("; "):
                done.setdefault(name, set()).add(folded(study))
    return done


def waiting_conflicts(
    conflicts: pd.DataFrame,
    what: str,
    where: str,
    late: Mapping[str, Sequence[str]] | None = None,
    lists: str = "",
    included: Iterable[str] | None = None,
    merged: pd.DataFrame | None = None,
) -> list[Waiting]:
    """What extractors or assessors have not settled: studies that one of them has not begun, what sheets await, disagreements, and
    adjudications of what is in no sheet any more. Of a study of which the `merged` rows have one of a person, only the study-level columns are missing.

    `where` is the adjudication sheet. `late` (`behind`) are those whom the protocol names; they find their work in the folder `lists`
    under results/. A study that only one of them has begun awaits the others where it is one of the `included`, so that a mistyped
    name asks nobody for work; None where nothing was screened.
    """
    asked = None if included is None else set(map(folded, included))
    folder = where.rsplit("/", 1)[0]
    items = []
    absent = {person: {folded(study): study for study in studies} for person, studies in (late or {}).items()}
    done = _done(merged, "extractors")
    described: dict[str, dict[str, str]] = {}
    awaited: dict[str, list[str]] = {}
    for row in tables.rows(conflicts[conflicts["status"].eq("pending")]):
        for person, state in (value.split("=") for value in row["values"].split("; ")):
            if state == "absent" and (asked is None or folded(row["study"]) in asked):
                to_do = described if folded(row["study"]) in done.get(person, ()) else absent
                to_do.setdefault(person, {}).setdefault(folded(row["study"]), row["study"])
            elif state == AWAITS:
                awaited.setdefault(person, []).append(row["study"])
    for person in sorted({*absent, *awaited, *described}):
        begin, page = "", ""
        if late is not None and person in late:
            page = f"{lists}/{person}.html"
            begin = f"open results/{page}, save as "
        place = f"{begin}{folder}/{person}.csv"
        if studies := sorted(absent.get(person, {}).values()):
            said = f"{plural(len(studies), 'study', 'studies')} to do ({what}): {named(studies)}"
            items.append(Waiting(person, said, place, len(studies), page=page))
        if rows := awaited.get(person):
            said = f"{plural(len(rows), 'row')} to fill in ({what}): {named(sorted(set(rows)))}"
            items.append(Waiting(person, said, place, len(rows), page=page))
        if studies := sorted(described.get(person, {}).values()):
            said = f"characteristics of {plural(len(studies), 'study', 'studies')} to do ({what}): {named(studies)}"
            items.append(
                Waiting(person, said, f"{begin}{folder}/studies-{person}.csv", len(studies), page=page)
            )
    of = Counter(conflicts["status"])
    listed = f"results/{folder.removeprefix('config/')}/conflicts.csv"
    todo = f"copy {listed}, fill in value and adjudicator, save as {where}"
    items += if_any(Waiting("adjudicator", f"{plural(of['open'], 'conflict')} in {what}", todo, of["open"]))
    gone = f"{plural(of['orphan'], 'decision')} ({what}) on what is in no sheet any more"
    return items + if_any(Waiting("adjudicator", gone, where, of["orphan"], blocks=False))


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
    excluded = []
    if studies is not None:
        excluded = studies.loc[studies["status"].eq("excluded"), "study"].map(folded).tolist()
    awaits = queries["kind"].ne(NO_QUERY) & queries["answer"].eq("")
    return queries[awaits & ~queries["study"].map(folded).isin(excluded)]


def waiting_queries(queries: pd.DataFrame, studies: pd.DataFrame | None = None) -> list[Waiting]:
    """Queries on extracted data that await an answer (`open_queries`), and answers that no query asks for."""
    table, sheet = "results/extraction/queries.csv", "config/queries.csv"
    items = []
    waits = open_queries(queries, studies)
    for severity, what in (("error", "that cannot be true"), ("warning", "that may be an error")):
        count = int(waits["severity"].eq(severity).sum())
        said = f"{plural(count, 'query', 'queries')} on extracted data {what}: answer each in {sheet}"
        items += if_any(Waiting("extractors", said, table, count, blocks=severity == "error"))
    twice = sorted(set(waits.loc[waits["kind"].isin(OF_ONE_STUDY), "study"]))
    said = f"{plural(len(twice), 'study', 'studies')} that may be one with another and would count twice in a pooled effect: {named(twice)}"
    items += if_any(
        Waiting("extractors", said, f"{table}, {' and '.join(OF_ONE_STUDY)}", len(twice), blocks=False)
    )
    gone = sorted(queries.loc[queries["kind"].eq(NO_QUERY), "query"])
    said = f"{plural(len(gone), 'answer')} to queries that are not asked (any more): {', '.join(gone)}"
    return items + if_any(Waiting("extractors", said, sheet, len(gone), blocks=False))


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
    what = f"{without:,} of {plural(numbers, 'extracted number')} without page, table or quote"
    return if_any(Waiting("extractors", what, "config/extraction, source", without, blocks=False))
