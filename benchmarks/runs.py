"""What runs cost, this checkout beside another commit: the bundled review, runs that change nothing, and many outcomes.

Run with `make bench-runs` (`BASE=e08b367`). Both commits run in turn in temporary folders, on 2 cores, with this environment; medians.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SNAKEMAKE = Path(sys.executable).with_name("snakemake")
DAYS = '"2023-12-31"]'


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--base", default="e08b367", help="the other commit")
    arguments.add_argument("--runs", type=int, default=3, help="runs of each; the median counts")
    arguments.add_argument(
        "--outcomes", type=int, nargs="*", default=[], help="numbers of outcomes of 10 studies to pool"
    )
    arguments.add_argument("--studies", type=int, help="studies of 100 outcomes, from sheet to report")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        checkouts = {"now": ROOT, "base": place / "base"}
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkouts["base"])], check=True)
        subprocess.run(["git", "checkout", "--quiet", given.base], cwd=checkouts["base"], check=True)
        if not given.outcomes and not given.studies:
            bundled(checkouts, place, given.runs)
        for number in given.outcomes:
            wall, cpu, peak = many(place, number, 10, "pool")
            print(
                f"{number} outcomes of 10 studies, pool: {wall:.1f} s wall, {wall / number:.3f} an outcome, "
                f"{cpu:.1f} s CPU, largest process {peak:.0f} MB",
                flush=True,
            )
        if given.studies:
            wall, cpu, peak = many(place, 100, given.studies)
            print(
                f"100 outcomes of {given.studies} studies, all: {wall:.1f} s wall, {cpu:.1f} s CPU, largest process {peak:.0f} MB"
            )


def bundled(checkouts: dict[str, Path], place: Path, runs: int) -> None:
    """The bundled review from nothing, again, by `-n`, and with a search that finds nothing new."""
    costs: dict[str, dict[str, list[float]]] = {}

    def timed(what: str, name: str, *words: str) -> None:
        costs.setdefault(what, {}).setdefault(name, []).append(
            run(checkouts[name], place / name / "review", *words)[0]
        )

    for _ in range(runs):
        for name, checkout in checkouts.items():
            review = place / name / "review"
            shutil.rmtree(review, ignore_errors=True)
            shutil.copytree(checkout / "config", review / "config")
            timed("bundled review from nothing", name)
            timed("a run after a run", name)
            timed("snakemake -n", name, "-n")
            protocol = review / "config" / "config.yaml"
            text = protocol.read_text(encoding="utf-8")
            protocol.write_text(text.replace(DAYS, f'{DAYS[:-1]}, "2024-01-31"]', 1), encoding="utf-8")
            timed("a search with nothing new", name)
    print(f"{'seconds, medians of ' + str(runs):32} {'now':>7} {'base':>7} {'ratio':>7}")
    medians = {
        what: {name: statistics.median(found) for name, found in by.items()} for what, by in costs.items()
    }
    for what, by in medians.items():
        print(f"{what:32} {by['now']:7.2f} {by['base']:7.2f} {by['now'] / by['base']:7.2f}")
    dry = medians["snakemake -n"]["base"]
    for what in ("a run after a run", "a search with nothing new"):
        print(f"{what:32} {medians[what]['now'] / dry:7.2f} times `snakemake -n` of base")


def run(checkout: Path, review: Path, *words: str) -> tuple[float, float]:
    """(wall, CPU) seconds of a run that must end well."""
    command = [str(SNAKEMAKE), "--snakefile", str(checkout / "Snakefile"), "--directory", str(review)]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run([*command, "--cores", "2", *words], capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def many(place: Path, outcomes: int, studies: int, *targets: str) -> tuple[float, float, float]:
    """Cost of a synthetic review of so many outcomes, each reported by so many studies; seconds and the largest process in MB."""
    review = place / f"{outcomes}x{studies}"
    (review / "config" / "extraction").mkdir(parents=True)
    draw: Callable[[float, float], float] = random.Random(7).uniform
    lines = ["study,outcome,arm,group,n,mean,sd"]
    for number in range(outcomes):
        for study in range(studies):
            for group, shift in (("intervention", -0.3), ("control", 0.0)):
                mean, sd = draw(4, 6) + shift, draw(1, 2)
                lines.append(
                    f"S{study:03},o{number:04},{group},{group},{40 + study % 37},{mean:.3f},{sd:.3f}"
                )
    (review / "config" / "extraction" / "AB.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    entries = [{"id": f"o{number:04}", "measure": "MD"} for number in range(outcomes)]
    protocol = {"review": {"title": "Synthetic review of many outcomes"}, "outcomes": entries}
    (review / "config" / "config.yaml").write_text(json.dumps(protocol), encoding="utf-8")
    wall, cpu = run(ROOT, review, *targets)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    shutil.rmtree(review)
    return wall, cpu, peak


if __name__ == "__main__":
    main()
