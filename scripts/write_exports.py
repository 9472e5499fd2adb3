"""Write what other programs take: effects, pooled results and a script for R, references as RIS."""

from __future__ import annotations

from pathlib import Path

from evergreen import tables
from evergreen.command import json_argument, parser, run
from evergreen.protocol.analysis import Analysis
from evergreen.report import export
from evergreen.report.inputs import Inputs


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--inputs", type=json_argument, required=True, help="{name: path or paths}")
    arguments.add_argument(
        "--params", type=json_argument, required=True, help="{analyses: {outcome: settings}}"
    )
    arguments.add_argument("--folder", type=Path, required=True, help="where they go")
    args = arguments.parse_args(argv)

    inputs, folder = Inputs(args.inputs), args.folder
    folder.mkdir(parents=True, exist_ok=True)
    if inputs.results:
        analyses = {name: Analysis.model_validate(one) for name, one in args.params["analyses"].items()}
        for name, table in export.for_r(inputs.results, analyses):
            tables.write_table(table, folder / name)
        tables.write_text(export.script_in_r(), folder / "recompute.R")
    if "works" in inputs:
        works, full_text = map(inputs.table, ("works", "decisions_full_text"))
        tables.write_text(export.included_ris(works, full_text), folder / "included.ris")


if __name__ == "__main__":
    run(main)
