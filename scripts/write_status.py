"""Write what awaits whom."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.bias.certainty import Rating, ratings
from evergreen.bias.tools import tool_of
from evergreen.command import parser, run
from evergreen.protocol.outcomes import outcomes_of
from evergreen.records.former_ids import by_any_id
from evergreen.report import alerts, facts, feed, status, waiting_data, waiting_records
from evergreen.report.changes import since
from evergreen.report.inputs import Inputs
from evergreen.screening.stages import STAGES
from evergreen.synthesis.result import Result
from evergreen.synthesis.result import read as read_result
from evergreen.worklists.files import PLACES


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_structure(
        "--params",
        "title, final, rounds, unfrozen: live searches, not_searched: [id, name, rounds], on_purpose: {round: {name: reason}}, known_items, stand_in: sources searched there, unread: files that no step reads, cut_off: texts of the protocol that a comment stands behind, outcomes: what sheets call them, data: {id: the same}, listed: the outcomes, tool, extractors, assessors: those whom the protocol names",
    )
    arguments.add_structure("--inputs", "{name: path or paths}")
    arguments.add_argument("--json", required=True)
    arguments.add_argument("--text", required=True)
    arguments.add_argument("--feed", required=True, help="the same as an Atom feed")
    args = arguments.parse_args(argv)

    inputs, title = Inputs(args.inputs), args.params["title"]
    items = waiting(args.inputs, args.params)
    quiet = _quiet(inputs, args.params)
    tables.write_json(status.as_records(items), args.json)
    tables.write_text(status.as_text(title, items, args.params.get("on_purpose", {}), quiet), args.text)
    tables.write_text(feed.as_atom(title, items, _newest(inputs, args.params["rounds"])), args.feed)
    status.refuse_if_final(items, final=args.params["final"])


def waiting(files: dict[str, Any], params: dict[str, Any]) -> list[status.Waiting]:
    """Everything open, in the order of the review's steps, by the tables in `files` {name: path or paths}; of `params` the `outcomes` that the protocol reads, the `known_items` that
    sources must find, which of these were searched in the `stand_in`, and the `extractors` and `assessors` that it names."""
    inputs = Inputs(files)
    table, listed = inputs.table, outcomes_of(params["listed"])
    merged = table("merged") if "merged" in inputs else None
    items = [
        *waiting_records.waiting_searches(params["unfrozen"]),
        *waiting_records.waiting_sources(params["not_searched"]),
        *waiting_records.waiting_strategies(_logs(inputs), params["stand_in"]),
    ]
    if "imports" in inputs:
        items += waiting_records.waiting_exports(table("imports"))
    if "works" in inputs:
        known = facts.known_items(params["known_items"], table("works"))
        items += waiting_records.waiting_known(known, params["stand_in"])
    if "borderline" in inputs:
        items += waiting_records.waiting_duplicates(table("borderline"))
        items += waiting_records.waiting_verdicts(table("verdicts"))
    for stage in STAGES:
        if f"awaiting_{stage}" in inputs:
            awaiting = {str(name): rows for name, rows in table(f"awaiting_{stage}").groupby("reviewer")}
            conflicts, orphans, votes = (
                table(f"{name}_{stage}") for name in ("conflicts", "orphans", "votes")
            )
            items += waiting_records.waiting_screening(stage, awaiting, conflicts, orphans, votes)
            items += waiting_records.waiting_overruled(stage, table(f"decisions_{stage}"), votes)
    studies = table("studies") if "studies" in inputs else None
    included: list[str] = []
    if studies is not None:
        items += waiting_records.waiting_reviewers([table(f"decisions_{stage}") for stage in STAGES])
        items += waiting_records.waiting_open_reports(studies, table("decisions_full_text"))
        if "notices" in inputs:  # of a run that looked for them
            items += alerts.waiting(alerts.alerts(table("works"), table("notices")))
        included = studies.loc[studies["status"].eq("included"), "study"].tolist()
        items += waiting_records.waiting_orphans(table("study_orphans"))
        if "works" in inputs:
            items += waiting_records.waiting_one_trial(studies, table("works"))
        filed = {
            task: [
                study
                for name in (task.rows, task.besides)
                if name in inputs
                for study in table(name)["study"]
            ]
            for task in (EXTRACTION, BIAS)
        }
        if any(params[key] for key in ("listed", "extractors", "assessors")):
            items += waiting_records.waiting_unnamed(studies, itertools.chain(*filed.values()))
        for task, names in filed.items():
            if task.rows in inputs:
                by_id = any(":" in name for name in names) and "clusters" in inputs
                works = by_any_id(table("clusters"), "work_id") if by_id else None
                items += waiting_data.waiting_leftovers(
                    studies, names, f"{task.what}:", f"{task.folder}/", works
                )
    elif "characteristics" in inputs:
        items += waiting_data.waiting_characteristics(table("characteristics"), table("merged"))
    if "certainty" in inputs and merged is not None:
        items += waiting_data.waiting_ratings(table("certainty")["outcome"], merged, params["data"], studies)
    if "certainty" in inputs and "results" in inputs:
        items += waiting_data.waiting_rated_before(*_rated(inputs), {one.id: one.name for one in listed})
    if "works" not in inputs and merged is None:
        items += status.waiting_beginning(params["begun"])
    items += status.waiting_unread(params["unread"])
    items += status.waiting_cut_off(params["cut_off"])
    items += since.waiting(inputs.json("since")) if "since" in inputs else []
    items += _waiting_people(inputs, EXTRACTION, params, included)
    if merged is not None:
        items += [*waiting_data.waiting_cut(merged), *waiting_data.waiting_places(merged)]
    if "queries" in inputs:
        items += waiting_data.waiting_queries(table("queries"), studies)
    items += _waiting_people(inputs, BIAS, params, included)
    if BIAS.rows in inputs:
        judged, tool = table(BIAS.rows), tool_of(params["tool"])
        if not tool.of_syntheses:
            items += waiting_data.waiting_filed(judged, listed, merged)
        if merged is not None and tool.unit == "result":
            items += waiting_data.waiting_unjudged(merged, listed, judged, studies)
    return items


def _rated(inputs: Inputs) -> tuple[dict[str, Rating], dict[str, Result]]:
    """The ratings that say what they are of, and the results of their outcomes."""
    rated = {id_: one for id_, one in ratings(inputs.table("certainty")).items() if one.round or one.studies}
    return rated, {path.stem: read_result(path) for path in inputs.paths("results") if path.stem in rated}


def _logs(inputs: Inputs) -> list[tuple[str, dict[str, Any]]]:
    """(source, log) of the searches of PubMed, of each source the oldest first."""
    return [(path.parts[-3], tables.read_json(path)) for path in inputs.paths("searches")]


def _quiet(inputs: Inputs, params: dict[str, Any]) -> str:
    """What is said of a last round that brought nothing."""
    if "works" not in inputs:
        return ""
    days = inputs.table("works")["round"].unique().tolist()
    return status.nothing_new(params["rounds"], days, not params["not_searched"])


def _newest(inputs: Inputs, rounds: list[str]) -> str:
    """The newest date of searches and votes, "" where there is none."""
    votes = [inputs.table(f"votes_{stage}") for stage in STAGES if f"votes_{stage}" in inputs]
    return max([*rounds, *map(waiting_records.newest, votes)], default="")


@dataclass(frozen=True)
class _Task:
    """What people do with sheets of their own: where that is told, and in which words."""

    what: str
    to_do: str
    # What they are called in the protocol's values, in the column of the rows, and in the status.
    people: str
    rows: str
    conflicts: str
    # A further table on studies, if there is one.
    besides: str
    folder: str
    lists: str


EXTRACTION = _Task(
    "extraction", "extract", "extractors", "merged", "extraction_conflicts", "characteristics",
    "config/extraction", PLACES["extraction"],
)  # fmt: skip
BIAS = _Task(
    "risk of bias", "judge for bias", "assessors", "judgements", "bias_conflicts", "",
    "config/risk_of_bias", PLACES["bias"],
)  # fmt: skip


def _waiting_people(
    inputs: Inputs, task: _Task, params: dict[str, Any], included: list[str]
) -> list[status.Waiting]:
    """What a task awaits, by person where the protocol names them."""
    named = params[task.people]
    begun = inputs.table(task.rows) if task.rows in inputs else None
    if begun is None and not named:
        return []
    items: list[status.Waiting] = []
    if begun is not None and task is EXTRACTION:
        asked = params["outcomes"]
        items += waiting_data.waiting_outcomes(begun, asked) if asked else []
        items += waiting_data.waiting_labels(begun, outcomes_of(params["listed"]))
        items += waiting_data.waiting_unextracted(begun, asked, task.lists) if named else []
    late = None
    if named:
        late = waiting_data.behind(included, begun, task.people, named)
    elif begun is not None:
        items += waiting_data.waiting_studies(
            included, begun["study"], task.people, task.to_do, f"{task.folder}/"
        )
    conflicts = inputs.table(task.conflicts) if begun is not None else pd.DataFrame(columns=["status"])
    return items + waiting_data.waiting_conflicts(
        conflicts, task.what, f"{task.folder}/adjudication.csv", late, task.lists,
        included if "studies" in inputs else None, begun if task is EXTRACTION else None,
    )  # fmt: skip


if __name__ == "__main__":
    run(main)
