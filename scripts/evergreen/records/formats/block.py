"""What a reader of a format gives back: blocks of named fields, and remarks on the lines that belong to none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

LOST = "lost"
NOTE = "note"


class Remark(NamedTuple):
    """Something to report about a line (or a sheet's row): `lost` (belongs to no record) or `note` (read, but odd)."""

    line: int
    kind: str
    reason: str
    text: str = ""


@dataclass(slots=True)
class Block:
    """One record as the file has it: (field, value) pairs in order, and its first and last line or row."""

    line: int
    line_end: int
    fields: list[tuple[str, str]] = field(default_factory=list)

    def append(self, name: str, value: str) -> None:
        self.fields.append((name, value))

    def extend(self, text: str) -> None:
        """Join a continuation line to the last value."""
        name, value = self.fields[-1]
        self.fields[-1] = (name, f"{value} {text}" if value else text)


@dataclass
class Blocks:
    """All that a reader found in one file."""

    blocks: list[Block] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    def lose(self, line: int, text: str, reason: str) -> None:
        if text := text.strip("\ufeff \t"):
            self.remarks.append(Remark(line, LOST, reason, text[:200]))

    def note(self, line: int, reason: str, text: str = "") -> None:
        self.remarks.append(Remark(line, NOTE, reason, text.strip()[:200]))
