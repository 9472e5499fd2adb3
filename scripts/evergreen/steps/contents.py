"""Content of files, as SHA-256, remembered while a file's size, times and place on disk stay the same."""

from __future__ import annotations

import json
import os
import time
from hashlib import file_digest, sha256
from pathlib import Path

# Snakemake's own mark in directories that a step writes.
MARKS = frozenset({".snakemake_timestamp"})
OF_DESKTOPS = frozenset({"desktop.ini", "thumbs.db"})  # those of Windows; others begin with a dot
NOTES = (".md", ".yaml", ".yml", "")
SCREENING = "config/screening"
FOLDERS = ("config", "config/search", "config/extraction", "config/risk_of_bias", SCREENING)
"""Folders of which each file is read, or said not to be, and of whatever folder within that of screening: extractors keep reports in theirs."""
# A file that changed this shortly before it was hashed could change again within the clock's grain: it is not remembered.
GRAIN = 50_000_000


class Contents:
    """Hashes of files and of directories' files; `memory` is a file in which they are kept from run to run."""

    def __init__(self, memory: Path | None = None) -> None:
        self.memory = memory
        self._known: dict[str, tuple[list[int], str]] = {}
        self._new = False
        if memory is not None:
            try:
                self._known = {
                    path: (state, digest)
                    for path, (state, digest) in json.loads(memory.read_text(encoding="utf-8")).items()
                }
            except (OSError, ValueError, TypeError):
                self._known = {}

    def of(self, path: str | Path) -> str | None:
        """SHA-256 of a file, of a directory's paths and files together, or None where nothing is."""
        path = str(path)
        try:
            facts = os.stat(path)  # noqa: PTH116
        except (FileNotFoundError, NotADirectoryError):
            return None
        if os.path.isdir(path):  # noqa: PTH112
            listing = "\n".join(f"{name} {self.of(f'{path}/{name}')}" for name in files_in(path))
            return sha256(listing.encode()).hexdigest()
        state = [facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino]
        known = self._known.get(path)
        if known is not None and known[0] == state:
            return known[1]
        with open(path, "rb") as file:  # noqa: PTH123
            digest = file_digest(file, "sha256").hexdigest()
        if time.time_ns() - max(facts.st_mtime_ns, facts.st_ctime_ns) > GRAIN:
            self._known[path] = (state, digest)
            self._new = True
        return digest

    def keep(self) -> None:
        """Write the memory, of the files that are still there."""
        if self.memory is None or not self._new:
            return
        known = {path: value for path, value in self._known.items() if os.path.exists(path)}  # noqa: PTH110
        draft = self.memory.with_name(f"{self.memory.name}.{os.getpid()}")
        self.memory.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(known), encoding="utf-8")
        draft.replace(self.memory)
        self._new = False


def nobodys(path: str) -> bool:
    """Whether a path below config/ is what spreadsheet programs, editors and desktops leave there, and nobody's file."""
    parts = path.split("/")
    left = path.endswith(("~", "#")) or parts[-1].lower() in OF_DESKTOPS
    return left or any(part.startswith((".", "~")) for part in parts)


def is_note(path: str) -> bool:
    """Whether a path has an ending of what may lie beside people's files: notes, tools, the protocol itself."""
    return Path(path).suffix.lower() in NOTES


def files_in(folder: str | Path) -> list[str]:
    """Paths of all files below a directory, relative to it, sorted, none where there is no directory; Snakemake's own marks are none.

    A folder behind a link is one of its folders; where links lead in a circle, each folder is looked into once.
    """
    found: list[str] = []
    known: set[str] = set()
    for where, folders, names in os.walk(folder, followlinks=True):
        place = os.path.realpath(where)
        if place in known:
            folders.clear()
            continue
        known.add(place)
        folders.sort()
        inside = os.path.relpath(where, folder)
        found += [
            name if inside == "." else f"{inside}/{name}".replace(os.sep, "/")
            for name in names
            if name not in MARKS
        ]
    return sorted(found)
