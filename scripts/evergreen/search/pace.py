"""Politeness towards a server, across threads, processes and runs on one machine."""

from __future__ import annotations

import fcntl
import os
import tempfile
import time
from pathlib import Path

WITHOUT_KEY, WITH_KEY = 3, 10  # requests a second that NCBI allows
WINDOW_SECONDS = (
    1.15  # a little more than a second: the way to the server is not equally long for all requests
)


class Pace:
    """At most `limit` requests in any `WINDOW_SECONDS`, whoever on this machine makes them.

    The times of the last requests stand in one file; who holds its lock waits for a free place and enters his own
    time, so that processes queue up in front of the server instead of behind it.
    """

    def __init__(self, limit: int, file: Path | None = None) -> None:
        self.limit = limit
        self.file = file or shared_file()

    def wait(self) -> None:
        """Return when a request may be sent, and count it."""
        self.file.touch()
        with self.file.open("r+", encoding="ascii") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            now = time.monotonic()
            times = sorted(moment for text in file.read().split() if (moment := float(text)) <= now)[
                -WITH_KEY:
            ]
            if len(times) >= self.limit:
                time.sleep(max(0.0, times[-self.limit] + WINDOW_SECONDS - now))
            file.seek(0)
            file.truncate()
            file.write(" ".join(repr(moment) for moment in [*times, time.monotonic()][-WITH_KEY:]))
            file.flush()


def shared_file() -> Path:
    """The file that all runs of this user on this machine share."""
    return Path(tempfile.gettempdir()) / f"evergreen-ncbi-{os.getuid()}.pace"
