"""Add a round to a review: a day is appended to `rounds` of its protocol, comments and layout stay.

Run by a person; the next run searches. Without a day it is today.

  evergreen update ../my-review 2026-06-30
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

from evergreen import tables
from evergreen.command import again, parser, run
from evergreen.errors import InputError
from evergreen.protocol.loading import FILE, load
from evergreen.protocol.rounds import with_round
from evergreen.protocol.whole import Protocol
from evergreen.search.standing import frozen_log
from evergreen.search.strategy import read_file
from evergreen.search.strategy_changes import as_lines, changed_lines, lines_of

SEARCH = Path("results/search")


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument(
        "day", nargs="?", default="", help="day of the search, YYYY-MM-DD (default: today)"
    )
    arguments.add_argument("--review", type=Path, default=Path(), help="folder of the review (default: here)")
    args = arguments.parse_args(argv)
    os.chdir(args.review)
    load(FILE)  # what cannot be read cannot be updated
    today = date.today().isoformat()
    raw = Path(FILE).read_bytes()
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    added = with_round(raw.decode(encoding), args.day or today, today=today, file=FILE)
    _write(added.text.encode(encoding))
    try:
        protocol = load(FILE)
    except InputError:
        _write(raw)
        raise
    print(
        f"{args.review / FILE}, row {added.row}: added the round of {protocol.rounds[-1]}, after that of {added.before}."
    )
    for line in _next(protocol, added.before, args.review):
        print(f"  {line}")
    print(f"Then: {again('run', args.review)}")


def _write(content: bytes) -> None:
    with tables.replaced(FILE) as draft:
        draft.write_bytes(content)


def _next(protocol: Protocol, before: str, review: Path) -> list[str]:
    """What the new round asks of people, source by source."""
    day, lines = protocol.rounds[-1], []
    for name in protocol.pubmed_sources:
        where = "PubMed" if protocol.entrez.endpoint == "live" else f"PubMed ({protocol.entrez.endpoint})"
        lines.append(f"{name}: {where} is searched when the review runs")
        log = SEARCH / name / before / "log.json"
        if log.is_file():
            strategy = read_file(protocol.sources[name].strategy)
            now = as_lines(((line.number, line.text) for line in strategy.lines), strategy.limits)
            said = changed_lines(lines_of(tables.read_json(log)), now)
            lines += [f"{name}: the strategy is not that of {before}: {'; '.join(said)}"] if said else []
            # Rounds that a run asks again when the strategy is another one.
            loose = [day for day in protocol.rounds[:-1] if not frozen_log(name, day).exists()]
            if said and loose:
                lines.append(
                    f"{name}: {', '.join(loose)} would be searched again, with this strategy, and what was found then is lost: freeze first,"
                    f" {again('freeze-search', review)} --source {name}"
                )
    for name in protocol.export_sources:
        lines.append(
            f'{name}: put its export into config/search/ and name it under sources.{name}.files ("{day}"), or say under `not_searched` why there is none'
        )
    return lines


if __name__ == "__main__":
    run(main)
