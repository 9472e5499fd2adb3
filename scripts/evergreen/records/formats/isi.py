"""Web of Science and ISI field-tagged text: two-letter tags, indented continuation, `ER` ends a record, `EF` the file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evergreen.records.formats.block import NO_TAG, Block, Blocks
from evergreen.records.formats.joins import within

NAME = "Web of Science tagged"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("TI", "CT"),
    "abstract": ("AB",),
    "authors": ("AF", "AU", "BA"),
    "groups": ("CA", "GP"),
    "year": ("PY", "EY", "EA", "PD"),
    "journal": ("SO", "JI", "J9"),
    "volume": ("VL",),
    "issue": ("IS",),
    "start_page": ("BP",),
    "end_page": ("EP",),
    "pages": ("PS",),
    "article_number": ("AR",),
    "doi": ("DI", "D2"),
    "pmid": ("PM",),
    "pmid_within": ("UT",),
    "registry_within": ("NT",),
    "publication_types": ("DT",),
    "mesh_terms": ("MH",),
    "keywords": ("DE", "ID"),
    "language": ("LA",),
    "issn": ("SN", "EI"),
    "accession": ("UT",),
}
_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|$)")
glued = within(r"^(?:EF|ER)\s*(?=FN |PT [A-Z]\s*$)", "FN ", "PT ")
_ONE_A_LINE = frozenset(("AU", "AF", "BA", "BF", "CA", "ED", "BE", "GP", "C1", "CR"))


def recognise(lines: Sequence[str]) -> bool:
    """Whether `lines` are ISI text: an `FN` header, or `PT J` and an `ER`."""
    head = [line for line in lines if line.strip()][:1]
    if head and re.match(r"FN (?:ISI|Thomson|Clarivate|Web of)", head[0]):
        return True
    return any(re.fullmatch(r"PT [A-Z]\w*\s*", line) for line in lines) and any(
        line.strip() == "ER" for line in lines
    )


def cut_off(last: Sequence[str], ended: bool) -> bool:
    """Whether the file stops inside a record; `last` are its last lines, of which the very last has `ended` or not."""
    tags = [line[:2] for line in last if _TAG.match(line)]
    return not ended and bool(tags) and tags[-1] not in ("ER", "EF")


def border(lines: Sequence[str]) -> int:
    """Where, from behind, a record begins (from 0) below the `ER` of another one and a blank line; else 0."""
    for at in range(len(lines) - 1, 1, -1):
        if lines[at].startswith("PT ") and lines[at - 2 : at] == ["ER", ""]:
            return at
    return 0


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of an ISI text."""
    out = Blocks()
    block: Block | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            continue
        found = None if line[0] in " \t" else _TAG.match(line)
        tag = found.group(1) if found else ""
        if block is not None and (
            tag == "FN" or (tag == "PT" and any(name == tag for name, _ in block.fields))
        ):
            out.note(block.line, "record without an ER line: the next one begins before it ends")
            block = None
        if tag in ("FN", "VR", "EF") and block is None:
            out.frame(number, line, "header or end of the file")
            continue
        if tag == "ER":
            if block is None:
                out.lose(number, line, "ER without a record before it")
            else:
                block.line_end = number
            block = None
        elif tag == "EF":
            out.cut(block.line if block else number)
            block = None
        elif found:
            if block is None:
                block = Block(number, number)
                out.blocks.append(block)
            block.append(tag, (found.group(2) or "").strip())
            block.line_end = number
        elif block is None:
            out.lose(number, line, "line outside any record")
        else:
            if line[0] not in " \t":
                out.note(number, NO_TAG, text)
            if not block.fields:
                block.append("unread", text)
            elif (name := block.fields[-1][0]) in _ONE_A_LINE:
                block.append(name, text)
            else:
                block.extend(text)
            block.line_end = number
    if block is not None:
        out.cut(block.line)
    for block in out.blocks:
        if not any(name == "PT" for name, _ in block.fields):
            out.note(block.line, "record without a PT line")
    return out
