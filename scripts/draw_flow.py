"""Draw the PRISMA 2020 flow charts of a review: the latest round, each round, and everything as one review."""

from __future__ import annotations

from pathlib import Path

from evergreen.command import json_argument, parser, run
from evergreen.figures.flow import describe, draw_flow
from evergreen.figures.style import save, style
from evergreen.prisma.chart import charts
from evergreen.tables import read_json, write_text


def main(argv: list[str] | None = None) -> None:
    p = parser(__doc__)
    p.add_argument("--counts", type=Path, required=True)
    p.add_argument("--params", type=json_argument, required=True, help="reasons [[key, label]]")
    p.add_argument(
        "--folder", type=Path, required=True, help="where flow.*, flow-<round>.* and flow-total.* go"
    )
    args = p.parse_args(argv)

    for name, chart in charts(read_json(args.counts), dict(args.params["reasons"])).items():
        with style():
            save(draw_flow(chart), args.folder / name, title=chart.title)
        drawing = args.folder / f"{name}.svg"
        write_text(describe(drawing.read_text(encoding="utf-8"), chart), drawing)


if __name__ == "__main__":
    run(main)
