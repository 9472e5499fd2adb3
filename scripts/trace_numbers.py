"""Write the trail of every number of the results: a table, and a page for each outcome."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from evergreen import spreadsheets, tables
from evergreen.command import parser, run
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
    arguments.add_structure("--inputs", "{name: path or paths}")
    arguments.add_structure(
        "--params", "{people, sheets, outcomes: {id: name}, sources: {id: name}, searched}"
    )
    arguments.add_argument("--table", required=True, help="where the table goes")
    arguments.add_argument("--pages", type=Path, required=True, help="folder for the page of each outcome")
    args = arguments.parse_args(argv)

    given, params = args.inputs, args.params
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
    reports = Reports(params["sources"], params["searched"], **known)
    args.pages.mkdir(parents=True, exist_ok=True)

    def trails() -> Iterator[pd.DataFrame]:
        """The part of each outcome, whose page is written beside it: all of them together do not fit into memory."""
        for path, rows in zip(given["results"], given["slices"], strict=True):
            result = read(path)
            name = params["outcomes"][result.outcome]
            own = table(result, name, typed(tables.read_table(rows)), sheets, reports)
            review = Review.model_validate({"title": f"{name}: where its numbers come from"})
            pieces = page(review, "", sections(tables.rows(own), result))
            tables.write_pieces(pieces, args.pages / f"{result.outcome}.html")
            yield own

    tables.write_parts(trails(), args.table)


if __name__ == "__main__":
    run(main)
