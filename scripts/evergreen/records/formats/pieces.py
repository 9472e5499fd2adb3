"""Large exports, read a piece at a time: what is held is a piece, and not the file.

A format says by `border` where its text can be cut so that both parts read as they do together, and a table by `head` what stands above each part.
A file that cannot be cut, or that is not UTF-8, is read as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from evergreen.records import formats
from evergreen.records.formats import content, delimited, workbook
from evergreen.records.formats.block import FRAME, Block, Remark
from evergreen.records.formats.dialects import RECORDS_TO_ASK, dialect_of

PIECE = 1 << 21
"""Bytes that are read at a time, and of the largest file that is not cut."""
MOST = 8
"""Pieces that are held together to find a border."""


@dataclass
class Pieces:
    """An export of which a piece is in memory at a time; what `formats.Export` says of the file is known once `pieces` came to an end."""

    path: str | Path
    format_: str | None = None
    columns: Mapping[str, str] | None = None
    none_expected: bool = False
    format: str = ""
    dialect: str = ""
    encoding: str = ""
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)

    def pieces(self) -> Iterator[list[Block]]:
        """The records, a list for each piece. Raises `content.NotInPieces` where the file has to be read as a whole, InputError as `formats.read`."""
        file, first = str(self.path), list[Block]()
        for module, lines, above in self._cut(file):
            found = formats.found_in(module, lines, file, above)
            headed = above and module is delimited
            if found.of_whole:
                raise content.NotInPieces
            self.fields = module.FIELDS
            if module is delimited:
                self.fields = delimited.finish(found, self.columns, file)
            # The header is the file's, and was said of its first piece.
            self.remarks += [
                remark
                for remark in found.remarks
                if not (headed and remark.kind == FRAME and remark.line == above + 1)
            ]
            self.format = module.NAME
            first += found.blocks[: RECORDS_TO_ASK - len(first)]
            yield found.blocks
        if not first and not self.none_expected:
            raise formats.no_record(module, self.remarks, file)
        self.dialect = dialect_of(first)
        self.remarks.sort()

    def _cut(self, file: str) -> Iterator[tuple[ModuleType, list[str], int]]:
        """The reader, the lines of each piece, and how many lines of the file stand above them."""
        stated = formats.stated_format(self.format_, file)
        module, lines, above, head, held = None, list[str](), 0, list[str](), 0
        for text in content.in_pieces(self.path, file, PIECE):
            lines += text.lines
            if module is None:
                self.encoding = text.encoding
                if len(lines) < formats.LINES_TO_RECOGNISE:
                    continue
                module = formats.module_for(lines, stated, self.columns, file)
                if not hasattr(module, "border"):
                    raise content.NotInPieces
                head = module.head(lines) if hasattr(module, "head") else []
            if cut := module.border(lines):
                yield module, lines[:cut], above
                above += cut - len(head)
                lines, held = head + lines[cut:], 0
            elif (held := held + 1) > MOST:
                raise content.NotInPieces
        if module is None:
            raise content.NotInPieces
        yield module, lines, above


def large(path: str | Path) -> bool:
    """Whether the file is a text of more than a piece."""
    try:
        with Path(path).open("rb") as file:
            start = file.read(len(workbook.MAGIC))
            return file.seek(0, 2) > PIECE and start != workbook.MAGIC
    except OSError:
        return False
