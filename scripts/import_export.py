"""Read the export of a database for one round into a record table of what is new."""

from __future__ import annotations

import gc

import pandas as pd

from evergreen import tables
from evergreen.command import json_argument, parser, run
from evergreen.records import formats
from evergreen.records.rounds import import_export


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--export", required=True, help="the file that the database wrote")
    arguments.add_argument("--source", required=True)
    arguments.add_argument("--round", required=True)
    arguments.add_argument(
        "--earlier", nargs="*", default=[], help="record tables of the source's earlier rounds"
    )
    arguments.add_argument(
        "--params", type=json_argument, default={}, help="format, columns and hits of the protocol"
    )
    arguments.add_argument("--records", required=True)
    arguments.add_argument("--counts", required=True)
    arguments.add_argument("--lost", required=True)
    args = arguments.parse_args(argv)

    export = formats.read(
        args.export,
        format_=args.params.get("format"),
        columns=args.params.get("columns"),
        none_expected=args.params.get("hits") == 0,
    )
    earlier = [
        name for path in args.earlier for name in pd.read_parquet(path, columns=["record_id"])["record_id"]
    ]
    result = import_export(
        export,
        file=args.export,
        source=args.source,
        round_=args.round,
        earlier=earlier,
        hits=args.params.get("hits"),
    )

    tables.write_table(result.records, args.records)
    tables.write_json(result.counts, args.counts)
    tables.write_table(result.remarks, args.lost)
    counts = result.counts
    print(
        f"{args.export}: {counts['format']} {counts['dialect']} ({counts['encoding']}), {counts['read']} records read, "
        f"{counts['new']} new, {counts['seen_before']} seen before, {counts['lost']} lines outside records"
    )
    for reason in result.remarks.loc[result.remarks["kind"] == "hits", "reason"]:
        print(f"WARNING: {args.export}: {reason}")


if __name__ == "__main__":
    gc.disable()  # records make millions of small tuples and no cycles; tracking them costs a fifth of the time
    run(main)
