"""The links of a review's desk: one for each person, with a token of its own, the same after a restart.

A page that is open when the server ends goes on when it is there again, so port and tokens are kept, in a file that only its owner
reads. Whoever has a link decides as that person.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evergreen.errors import InputError
from evergreen.sheets.keeping import FOLDER

FILE = "links.json"


@dataclass
class Links:
    """`port` of the server, 0 before it has one; `tokens` by person."""

    port: int = 0
    tokens: dict[str, str] = field(default_factory=dict)

    def person(self, token: str) -> str | None:
        """Whose token this is; how long it takes says nothing of how much of it is right."""
        given, found = token.encode(), None
        for name, own in self.tokens.items():
            if hmac.compare_digest(given, own.encode()):
                found = name
        return found


@contextmanager
def kept(review: Path, people: Iterable[str], *, anew: bool = False) -> Iterator[Links]:
    """The links of `people`, those of before where there are any and `anew` is not asked for, held by this server alone.

    Raises InputError where another server is at work for this review.
    """
    folder = review / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "server.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                "the pages of this review are being served already",
                file=review,
                todo="Use the links that were printed there, or stop that server.",
            ) from None
        links = Links() if anew else _read(folder / FILE)
        links.tokens = {name: links.tokens.get(name) or secrets.token_urlsafe(32) for name in people}
        yield links


def keep(review: Path, links: Links) -> None:
    """Keep the links for the next start."""
    path = review / FOLDER / FILE
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(
        os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as file:
        json.dump(vars(links), file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _read(path: Path) -> Links:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Links(int(said["port"]), {str(name): str(token) for name, token in said["tokens"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # none yet
        return Links()
