"""Serve the pages of a review so that what people decide and fill in is saved into config/ at once.

Run by a person, never by a rule. Each person named in the protocol has a link of their own, for this machine only; whoever has the
link decides as that person. Links stay the same after a restart. Without this server the pages work too, and save by download.

  evergreen screen my-review
  evergreen screen my-review --person AB --person CD
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from evergreen.command import parser, run
from evergreen.desk import links
from evergreen.desk.server import Server
from evergreen.desk.work import Desk
from evergreen.errors import InputError
from evergreen.protocol.loading import FILE, load


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--review", type=Path, default=Path(), help="folder of the review (default: here)")
    arguments.add_argument(
        "--person", action="append", help="whom to serve (default: everybody); may be repeated"
    )
    arguments.add_argument(
        "--new-links", action="store_true", help="make links anew; those of before stop working"
    )
    args = arguments.parse_args(argv)

    os.chdir(args.review)
    review = Path.cwd()
    desk = Desk(review, load(FILE))
    people = list(dict.fromkeys(args.person or desk.work))
    if strangers := [name for name in people if name not in desk.work]:
        known = ", ".join(desk.work) or "nobody"
        raise InputError(
            f"{', '.join(strangers)} has nothing to do in this review",
            file=FILE,
            todo=f"The protocol names {known}.",
        )
    if not people:
        raise InputError(
            "the protocol names nobody who screens, extracts or assesses", file=FILE, todo="Name them there."
        )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with links.kept(review, people, anew=args.new_links) as own:
        server = _server(desk, own)
        links.keep(review, own)
        for person in people:
            print(f"{person}: {server.link(person)}")
        print(
            "Give each person their own link only. What they decide is saved in config/ at once. Ctrl-C ends.",
            flush=True,
        )
        try:
            server.serve_forever(poll_interval=0.1)
        except KeyboardInterrupt:
            print(
                "Ended. Pages that are still open keep what is decided on them, and save it when the server is there again."
            )
        finally:
            server.server_close()


def _server(desk: Desk, own: links.Links) -> Server:
    try:
        return Server(desk, own)
    except OSError as error:
        raise InputError(
            f"port {own.port} of the links is taken by another program ({error.strerror})",
            todo="Stop that program, or make new links by --new-links.",
        ) from None


if __name__ == "__main__":
    run(main)
