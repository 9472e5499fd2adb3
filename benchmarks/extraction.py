"""What extraction costs: sheets of two people merged, checked, asked about and planned, this checkout beside another commit.

Run with `make bench-extraction` (`BASE=e08b367`). The other commit merges and checks, without queries and plan. The sheets are synthetic: each
study reports each outcome, the second person writes one cell in fifty otherwise. CPU seconds of the steps' processes, medians.
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
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from evergreen.protocol import params  # noqa: E402
from evergreen.protocol.loading import load  # noqa: E402


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--base", default="e08b367", help="the other commit")
    arguments.add_argument("--studies", type=int, nargs="*", default=[250, 500, 1000])
    arguments.add_argument("--outcomes", type=int, default=20)
    arguments.add_argument("--runs", type=int, default=3, help="runs of each; the median counts")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(temporary)
        base = place / "base"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(base)], check=True)
        subprocess.run(["git", "checkout", "--quiet", given.base], cwd=base, check=True)
        ways: dict[str, Callable[[Path], float]] = {
            "now": now,
            "base": lambda review: merged(base, review, {"ratios": []}),
        }
        print(
            f"{'studies x outcomes':>20} {'now':>8} {'base':>8} {'ratio':>6}   CPU s, medians of {given.runs}"
        )
        for studies in given.studies:
            costs: dict[str, list[float]] = {name: [] for name in ways}
            for _ in range(given.runs):
                for name, way in ways.items():
                    review = written(place / "review", studies, given.outcomes)
                    costs[name].append(way(review))
                    shutil.rmtree(review)
            found = {name: statistics.median(of_it) for name, of_it in costs.items()}
            size = f"{studies} x {given.outcomes}"
            print(
                f"{size:>20} {found['now']:8.2f} {found['base']:8.2f} {found['now'] / found['base']:6.2f}",
                flush=True,
            )


def now(review: Path) -> float:
    """CPU seconds of merging, checking, queries, conversions and plan."""
    protocol = load(review / "config" / "config.yaml")
    merging = merged(ROOT, review, params.merge_extraction(protocol), "--queries", "queries.csv")
    return merging + run(
        ROOT / "scripts" / "slice_outcomes.py", review, "--converted", "converted.csv", "--studies", "studies.csv",
        "--outcomes", json.dumps(params.slice_outcomes(protocol)), "--folder", "outcomes",
    )  # fmt: skip


def merged(checkout: Path, review: Path, values: dict[str, object], *more: str) -> float:
    """CPU seconds of the step that merges."""
    sheets = {person: f"config/extraction/{person}.csv" for person in ("AB", "CD")}
    outputs = [
        word
        for name in ("merged", "studies", "conflicts", "converted")
        for word in (f"--{name}", f"{name}.csv")
    ]
    return run(
        checkout / "scripts" / "merge_extraction.py", review, "--sheets", json.dumps(sheets), "--study-sheets", "{}",
        "--params", json.dumps({**values, "people": list(sheets)}), *outputs, *more,
    )  # fmt: skip


def run(script: Path, review: Path, *words: str) -> float:
    """CPU seconds of a step that must end well."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, str(script), *words], cwd=review, capture_output=True, text=True, check=False
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(done.stdout + done.stderr)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def written(review: Path, studies: int, outcomes: int) -> Path:
    """A synthetic review of two arms a study, half its outcomes means and half counts, extracted by two people."""
    draw = random.Random(11)
    ids = [f"o{number:02}" for number in range(outcomes)]
    entries = [
        {"id": id_, "measure": "RR" if number % 2 else "MD", "better": "lower"}
        for number, id_ in enumerate(ids)
    ]
    sheets: dict[str, list[str]] = {
        person: ["study,outcome,timepoint,arm,group,n,mean,sd,events,source"] for person in ("AB", "CD")
    }
    for study in range(studies):
        for number, id_ in enumerate(ids):
            for group in ("intervention", "control"):
                n = draw.randrange(40, 120)
                cells = (
                    [str(n), "", "", str(draw.randrange(1, n // 2))]
                    if number % 2
                    else [str(n), f"{draw.gauss(5, 0.4):.2f}", f"{draw.uniform(1.5, 2.5):.2f}", ""]
                )
                for lines in sheets.values():
                    if draw.random() < 0.02:
                        cells = [*cells]
                        cells[0] = str(n + draw.randrange(1, 4))
                    lines.append(
                        f"S{study:04},{id_},12 weeks,{group},{group},{','.join(cells)},p. {study % 9 + 1}"
                    )
    (review / "config" / "extraction").mkdir(parents=True)
    for person, lines in sheets.items():
        (review / "config" / "extraction" / f"{person}.csv").write_text(
            "\n".join(lines) + "\n", encoding="utf-8"
        )
    protocol = {"review": {"title": "Synthetic review of many studies"}, "outcomes": entries}
    (review / "config" / "config.yaml").write_text(json.dumps(protocol), encoding="utf-8")
    return review


if __name__ == "__main__":
    main()
