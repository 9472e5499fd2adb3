"""Compare one share of a round's candidate pairs, so that several jobs can do it side by side."""

from __future__ import annotations

import pandas as pd

from evergreen import tables
from evergreen.command import parser, run
from evergreen.deduplication.rounds import RECORD, compare_share, prepare


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument(
        "--records", nargs="+", required=True, help="record tables of the round, one per source"
    )
    arguments.add_argument("--before", help="table of the round before")
    arguments.add_argument("--shard", type=int, required=True, help="number of this share, from 0")
    arguments.add_argument("--shards", type=int, required=True)
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--out", required=True)
    given = arguments.parse_args(argv)

    records = pd.concat([tables.read_table(path, RECORD) for path in given.records], ignore_index=True)
    before = tables.read_table(given.before) if given.before else None
    table, known = prepare(records, before, workers=given.threads)
    compared = compare_share(table, known, shard=given.shard, shards=given.shards, workers=given.threads)
    tables.write_table(pd.DataFrame(vars(compared)), given.out)


if __name__ == "__main__":
    run(main)
