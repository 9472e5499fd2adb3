"""Copy searches to config/search/frozen/, where they are evidence: a frozen round is read from there and never searched again.

Run it after a live search, and put what it copies under version control:

    evergreen freeze-search
    evergreen freeze-search ../my-review --source pubmed --round 2023-12-31
"""

from __future__ import annotations

import os
from pathlib import Path

from evergreen.command import again, parser, run
from evergreen.errors import InputError, refuse
from evergreen.protocol.loading import FILE, load
from evergreen.search import round_files
from evergreen.search.standing import EMBEDDED, FROZEN, SEARCHED
from evergreen.tables import read_json


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--source", help="one source (default: all)")
    arguments.add_argument("--round", help="one round (default: all that have been searched)")
    arguments.add_argument("--review", type=Path, default=Path(), help="folder of the review (default: here)")
    arguments.add_argument("--results", type=Path, default=SEARCHED)
    arguments.add_argument("--frozen", type=Path, default=FROZEN)
    args = arguments.parse_args(argv)
    os.chdir(args.review)
    found = sorted(args.results.glob(f"{args.source or '*'}/{args.round or '*'}/log.json"))
    if not found:
        there = [" ".join(log.parts[-3:-1]) for log in sorted(args.results.glob("*/*/log.json"))]
        todo = f"Search first: {again('run', args.review)}"
        if there:
            todo = f"There are {', '.join(there)}."
        elif Path(FILE).is_file() and not load(FILE).pubmed_sources:
            todo = "The protocol names no source of kind `pubmed`, and exports are kept as they are."
        asked = " ".join(filter(None, (args.source, args.round)))
        raise InputError(f"no search{f' {asked}' if asked else ''} is there", file=args.results, todo=todo)
    faults = []
    for log in found:
        source, day = log.parts[-3:-1]
        target = args.frozen / source / day
        if (target / "log.json").exists():
            if read_json(target / "log.json") != read_json(log):
                faults.append(InputError(
                    "a different search of this round is frozen already", file=target,
                    todo="Delete that folder first if the new search is to take its place.",
                ))  # fmt: skip
            continue
        round_files.copy(log.parent, target)
        endpoint = read_json(target / "retrieved.json")["endpoint"]
        note = " (of the embedded stand-in, not of PubMed)" if endpoint == EMBEDDED else ""
        print(f"{source}, round {day}: frozen in {target}{note}")
    refuse(faults)


if __name__ == "__main__":
    run(main)
