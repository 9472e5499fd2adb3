"""Random edits of what people write; after each one run has to leave what a run from nothing leaves.

    python -m tests.fixpoint --edits 500 --seed 1 --review all --jobs 2
    python -m tests.fixpoint --replay mini-1-17 --keep FOLDER

Everything happens through the command line of the tool and in temporary folders. Differences are printed with the seed of
their history, which `--replay` lives through again; `--keep` leaves the review that failed for a look at it.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.fixpoint.engine import REVIEWS, ROOT, Engine
from tests.fixpoint.histories import REFUSED, SAME, Finished, History, Step, clean_start, play, review_of

# Of a hundred edits to all reviews, how many go to each: a run from nothing of the bundled one takes the longest.
SHARES = {"mini": 54, "sheets": 22, "exports": 18, "bundled": 6}
STEPS = 3
EDITS_A_STEP = 2  # on average


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="fixpoint ") as place:
        engine = Engine(args.checkout.resolve())
        finished = clean_start(engine, Path(place), args.cache, limit=args.limit)
        seeds = args.replay or list(seeds_of(args.review, args.edits, args.seed))
        print(f"{len(seeds)} histories, tool {finished.clean.tool[:12]}", flush=True)
        for name in sorted({review_of(seed) for seed in seeds}):
            finished.of(name)
        histories = played(seeds, finished, args.jobs, args.keep)
    print_table(histories)
    failed = [history.seed for history in histories if history.failed]
    if failed:
        print(
            f"\n{len(failed)} of {len(histories)} histories failed; again with: --replay {' '.join(failed)}"
        )
    return 1 if failed else 0


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fixpoint", description=__doc__.splitlines()[0])
    parser.add_argument("--edits", type=int, default=500, help="about how many edits are made")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--review", choices=[*REVIEWS, "all"], default="all")
    parser.add_argument("--jobs", type=int, default=2, help="histories at a time")
    parser.add_argument(
        "--replay", nargs="+", metavar="SEED", help="seeds of single histories, such as mini-1-17"
    )
    parser.add_argument("--keep", type=Path, help="folder for the reviews that failed")
    parser.add_argument("--cache", type=Path, help="folder that remembers runs from nothing between calls")
    parser.add_argument("--limit", type=float, default=900, help="seconds that a single run may take")
    parser.add_argument("--checkout", type=Path, default=ROOT, help="the checkout under test")
    return parser.parse_args(argv)


def seeds_of(review: str, edits: int, seed: int) -> Iterator[str]:
    """Seeds of enough histories for about this many edits, the reviews mixed."""
    shares = SHARES if review == "all" else {review: 100}
    seeds = [
        f"{name}-{seed}-{number}"
        for name, share in shares.items()
        for number in range(1, 1 + max(1, round(edits * share / 100 / STEPS / EDITS_A_STEP)))
    ]
    random.Random(seed).shuffle(seeds)
    yield from seeds


def played(seeds: list[str], finished: Finished, jobs: int, keep: Path | None) -> list[History]:
    began = time.monotonic()
    histories = []
    with ThreadPoolExecutor(jobs) as pool:
        waiting = {pool.submit(play, seed, finished, steps=STEPS, keep=keep): seed for seed in seeds}
        for done in as_completed(waiting):
            try:
                histories.append(done.result())
            except Exception as error:  # one history that cannot be told does not end the others
                step = Step([], f"cannot be told: {error!r}")
                histories.append(History(waiting[done], [step]))
            say(histories[-1], f"{len(histories)}/{len(seeds)}, {(time.monotonic() - began) / 60:.0f} min")
    return histories


def say(history: History, progress: str) -> None:
    print(f"[{progress}] {history.seed}: {', '.join(step.verdict for step in history.steps)}", flush=True)
    for number, step in enumerate(history.steps, start=1):
        if step.failed or step.verdict == REFUSED:
            print(f"    step {number}: {step.verdict}")
        if step.failed:
            print("".join(f"        edit: {edit}\n" for edit in step.edits), end="")
        for detail in step.details[:12]:
            print(f"        {detail}")
        if len(step.details) > 12:
            print(f"        and {len(step.details) - 12} more", flush=True)


def print_table(histories: list[History]) -> None:
    """By kind of edit: in how many steps it took part, and how those ended."""
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for step in [step for history in histories for step in history.steps]:
        for edit in step.edits:
            verdict = step.verdict if step.verdict in (SAME, REFUSED) else "failed"
            counts[edit.kind][verdict] += 1
            counts["all"][verdict] += 1
    print(f"\n{'kind of edit':34}{'edits':>7}{'same':>7}{'refused':>9}{'failed':>8}")
    for name in [*sorted(counts.keys() - {"all"}), "all"]:
        row = counts[name]
        print(f"{name:34}{row.total():7}{row[SAME]:7}{row[REFUSED]:9}{row['failed']:8}")


if __name__ == "__main__":
    sys.exit(main())
