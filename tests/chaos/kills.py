"""A run that is killed at a random moment, and the next run, which has to complete it without help."""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import psutil

from tests.fixpoint.edits import draw
from tests.fixpoint.engine import REVIEWS, Engine, differences, new_review, replace_config, tree
from tests.fixpoint.histories import Finished
from tests.fixpoint.written import Written

MARK = "EVERGREEN_CHAOS"  # in the environment of a run and of all its children
COMPLETED = "completed"
EDITED_STATES = 4  # different edits that updates begin with, so that their runs from nothing are shared
PHASES = ("start", "first third", "second third", "last third", "end", "over")


@dataclass(frozen=True)
class Kind:
    """A way to stop a run: the signal, and whether it goes to the whole group or to the main process alone."""

    name: str
    signal: signal.Signals
    group: bool

    def strike(self, leader: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            (os.killpg if self.group else os.kill)(leader, self.signal)


KINDS = [
    Kind("SIGKILL, all", signal.SIGKILL, True),
    Kind("SIGKILL, main only", signal.SIGKILL, False),
    Kind("SIGTERM, main only", signal.SIGTERM, False),
    Kind("SIGTERM, all", signal.SIGTERM, True),
    Kind("SIGINT, all (Ctrl-C)", signal.SIGINT, True),
    Kind("SIGINT, main only", signal.SIGINT, False),
]


@dataclass
class Trial:
    """One killed run: from what state, how and when it was struck, and what is wrong afterwards."""

    seed: str
    state: str
    kind: str
    phase: str = ""
    wrong: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        return self.wrong[0].split(":")[0] if self.wrong else COMPLETED


def marked(mark: str) -> list[psutil.Process]:
    """Processes that a run has started and that live, itself included."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and process.environ().get(MARK) == mark:
                found.append(process)
    return found


def heed_interrupts() -> None:
    """Let runs hear SIGINT also where this program was started in the background of a shell, which ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def end(mark: str) -> None:
    """Kill what a trial has left, and nothing else."""
    for process in marked(mark):
        with contextlib.suppress(psutil.Error):
            process.kill()


def logged(review: Path, since: float = 0.0) -> str:
    """What runs of a review have written into their logs, of those alone that wrote after a moment; the terminal is told less."""
    logs = [path for path in review.glob(".snakemake/log/*.log") if path.stat().st_mtime >= since]
    return "\n".join(path.read_text(errors="replace") for path in sorted(logs))


def phase_of(said: str, ended: bool) -> str:
    """How far a run had come, from what its log says."""
    if ended:
        return "over"
    steps = re.findall(r"(\d+) of (\d+) steps", said)
    if not steps:
        return "start"
    done, total = map(int, steps[-1])
    return "end" if done >= total else PHASES[1 + 3 * done // total]


def prepared(name: str, finished: Finished, rng: random.Random, place: Path) -> tuple[Path, str]:
    """A review before its run: without results, or finished and then edited."""
    review = place / "a review"
    if rng.random() < 0.5:
        return new_review(REVIEWS[name], review), "from nothing"
    finished.copy(name, review)
    edits = random.Random(f"{name}-update-{rng.randrange(EDITED_STATES)}")
    while True:  # until an edit is not refused
        replace_config(review, finished.of(name) / "config")
        text = draw(edits, Written(review / "config"))
        if finished.clean.of(review).status == 0:
            return review, f"update ({text})"


def moment(rng: random.Random, length: float) -> float:
    """Seconds after which a run is struck: any time, and often while Snakemake itself starts or ends."""
    return rng.choice(
        [rng.uniform(0, length), rng.uniform(0, length), rng.uniform(0, 3), rng.uniform(0.9, 1.05) * length]
    )


def trial(
    seed: str,
    finished: Finished,
    length: Callable[[str], float],
    kind: Kind | None = None,
    part: float | None = None,
) -> Trial:
    """Strike one run, run again, and compare with a run from nothing.

    A seed is REVIEW-ANYTHING; it also draws the kind and the part of a run's length at which it is struck, if not given.
    """
    name, rng = seed.split("-")[0], random.Random(seed)
    kind = kind or rng.choice(KINDS)
    with tempfile.TemporaryDirectory(prefix="chaos ", ignore_cleanup_errors=True) as place:
        review, state = prepared(name, finished, rng, Path(place))
        result = Trial(seed, state, kind.name)
        mark = uuid4().hex
        try:
            whole = length("from nothing")
            after = part * length(state) if part else moment(rng, length(state))
            said = Path(place) / "said"
            result.phase = struck(finished.engine, review, kind, after, mark, said, patience=60 + whole)
            examine(result, review, finished, mark, limit=4 * whole + 120)
        finally:
            end(mark)
    return result


def struck(
    engine: Engine, review: Path, kind: Kind, after: float, mark: str, said: Path, patience: float
) -> str:
    """Start a run, strike it after so many seconds, and say in which phase it was."""
    started = time.time()
    with said.open("wb") as output:
        process = engine.start(review, output=output, **{MARK: mark})
        with contextlib.suppress(Exception):
            process.wait(after)
        phase = phase_of(logged(review, started), process.poll() is not None)
        kind.strike(process.pid)
        # A signal that may be answered is given time: a person, too, starts again when the prompt is back.
        patience = 0 if kind.signal == signal.SIGKILL else patience
        began = time.monotonic()
        while process.poll() is None and time.monotonic() - began < patience:
            time.sleep(0.1)
        if process.poll() is None and patience:
            phase += ", deaf"
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return phase


def examine(result: Trial, review: Path, finished: Finished, mark: str, limit: float) -> None:
    """What the next run makes of it; everything that is wrong goes into the trial."""
    engine = finished.engine
    if result.phase.endswith("deaf"):
        result.wrong.append(f"deaf: {result.kind} did not end the run")
    run = engine.run(review, limit=limit)
    if run.status:
        result.wrong.append(f"next run fails: {run.tail(6)}")
        return
    left = marked(mark)
    if left:
        names = ", ".join(" ".join(process.cmdline())[:80] for process in left[:3])
        result.wrong.append(f"processes left: {names}")
    expected = finished.clean.of(review).tree
    if wrong := differences(tree(review / "results"), expected):
        kind = "strays" if all(line.startswith("stray") for line in wrong) else "other bytes"
        result.wrong.append(f"{kind}: {', '.join(wrong[:8])}")
    third = engine.run(review, limit=limit)
    if not third.did_nothing:
        result.wrong.append(f"third run works: {third.tail(6)}")
    if left and not wrong:
        time.sleep(2)
        if late := differences(tree(review / "results"), expected):
            result.wrong.append(f"written after the run: {', '.join(late[:8])}")
