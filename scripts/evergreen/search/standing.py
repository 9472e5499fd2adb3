"""Whether the replies of a round on disk answer a question, by what the round says of itself."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from evergreen.errors import InputError
from evergreen.search.lines import text_of


def stands(folder: str | Path, *, strategy: str, round: str, endpoint: str) -> bool:
    """True where a round's log names this strategy (by content), date and endpoint, and all its replies are what was received.

    So that results of an earlier version, or a round that somebody carried here, are not asked for again.
    """
    folder = Path(folder)
    try:
        log = json.loads((folder / "log.json").read_text(encoding="utf-8"))
        retrieved = json.loads((folder / "retrieved.json").read_text(encoding="utf-8"))
        listed = json.loads((folder / "batches.json").read_text(encoding="utf-8"))
        return (
            log["round"] == round
            and retrieved["endpoint"] == endpoint
            and log["strategy"]["sha256"] == sha256(text_of(strategy).encode()).hexdigest()
            and all(
                _hash(folder / file["file"]) == file["sha256"]
                for kind in ("new", "again")
                for batch in listed[kind]
                for file in batch["files"]
            )
        )
    except (OSError, ValueError, KeyError, TypeError, InputError):
        return False


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
