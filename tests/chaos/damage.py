"""Every file of a finished review cut, altered and deleted in turn; the next run heals it or refuses it by name.

    python -m tests.chaos.damage --review mini
    python -m tests.chaos.damage --review sheets --only synthesis/ --how altered

Several files of different folders are damaged at once, for speed, and judged one by one.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from tests.fixpoint.engine import REVIEWS, ROOT, Engine, Run, tree
from tests.fixpoint.histories import Finished, clean_start

HOW = ("cut", "altered", "deleted")
HEALED, REFUSED, EVIDENCE = "healed and named", "refused by name", "search/"
LAST_LINES = 40


@dataclass(frozen=True)
class Damage:
    """One file below results/, and what is done to it."""

    name: str
    how: str

    def do(self, results: Path) -> None:
        path = results / self.name
        before, content = path.stat(), path.read_bytes()
        if self.how == "deleted":
            path.unlink()
        elif self.how == "cut":
            path.write_bytes(content[: len(content) // 2])
        else:
            middle = len(content) // 2
            path.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
            os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def possible(results: Path) -> list[Damage]:
    """All damages that change something: an empty file can only be deleted."""
    names = [name for name in tree(results) if not any(part.startswith(".") for part in name.split("/"))]
    return [
        Damage(name, how)
        for name in names
        for how in HOW
        if how == "deleted" or (results / name).stat().st_size > 0
    ]


def batches(damages: list[Damage], together: int, rng: random.Random) -> Iterable[list[Damage]]:
    """Batches without two damages of one file, and mostly without two files of one folder."""
    folders: dict[str, list[Damage]] = {}
    for damage in rng.sample(damages, len(damages)):
        folders.setdefault(damage.name.rpartition("/")[0], []).append(damage)
    mixed = [damage for row in zip_longest(*folders.values()) for damage in row if damage]
    while mixed:
        batch: dict[str, Damage] = {}
        for damage in mixed:
            if len(batch) < together:
                batch.setdefault(damage.name, damage)
        yield list(batch.values())
        mixed = [damage for damage in mixed if batch.get(damage.name) is not damage]


class Patient:
    """A finished review that is damaged and run again, and made new from the finished one where it stays damaged."""

    def __init__(self, name: str, finished: Finished, place: Path) -> None:
        self.name, self.finished, self.review = name, finished, place / "a review"
        self.expected = tree(finished.of(name) / "results")
        self.renew()

    def renew(self) -> None:
        shutil.rmtree(self.review, ignore_errors=True)
        self.finished.copy(self.name, self.review)

    def restore(self, damage: Damage) -> None:
        """Put one file back, as a person would from a backup."""
        target = self.review / "results" / damage.name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(self.finished.of(self.name) / "results" / damage.name, target)

    def run(self) -> Run:
        return self.finished.engine.run(self.review, limit=self.finished.clean.limit)

    def suffers(self, batch: list[Damage]) -> dict[Damage, str]:
        """Do all damages of a batch, run, and say of each what came of it."""
        for damage in batch:
            damage.do(self.review / "results")
        verdicts: dict[Damage, str] = {}
        waiting = list(batch)
        while waiting:
            run = self.run()
            if run.status == 0:
                verdicts |= self._after(waiting, run)
                break
            refused = [damage for damage in waiting if is_named(damage, run) and not run.crashed]
            if not refused:
                self.renew()
                return verdicts | self._apart(waiting, run)
            for damage in refused:
                verdicts[damage] = REFUSED
                self.restore(damage)
                waiting.remove(damage)
        return verdicts

    def _apart(self, waiting: list[Damage], run: Run) -> dict[Damage, str]:
        """A run failed and named none of the damaged files: which one it was, by halves."""
        if len(waiting) == 1:
            print(run.tail(8), flush=True)
            return {waiting[0]: "the run fails without naming it"}
        half = len(waiting) // 2
        return self.suffers(waiting[:half]) | self.suffers(waiting[half:])

    def _after(self, waiting: list[Damage], run: Run) -> dict[Damage, str]:
        found = tree(self.review / "results")
        names = {damage.name for damage in waiting}
        others = sorted(
            name
            for name in found.keys() | self.expected.keys()
            if name not in names and found.get(name) != self.expected.get(name)
        )
        stay = [damage for damage in waiting if found.get(damage.name) != self.expected[damage.name]]
        verdicts = {}
        for damage in waiting:
            if damage in stay:
                verdicts[damage] = "stays damaged"
            elif others and not stay:  # what stays damaged passes it on to others
                verdicts[damage] = f"healed, but other files changed: {', '.join(others[:3])}"
            else:
                verdicts[damage] = HEALED if is_named(damage, run) else "healed, not named"
        if found != self.expected or not self.run().did_nothing:
            if found == self.expected:
                verdicts = dict.fromkeys(waiting, "a second run does something")
            self.renew()
        return verdicts


def is_named(damage: Damage, run: Run) -> bool:
    return damage.name in run.tail(LAST_LINES)


def main(argv: list[str] | None = None) -> int:
    args = parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="damage ") as place:
        finished = clean_start(Engine(args.checkout.resolve()), Path(place), limit=args.limit)
        patient = Patient(args.review, finished, Path(place))
        damages = [
            damage
            for damage in possible(patient.review / "results")
            if damage.how in args.how and damage.name.startswith(args.only)
        ]
        rng = random.Random(args.seed)
        if args.sample:
            damages = rng.sample(damages, min(args.sample, len(damages)))
        print(f"{len(damages)} damages of {len({damage.name for damage in damages})} files", flush=True)
        verdicts: dict[Damage, str] = {}
        for batch in batches(damages, args.together, rng):
            verdicts |= (now := patient.suffers(batch))
            print(f"[{len(verdicts)}/{len(damages)}]", flush=True)
            for damage, verdict in now.items():
                print(f"    {damage.how:8} {damage.name}: {verdict}", flush=True)
    print_table(verdicts)
    return 1 if any(fails(damage, verdict) for damage, verdict in verdicts.items()) else 0


def fails(damage: Damage, verdict: str) -> bool:
    """Only the evidence of a search may be refused; everything else can be made again."""
    return verdict != HEALED and not (verdict == REFUSED and damage.name.startswith(EVIDENCE))


def parse_args(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.damage", description=__doc__.splitlines()[0])
    parser.add_argument("--review", choices=REVIEWS, default="mini")
    parser.add_argument("--how", nargs="+", choices=HOW, default=list(HOW))
    parser.add_argument("--only", default="", help="files below results/ whose path begins like this")
    parser.add_argument(
        "--sample", type=int, default=0, help="so many damages, drawn at random, instead of all"
    )
    parser.add_argument("--together", type=int, default=8, help="files damaged before one run")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--limit", type=float, default=900, help="seconds that a single run may take")
    parser.add_argument("--checkout", type=Path, default=ROOT, help="the checkout under test")
    return parser.parse_args(argv)


def print_table(verdicts: dict[Damage, str]) -> None:
    """By what was done and the folder it was done in."""
    counts = Counter((verdict.split(":")[0], damage.how) for damage, verdict in verdicts.items())
    print(f"\n{'what came of it':40}" + "".join(f"{how:>9}" for how in HOW))
    for verdict in sorted({verdict for verdict, _ in counts}):
        print(f"{verdict:40}" + "".join(f"{counts[verdict, how]:9}" for how in HOW))
    wrong = [damage for damage, verdict in verdicts.items() if fails(damage, verdict)]
    if wrong:
        print("\nfailures by folder")
        for folder, number in Counter(damage.name.rpartition("/")[0] for damage in wrong).most_common():
            print(f"{folder:40}{number:9}")


if __name__ == "__main__":
    sys.exit(main())
