"""The tool under test, known by its command line only, and the comparison of what two runs left behind."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A review by its short name, and the folder whose config/ it is.
REVIEWS = {
    "mini": ROOT / "tests" / "reviews" / "mini",
    "sheets": ROOT / "tests" / "reviews" / "sheets",
    "exports": ROOT / "tests" / "reviews" / "exports",
    "bundled": ROOT,
}
# What tells when and how long: the only parts of results/ that may differ between two runs on the same content.
NOT_CONTENT_FOLDERS = ("logs", "benchmarks")
NOT_CONTENT_NAMES = ("retrieved.json", ".snakemake_timestamp")
Tree = dict[str, str]


@dataclass(frozen=True)
class Run:
    """What one call of the command line said."""

    status: int
    output: str
    product: str = ""  # standard output alone

    @property
    def did_nothing(self) -> bool:
        return self.status == 0 and "Nothing to be done" in self.output

    @property
    def crashed(self) -> bool:
        """It stopped with the tool's own words for a fault of the tool, not with a sentence for a person."""
        return bool(re.search(r"^\s*Traceback\b", self.output, re.M)) or self.status < 0

    def tail(self, lines: int = 40) -> str:
        return "\n".join(self.output.rstrip().splitlines()[-lines:])


@dataclass(frozen=True)
class Engine:
    """A checkout and how to run it."""

    checkout: Path = ROOT
    environment: dict[str, str] = field(default_factory=dict)

    def command(self, review: Path, *arguments: str) -> list[str]:
        program = Path(sys.executable).with_name("snakemake")
        places = ["--snakefile", str(self.checkout / "Snakefile"), "--directory", str(review)]
        return [str(program), "--cores", "2", *places, *arguments]

    def start(
        self, review: Path, *arguments: str, output=subprocess.DEVNULL, **more: str
    ) -> subprocess.Popen:
        """Start a run as the leader of a process group of its own; `more` is added to its environment."""
        return subprocess.Popen(
            self.command(review, *arguments),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, **self.environment, **more},
        )

    def run(self, review: Path, *arguments: str, limit: float = 900) -> Run:
        """Run to the end, or kill the whole group at the limit (seconds)."""
        with tempfile.TemporaryFile("w+") as product, tempfile.TemporaryFile("w+") as messages:
            process = subprocess.Popen(
                self.command(review, *arguments),
                stdin=subprocess.DEVNULL,
                stdout=product,
                stderr=messages,
                start_new_session=True,
                env={**os.environ, **self.environment},
            )
            try:
                status = process.wait(limit)
                late = ""
            except subprocess.TimeoutExpired:
                late = f"\nthe run took longer than {limit:.0f} seconds and was killed"
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    status = process.wait()
            product.seek(0)
            messages.seek(0)
            said = product.read()
            # Snakemake reports on standard error and the last lines of a run may stand on either.
            return Run(status, messages.read() + said + late, said)

    @property
    def fingerprint(self) -> str:
        """Of everything that a run from nothing depends on besides the review."""
        digest = sha256()
        names = ["Snakefile", "rules", "scripts", "profiles", "config/schemas", "docs/captions"]
        for path in files_of(self.checkout / name for name in names):
            if "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(self.checkout)}\0".encode() + path.read_bytes() + b"\0")
        return digest.hexdigest()


def files_of(places: Iterable[Path]) -> list[Path]:
    """All files at or below the places, sorted."""
    return sorted(
        path
        for place in places
        for path in ([place] if place.is_file() else place.rglob("*"))
        if path.is_file() or path.is_symlink()
    )


def is_content(name: str) -> bool:
    """Whether a path below results/ counts in a comparison."""
    parts = name.split("/")
    return parts[0] not in NOT_CONTENT_FOLDERS and parts[-1] not in NOT_CONTENT_NAMES


def tree(results: Path) -> Tree:
    """Every file with content below a folder, hidden ones included: its path and the hash of its bytes."""
    found = {}
    for path in files_of([results]):
        name = path.relative_to(results).as_posix()
        if is_content(name):
            found[name] = (
                f"-> {path.readlink()}" if path.is_symlink() else sha256(path.read_bytes()).hexdigest()
            )
    return found


def differences(found: Tree, expected: Tree) -> list[str]:
    """What a run left that a run from nothing does not leave, in words."""
    return [
        *(
            f"stale: {name}"
            for name in sorted(found.keys() & expected.keys())
            if found[name] != expected[name]
        ),
        *(f"missing: {name}" for name in sorted(expected.keys() - found.keys())),
        *(f"stray: {name}" for name in sorted(found.keys() - expected.keys())),
    ]


def new_review(source: Path, target: Path) -> Path:
    """A review of its own, with nothing but its config/ (of which the schemas belong to the tool)."""
    shutil.copytree(source / "config", target / "config", ignore=shutil.ignore_patterns("schemas"))
    return target


def config_hash(review: Path) -> str:
    digest = sha256()
    for path in files_of([review / "config"]):
        digest.update(f"{path.relative_to(review)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()


def replace_config(review: Path, config: Path) -> None:
    """Give a review exactly the files of another config/, leaving the results alone."""
    shutil.rmtree(review / "config")
    shutil.copytree(config, review / "config")
