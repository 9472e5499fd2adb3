"""Run a command and write what it cost: `python benchmarks/costs.py COST.json COMMAND ...`.

A process of its own for each command, for what the system counts of processes that ended (CPU time of all, memory of the largest) it
counts since its parent began.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Seconds of all processors and of the clock, and the memory of the largest process in MB."""

    cpu: float
    wall: float
    peak: float


def cost_of(command: list[str | Path], cwd: Path | None = None) -> Cost:
    """What `command` costs, which must end well; its output ends the program where it does not."""
    with tempfile.NamedTemporaryFile() as file:
        words = [sys.executable, __file__, file.name, *map(str, command)]
        done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{' '.join(words[3:])} failed:\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
        return Cost(**json.loads(Path(file.name).read_text(encoding="utf-8")))


def main() -> None:
    start = time.perf_counter()
    done = subprocess.run(sys.argv[2:], check=False)
    wall = time.perf_counter() - start
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = {"cpu": used.ru_utime + used.ru_stime, "wall": wall, "peak": used.ru_maxrss / 1024}
    Path(sys.argv[1]).write_text(json.dumps(cost), encoding="utf-8")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
