"""The Cochrane Library's plain-text citations: `Record #1 of 2`, then a field per line as `TI: ...`, a line per author.

Tags as cochranelibrary.com writes them for CENTRAL and for reviews: `ID AU TI SO YR VL NO PG PM XR PT KY DOI AB US`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.ends import stops_short
from evergreen.records.formats.joins import within

NAME = "Cochrane text"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("TI",),
    "abstract": ("AB",),
    "authors": ("AU",),
    "year": ("YR",),
    "journal": ("SO",),
    "volume": ("VL",),
    "issue": ("NO",),
    "pages": ("PG",),
    "doi": ("DOI",),
    "pmid": ("PM",),
    "pmid_within": ("XR",),
    "registry_within": ("ID", "XR", "SO", "US"),
    "publication_types": ("PT",),
    "keywords": ("KY",),
    "language": ("LA",),
    "issn": ("SN",),
    "url": ("US",),
    "accession": ("ID",),
}
_TAGS = frozenset(
    ("ID", "AU", "TI", "SO", "YR", "VL", "NO", "PG", "PM", "XR", "PT", "KY", "DOI", "AB", "US", "SN", "CC", "PB", "LA", "CY", "CD")
)  # fmt: skip
_FIELD = re.compile(r"([A-Z]{2,3}):(?:\s(.*)|$)")
COUNTER = re.compile(r"\s*Record #\d+ of \d+\s*")
glued = within(r"(?<=\S)(?=Record #\d+ of \d+\s*$)", "Record #")


def _field(line: str) -> tuple[str, str] | None:
    found = _FIELD.match(line)
    return (found.group(1), (found.group(2) or "").strip()) if found and found.group(1) in _TAGS else None


def recognise(lines: Sequence[str]) -> bool:
    """Whether a counter stands above lines with known tags, or an id of the Cochrane Library begins the file."""
    written = [line for line in lines if line.strip()]
    if not written:
        return False
    first = written[1:] if COUNTER.fullmatch(written[0]) else written
    return bool(first) and bool(re.match(r"ID: ?(?:CN-|CD|CDSR|PR|CCA)\S*\d", first[0]))


def cut_off(last: Sequence[str], ended: bool) -> bool:
    """Whether the file stops inside a record; `last` are its last lines, of which the very last has `ended` or not."""
    fields: list[str] = []
    for line in last:
        if found := _field(line):
            fields += [""] * (found[0] == "ID") + [found[0]]
    return not ended and stops_short(fields)


def border(lines: Sequence[str]) -> int:
    """Where the last counted record begins (from 0), else 0."""
    return next((at for at in range(len(lines) - 1, 0, -1) if COUNTER.fullmatch(lines[at])), 0)


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of the Cochrane Library's text; a record starts at its counter or at its id."""
    out = Blocks()
    block: Block | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        if COUNTER.fullmatch(line):
            block = Block(number, number)
            out.blocks.append(block)
            continue
        found = _field(line)
        if found and (block is None or (found[0] == "ID" and block.fields)):
            block = Block(number, number)
            out.blocks.append(block)
        if block is None:
            out.lose(number, line, "line outside any record")
            continue
        if found:
            block.append(*found)
        elif block.fields:
            block.extend(line.strip())
        else:
            out.lose(number, line, "line outside any record")
            continue
        block.line_end = number
    for block in [block for block in out.blocks if not block.fields]:
        out.lose(block.line, lines[block.line - 1], "record without any field")
        out.blocks.remove(block)
    return out
