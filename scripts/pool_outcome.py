"""Pool one outcome: effects of its studies, the pooled effect, heterogeneity, and what could not be pooled."""

from __future__ import annotations

from evergreen import tables
from evergreen.command import json_argument, parser, run
from evergreen.synthesis import outcome


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--rows", required=True, help="the outcome's slice of the extraction (CSV)")
    arguments.add_argument(
        "--params", required=True, type=json_argument, help="the outcome's entry in the protocol"
    )
    arguments.add_argument("--out", required=True, help="the result (JSON)")
    args = arguments.parse_args(argv)

    rows = tables.read_table(args.rows)
    tables.write_json(outcome.result(rows, args.params), args.out)


if __name__ == "__main__":
    run(main)
