"""Write the slice of one outcome under the name that its content has."""

from __future__ import annotations

from evergreen import tables
from evergreen.command import json_argument, parser, run
from evergreen.errors import ReviewError
from evergreen.extraction.outcomes import as_csv, name_of, slice_of
from evergreen.tables import read_table


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--converted", required=True)
    arguments.add_argument("--studies", required=True)
    arguments.add_argument("--screened")
    arguments.add_argument("--judgements")
    arguments.add_argument("--params", type=json_argument, required=True, help="{data, columns}")
    arguments.add_argument("--name", required=True, help="what the manifest calls the slice")
    arguments.add_argument("--out", required=True)
    args = arguments.parse_args(argv)

    result = slice_of(
        read_table(args.converted),
        args.params["data"],
        screened=read_table(args.screened) if args.screened else None,
        judgements=read_table(args.judgements) if args.judgements else None,
        studies=read_table(args.studies),
        columns=args.params["columns"],
    )
    if name_of(result) != args.name:
        raise ReviewError(
            f"{args.out}: the content is {name_of(result)}; run the workflow again to renew the manifest."
        )
    tables.write_text(as_csv(result), args.out)


if __name__ == "__main__":
    run(main)
