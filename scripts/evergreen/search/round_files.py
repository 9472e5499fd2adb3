"""A round on disk: what `results/search/<source>/<round>/` and a frozen copy of it hold."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evergreen.errors import InputError
from evergreen.search.standing import replies_in
from evergreen.tables import replaced, sha256_of, write_json, write_rows, write_text

if TYPE_CHECKING:  # what reads a round needs no client
    from evergreen.search.fetching import Batch
    from evergreen.search.retrieve import Round

FILES = ("ids.txt", "new_ids.txt", "batches.json", "changes.csv", "log.json", "retrieved.json")
RAW = "raw"
CHANGE_COLUMNS = ["pmid", "change", "detail"]


def write(found: Round, retrieved: dict[str, Any], directory: Path) -> None:
    """Write a round; the replies first, the log last.

    `batches.json` lists the replies with what was asked and the SHA-256 of each file; `retrieved.json` alone depends on the clock.
    """
    shutil.rmtree(directory / RAW, ignore_errors=True)
    (directory / RAW).mkdir(parents=True)
    listed = {
        kind: [
            _copy(batch, f"{name}-{number:04d}", directory) for number, batch in enumerate(batches, start=1)
        ]
        for kind, name, batches in (("new", "batch", found.batches), ("again", "again", found.revised))
    }
    write_json(listed, directory / "batches.json")
    for file, pmids in (("ids.txt", found.ids), ("new_ids.txt", found.new_ids)):
        write_text("".join(f"{pmid}\n" for pmid in pmids), directory / file)
    write_rows([asdict(change) for change in found.changes], CHANGE_COLUMNS, directory / "changes.csv")
    write_json(retrieved, directory / "retrieved.json")
    write_json(found.log, directory / "log.json")


def _copy(batch: Batch, name: str, directory: Path) -> dict[str, Any]:
    files = []
    for number, path in enumerate(batch.files):
        target = directory / RAW / (f"{name}.xml.gz" if number == 0 else f"{name}-{number}.xml.gz")
        with replaced(target) as draft:
            shutil.copyfile(path, draft)
        files.append({"file": f"{RAW}/{target.name}", "sha256": sha256_of(target)})
    return {"files": files, "asked": list(map(str, batch.asked)), "missing": list(map(str, batch.missing))}


def ids_in(path: Path) -> tuple[int, ...]:
    return tuple(int(line) for line in path.read_text(encoding="utf-8").split())


def copy(source: Path, target: Path) -> None:
    """Copy a round with its replies, after checking them."""
    for name in FILES:
        if not (source / name).exists():
            raise InputError(
                "the round is not complete", file=source / name, todo="Run the search of this round first."
            )
    replies = replies_in(source)
    shutil.rmtree(target / RAW, ignore_errors=True)
    (target / RAW).mkdir(parents=True)
    for path in replies:
        with replaced(target / RAW / path.name) as draft:
            shutil.copyfile(path, draft)
    for name in FILES:
        with replaced(target / name) as draft:
            shutil.copyfile(source / name, draft)
