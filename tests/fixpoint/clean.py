"""Runs from nothing, made once for each content of config/."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections import defaultdict
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path

from tests.fixpoint.engine import Engine, Run, Tree, config_hash, tree


@dataclass(frozen=True)
class Clean:
    """How a run from nothing ended."""

    status: int
    tree: Tree
    tail: str


class CleanRuns:
    """A store of results of runs from nothing, by the hash of the tool and of config/.

    Only hashes of files are kept, so that hundreds of results need little room; a run from nothing can be had again.
    """

    def __init__(self, engine: Engine, folder: Path, *, limit: float = 900) -> None:
        self.engine, self.folder, self.limit = engine, folder, limit
        self.tool = engine.fingerprint
        self.locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        folder.mkdir(parents=True, exist_ok=True)

    def of(self, review: Path) -> Clean:
        """What a run from nothing on the config/ of a review leaves."""
        file = self._file(review)
        with self.locks[file.name]:
            if file.is_file():
                return Clean(**json.loads(file.read_text()))
            clean = self._made(review)
            if clean.status >= 0:  # a run that was killed at the limit says nothing
                file.write_text(json.dumps(asdict(clean)))
            return clean

    def remember(self, review: Path, run: Run) -> None:
        """Take a run that was from nothing anyway."""
        self._file(review).write_text(
            json.dumps(asdict(Clean(run.status, tree(review / "results"), run.tail())))
        )

    def _file(self, review: Path) -> Path:
        key = sha256(f"{self.tool} {config_hash(review)}".encode()).hexdigest()[:32]
        return self.folder / f"{key}.json"

    def _made(self, review: Path) -> Clean:
        with tempfile.TemporaryDirectory(prefix="from nothing ", dir=self.folder) as place:
            copy = Path(place)
            shutil.copytree(review / "config", copy / "config")
            run = self.engine.run(copy, limit=self.limit)
            return Clean(run.status, tree(copy / "results"), run.tail())
