"""Two runs at the same time, and a full disk."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from tests.chaos.kills import COMPLETED, MARK, end, logged, marked
from tests.fixpoint.engine import REVIEWS, Engine, differences, new_review, tree
from tests.fixpoint.histories import Finished

SKIPPED = "skipped"


def two_at_once(name: str, finished: Finished, *, wait: bool = True, limit: float = 900) -> str:
    """One of two runs is refused by a sentence that names the other (its process number), which completes.

    With `wait` the second begins once the first works, and is the one to be refused.
    """
    engine, mark = finished.engine, uuid4().hex
    with tempfile.TemporaryDirectory(prefix="together ") as place:
        review = new_review(REVIEWS[name], Path(place) / "a review")
        said = [Path(place) / "first", Path(place) / "second"]
        runs: list[subprocess.Popen] = []
        try:
            for path in said:
                with path.open("wb") as output:
                    runs.append(engine.start(review, output=output, **{MARK: f"{mark} {path.name}"}))
                if wait and path.name == "first":
                    wait_for_work(review, runs[0], limit)
                    numbers = {str(process.pid) for process in marked(f"{mark} first")}
            ends = [run.wait(limit) for run in runs]
        except subprocess.TimeoutExpired:
            return "a run does not end"
        finally:
            end(f"{mark} first")
            end(f"{mark} second")
        if all(ends):
            return f"both runs fail: {tail(said[0])} | {tail(said[1])}"
        if not any(ends):
            return "no run is refused"
        refused = 0 if ends[0] else 1
        if wait and not refused:
            return f"the first run fails: {tail(said[0])}"
        if wrong := differences(tree(review / "results"), finished.clean.of(review).tree):
            return f"other bytes: {', '.join(wrong[:5])}"
        if "Traceback" in said[refused].read_text(errors="replace"):
            return f"the refused run crashes: {tail(said[refused])}"
        numbers = numbers if wait else {str(runs[1 - refused].pid)}
        if not numbers & set(re.findall(r"\d+", tail(said[refused], 15))):
            return f"the refused run does not name the other: {tail(said[refused])}"
        return COMPLETED


def wait_for_work(review: Path, run: subprocess.Popen, limit: float) -> None:
    """Until a run begins its first job, by its log."""
    began = time.monotonic()
    while time.monotonic() - began < limit and run.poll() is None:
        if re.search(r"Select jobs|Execute \d+ jobs|\d+ of \d+ steps", logged(review)):
            return
        time.sleep(0.1)


def tail(said: Path, lines: int = 8) -> str:
    return "\n".join(said.read_text(errors="replace").rstrip().splitlines()[-lines:])


@contextmanager
def small_disk(folder: Path, size: int) -> Iterator[None]:
    """A file system of so many bytes at a folder; needs the right to mount."""
    options = f"size={size}"
    subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def full_disk(name: str, finished: Finished, part: float, limit: float = 900) -> str:
    """With room for a part of the results a run says so in one sentence; with more room the next one completes."""
    if os.geteuid():
        return SKIPPED
    needed = sum(path.stat().st_blocks * 512 for path in finished.of(name).rglob("*") if path.is_file())
    with tempfile.TemporaryDirectory(prefix="full disk ") as place:
        disk = Path(place) / "disk"
        disk.mkdir()
        try:
            with small_disk(disk, max(64 * 1024, int(needed * part))):
                return _filled(name, finished, finished.engine, disk, limit)
        except subprocess.CalledProcessError:
            return SKIPPED


def _filled(name: str, finished: Finished, engine: Engine, disk: Path, limit: float) -> str:
    review = new_review(REVIEWS[name], disk / "a review")
    run = engine.run(review, limit=limit)
    said = [
        line
        for line in run.tail(40).splitlines()
        if re.search(r"no space left|disk is full|no room", line, re.I)
    ]
    subprocess.run(["mount", "-o", "remount,size=2g", disk], check=True)
    again = engine.run(review, limit=limit)
    if run.status == 0:
        return "a run on a full disk ends well"
    if again.status:
        return f"the next run fails: {again.tail(6)}"
    if wrong := differences(tree(review / "results"), finished.clean.of(review).tree):
        return f"other bytes: {', '.join(wrong[:5])}"
    if not engine.run(review, limit=limit).did_nothing:
        return "a third run does something"
    if run.crashed or not said:
        return f"no sentence about the disk: {run.tail(6)}"
    return COMPLETED
