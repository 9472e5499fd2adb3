"""List the studies of the review with reports, status and round, and those that are named without being included."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evergreen import sheets, spreadsheets, tables
from evergreen.command import parser, run
from evergreen.errors import refuse
from evergreen.records.former_ids import by_any_id, check_ids
from evergreen.screening.characteristics import characteristics
from evergreen.screening.studies import list_studies


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--works", required=True, help="works.parquet of the deduplication")
    arguments.add_argument("--clusters", required=True, help="clusters.csv of the deduplication")
    arguments.add_argument("--title-abstract", required=True, help="decisions.csv of that stage")
    arguments.add_argument("--full-text", required=True, help="decisions.csv of that stage")
    arguments.add_argument("--votes", required=True, help="votes.csv of full text")
    arguments.add_argument(
        "--assigned", nargs="*", default=[], help="the sheet config/studies, if there is one"
    )
    arguments.add_argument("--folder", type=Path, required=True, help="where the tables go")
    arguments.add_structure("--params", "reasons as [[key, label]], in order")
    args = arguments.parse_args(argv)

    works_of = by_any_id(tables.read_table(args.clusters), "work_id")
    rows = [sheets.read_sheet(path, "studies") for path in args.assigned]
    refuse([fault for sheet in rows for fault in check_ids(sheet, works_of)])
    works = tables.read_table(args.works, tables.columns_of(args.works, without="abstract"))
    full_text = tables.read_table(args.full_text)
    result = list_studies(
        works,
        works_of,
        tables.read_table(args.title_abstract),
        full_text,
        pd.concat(rows) if rows else pd.DataFrame(columns=["record_id", "study", "_file", "_row"]),
    )
    named = characteristics(
        works, full_text, tables.read_table(args.votes), result.studies, dict(args.params["reasons"])
    )
    for state, name in (("exclude", "excluded"), ("ongoing", "ongoing"), ("awaiting", "awaiting")):
        spreadsheets.write_table(named[state], args.folder / f"{name}_studies.csv")
    tables.write_table(result.studies, args.folder / "studies.csv")
    # Assignments of records that are not there.
    spreadsheets.write_table(result.orphans, args.folder / "orphans.csv")
    status = result.studies["status"].value_counts()
    print("studies: " + (", ".join(f"{count} {name}" for name, count in sorted(status.items())) or "none"))


if __name__ == "__main__":
    run(main)
