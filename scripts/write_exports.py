"""Write what other programs take: effects, pooled results and a script for R, references as RIS, tables of RevMan Web and robvis."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from evergreen import spreadsheets, tables
from evergreen.bias.tools import tool_of
from evergreen.command import parser, run
from evergreen.extraction.row_values import typed
from evergreen.protocol.outcomes import Outcome
from evergreen.report import export
from evergreen.report.exchange import revman, robvis
from evergreen.report.inputs import Inputs


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_structure("--inputs", "{name: path or paths}")
    arguments.add_structure("--params", "{outcomes, tool}")
    arguments.add_argument("--folder", type=Path, required=True, help="where they go")
    args = arguments.parse_args(argv)

    inputs, folder = Inputs(args.inputs), args.folder
    folder.mkdir(parents=True, exist_ok=True)
    if inputs.results:
        outcomes = {one["id"]: Outcome.model_validate(one) for one in args.params["outcomes"]}
        for name, table in export.for_r(inputs.results, {id_: one.analysis for id_, one in outcomes.items()}):
            tables.write_table(table, folder / name)
        tables.write_text(export.script_in_r(), folder / "recompute.R")
        write_exchange(inputs, outcomes, args.params["tool"], folder)
    if "works" in inputs:
        works, full_text = map(inputs.table, ("works", "decisions_full_text"))
        tables.write_text(export.included_ris(works, full_text), folder / "included.ris")


def write_exchange(inputs: Inputs, outcomes: Mapping[str, Outcome], named: str, folder: Path) -> None:
    """The tables of RevMan Web and of robvis, as far as this review has them; `named`: the risk-of-bias tool as the protocol names it."""
    tool = tool_of(named)
    for name, result in inputs.results.items():
        if len(judged := robvis.table(result, tool)):
            tables.write_table(judged, folder / f"robvis-{name}.csv")
    if "slices" in inputs:
        slices = {path.stem: typed(tables.read_table(path)) for path in inputs.paths("slices")}
        characteristics = inputs.on_included("characteristics")
        judgements = inputs.judged(tool) if "judgements" in inputs else None
        made = revman.package(inputs.results, outcomes, slices, characteristics, judgements, tool)
        (folder / "revman").mkdir(exist_ok=True)
        for name, table in made.tables.items():
            tables.write_table(table, folder / "revman" / f"{name}.csv")
        spreadsheets.write_table(made.left_behind, folder / "revman" / "left-behind.csv")


if __name__ == "__main__":
    run(main)
