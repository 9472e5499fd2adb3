"""Write the work list of one reviewer of a screening stage."""

from __future__ import annotations

from evergreen import tables
from evergreen.command import parser, run
from evergreen.screening.worklists import work_list


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--works", required=True, help="works.parquet of the deduplication")
    arguments.add_argument("--awaiting", required=True, help="awaiting.csv of the stage")
    arguments.add_argument("--reviewer", required=True)
    arguments.add_argument("--csv", required=True, help="the work list as CSV")
    args = arguments.parse_args(argv)

    rows = work_list(tables.read_table(args.works), tables.read_table(args.awaiting), args.reviewer)
    tables.write_table(rows, args.csv)
    print(f"{args.reviewer}: {len(rows)} to screen")


if __name__ == "__main__":
    run(main)
