"""Merge the assessors' risk-of-bias sheets into one table of judgements."""

from __future__ import annotations

from pathlib import Path

from evergreen import spreadsheets, tables
from evergreen.bias.agreement import agreement_table
from evergreen.bias.judgements import judge
from evergreen.bias.tools import tool_of
from evergreen.command import parser, run
from evergreen.errors import InputError
from evergreen.sheets import read_sheet, read_sheets


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_structure("--sheets", "{assessor: path}")
    arguments.add_argument("--adjudication", help="adjudication sheet")
    arguments.add_structure("--params", "{tool, people: [assessor, ...]}")
    arguments.add_argument("--folder", type=Path, required=True, help="where the tables go")
    args = arguments.parse_args(argv)

    if not args.sheets:
        raise InputError(
            "no risk-of-bias sheet is there",
            file="config/risk_of_bias",
            todo="Put <assessor>.csv or .xlsx there.",
        )
    tool = tool_of(args.params["tool"])
    result = judge(
        read_sheets(args.sheets, "risk_of_bias", args.params["people"]),
        read_sheet(args.adjudication, "risk_of_bias") if args.adjudication else None,
        tool,
    )
    tables.write_table(result.judgements, args.folder / "judgements.csv")
    spreadsheets.write_table(result.conflicts, args.folder / "conflicts.csv")
    spreadsheets.write_table(agreement_table(result.opinions, tool), args.folder / "agreement.csv")


if __name__ == "__main__":
    run(main)
