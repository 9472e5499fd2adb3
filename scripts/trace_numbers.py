"""Write the trail of every number of the results: a table, and a page for each outcome."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evergreen import spreadsheets, tables
from evergreen.command import json_argument, parser, run
from evergreen.extraction.row_values import typed
from evergreen.protocol.review import Review
from evergreen.report.page import page
from evergreen.report.provenance.reports import Reports
from evergreen.report.provenance.sheets import Sheets
from evergreen.report.provenance.trails import table
from evergreen.report.provenance.words import sections
from evergreen.sheets import read_sheet, read_sheets
from evergreen.synthesis.result import read


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--inputs", type=json_argument, required=True, help="{name: path or paths}")
    arguments.add_argument(
        "--params",
        type=json_argument,
        required=True,
        help="{people, sheets, outcomes: {id: name}, sources: {id: name}, searched}",
    )
    arguments.add_argument("--table", required=True, help="where the table goes")
    arguments.add_argument("--pages", type=Path, required=True, help="folder for the page of each outcome")
    args = arguments.parse_args(argv)

    given, params = args.inputs, args.params
    results = {Path(path).stem: read(path) for path in given["results"]}
    settled = given.get("adjudication")
    sheets = Sheets(
        read_sheets(params["sheets"], "extraction", params["people"]),
        spreadsheets.read_table(given["merged"]),
        read_sheet(settled, "adjudication_extraction") if settled else None,
        spreadsheets.read_table(given["queries"]),
    )
    known: dict[str, pd.DataFrame] = {
        name: tables.read_table(given[name]) for name in ("clusters", "works", "studies") if name in given
    }
    if "records" in given:
        known["records"] = tables.read_table(given["records"], ["record_id", "file", "line"])
    slices = {Path(path).stem: typed(tables.read_table(path)) for path in given["slices"]}
    trails = table(
        results, params["outcomes"], slices, sheets, Reports(params["sources"], params["searched"], **known)
    )
    tables.write_table(trails, args.table)
    args.pages.mkdir(parents=True, exist_ok=True)
    by_outcome = dict(list(trails.groupby("outcome", sort=False)))
    for outcome, result in results.items():
        own = tables.rows(by_outcome.get(outcome, trails.iloc[:0]))
        review = Review.model_validate(
            {"title": f"{params['outcomes'][outcome]}: where its numbers come from"}
        )
        with (
            tables.replaced(args.pages / f"{outcome}.html") as draft,
            draft.open("w", encoding="utf-8", newline="\n") as file,
        ):
            file.writelines(page(review, "", sections(own, result)))


if __name__ == "__main__":
    run(main)
