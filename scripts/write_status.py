"""Write what awaits whom."""

from __future__ import annotations

from typing import Any

from evergreen import tables
from evergreen.command import json_argument, parser, run
from evergreen.report import alerts, facts, status
from evergreen.report.inputs import Inputs
from evergreen.screening.stages import STAGES


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument(
        "--params",
        type=json_argument,
        required=True,
        help="title, final, unfrozen: live searches, not_searched: [id, name, rounds], on_purpose: {round: {name: reason}}, known_items, stand_in: sources searched there, outcomes",
    )
    arguments.add_argument("--inputs", type=json_argument, required=True, help="{name: path or paths}")
    arguments.add_argument("--json", required=True)
    arguments.add_argument("--text", required=True)
    args = arguments.parse_args(argv)

    items = [
        *status.waiting_searches(args.params["unfrozen"]),
        *status.waiting_sources(args.params["not_searched"]),
        *_waiting(Inputs(args.inputs), args.params),
    ]
    tables.write_json(status.as_records(items), args.json)
    tables.write_text(
        status.as_text(args.params["title"], items, args.params.get("on_purpose", {})), args.text
    )
    status.refuse_if_final(items, final=args.params["final"])


def _waiting(inputs: Inputs, params: dict[str, Any]) -> list[status.Waiting]:
    """Everything open, in the order of the review's steps; of `params` the `outcomes` that the protocol reads, the `known_items` that
    sources must find, and which of these were searched in the `stand_in`."""
    table = inputs.table
    items: list[status.Waiting] = []
    if "imports" in inputs:
        items += status.waiting_exports(table("imports"))
    if "works" in inputs:
        known = facts.known_items(params["known_items"], table("works"))
        items += status.waiting_known(known, params["stand_in"])
    if "borderline" in inputs:
        items += status.waiting_duplicates(table("borderline"))
    for stage in STAGES:
        if f"awaiting_{stage}" in inputs:
            awaiting = {str(name): rows for name, rows in table(f"awaiting_{stage}").groupby("reviewer")}
            items += status.waiting_screening(
                stage, awaiting, table(f"conflicts_{stage}"), table(f"orphans_{stage}")
            )
    if "studies" not in inputs:
        included: list[str] = []
    else:
        items += status.waiting_reviewers([table(f"decisions_{stage}") for stage in STAGES])
        studies = table("studies")
        items += alerts.waiting(
            alerts.alerts(table("works"), studies, alerts.read(map(str, inputs.paths("changes"))))
        )
        included = studies.loc[studies["status"].eq("included"), "study"].tolist()
        items += status.waiting_orphans(table("study_orphans"))
    if "merged" in inputs:
        done = table("merged")["study"]
        items += status.waiting_outcomes(table("merged"), params["outcomes"]) if params["outcomes"] else []
        items += status.waiting_places(table("merged"))
        items += status.waiting_studies(included, done, "extractors", "extract", "config/extraction/")
        items += status.waiting_conflicts(
            table("extraction_conflicts"), "extraction", "config/extraction/adjudication.csv"
        )
    if "queries" in inputs:
        items += status.waiting_queries(table("queries"))
    if "judgements" in inputs:
        judged = table("judgements")["study"]
        items += status.waiting_studies(
            included, judged, "assessors", "judge for bias", "config/risk_of_bias/"
        )
        items += status.waiting_conflicts(
            table("bias_conflicts"), "risk of bias", "config/risk_of_bias/adjudication.csv"
        )
    return items


if __name__ == "__main__":
    run(main)
