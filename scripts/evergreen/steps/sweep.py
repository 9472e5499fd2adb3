"""What steps left that nobody needs any more: removed, with the folders that it leaves empty."""

from __future__ import annotations

import shutil
from collections.abc import Container, Iterable
from pathlib import Path

RESULTS = Path("results")


def sweep(left: Iterable[str], needed: Container[str]) -> None:
    """Remove outputs (files and directories below `results/`) but those that are `needed`."""
    for name in left:
        path = Path(name)
        if name in needed or RESULTS not in path.parents:
            continue
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
        for folder in path.parents:
            if folder == RESULTS or not folder.is_dir() or any(folder.iterdir()):
                break
            folder.rmdir()
