"""Name the slice of every outcome by its content, and refuse what cannot be pooled before anything is."""

from __future__ import annotations

from evergreen import tables
from evergreen.command import json_argument, parser, run
from evergreen.errors import refuse
from evergreen.extraction.outcomes import name_of, slice_of
from evergreen.synthesis.readiness import refusals
from evergreen.tables import read_table


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--converted", required=True)
    arguments.add_argument("--studies", required=True)
    arguments.add_argument("--screened")
    arguments.add_argument("--judgements")
    arguments.add_argument(
        "--outcomes",
        type=json_argument,
        required=True,
        help="outcomes of the protocol, each with its `data` and `columns`",
    )
    arguments.add_argument("--out", required=True)
    args = arguments.parse_args(argv)

    rows, studies = read_table(args.converted), read_table(args.studies)
    screened = read_table(args.screened) if args.screened else None
    judgements = read_table(args.judgements) if args.judgements else None
    refuse(refusals(rows, studies, args.outcomes, screened=screened))
    manifest = {
        outcome["id"]: name_of(
            slice_of(
                rows,
                outcome["data"],
                screened=screened,
                judgements=judgements,
                studies=studies,
                columns=outcome["columns"],
            )
        )
        for outcome in sorted(args.outcomes, key=lambda one: str(one["id"]))
    }
    tables.write_json(manifest, args.out)


if __name__ == "__main__":
    run(main)
