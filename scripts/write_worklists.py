"""Write what the reviewers of a screening stage, and its adjudicator, have still to do: CSV, workbook, RIS, page."""

from __future__ import annotations

import shutil
from pathlib import Path

from evergreen import sheets, spreadsheets, tables
from evergreen.command import json_argument, parser, run
from evergreen.screening.exchange.ris import ris_parts, write_ris
from evergreen.screening.stages import STAGES
from evergreen.screening.votes import ADJUDICATION
from evergreen.screening.webpage import highlight_terms, screening_page
from evergreen.screening.workbook import write_workbook
from evergreen.screening.worklists import conflict_list, work_list


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--stage", required=True, choices=STAGES)
    arguments.add_argument("--works", required=True, help="works.parquet of the deduplication")
    arguments.add_argument("--awaiting", required=True, help="awaiting.csv of the stage")
    arguments.add_argument("--conflicts", required=True, help="conflicts.csv of the stage")
    arguments.add_argument(
        "--votes", nargs="*", default=[], help="the reviewers' sheets; each page holds its own reviewer's"
    )
    arguments.add_argument(
        "--params", required=True, type=json_argument, help="title, question, highlight, reasons, reviewers"
    )
    arguments.add_argument("--out", required=True, type=Path, help="folder of the stage")
    args = arguments.parse_args(argv)

    works = tables.read_table(args.works)
    awaiting = tables.read_table(args.awaiting)
    lists = {name: work_list(works, awaiting, name) for name in args.params["reviewers"]}
    lists[ADJUDICATION] = conflict_list(works, spreadsheets.read_table(args.conflicts), awaiting)
    own = {Path(path).stem: path for path in args.votes}
    reasons = dict(args.params["reasons"])
    terms = highlight_terms(args.params["question"], args.params["highlight"])
    parts = args.out / "ris-parts"
    shutil.rmtree(parts, ignore_errors=True)
    parts.mkdir(parents=True)
    for name, rows in lists.items():
        kind = "adjudication_screening" if name == ADJUDICATION else "screening"
        page = screening_page(
            rows, stage=args.stage, reviewer=name, title=args.params["title"], reasons=reasons, terms=terms,
            earlier=sheets.read_sheet(own[name], kind) if name in own else None,
        )  # fmt: skip
        tables.write_text(page, args.out / f"{name}.html")
        spreadsheets.write_table(rows, args.out / f"worklist-{name}.csv")
        write_workbook(rows, args.out / f"worklist-{name}.xlsx", stage=args.stage, reasons=reasons)
        tables.write_text(write_ris(rows), args.out / f"worklist-{name}.ris")
        for number, part in enumerate(ris_parts(rows), start=1):
            tables.write_text(part, parts / f"worklist-{name}-{number}.ris")
        print(f"{name}: {len(rows)} to decide")


if __name__ == "__main__":
    run(main)
