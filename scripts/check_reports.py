"""Say what became of the reports of the review after they were found: retracted, under concern, corrected, revised."""

from __future__ import annotations

from evergreen import sheets, spreadsheets, tables
from evergreen.command import parser, run
from evergreen.records.retractions import find
from evergreen.screening.notices import linked, notices, read_changes, stated


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--works", required=True, help="works.parquet of the deduplication")
    arguments.add_argument("--records", required=True, help="records.parquet of all searches")
    arguments.add_argument("--links", required=True, help="links.csv of the deduplication")
    arguments.add_argument("--studies", required=True, help="studies.csv of screening")
    arguments.add_argument("--changes", nargs="*", default=[], help="changes.csv of each search")
    arguments.add_argument(
        "--retractions", nargs="*", default=[], help="the sheet config/retractions, if there is one"
    )
    arguments.add_argument("--out", required=True, help="notices.csv")
    args = arguments.parse_args(argv)

    works, studies = tables.read_table(args.works), tables.read_table(args.studies)
    rows = [row for path in args.retractions for row in tables.rows(sheets.read_sheet(path, "retractions"))]
    records = tables.read_table(args.records, ["record_id", "round", "title", "pmid", "doi", "related"])
    listed = find(rows, tables.rows(works))
    said = stated(records)
    for record_id, more in linked(tables.read_table(args.links), records).items():
        said[record_id] = [*said.get(record_id, []), *more]
    found = notices(works, studies, read_changes(args.changes), listed, said)
    spreadsheets.write_table(found, args.out)
    print(f"{len(rows)} notices listed, {len(found)} about works of the review")


if __name__ == "__main__":
    run(main)
