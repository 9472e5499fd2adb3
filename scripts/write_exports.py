"""Write what other programs take: effects, pooled results and a script for R, references as RIS, tables of RevMan Web and robvis."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from evergreen import spreadsheets, tables
from evergreen.bias.tools import Tool, tool_of
from evergreen.command import json_argument, parser, run
from evergreen.extraction.row_values import typed
from evergreen.protocol.outcomes import Outcome
from evergreen.report import export
from evergreen.report.exchange import revman, robvis
from evergreen.report.inputs import Inputs
from evergreen.sheets import folded


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--inputs", type=json_argument, required=True, help="{name: path or paths}")
    arguments.add_argument("--params", type=json_argument, required=True, help="{outcomes, tool}")
    arguments.add_argument("--folder", type=Path, required=True, help="where they go")
    args = arguments.parse_args(argv)

    inputs, folder = Inputs(args.inputs), args.folder
    folder.mkdir(parents=True, exist_ok=True)
    if inputs.results:
        outcomes = {one["id"]: Outcome.model_validate(one) for one in args.params["outcomes"]}
        for name, table in export.for_r(inputs.results, {id_: one.analysis for id_, one in outcomes.items()}):
            tables.write_table(table, folder / name)
        tables.write_text(export.script_in_r(), folder / "recompute.R")
        write_exchange(inputs, outcomes, tool_of(args.params["tool"]), folder)
    if "works" in inputs:
        works, full_text = map(inputs.table, ("works", "decisions_full_text"))
        tables.write_text(export.included_ris(works, full_text), folder / "included.ris")


def _without(left: Collection[str], inputs: Inputs, name: str) -> pd.DataFrame | None:
    """A table on studies, where it is there, without those that the review does not include."""
    if name not in inputs or "study" not in inputs.table(name):
        return None
    table = inputs.table(name)
    return table[[folded(study) not in left for study in table["study"]]]


def write_exchange(inputs: Inputs, outcomes: Mapping[str, Outcome], tool: Tool, folder: Path) -> None:
    """The tables of RevMan Web and of robvis, as far as this review has them."""
    for name, result in inputs.results.items():
        if len(judged := robvis.table(result, tool)):
            tables.write_table(judged, folder / f"robvis-{name}.csv")
    if "slices" in inputs:
        slices = {path.stem: typed(tables.read_table(path)) for path in inputs.paths("slices")}
        left = {
            folded(row["study"])
            for rows in slices.values()
            for row in rows
            if row["screening"] not in ("", "included")
        }
        studies, judgements = (_without(left, inputs, name) for name in ("studies", "judgements"))
        made = revman.package(inputs.results, outcomes, slices, studies, judgements, tool)
        (folder / "revman").mkdir(exist_ok=True)
        for name, table in made.tables.items():
            tables.write_table(table, folder / "revman" / f"{name}.csv")
        spreadsheets.write_table(made.left_behind, folder / "revman" / "left-behind.csv")


if __name__ == "__main__":
    run(main)
