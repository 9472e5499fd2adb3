"""Draw the risk-of-bias summary and graph, each with the numbers behind it."""

from __future__ import annotations

from pathlib import Path

from evergreen import spreadsheets, tables
from evergreen.bias.tools import tool_of
from evergreen.command import json_argument, parser, run
from evergreen.figures import risk_of_bias
from evergreen.figures.style import save, style
from evergreen.sheets import folded


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--judgements", required=True)
    arguments.add_argument("--params", type=json_argument, required=True, help="{tool, names}")
    arguments.add_argument("--out", required=True, help="folder for summary.* and graph.*")
    args = arguments.parse_args(argv)

    judgements = tables.read_table(args.judgements)
    tool = tool_of(args.params["tool"])
    folder = Path(args.out)
    called = {folded(name): shown for name, shown in args.params["names"].items()}
    labels = {*judgements["outcome"], *judgements.get("comparison", ())}
    names = {label: called[folded(label)] for label in labels if folded(label) in called}
    with style():
        save(
            risk_of_bias.summary(judgements, tool, names),
            folder / "summary",
            title=f"Risk of bias summary, {tool.name}",
        )
        save(risk_of_bias.graph(judgements, tool), folder / "graph", title=f"Risk of bias graph, {tool.name}")
    spreadsheets.write_table(risk_of_bias.summary_table(judgements, tool), folder / "summary.csv")
    spreadsheets.write_table(risk_of_bias.graph_table(judgements, tool), folder / "graph.csv")


if __name__ == "__main__":
    run(main)
