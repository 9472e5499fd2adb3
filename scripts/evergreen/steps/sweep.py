"""What steps left that nobody needs any more: removed, with the folders that it leaves empty."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

RESULTS = Path("results")


def sweep(left: Iterable[str], needed: Collection[str]) -> None:
    """Remove outputs (files and directories below `results/`) but those that are `needed`, also within a directory that was an output."""
    for name in left:
        path = Path(name)
        if name in needed or RESULTS not in path.parents:
            continue
        if path.is_dir() and any(Path(other).is_relative_to(path) for other in needed):
            files = [file.as_posix() for file in path.rglob("*") if file.is_file()]
            sweep(files, needed)
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == RESULTS or not folder.is_dir() or any(folder.iterdir()):
                break
            folder.rmdir()
