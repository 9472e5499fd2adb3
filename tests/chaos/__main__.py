"""Runs that are killed at random moments, two runs at once, full disks; the next run has to complete them without help.

    python -m tests.chaos --mini 200 --bundled 40 --seed 1
    python -m tests.chaos --replay mini-1-17

A replay strikes the same state with the same signal after the same part of a run, which need not be the same line of code.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.chaos.kills import COMPLETED, PHASES, Trial, heed_interrupts, trial
from tests.chaos.together import SKIPPED, full_disk, two_at_once
from tests.fixpoint.engine import REVIEWS, ROOT, Engine, new_review
from tests.fixpoint.histories import Finished, clean_start


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    heed_interrupts()
    seeds = args.replay or [
        f"{name}-{args.seed}-{number}" for name in REVIEWS for number in range(1, 1 + getattr(args, name))
    ]
    with tempfile.TemporaryDirectory(prefix="chaos ") as place:
        finished = clean_start(Engine(args.checkout.resolve()), Path(place), args.cache, limit=args.limit)
        lengths = Lengths(finished)
        names = sorted({seed.split("-")[0] for seed in seeds})
        for name in names:
            lengths.measure(name, Path(place))
        trials = struck(seeds, finished, lengths, args.jobs)
        others = {} if args.replay else scenes("mini" if "mini" in names else names[-1], finished, args.disks)
    print_table(trials)
    for name, verdict in others.items():
        print(f"{name:48} {verdict}")
    failed = [one.seed for one in trials if one.wrong]
    if failed:
        print(f"\n{len(failed)} of {len(trials)} killed runs; again with: --replay {' '.join(failed)}")
    return 1 if failed or any(verdict not in (COMPLETED, SKIPPED) for verdict in others.values()) else 0


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__.splitlines()[0])
    for name in REVIEWS:
        parser.add_argument(f"--{name}", type=int, default=0, help=f"killed runs of the review {name}")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="trials at a time; more blur the moments")
    parser.add_argument("--disks", type=int, default=4, help="full disks, from small to nearly enough")
    parser.add_argument(
        "--replay", nargs="+", metavar="SEED", help="seeds of single trials, such as mini-1-17"
    )
    parser.add_argument("--cache", type=Path, help="folder that remembers runs from nothing between calls")
    parser.add_argument("--limit", type=float, default=900, help="seconds that an undisturbed run may take")
    parser.add_argument("--checkout", type=Path, default=ROOT, help="the checkout under test")
    return parser.parse_args(argv)


class Lengths:
    """How long undisturbed runs take; an update is taken to be half as long as a run from nothing."""

    def __init__(self, finished: Finished) -> None:
        self.finished = finished
        self.seconds: dict[str, float] = {}

    def measure(self, name: str, place: Path) -> None:
        self.finished.of(name)  # warms the caches of the disk
        review = new_review(REVIEWS[name], place / f"measured {name}")
        began = time.monotonic()
        self.finished.engine.run(review, limit=self.finished.clean.limit)
        self.seconds[name] = time.monotonic() - began
        print(f"{name}: a run from nothing takes {self.seconds[name]:.0f} s", flush=True)

    def of(self, name: str, state: str) -> float:
        return self.seconds[name] * (1 if state == "from nothing" else 0.5)


def struck(seeds: list[str], finished: Finished, lengths: Lengths, jobs: int) -> list[Trial]:
    def one(seed: str) -> Trial:
        try:
            return trial(seed, finished, lambda state: lengths.of(seed.split("-")[0], state))
        except Exception as error:  # one trial that cannot be held does not end the others
            return Trial(seed, "?", "?", wrong=[f"not held: {error!r}"])

    trials = []
    with ThreadPoolExecutor(jobs) as pool:
        for done in as_completed([pool.submit(one, seed) for seed in seeds]):
            trials.append(now := done.result())
            print(
                f"[{len(trials)}/{len(seeds)}] {now.seed}: {now.kind}, {now.state}, {now.phase}: {now.verdict}",
                flush=True,
            )
            for line in now.wrong:
                print("        " + line.replace("\n", "\n        "), flush=True)
    return trials


def scenes(name: str, finished: Finished, disks: int) -> dict[str, str]:
    """What is not a kill: by its name, how it ended."""
    found = {
        "a second run while one works": two_at_once(name, finished),
        "two runs started together": two_at_once(name, finished, wait=False),
    }
    for number in range(disks):
        part = (number + 0.5) / disks
        found[f"a disk with room for {part:.0%} of the results"] = full_disk(name, finished, part)
    return found


def print_table(trials: list[Trial]) -> None:
    """By kind of signal and phase: how many runs of all were completed by the next one."""
    counts: Counter[tuple[str, str, bool]] = Counter()
    for one in trials:
        counts[one.kind, one.phase.split(",")[0], not one.wrong] += 1
    print(f"\n{'completed of struck':24}" + "".join(f"{phase:>14}" for phase in PHASES))
    for kind in sorted({one.kind for one in trials}):
        cells = [(counts[kind, phase, True], counts[kind, phase, False]) for phase in PHASES]
        print(
            f"{kind:24}"
            + "".join(f"{f'{good} of {good + bad}' if good + bad else '-':>14}" for good, bad in cells)
        )
    for verdict, number in Counter(one.verdict for one in trials).most_common():
        print(f"{verdict:24}{number:14}")


if __name__ == "__main__":
    sys.exit(main())
