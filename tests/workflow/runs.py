"""Running the real Snakefile on a review, as its users do."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Files that may differ between two runs on the same content: they tell when and how long.
NOT_CONTENT = ("logs/", "benchmarks/", "retrieved.json")


@dataclass(frozen=True)
class Run:
    """What a run said on the terminal, and what it wrote into Snakemake's log file, where every step is."""

    status: int
    output: str
    log: str

    @property
    def rules(self) -> Counter[str]:
        """How often each rule ran; targets left out."""
        found = re.findall(r"Finished jobid: \d+ \(Rule: (\w+)\)", self.log)
        # A job of several outcomes is named after them.
        ran = Counter(re.sub(r"^((?:pool|draw)_outcomes)_\w+$", r"\1", name) for name in found)
        for target in ("all", "report"):
            ran.pop(target, None)
        return ran

    @property
    def did_nothing(self) -> bool:
        return self.status == 0 and "Nothing to be done" in self.output


def snakemake(review: Path, *arguments: str, snakefile: Path = ROOT / "Snakefile") -> Run:
    """Run the workflow in `review` and wait."""
    command = [
        Path(sys.executable).with_name("snakemake"),
        "--snakefile",
        snakefile,
        "--directory",
        review,
    ]
    return ran(review, [*map(str, command), "--cores", "2", *arguments], timeout=600)


def ran(review: Path, command: list[str], **how) -> Run:
    """Run a command of Snakemake on `review`."""
    before = logs_of(review)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, **how)
    log = "".join(path.read_text(encoding="utf-8") for path in sorted(logs_of(review) - before))
    return Run(done.returncode, done.stdout + done.stderr, log)


def logs_of(review: Path) -> set[Path]:
    return set((review / ".snakemake" / "log").glob("*.log"))


def copy_of(source: Path, target: Path) -> Path:
    """A review's directory of its own, so that nothing a person made is touched."""
    shutil.copytree(source / "config", target / "config", ignore=shutil.ignore_patterns("schemas"))
    return target


def fingerprints(folder: Path) -> dict[str, str]:
    """SHA-256 of every file with content below `folder`, by its path."""
    return {
        name: sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and not any(part in (name := path.relative_to(folder).as_posix()) for part in NOT_CONTENT)
    }


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
