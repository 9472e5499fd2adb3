"""Compare the first votes of a stage's reviewers: statistics of agreement as table, JSON and figure."""

from __future__ import annotations

from evergreen import spreadsheets, tables
from evergreen.command import json_argument, parser, run
from evergreen.figures.agreement import agreement_figure
from evergreen.figures.style import save, style
from evergreen.screening import stages
from evergreen.screening.comparison import agreement_table, compare


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--stage", required=True, choices=stages.STAGES)
    arguments.add_argument("--votes", required=True, help="votes.csv of the stage")
    arguments.add_argument("--params", required=True, type=json_argument, help="reviewers")
    arguments.add_argument("--table", required=True, help="agreement.csv")
    arguments.add_argument("--json", required=True, help="agreement.json")
    arguments.add_argument("--figure", required=True, help="agreement, without ending")
    args = arguments.parse_args(argv)

    comparison = compare(tables.read_table(args.votes), stage=args.stage, reviewers=args.params["reviewers"])
    spreadsheets.write_table(agreement_table(comparison), args.table)
    tables.write_json(comparison, args.json)
    with style():
        save(agreement_figure(comparison), args.figure, title="Agreement of the reviewers")


if __name__ == "__main__":
    run(main)
