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

from tests.chaos.kills import COMPLETED, MARK, end, marked
from tests.fixpoint.engine import REVIEWS, Engine, differences, new_review, tree
from tests.fixpoint.histories import Finished

SKIPPED = "skipped"


def two_at_once(name: str, finished: Finished, head_start: float = 6, limit: float = 900) -> str:
    """The second run is refused by a sentence that names the first (its process number), which completes."""
    engine, mark = finished.engine, uuid4().hex
    with tempfile.TemporaryDirectory(prefix="together ") as place:
        review = new_review(REVIEWS[name], Path(place) / "a review")
        try:
            first = engine.start(review, **{MARK: mark})
            time.sleep(head_start)
            numbers = {str(process.pid) for process in marked(mark)} | {str(first.pid)}
            second = engine.run(review, limit=limit)
            if first.wait(limit):
                return "the first run fails"
        finally:
            end(mark)
        if second.status == 0:
            return "the second run is not refused"
        if wrong := differences(tree(review / "results"), finished.clean.of(review).tree):
            return f"other bytes: {', '.join(wrong[:5])}"
        if second.crashed:
            return f"the second run crashes: {second.tail(5)}"
        if not numbers & set(re.findall(r"\d+", second.tail(15))):
            return f"the second run does not name the first: {second.tail(8)}"
        return COMPLETED


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
