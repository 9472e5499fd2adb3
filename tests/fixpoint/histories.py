"""A history: a finished review, then a few times one to four edits and one run, each compared with a run from nothing."""

from __future__ import annotations

import random
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.fixpoint.clean import Clean, CleanRuns
from tests.fixpoint.edits import Edit, draw
from tests.fixpoint.engine import (
    REVIEWS,
    Engine,
    Run,
    Tree,
    differences,
    new_review,
    replace_config,
    tree,
)
from tests.fixpoint.written import Written

SAME, REFUSED = "same", "refused"


@dataclass
class Step:
    """Edits, the run after them, and what came of it: `same`, `refused` or what is wrong."""

    edits: list[Edit]
    verdict: str = SAME
    details: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return self.verdict not in (SAME, REFUSED)

    def fails(self, verdict: str, details: list[str]) -> Step:
        self.verdict, self.details = verdict, details
        return self


@dataclass
class History:
    """The steps of one seed, which says everything that is needed to see them again."""

    seed: str
    steps: list[Step] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return any(step.failed for step in self.steps)


def review_of(seed: str) -> str:
    """A seed begins with the short name of its review, as in `mini-1-17`."""
    return seed.split("-")[0]


class Finished:
    """Reviews run once to the end, to begin histories with."""

    def __init__(self, engine: Engine, clean: CleanRuns, folder: Path) -> None:
        self.engine, self.clean, self.folder = engine, clean, folder
        self.ready: dict[str, Path] = {}

    def of(self, name: str) -> Path:
        if name not in self.ready:
            review = new_review(REVIEWS[name], self.folder / f"finished {name}")
            run = self.engine.run(review, limit=self.clean.limit)
            if run.status:
                raise SystemExit(f"the review {name} cannot be run from nothing:\n{run.tail()}")
            self.clean.remember(review, run)
            self.ready[name] = review
        return self.ready[name]

    def copy(self, name: str, target: Path) -> Path:
        return shutil.copytree(self.of(name), target, symlinks=True)


Edits = Callable[[random.Random, Written], list[Edit]]


def some_edits(rng: random.Random, written: Written) -> list[Edit]:
    return [draw(rng, written) for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 4]))]


def play(
    seed: str, finished: Finished, *, steps: int = 3, edits: Edits = some_edits, keep: Path | None = None
) -> History:
    """Live through the history of a seed; it ends with the first step that leaves more than strays."""
    rng = random.Random(seed)
    history = History(seed)
    with tempfile.TemporaryDirectory(prefix="history ") as place:
        review = finished.copy(review_of(seed), Path(place) / "a review")
        for _ in range(steps):
            before = Path(place) / "config before"
            shutil.copytree(review / "config", before)
            step = Step(edits(rng, Written(review / "config")))
            history.steps.append(step)
            judge(step, review, before, finished)
            shutil.rmtree(before)
            if step.failed:
                if keep:
                    shutil.copytree(review, keep / seed, symlinks=True, dirs_exist_ok=True)
                if not without_strays(step, review):
                    break
    return history


def without_strays(step: Step, review: Path) -> bool:
    """Take strays away, so that a history can go on; whether there was nothing else."""
    if not step.details or not all(detail.startswith("stray: ") for detail in step.details):
        return False
    for detail in step.details:
        (review / "results" / detail.removeprefix("stray: ")).unlink()
    return True


def judge(step: Step, review: Path, before: Path, finished: Finished) -> None:
    """Run once after the edits of a step, and say what came of it."""
    engine, limit = finished.engine, finished.clean.limit
    run = engine.run(review, limit=limit)
    clean = finished.clean.of(review)
    if clean.status < 0:
        step.fails("a run from nothing did not end in time", [clean.tail])
    elif bool(run.status) != bool(clean.status):
        words = ("refused, but accepted from nothing", "accepted, but refused from nothing")
        step.fails(words[run.status == 0], [run.tail(15) if run.status else clean.tail])
    elif run.status == 0:
        compare(step, review, clean.tree, engine, limit)
    elif run.crashed:
        step.fails("crashed", [run.tail(15)])
    else:
        step.verdict = REFUSED
        undo(step, review, before, run, finished)


def compare(step: Step, review: Path, expected: Tree, engine: Engine, limit: float) -> None:
    """One run was enough: the bytes are those of a run from nothing, and a second run does nothing."""
    if wrong := differences(tree(review / "results"), expected):
        step.fails("differs from a run from nothing", wrong)
        return
    second = engine.run(review, limit=limit)
    if not second.did_nothing:
        step.fails("a second run did something", [second.tail(15)])


def undo(step: Step, review: Path, before: Path, run: Run, finished: Finished) -> None:
    """Take refused edits back: one run gives the bytes of before."""
    replace_config(review, before)
    clean: Clean = finished.clean.of(review)
    again = finished.engine.run(review, limit=finished.clean.limit)
    sentence = [line for line in run.output.splitlines() if re.search(r"config/|ERROR|Error", line)][-2:]
    if again.status:
        step.fails("refused, and still so when undone", [again.tail(15)])
    elif wrong := differences(tree(review / "results"), clean.tree):
        step.fails("refused, and other bytes when undone", wrong)
    else:
        step.details = sentence


def clean_start(engine: Engine, folder: Path, cache: Path | None = None, *, limit: float = 900) -> Finished:
    """Everything that histories need, in one folder."""
    clean = CleanRuns(engine, cache or folder / "clean", limit=limit)
    return Finished(engine, clean, folder)
