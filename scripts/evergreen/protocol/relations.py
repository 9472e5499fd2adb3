"""What no key can say alone: a fault between keys, with the place of the one to mend."""

from __future__ import annotations

from typing import NamedTuple

Path = tuple[str | int, ...]


class Fault(NamedTuple):
    """A rule that the protocol breaks."""

    path: Path
    """Keys and positions that lead to what is to be mended."""
    problem: str
    todo: str = ""
