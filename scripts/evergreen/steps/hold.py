"""One run at a time in a review's directory: who holds it, and what a killed run leaves.

The kernel gives a lock back when its process ends, however it ends; the file beside it says who holds it: host, process and
the time of its start. On a disk that several hosts share the kernel of another host is not asked: what it holds is refused.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from evergreen.errors import InputError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor

FOLDER = Path(".snakemake/evergreen")
HOLDER = FOLDER / "run.json"  # who holds the directory
STEPS = (
    FOLDER / "steps.lock"
)  # held by every step at work, so that a new run can wait for those of a killed one
OWNER = "EVERGREEN_RUN"  # process of the run that started a step
TICKET = "EVERGREEN_TICKET"  # what `HOLDER` said when a job was handed to a cluster's queue
PATIENCE = 30.0  # seconds that a new run waits for the steps of a killed one


@contextmanager
def hold() -> Iterator[str | None]:
    """Hold the review's directory; gives a sentence on an earlier run that ended without a word, or None.

    Raises InputError where another run holds it, or where one on another host may.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    with HOLDER.open("a+", encoding="utf-8") as file:
        file.seek(0)
        earlier = _read(file)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"another run ({_named(earlier)}) is at work in this directory", file=Path.cwd(),
                todo="Wait until it has ended, or stop it, then run again.",
            ) from None  # fmt: skip
        if earlier and earlier.get("host") not in (None, os.uname().nodename):
            raise InputError(
                f"a run on another host ({_named(earlier)}) holds this directory", file=Path.cwd(),
                todo=f"Wait until it has ended; if you know that it has, delete {HOLDER} and run again.",
            )  # fmt: skip
        word = f"An earlier run ({_named(earlier)}) was killed; its lock is cleared." if earlier else None
        now = time.strftime("%Y-%m-%d %H:%M:%S")
        _write(file, {"host": os.uname().nodename, "process": os.getpid(), "started": now})
        os.environ[TICKET] = HOLDER.read_text(encoding="utf-8")
        try:
            _await_steps()
            yield word
        finally:
            os.environ.pop(TICKET, None)
            _write(file, None)


def check_ticket() -> None:
    """As a job from a cluster's queue: refuse to begin where the run that sent it does not hold the directory any more."""
    ticket = os.environ.get(TICKET)
    if ticket is None or not FOLDER.is_dir():
        return
    try:
        standing = HOLDER.read_text(encoding="utf-8") == ticket
    except OSError:
        standing = False
    if not standing:
        raise InputError(
            "the run that sent this job has ended, and it does not begin", file=Path.cwd(),
            todo="Run again: what it would have done is done then.",
        )  # fmt: skip


def _read(file: IO[str]) -> dict[str, Any]:
    try:
        found = json.loads(file.read() or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _write(file: IO[str], holder: dict[str, Any] | None) -> None:
    file.seek(0)
    file.truncate()
    if holder is not None:
        file.write(json.dumps(holder) + "\n")
    file.flush()


def _named(holder: dict[str, Any]) -> str:
    started = f", started {holder['started']}" if holder.get("started") else ""
    return f"process {holder.get('process', 'unknown')} on {holder.get('host', 'an unknown host')}{started}"


def _await_steps() -> None:
    """Wait until no step of a killed run is at work any more; they notice by themselves that it is gone."""
    with STEPS.open("a") as file:
        for _ in range(int(PATIENCE / 0.05)):
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                time.sleep(0.05)
    raise InputError(
        "steps of a run that was killed are still at work in this directory", file=Path.cwd(),
        todo="Wait until they have ended, or stop them, then run again.",
    )  # fmt: skip


def live_and_die_with_run() -> None:
    """As a step: be counted among the steps at work, and end at once when the run that started this process is gone."""
    owner = os.environ.get(OWNER)
    if not owner or not FOLDER.is_dir():
        return
    try:
        global _mark
        _mark = STEPS.open("a+")  # NFS gives a shared lock only on a file that may be read
        fcntl.flock(_mark, fcntl.LOCK_SH)
    except OSError:
        return
    die_with(int(owner))


_mark: IO[str] | None = None


def processes(number: int) -> ProcessPoolExecutor:
    """As a step: processes that share its memory and work for it side by side; they end with it, however it ends.

    A process that only waits for work would not notice that nobody sends any, and hold `STEPS` for ever.
    """
    from concurrent.futures import ProcessPoolExecutor  # takes long to load, and few steps need it
    from multiprocessing import get_context

    return ProcessPoolExecutor(
        number, mp_context=get_context("fork"), initializer=die_with, initargs=(os.getpid(),)
    )


def die_with(process: int) -> None:
    """End at once when another process does."""
    threading.Thread(target=_watch, args=(process,), daemon=True).start()


def _watch(owner: int) -> None:
    try:
        os.kill(owner, 0)
        if hasattr(os, "pidfd_open"):
            import select

            select.select([os.pidfd_open(owner)], [], [])
        else:
            while True:
                os.kill(owner, 0)
                time.sleep(0.2)
    except ProcessLookupError:
        pass
    except OSError:
        return  # another user's process, or none of this machine's
    os._exit(70)
