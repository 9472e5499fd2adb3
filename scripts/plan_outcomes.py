"""Name the slice of every outcome by its content."""

from __future__ import annotations

from evergreen import tables
from evergreen.command import json_argument, parser, run
from evergreen.extraction.outcomes import name_of, slice_of
from evergreen.tables import read_table


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--converted", required=True)
    arguments.add_argument("--studies", required=True)
    arguments.add_argument("--screened")
    arguments.add_argument("--judgements")
    arguments.add_argument("--params", type=json_argument, required=True, help="{outcome: {data, columns}}")
    arguments.add_argument("--out", required=True)
    args = arguments.parse_args(argv)

    rows, studies = read_table(args.converted), read_table(args.studies)
    screened = read_table(args.screened) if args.screened else None
    judgements = read_table(args.judgements) if args.judgements else None
    manifest = {
        outcome: name_of(
            slice_of(
                rows,
                wanted["data"],
                screened=screened,
                judgements=judgements,
                studies=studies,
                columns=wanted["columns"],
            )
        )
        for outcome, wanted in sorted(args.params.items())
    }
    tables.write_json(manifest, args.out)


if __name__ == "__main__":
    run(main)
