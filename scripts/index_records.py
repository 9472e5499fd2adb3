"""Say which rounds brought new records from which sources."""

from __future__ import annotations

from evergreen import tables
from evergreen.command import json_argument, parser, run
from evergreen.records.account import manifest


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--counts", nargs="*", default=[], help="counts of every source and round")
    arguments.add_argument(
        "--pairs", type=json_argument, required=True, help="[source, round] of each of them"
    )
    arguments.add_argument("--manifest", required=True)
    args = arguments.parse_args(argv)

    new = [
        (source, round_, tables.read_json(path)["new"])
        for (source, round_), path in zip(args.pairs, args.counts, strict=True)
    ]
    tables.write_json(manifest(new), args.manifest)


if __name__ == "__main__":
    run(main)
