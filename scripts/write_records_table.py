"""Write the records of all searches as a table for people, where the step that reads them does not (large exports)."""

from __future__ import annotations

from evergreen import spreadsheets
from evergreen.command import parser, run


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--records", required=True, help="records.parquet")
    arguments.add_argument("--out", required=True, help="records.csv")
    args = arguments.parse_args(argv)

    spreadsheets.write_copy(args.records, args.out)


if __name__ == "__main__":
    run(main)
