"""Write the records of all searches as a table for people, little of it in memory at a time."""

from __future__ import annotations

from evergreen import spreadsheets, tables
from evergreen.command import parser, run


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--records", required=True, help="records.parquet")
    arguments.add_argument("--out", required=True, help="records.csv")
    args = arguments.parse_args(argv)

    frames = (
        tables.read_parts([args.records])
        if tables.rows_of(args.records)
        else [tables.read_table(args.records)]
    )
    with spreadsheets.in_parts(args.out) as add:
        for frame in frames:
            add(frame)


if __name__ == "__main__":
    run(main)
