"""Draw the PRISMA 2020 flow charts of a review: the latest round, each round, and everything as one review.

Beside the drawings goes `flow.html`, where each box shows the records, reports or studies in it.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import pandas as pd

from evergreen import spreadsheets
from evergreen.command import json_argument, parser, run
from evergreen.prisma.chart import Chart, charts
from evergreen.prisma.page import page
from evergreen.steps.parts import Parts
from evergreen.tables import read_json, read_table, replaced, write_text

SUFFIXES = ("svg", "pdf", "png")
# Columns that the page reads; where all counts are given there are no such tables.
TABLES = {
    "members": ["round", "box", "id", "reason"],
    "clusters": ["record_id", "work_id"],
    "works": ["work_id", "authors", "year", "title", "journal", "volume", "issue", "pages", "pmid", "doi"],
    "studies": ["study", "work_ids"],
}


def main(argv: list[str] | None = None) -> None:
    p = parser(__doc__)
    p.add_argument("--counts", type=Path, required=True)
    for name in TABLES:
        p.add_argument(f"--{name}", type=Path)
    p.add_argument("--code", default="", help="fingerprint of the code; charts that are of now stay")
    p.add_argument("--params", type=json_argument, required=True, help="title, reasons [[key, label]]")
    p.add_argument(
        "--folder", type=Path, required=True, help="where flow.*, flow-<round>.* and flow-total.* go"
    )
    args = p.parse_args(argv)

    document = read_json(args.counts)
    labels = dict(args.params["reasons"])
    drawn = charts(document, labels)
    drawings = {}
    parts = Parts("draw_flow", args.code)
    for name, chart in drawn.items():
        outputs = [args.folder / f"{name}.{suffix}" for suffix in SUFFIXES]
        # A round whose counts are as they were keeps its chart.
        parts.make(name, repr(chart), [], outputs, partial(_draw, chart, args.folder / name))
        drawings[name] = outputs[0].read_text(encoding="utf-8")
    for suffix in SUFFIXES:
        with replaced(args.folder / f"flow.{suffix}") as draft:
            shutil.copyfile(args.folder / f"flow-{max(document['rounds'])}.{suffix}", draft)
    tables = {
        name: (spreadsheets.read_table if name == "works" else read_table)(path, columns)
        if (path := getattr(args, name))
        else pd.DataFrame(columns=columns, dtype=str)
        for name, columns in TABLES.items()
    }
    html = page(args.params["title"], drawn, drawings, document, **tables, labels=labels)
    write_text(html, args.folder / "flow.html")


def _draw(chart: Chart, stem: Path) -> None:
    from evergreen.figures.flow import describe, draw_flow
    from evergreen.figures.style import save, style

    with style():
        save(draw_flow(chart), stem, title=chart.title)
    svg = stem.with_name(f"{stem.name}.svg")
    write_text(describe(svg.read_text(encoding="utf-8"), chart), svg)


if __name__ == "__main__":
    run(main)
