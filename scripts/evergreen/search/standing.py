"""What replies on disk are worth: whether they answer a question, and whether they could be had again."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from evergreen.errors import InputError
from evergreen.search.typed_text import text_of
from evergreen.tables import read_json, sha256_of

SEARCHED = Path("results/search")
OFFLINE = "EVERGREEN_OFFLINE"  # set where a run may ask nobody, as that of a git revision in a comparison
FROZEN = Path("config/search/frozen")
EMBEDDED = "embedded"  # the endpoint that answers alike whenever it is asked


def frozen_log(source: str, round: str) -> Path:
    """The log in the frozen copy of a round, where a person made one: such a round is never searched again."""
    return FROZEN / source / round / "log.json"


def unrepeatable(folder: Path) -> bool:
    """Whether a round's folder holds what a server replied that may answer otherwise today, and nobody froze it."""
    try:
        retrieved = read_json(folder / "retrieved.json")
        return retrieved["endpoint"] != EMBEDDED and not frozen_log(folder.parent.name, folder.name).exists()
    except (OSError, ValueError, KeyError, TypeError):
        return False


def all_unrepeatable() -> list[tuple[str, str]]:
    """Source and round of all searches on disk that are `unrepeatable`, whether the protocol has them or not."""
    folders = sorted(path.parent for path in SEARCHED.glob("*/*/retrieved.json"))
    return [(folder.parent.name, folder.name) for folder in folders if unrepeatable(folder)]


def stands(folder: str | Path, *, strategy: str, round: str, endpoint: str) -> bool:
    """True where a round's log names this strategy (by content), date and endpoint, and all its replies are what was received.

    So that results of an earlier version, or a round that somebody carried here, are not asked for again.
    """
    folder = Path(folder)
    try:
        log, retrieved = read_json(folder / "log.json"), read_json(folder / "retrieved.json")
        asked = sha256(text_of(strategy).encode()).hexdigest()
        if (log["round"], retrieved["endpoint"], log["strategy"]["sha256"]) != (round, endpoint, asked):
            return False
        replies_in(folder)  # raises where one is not what was received
        return True
    except (OSError, ValueError, KeyError, TypeError, InputError):
        return False


def replies_in(directory: Path, kinds: Iterable[str] = ("new", "again")) -> list[Path]:
    """Stored replies of a round, checked against their SHA-256; InputError names a file that is not what was received."""
    listed = read_json(directory / "batches.json")
    files = []
    for file in (file for kind in kinds for batch in listed[kind] for file in batch["files"]):
        path = directory / file["file"]
        if not path.exists() or sha256_of(path) != file["sha256"]:
            raise InputError(
                "is missing or is not the reply that was received", file=path,
                todo="Restore the file (from the frozen copy, if there is one) or delete the round's folder to search again.",
            )  # fmt: skip
        files.append(path)
    return files
