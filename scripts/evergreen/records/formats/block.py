"""What a reader of a format gives back: blocks of named fields, and remarks on the lines that belong to none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

LOST = "lost"  # belongs to no record
NOTE = "note"  # read, but odd
CUT = "cut"  # read, but the file may have been cut off there
FRAME = "frame"  # belongs to the file and not to a record: header, trailer, column names, the envelope of XML

_OF_VENDORS = re.compile(
    r"(?:Provider|Database|Content(?:-Type)?|EXPORT DATE): ?\S.*|Record #\d+ of \d+|Scopus|% ?Encoding: ?\S+",
    re.IGNORECASE,
)
"""What is written above the records: by Wiley and the American Psychological Association in RIS, by Scopus and JabRef in BibTeX."""
NO_TAG = "line without a tag or an indent, joined to the field above"


class Remark(NamedTuple):
    """Something to report about a line (or a sheet's row); `kind` is one of the three above."""

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
    headers: list[frozenset[str]] = field(default_factory=list)
    """Column names of each table that a file holds."""
    refusal: tuple[int, str, str] | None = None
    """Line, problem and what to do, where a border of records cannot be told."""
    of_whole: bool = False
    """What was found may hang on lines far away: a file in which a piece says so is read as a whole."""

    def refuse(self, line: int, problem: str, todo: str) -> None:
        """Say that the file cannot be read; what is said first holds."""
        self.refusal = self.refusal or (line, problem, todo)

    def lose(self, line: int, text: str, reason: str) -> None:
        if _OF_VENDORS.fullmatch(text := text.strip()):
            self.frame(line, text, "header of the vendor")
        elif text:
            self.remarks.append(Remark(line, LOST, reason, text[:200]))

    def frame(self, line: int, text: str, reason: str) -> None:
        self.remarks.append(Remark(line, FRAME, reason, text.strip()[:200]))

    def account_for(self, lines: Sequence[str], envelope: re.Pattern[str] | None = None) -> None:
        """Remark on every line with text that no block and no remark has: nothing of a file goes unsaid.

        Lines that `envelope` matches whole are the format's frame, the others are lost.
        """
        said = bytearray(len(lines) + 1)  # one for each line, from 1
        for remark in self.remarks:
            said[remark.line] = 1
        for block in self.blocks:
            said[block.line : block.line_end + 1] = b"\1" * (block.line_end + 1 - block.line)
        number = said.find(0, 1)
        while number > 0:
            if text := lines[number - 1].strip():
                if envelope and envelope.fullmatch(text):
                    self.frame(number, text, "envelope of the records")
                else:
                    self.lose(number, text, "line outside any record")
            number = said.find(0, number + 1)

    def below(self, number: int) -> None:
        """Say the lines of a piece of a file by their numbers in the file, in which `number` lines stand above it."""
        for block in self.blocks:
            block.line += number
            block.line_end += number
        self.remarks = [remark._replace(line=remark.line + number) for remark in self.remarks]

    def cut(self, line: int) -> None:
        self.remarks.append(Remark(line, CUT, "the file ends inside this record; it may be cut off"))

    def note(self, line: int, reason: str, text: str = "") -> None:
        self.remarks.append(Remark(line, NOTE, reason, text.strip()[:200]))
