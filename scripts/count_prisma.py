"""Count the boxes of the PRISMA 2020 flow chart, list what is in them, and draw the latest round, each round, and all of them.

Reads the tables of deduplication and screening (all of them, or none where every round's counts are given in the protocol) and the
import counts of each source and round. Beside the drawings goes `flow.html`, where each box shows what is in it.
"""

from __future__ import annotations

import csv
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evergreen import spreadsheets
from evergreen.command import parser, run
from evergreen.figures import printing
from evergreen.figures.printing import Prints
from evergreen.prisma.chart import Chart, charts, views
from evergreen.prisma.counting import Counted, Tables, count
from evergreen.prisma.flow_page import page
from evergreen.prisma.lists import package_sheet
from evergreen.sheets import read_sheet
from evergreen.steps.parts import Parts
from evergreen.tables import read_json, read_table, replaced, write_json, write_table, write_text

if TYPE_CHECKING:
    import pandas as pd


def main(argv: list[str] | None = None) -> None:
    p = parser(__doc__)
    for name in ("clusters", "works", "title-abstract", "full-text", "studies"):
        p.add_argument(f"--{name}", type=Path)
    p.add_argument("--removed", type=Path, help="sheet of records removed before screening")
    p.add_argument("--source-counts", type=Path, nargs="*", default=[], help="<source>/<round>.counts.json")
    p.add_structure(
        "--params",
        "title, rounds, sources [[id, type, name]], other_methods [[round, type, method, found, source]], reasons [[key, label]], previous, given {date: counts}, not_searched {date: {name of the source: reason}}",
    )
    p.add_code("charts")
    p.add_argument("--folder", type=Path, required=True, help="where counts, lists and charts go")
    printing.add_argument(p)
    args = p.parse_args(argv)

    params, folder = args.params, args.folder
    labels = dict(params["reasons"])
    tables = _tables(args) if args.clusters else None
    counted = count(
        tables,
        [
            {**read_json(path), "source": path.parent.name, "round": path.name.removesuffix(".counts.json")}
            for path in args.source_counts
        ],
        rounds=params["rounds"],
        sources=params["sources"],
        labels=labels,
        previous=params["previous"],
        given_counts=params["given"],
        other_methods=params["other_methods"],
        not_searched=params.get("not_searched", {}),
    )
    _write(counted, labels, folder)
    drawn = charts(counted.document, labels)
    drawings = _draw_all(drawn, args.code, folder, args.prints)
    latest = f"flow-{max(counted.document['rounds'])}"
    for suffix in args.prints.formats:
        with replaced(folder / f"flow.{suffix}") as draft:
            shutil.copyfile(folder / f"{latest}.{suffix}", draft)
    shown = tables or Tables()
    html = page(
        params["title"], drawn, drawings, counted.document, members=counted.members, works=shown.works,
        clusters=shown.clusters, studies=shown.studies, labels=labels,
    )  # fmt: skip
    write_text(html, folder / "flow.html")


def _tables(args: Any) -> Tables:
    return Tables(
        clusters=read_table(args.clusters),
        works=_works(args.works),
        decisions={
            "title_abstract": read_table(args.title_abstract),
            "full_text": read_table(args.full_text),
        },
        studies=read_table(args.studies),
        **({"removed": read_sheet(args.removed, "excluded_before_screening")} if args.removed else {}),
    )


def _works(path: Path) -> pd.DataFrame:
    """The works without their abstracts, which are most of the table and in no box."""
    with path.open(encoding="utf-8", newline="") as file:
        names = next(csv.reader(file))
    return spreadsheets.read_table(path, [name for name in names if name != "abstract"])


def _write(counted: Counted, labels: dict[str, str], folder: Path) -> None:
    shown = views(counted.document)
    write_json(counted.document, folder / "counts.json")
    write_table(
        package_sheet(shown[f"flow-{max(counted.document['rounds'])}"], labels), folder / "PRISMA.csv"
    )
    write_table(package_sheet(shown["flow-total"], labels), folder / "PRISMA-total.csv")
    spreadsheets.write_table(counted.excluded, folder / "excluded_reports.csv")
    spreadsheets.write_table(counted.per_source, folder / "per_source.csv")
    write_table(counted.members, folder / "members.csv")


def _draw_all(drawn: dict[str, Chart], code: str, folder: Path, prints: Prints) -> dict[str, str]:
    """Draw the charts that are not of now; the SVG text of all of them by name."""
    parts = Parts("count_prisma", code)
    for name, chart in drawn.items():
        # A round whose counts are as they were keeps its chart.
        outputs = [folder / f"{name}.{suffix}" for suffix in prints.formats]
        values = [repr(chart), prints.values]
        parts.make(name, values, [], outputs, partial(_draw, chart, folder / name, prints))
    return {name: (folder / f"{name}.svg").read_text(encoding="utf-8") for name in drawn}


def _draw(chart: Chart, stem: Path, prints: Prints) -> None:
    from evergreen.figures.flow import describe, draw_flow  # takes long to load
    from evergreen.figures.style import save, style

    with style():
        save(draw_flow(chart), stem, title=chart.title, **prints.how)
    svg = stem.with_name(f"{stem.name}.svg")
    write_text(describe(svg.read_text(encoding="utf-8"), chart), svg)


if __name__ == "__main__":
    run(main)
