"""Bring RevMan Web's tables of studies, results and risk of bias into sheets of a person, in a folder that you name.

Run by a person, never by a rule. It writes <folder>/extraction/<person>.csv, studies-<person>.csv and <folder>/risk_of_bias/<person>.csv,
and writes over nothing. Outcomes are found by their names in the protocol, if you give it; arms are controls where they are a row's
reference arm, or where you say so:

  evergreen import-revman revman-package --to imported --person RM --protocol config/config.yaml
  evergreen import-revman revman-package --to imported --person RM --control placebo --control "usual care"
"""

from __future__ import annotations

from pathlib import Path

from evergreen import spreadsheets
from evergreen.command import parser, run
from evergreen.errors import InputError
from evergreen.protocol.loading import load
from evergreen.report.exchange.revman_sheets import sheets_of


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("package", type=Path, help="folder with RevMan's CSV files")
    arguments.add_argument("--to", type=Path, required=True, help="folder for the sheets")
    arguments.add_argument(
        "--person", required=True, help="who they are filed under, as an extractor of the protocol"
    )
    arguments.add_argument("--protocol", type=Path, help="config.yaml whose outcomes RevMan's are")
    arguments.add_several("--control", "name of a control arm")
    args = arguments.parse_args(argv)

    outcomes = load(args.protocol).outcomes if args.protocol else ()
    imported = sheets_of(args.package, outcomes, args.control)
    paths = {
        name: args.to
        / (f"{name}/{args.person}.csv" if name == "risk_of_bias" else f"extraction/{name}{args.person}.csv")
        for name in imported.sheets
    }
    for path in paths.values():
        if path.exists():
            raise InputError("the sheet is there already", file=path, todo="Name another folder or person, or move it away.")  # fmt: skip
    for name, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        spreadsheets.write_table(imported.sheets[name], path)
        print(f"{path}: {len(imported.sheets[name])} rows")
    for column, count in imported.not_taken.items():
        print(f"not taken: {column} (in {count} rows), for which an extraction sheet has no column")


if __name__ == "__main__":
    run(main)
