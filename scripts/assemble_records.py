"""Put the new records of all sources and rounds into one table, and the remarks on their files into a report."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evergreen import spreadsheets, tables
from evergreen.command import json_argument, parser, run
from evergreen.records.account import import_report, imported_twice
from evergreen.records.model import typed


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument(
        "--pairs", type=json_argument, required=True, help="[source, round], rounds ascending"
    )
    arguments.add_argument(
        "--folder", required=True, help="where <source>/<round>.parquet and its companions stand"
    )
    arguments.add_argument("--records", required=True, help="Parquet")
    arguments.add_argument("--csv", required=True)
    arguments.add_argument("--report", required=True)
    args = arguments.parse_args(argv)

    folder = Path(args.folder)
    stems = {(source, round_): folder / source / round_ for source, round_ in args.pairs}
    parts = {pair: tables.read_table(f"{stem}.parquet") for pair, stem in stems.items()}
    records = typed(pd.concat(parts.values(), ignore_index=True) if parts else pd.DataFrame())
    counts = [
        (source, round_, tables.read_json(f"{stem}.counts.json")) for (source, round_), stem in stems.items()
    ]
    remarks = {pair: tables.read_table(f"{stem}.lost.csv") for pair, stem in stems.items()}

    tables.write_table(records, args.records)
    spreadsheets.write_table(records, args.csv)
    twice = imported_twice(parts)
    spreadsheets.write_table(import_report(counts, remarks, twice), args.report)
    for (source, round_), reason in twice:
        print(f"WARNING: {source} {round_}: {reason}")
    print(f"{len(records)} records of {len(args.pairs)} searches")


if __name__ == "__main__":
    run(main)
