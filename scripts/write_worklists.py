"""Write what the reviewers of each screening stage, and its adjudicator, have still to do: CSV, workbook, RIS, page.

A stage of which nothing changed keeps its lists.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Any

from evergreen import sheets, spreadsheets, tables
from evergreen.command import json_argument, parser, run
from evergreen.screening.files import SEVERAL, WORKLISTS
from evergreen.screening.votes import ADJUDICATION
from evergreen.steps.parts import Parts


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--works", required=True, help="works.parquet of the deduplication")
    arguments.add_argument(
        "--params",
        required=True,
        type=json_argument,
        help="title, question, highlight, reasons, stages {stage: {reviewers, votes: their sheets}}; a page holds its own reviewer's votes",
    )
    arguments.add_argument("--code", default="", help="fingerprint of the code; stages that are of now stay")
    arguments.add_argument(
        "--folder", required=True, type=Path, help="where <stage>/awaiting.csv and conflicts.csv stand"
    )
    args = arguments.parse_args(argv)

    texts = {name: content for name, content in args.params.items() if name != "stages"}
    parts = Parts("write_worklists", args.code)
    for stage, given in args.params["stages"].items():
        folder = args.folder / stage
        inputs = [args.works, folder / "awaiting.csv", folder / "conflicts.csv", *given["votes"]]
        outputs = [
            folder / form.format(name) for name in (*given["reviewers"], ADJUDICATION) for form in WORKLISTS
        ]
        make = partial(_write, stage, args.works, given, texts, folder)
        parts.make(stage, {**texts, **given}, inputs, [*outputs, folder / SEVERAL], make)


def _write(stage: str, works_file: str, given: dict[str, Any], texts: dict[str, Any], folder: Path) -> None:
    from evergreen.screening.exchange.ris_lists import ris_parts, write_ris  # take long to load
    from evergreen.screening.webpage import highlight_terms, screening_page
    from evergreen.screening.worklist_workbook import write_workbook
    from evergreen.screening.worklists import conflict_list, work_list

    works = tables.read_table(works_file)
    awaiting = tables.read_table(folder / "awaiting.csv")
    lists = {name: work_list(works, awaiting, name) for name in given["reviewers"]}
    conflicts = spreadsheets.read_table(folder / "conflicts.csv")
    lists[ADJUDICATION] = conflict_list(works, conflicts, awaiting)
    own = sheets.by_person(given["votes"], lists)
    reasons = dict(texts["reasons"])
    terms = highlight_terms(texts["question"], texts["highlight"])
    several = folder / SEVERAL
    shutil.rmtree(several, ignore_errors=True)
    several.mkdir(parents=True)
    for name, rows in lists.items():
        kind = "adjudication_screening" if name == ADJUDICATION else "screening"
        page = screening_page(
            rows, stage=stage, reviewer=name, title=texts["title"], reasons=reasons, terms=terms,
            earlier=sheets.read_sheet(own[name], kind) if name in own else None,
        )  # fmt: skip
        tables.write_text(page, folder / f"{name}.html")
        spreadsheets.write_table(rows, folder / f"worklist-{name}.csv")
        write_workbook(rows, folder / f"worklist-{name}.xlsx", stage=stage, reasons=reasons)
        tables.write_text(write_ris(rows), folder / f"worklist-{name}.ris")
        for number, part in enumerate(ris_parts(rows), start=1):
            tables.write_text(part, several / f"worklist-{name}-{number}.ris")
        print(f"{stage}, {name}: {len(rows)} to decide")


if __name__ == "__main__":
    run(main)
