"""Count the GRADE judgements together: one level of certainty per outcome."""

from __future__ import annotations

from evergreen import tables
from evergreen.bias.certainty import certainty_of, start_of
from evergreen.command import parser, run
from evergreen.sheets import read_sheet


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--sheet", required=True, help="config/certainty.csv")
    arguments.add_structure(
        "--params", "{outcomes: [[id, [other name, ...]], ...], tool, designs: {id: design}}"
    )
    arguments.add_argument("--out", required=True)
    args = arguments.parse_args(argv)

    asked = args.params
    outcomes = dict(asked["outcomes"])
    starts = {id_: start_of(asked["tool"], asked["designs"].get(id_)) for id_ in outcomes}
    rows = read_sheet(args.sheet, "certainty")
    tables.write_table(certainty_of(rows, outcomes, starts=starts, rounds=None), args.out)


if __name__ == "__main__":
    run(main)
