"""Draw what the sources have in common and what only one of them found, with the numbers beside it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evergreen import spreadsheets
from evergreen.command import parser, run
from evergreen.figures import printing
from evergreen.figures.overlap_plot import draw_overlap, drawn
from evergreen.figures.style import save, style
from evergreen.tables import read_table


def main(argv: list[str] | None = None) -> None:
    p = parser(__doc__)
    p.add_argument("--combinations", type=Path, required=True, help="works by the exact set of sources")
    p.add_argument(
        "--yields", type=Path, required=True, help="works of each source, and those that only it has"
    )
    p.add_structure("--params", "names {source: name}")
    p.add_argument(
        "--stem", type=Path, required=True, help="figure without suffix; the numbers go to <stem>.csv"
    )
    printing.add_argument(p)
    args = p.parse_args(argv)

    sets, sources = drawn(read_table(args.combinations), read_table(args.yields))
    with style():
        save(
            draw_overlap(sets, sources, args.params["names"]),
            args.stem,
            title="Overlap of the sources",
            **args.prints.how,
        )
    numbers = pd.concat(
        [sets.assign(drawn="set"), sources.rename(columns={"source": "sources"}).assign(drawn="source")]
    )
    numbers["only_here"] = numbers["only_here"].astype("Int64")
    spreadsheets.write_table(numbers[["drawn", "sources", "works", "only_here"]], f"{args.stem}.csv")


if __name__ == "__main__":
    run(main)
