"""EndNote tagged text (refer, `.enw`): `%0` starts a record, `%A` is an author, and so on."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evergreen.records.formats.block import Block, Blocks

NAME = "EndNote tagged"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("%T",),
    "abstract": ("%X",),
    "authors": ("%A",),
    "groups": ("%?",),
    "year": ("%D", "%8"),
    "journal": ("%J", "%B"),
    "volume": ("%V",),
    "issue": ("%N",),
    "pages": ("%P",),
    "doi": ("%R",),
    "doi_within": ("%U", "%O", "%M"),
    "pmid_within": ("%U", "%M", "%O", "%Z"),
    "registry_within": ("%O", "%Z", "%1", "%2"),
    "publication_types": ("%9",),
    "keywords": ("%K",),
    "language": ("%G",),
    "issn": ("%@",),
    "url": ("%U",),
    "accession": ("%M",),
    "database": ("%~", "%W"),
    "pmid_in_medline": ("%M",),
}
_TAG = re.compile(r"(%[A-Za-z0-9@?~!#$&*()+<=>^\[\]])(?:\s+(.*)|$)")
_MANY_LINES = frozenset(("%K",))


def recognise(lines: Sequence[str]) -> bool:
    return any(re.match(r"%0(?:\s|$)", line) for line in lines) or (
        sum(bool(_TAG.match(line)) for line in lines) > 3
    )


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of an EndNote tagged text; without `%0` a blank line separates records."""
    out = Blocks()
    block: Block | None = None
    typed = any(re.match(r"%0(?:\s|$)", line) for line in lines)
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            if not typed:
                block = None
            continue
        found = _TAG.match(text)
        if found:
            tag, value = found.group(1), (found.group(2) or "").strip()
            if tag == "%0" or block is None:
                block = Block(number, number)
                out.blocks.append(block)
            block.append(tag, value)
        elif block is None:
            out.lose(number, line, "line outside any record")
            continue
        elif block.fields[-1][0] in _MANY_LINES:
            block.append(block.fields[-1][0], text)
        else:
            block.extend(text)
        block.line_end = number
    empty = [block for block in out.blocks if not any(value for tag, value in block.fields if tag != "%0")]
    for block in empty:
        out.lose(block.line, lines[block.line - 1], "record without any field")
    out.blocks = [block for block in out.blocks if any(value for tag, value in block.fields if tag != "%0")]
    return out
