"""Draw the stages of the review: what Evergreen does, what people do, and what waits for whom."""

from __future__ import annotations

from pathlib import Path

from evergreen import spreadsheets
from evergreen.command import parser, run
from evergreen.figures import printing
from evergreen.figures.stage_table import titled, told
from evergreen.figures.stages import draw_stages
from evergreen.figures.style import save, style
from evergreen.tables import read_json


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--status", type=Path, required=True, help="status.json")
    arguments.add_structure("--params", "title, there: parts of the workflow, people: {part: names}")
    arguments.add_argument(
        "--stem", type=Path, required=True, help="figure without suffix; what it says goes to <stem>.csv"
    )
    printing.add_argument(arguments)
    args = arguments.parse_args(argv)

    table = told(args.params["there"], args.params["people"], read_json(args.status))
    with style():
        drawn = draw_stages(args.params["title"], table)
        save(drawn.figure, args.stem, title=titled(table), description=drawn.description, **args.prints.how)
    spreadsheets.write_table(table, f"{args.stem}.csv")


if __name__ == "__main__":
    run(main)
