"""Read the raw replies of a PubMed round into the table of its new records."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evergreen.command import parser, run
from evergreen.records import model
from evergreen.search import table
from evergreen.tables import write_json, write_table


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--source", required=True)
    arguments.add_argument("--round", required=True)
    arguments.add_argument(
        "--search", type=Path, required=True, help="folder of the round under results/search/"
    )
    arguments.add_argument("--records", type=Path, required=True)
    arguments.add_argument("--counts", type=Path, required=True)
    arguments.add_argument("--lost", type=Path, required=True)
    args = arguments.parse_args(argv)
    read = table.read_round(args.search, args.source, args.round)
    write_table(model.typed(read.records), args.records)
    write_table(pd.DataFrame(read.lost, columns=table.LOST_COLUMNS), args.lost)
    write_json(read.counts, args.counts)


if __name__ == "__main__":
    run(main)
