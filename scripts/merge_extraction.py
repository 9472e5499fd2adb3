"""Merge the extractors' sheets cell by cell, derive what pooling needs, and ask about what looks like an error."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evergreen import spreadsheets, tables
from evergreen.command import parser, run
from evergreen.errors import InputError
from evergreen.extraction.agreement import agreement_table
from evergreen.extraction.constraints import NUMBERS
from evergreen.extraction.derive import derive
from evergreen.extraction.merge import COMPARED, CONFLICTS, merge_extraction, merge_studies, texts
from evergreen.extraction.queries.asking import answers_of, evidence_of, queries_of
from evergreen.protocol.outcomes import fillings_of, measures_of, outcomes_of
from evergreen.sheets import read_sheet, read_sheets


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_structure("--sheets", "{extractor: path}")
    arguments.add_structure("--study-sheets", "{extractor: path}")
    arguments.add_argument("--adjudication", help="adjudication sheet")
    arguments.add_argument("--answers", help="sheet of answers to queries")
    arguments.add_structure(
        "--params",
        "{people: [extractor, ...], scales: {outcome: scale}, read: [column that outcomes read, ...], outcomes: [outcome as queries and conversions read it, ...]}",
    )
    arguments.add_argument("--folder", type=Path, required=True, help="where the tables go")
    args = arguments.parse_args(argv)

    if not args.sheets:
        raise InputError(
            "no extraction sheet is there",
            file="config/extraction",
            todo="Put <extractor>.csv or .xlsx there.",
        )
    settled = read_sheet(args.adjudication, "adjudication_extraction") if args.adjudication else None
    people = args.params["people"]
    read = args.params["read"]
    outcomes = outcomes_of(args.params["outcomes"])
    measures = measures_of(outcomes)
    sheets = read_sheets(args.sheets, "extraction", people, values=read)
    rows = merge_extraction(sheets, settled, read, measures)
    studies = merge_studies(read_sheets(args.study_sheets, "extraction_studies", people), settled)
    answers = answers_of(read_sheet(args.answers, "queries") if args.answers else None)
    queries = queries_of(evidence_of(rows.rows, studies.rows, outcomes), answers)
    conflicts = pd.concat([rows.conflicts, studies.conflicts], ignore_index=True)[list(CONFLICTS)]
    agreed = agreement_table(rows.found, COMPARED, frozenset(NUMBERS), rows.rounding, measures)
    spreadsheets.write_table(agreed, args.folder / "agreement.csv")
    converted = derive(rows.rows, args.params["scales"], fillings_of(outcomes))
    for frame, name, write in (
        (rows.rows, "merged", spreadsheets.write_table),
        (studies.rows, "studies", tables.write_table),
        (conflicts, "conflicts", spreadsheets.write_table),
        (converted, "converted", tables.write_table),
        (queries, "queries", spreadsheets.write_table),
    ):
        write(texts(frame), args.folder / f"{name}.csv")


if __name__ == "__main__":
    run(main)
