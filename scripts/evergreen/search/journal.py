"""What a round has received so far, so that a run that was killed asks only for what is missing.

The journal lies beside the results, not among them: Snakemake deletes a step's declared outputs before it runs it again. It is
kept until the round is written; a run that is killed behind its last write is taken up by what the round says of itself.
Entries are written whole or not at all, and replies as compressed files that their entry names with their SHA-256.
"""

from __future__ import annotations

import errno
import fcntl
import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from evergreen.errors import InputError
from evergreen.search.replies import EntrezError
from evergreen.tables import read_json, replaced, sha256_of, write_json

Value = TypeVar("Value")


def place_of(folder: Path) -> Path:
    """Where the journal of a round lies whose results go to `folder`."""
    return folder.parent / ".journal" / folder.name


def discard(folder: Path) -> None:
    """Throw the journal of a finished round away, with its lock."""
    place = place_of(folder)
    shutil.rmtree(place, ignore_errors=True)
    _lock_of(place).unlink(missing_ok=True)
    with suppress(OSError):  # another round's journal is there
        place.parent.rmdir()


def _lock_of(directory: Path) -> Path:
    return directory.parent / f"{directory.name}.lock"


class Journal:
    """Remembered answers in a directory; with `directory=None` nothing is remembered."""

    def __init__(self, directory: Path | None) -> None:
        self.directory = directory
        self.taken_over = 0  # answers of an earlier run that were used
        self._own: set[str] = set()  # what this run was answered itself, and may ask for again

    def begun(self, now: datetime) -> datetime:
        """When the search began: `now`, or when the run began that this one takes up."""
        taken_over = self.taken_over
        begun = datetime.fromisoformat(self.remember("begun", now.isoformat))
        self.taken_over = taken_over  # no answer of PubMed
        return begun

    def remember(self, label: str, compute: Callable[[], Value]) -> Value:
        """The JSON value under `label`, computed and kept when it is not there yet."""
        if self.directory is None:
            return compute()
        path = self.directory / f"{sha256(label.encode()).hexdigest()[:20]}.json"
        if path.exists():
            self.taken_over += label not in self._own
            return read_json(path)["value"]
        self._own.add(label)
        value = json.loads(json.dumps(compute()))
        write_json({"label": label, "value": value}, path)
        return value

    def remember_replies(
        self, label: str, compute: Callable[[], tuple[list[bytes], Any]]
    ) -> tuple[list[Path], Any]:
        """Files of the replies under `label` (gzip, in their order) and the JSON value that goes with them.

        Files that are not what their entry says are asked for again.
        """
        if self.directory is None:
            raise ValueError("replies need a directory")
        name = sha256(label.encode()).hexdigest()[:20]
        entry = self.directory / f"{name}.json"
        if entry.exists():
            kept = read_json(entry)
            files = [self.directory / file["name"] for file in kept["files"]]
            if all(
                path.exists() and sha256_of(path) == file["sha256"]
                for path, file in zip(files, kept["files"], strict=True)
            ):
                self.taken_over += label not in self._own
                return files, kept["value"]
        self._own.add(label)
        bodies, value = compute()
        files = []
        for number, body in enumerate(bodies):
            path = self.directory / f"{name}-{number}.xml.gz"
            write_compressed(body, path)
            files.append(path)
        write_json(
            {
                "label": label,
                "value": value,
                "files": [{"name": path.name, "sha256": sha256_of(path)} for path in files],
            },
            entry,
        )
        return files, value


def write_compressed(body: bytes, path: Path) -> None:
    """Write bytes with gzip, atomically; the same bytes make the same file."""
    with replaced(path) as draft:
        draft.write_bytes(gzip.compress(body, mtime=0))


@contextmanager
def journal_of(directory: Path, purpose: str) -> Iterator[Journal]:
    """The journal for `purpose` (query, date and endpoint in one text), locked while the block runs.

    A journal that was kept for another purpose is thrown away. EntrezError when another run holds the lock; a full disk
    is said in one sentence.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with _lock_of(directory).open("a+", encoding="utf-8") as lock:
        _hold(lock, directory)
        stamp = directory / "purpose.txt"
        if not stamp.exists() or stamp.read_text(encoding="utf-8") != purpose:
            shutil.rmtree(directory)
            directory.mkdir()
            stamp.write_text(purpose, encoding="utf-8")
        try:
            yield Journal(directory)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise EntrezError(
                f"The disk is full ({directory}). Make room and run again: what has been received is kept."
            ) from None


def _hold(lock: Any, directory: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise InputError(
            f"another run ({lock.read().strip() or 'unknown'}) is searching into {directory.parent}",
            todo="Wait until it has ended, then run again.",
        ) from None
    lock.truncate(0)
    lock.write(f"process {os.getpid()} on {os.uname().nodename}")
    lock.flush()
