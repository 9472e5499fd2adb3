"""Count the reviewers' votes of one screening stage: decisions, conflicts, orphans, votes, who is waited for."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evergreen import sheets, spreadsheets, tables
from evergreen.command import parser, run
from evergreen.errors import refuse
from evergreen.records.former_ids import by_any_id, check_ids
from evergreen.screening import stages
from evergreen.screening.assignment import plan_of
from evergreen.screening.ballots import ballots
from evergreen.screening.rowcheck import check_against_works
from evergreen.screening.votes import ADJUDICATION, ORPHAN_COLUMNS, count

# What people open, beside what later steps read.
FOR_PEOPLE = {"conflicts", "orphans"}


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--stage", required=True, choices=stages.STAGES)
    arguments.add_argument("--works", required=True, help="works.parquet of the deduplication")
    arguments.add_argument("--clusters", required=True, help="clusters.csv of the deduplication")
    arguments.add_argument(
        "--votes", nargs="*", default=[], help="sheets named by reviewer, and adjudication"
    )
    arguments.add_argument(
        "--excluded-before", nargs="*", default=[], help="sheet of records removed before screening"
    )
    arguments.add_argument(
        "--before", nargs="*", default=[], help="decisions of title and abstract (full text only)"
    )
    arguments.add_structure(
        "--params",
        "the stage's plan, reasons as [[key, [label, ...]]], in order, again: {reason: day}, formerly: {name: name of now}",
    )
    arguments.add_argument("--out", required=True, type=Path, help="folder of the stage")
    args = arguments.parse_args(argv)

    works = tables.read_table(args.works, tables.columns_of(args.works, without="abstract"))
    clusters = by_any_id(tables.read_table(args.clusters), "work_id")
    void = []
    if args.stage == stages.TITLE_ABSTRACT:
        removed = set()
        for path in args.excluded_before:
            sheet = sheets.read_sheet(path, "excluded_before_screening")
            refuse(check_ids(sheet, clusters))
            kinds, unused = stages.excluded_before_screening(sheet, works, clusters)
            removed |= set(kinds)
            void += [(record, "", kind, "", path, "", why) for record, kind, why in unused]
        here = stages.works_at_title_abstract(works, removed)
    else:
        here = stages.works_at_full_text(works, tables.read_table(*args.before))
    reasons = dict(args.params["reasons"])
    people = [*args.params["reviewers"], ADJUDICATION]
    written = {
        name: sheets.read_sheet(path, "adjudication_screening" if name == ADJUDICATION else "screening")
        for name, path in sheets.by_person(args.votes, people, args.params["formerly"]).items()
    }
    cast = {name: ballots(sheet, stage=args.stage, reasons=reasons) for name, sheet in written.items()}
    refuse([fault for sheet in written.values() for fault in check_against_works(sheet, works, clusters)])
    plan = plan_of(args.params, here)
    result = count(
        here, clusters, cast, plan=plan, stage=args.stage, reasons=reasons, again=args.params["again"]
    )
    orphans = pd.concat([result.orphans, pd.DataFrame(void, columns=ORPHAN_COLUMNS)])
    for name, frame in [*vars(result).items(), ("orphans", orphans)]:
        write = spreadsheets.write_table if name in FOR_PEOPLE else tables.write_table
        write(frame, args.out / f"{name}.csv")
    how = result.decisions["how"].value_counts()
    print(
        f"{args.stage}: {len(here)} works; "
        + ", ".join(f"{number} {name}" for name, number in sorted(how.items()))
    )
    if len(orphans):
        print(f"{len(orphans)} decisions count for nothing here: see {args.out / 'orphans.csv'}")


if __name__ == "__main__":
    run(main)
