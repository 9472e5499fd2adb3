"""How long a newcomer waits: set-up, review, a run after a run, library tests, installed size, number of jobs.

Run with `make bench-workflow`. It clones the checkout into a temporary folder and sets up a new environment there.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REVIEWS = 3  # runs of the review from nothing; the median counts
GOALS = {
    "make, from clone to report (s)": 180,
    "review from nothing, 2 cores (s, median)": 75,
    "a run after a run (s, median)": 5,
    "library tests (s)": 20,
    "installed size of requirements.txt (MB)": 800,
    "jobs": 60,
}


def timed(*command: str | Path, cwd: Path) -> tuple[float, float, str]:
    """(seconds, CPU seconds, output) of a command that must succeed."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command} failed:\n{done.stdout}{done.stderr}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cpu, done.stdout + done.stderr


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def megabytes(folder: Path) -> float:
    return (
        sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        / 1e6
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        clone = Path(temporary) / "evergreen"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        os.environ.pop("VIRTUAL_ENV", None)
        whole, whole_cpu, output = timed("make", cwd=clone)
        size = megabytes(clone / ".venv")
        jobs = int(re.findall(r"\((\d+) steps? in", output)[-1])
        snakemake = clone / ".venv" / "bin" / "snakemake"
        reviews, reviews_cpu, again = [], [], []
        for _ in range(REVIEWS):
            shutil.rmtree(clone / ".snakemake")
            for path in (clone / "results").iterdir():
                if path.is_dir():
                    shutil.rmtree(path)
            seconds, cpu, _ = timed(snakemake, "--cores", "2", cwd=clone)
            reviews.append(seconds)
            reviews_cpu.append(cpu)
            seconds, _, output = timed(snakemake, "--cores", "2", cwd=clone)
            assert "Nothing to be done" in output, output
            again.append(seconds)
        timed("make", ".venv/requirements-dev.done", cwd=clone)
        tests, _, _ = timed(clone / ".venv/bin/python", "-m", "pytest", "-n", "2", "tests/unit", cwd=clone)
    figures = dict(zip(GOALS, [whole, median(reviews), median(again), tests, size, jobs], strict=True))
    print(f"{'what':45} {'measured':>9} {'goal':>6}")
    for name, goal in GOALS.items():
        print(f"{name:45} {figures[name]:9.1f} {'<=' + str(goal):>6}")
    print(f"CPU seconds: make {whole_cpu:.1f}, review {median(reviews_cpu):.1f} (median)")


if __name__ == "__main__":
    main()
