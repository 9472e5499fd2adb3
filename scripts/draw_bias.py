"""Draw the risk-of-bias summary and graph, each with the numbers behind it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from evergreen import spreadsheets, tables
from evergreen.bias.tools import tool_of
from evergreen.command import parser, run
from evergreen.figures import bias_summary, printing, risk_of_bias
from evergreen.figures.style import save_listed, style
from evergreen.protocol.outcomes import outcomes_of
from evergreen.screening.study_labels import StudyLabels


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--judgements", required=True)
    arguments.add_structure("--params", "{tool, outcomes}")
    arguments.add_argument("--out", required=True, help="folder for summary.* and graph.*")
    arguments.add_argument(
        "--labels", help="the included studies and what they are called, where screening knows it"
    )
    printing.add_argument(arguments)
    args = arguments.parse_args(argv)

    labelled = tables.read_rows(args.labels) if args.labels else []
    label = StudyLabels((row["study"], row["label"]) for row in labelled)
    judgements = tables.read_table(args.judgements)
    tool = tool_of(args.params["tool"])
    if args.labels and not tool.of_syntheses:
        judgements = judgements[judgements["study"].isin([row["study"] for row in labelled])]
    judgements = judgements.assign(study=judgements["study"].map(label))
    folder = Path(args.out)
    outcomes = outcomes_of(args.params["outcomes"])
    pages = bias_summary.summary(judgements, tool, outcomes)
    further = folder / "further"
    shutil.rmtree(further, ignore_errors=True)
    further.mkdir(parents=True)
    studies, domains = judgements["study"].nunique(), judgements["domain"].nunique()
    described = f"Judgements for {studies} studies in {domains} domains."
    reason = None if len(judgements) else "nothing has been judged yet"
    listed: list[dict[str, Any]] = []
    with style():
        for name, figures in (("summary", pages), ("graph", (risk_of_bias.graph(judgements, tool),))):
            title = f"Risk of bias {name}, {tool.name}"
            saved = save_listed(
                figures, folder, name, title=title, description=described, how=args.prints.how
            )
            listed.append({"name": name, "title": title, "drawn": not reason, "reason": reason, **saved})
    tables.write_json(listed, folder / "figures.json")
    spreadsheets.write_table(risk_of_bias.summary_table(judgements, tool), folder / "summary.csv")
    spreadsheets.write_table(risk_of_bias.graph_table(judgements, tool), folder / "graph.csv")


if __name__ == "__main__":
    run(main)
