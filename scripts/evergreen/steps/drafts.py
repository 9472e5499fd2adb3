"""Where a file is written before it takes its name: beside the results, never among them."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(".snakemake/evergreen/drafts")  # in the directory of the review, where a run has made it


@contextmanager
def replaced(path: str | Path) -> Iterator[Path]:
    """Give a temporary path on the disk of `path`; on success it takes its name, on failure it vanishes."""
    target = Path(path)
    draft = _draft_of(target)
    try:
        yield draft
        draft.chmod(0o644)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _draft_of(target: Path) -> Path:
    """A new empty file for a draft of `target`, on its disk, so that it can take the name in one step."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = FOLDER if _same_disk(FOLDER, target.parent) else target.parent
    handle, name = tempfile.mkstemp(dir=beside, prefix=f".{target.name[:80]}.", suffix=target.suffix)
    os.close(handle)
    return Path(name)


def clear() -> None:
    """Throw away what killed steps left half written, and make the folder."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, exist_ok=True)


def _same_disk(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_dev == other.stat().st_dev
    except OSError:
        return False
