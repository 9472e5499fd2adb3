"""Search PubMed for one round: ids, new ids, raw replies, what became of known records, and the log."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from evergreen.command import parser, run
from evergreen.errors import InputError
from evergreen.search import evidence, pace, round_files, strategy
from evergreen.search.client import NCBI, Client
from evergreen.search.embedded.server import Service, serving
from evergreen.search.embedded.store import Store
from evergreen.search.journal import discard, journal_of, place_of
from evergreen.search.retrieve import Earlier, retrieve
from evergreen.search.standing import EMBEDDED, OFFLINE

LIVE = "live"
NOBODY = "embedded@localhost"  # the embedded store does not write to anybody


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--strategy", type=Path, required=True)
    arguments.add_argument("--round", required=True, help="date of the search, YYYY-MM-DD")
    arguments.add_argument(
        "--earlier", type=Path, nargs="*", default=[], help="folders of the earlier rounds, oldest first"
    )
    arguments.add_structure("--params", "the protocol's `entrez`")
    arguments.add_argument(
        "--frozen",
        type=Path,
        nargs="*",
        default=[],
        help="log of a frozen copy of this round, to be used instead",
    )
    arguments.add_argument("--out", type=Path, required=True, help="folder of the round")
    args = arguments.parse_args(argv)
    if args.frozen:
        round_files.copy(args.frozen[0].parent, args.out)
        print(f"round {args.round} is read from {args.frozen[0].parent}")
        return

    endpoint = args.params["endpoint"]
    embedded = endpoint == EMBEDDED
    start = None if embedded else datetime.now(UTC)
    limited = start is not None and evidence.is_past(args.round, start)
    written = strategy.read_file(args.strategy, args.params["acknowledged_warnings"])
    earlier = [Earlier.of(folder) for folder in args.earlier]
    purpose = (
        f"{endpoint}\n{args.round}\n{limited}\n{written.text}\n{[len(one.new_ids) for one in earlier]}\n"
    )
    with (
        client_for(endpoint, args.params.get("email"), args.round) as client,
        journal_of(place_of(args.out), purpose) as journal,
    ):
        if start is not None:
            start = journal.begun(start)
        found = retrieve(
            client,
            written,
            round=args.round,
            limited=limited,
            earlier=earlier,
            journal=journal,
            file=str(args.strategy),
        )
        end = None if embedded else datetime.now(UTC)
        account = evidence.retrieved(client, endpoint, args.round, start, end, journal.taken_over)
        round_files.write(found, account, args.out)
    discard(args.out)
    print(
        f"round {args.round}: {len(found.ids)} found, {len(found.new_ids)} new, {len(found.changes)} changes of known records"
    )


@contextmanager
def client_for(endpoint: str, email: str | None, round: str) -> Iterator[Client]:
    """A client for a protocol's endpoint: the embedded store as of the round's date, NCBI, or a server on loopback."""
    if endpoint == EMBEDDED:
        with serving(Service(Store.shipped(as_of=round))) as server:
            yield Client(server.url, email or NOBODY)
        return
    if os.environ.get(OFFLINE):
        raise InputError(
            f"the replies to the search of {round} are not there, and this run asks nobody for them", file="config/search/frozen",
            todo="Freeze a search before its strategy or date changes (docs/searching.md).",
        )  # fmt: skip
    if not email:
        raise InputError(
            "entrez.email is missing", file="config/config.yaml", column="entrez",
            todo="NCBI asks for an address that it can write to.",
        )  # fmt: skip
    key = os.environ.get("NCBI_API_KEY") or None
    base = NCBI if endpoint == LIVE else endpoint
    yield Client(base, email, key, pace.Pace(pace.WITH_KEY if key else pace.WITHOUT_KEY))


if __name__ == "__main__":
    run(main)
