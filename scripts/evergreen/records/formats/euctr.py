"""Text of the EU Clinical Trials Register: summaries of trials, or the full details of what each country entered, a label a line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evergreen.records.formats.block import Block, Blocks

NAME = "EU Clinical Trials Register text"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("full title", "full title of the trial", "title of the trial for lay people"),
    "groups": ("sponsor name", "name of sponsor"),
    "year": ("start date", "date on which this record was first entered in the eudract database"),
    "registry_within": ("eudract number", "isrctn number", "us nct number", "us nct (clinicaltrials.gov registry) number"),
    "publication_types": ("document type",),
    "keywords": ("medical condition", "medical condition(s) being investigated"),
    "url": ("link",),
    "accession": ("accession",),
}  # fmt: skip
_BEGINS = re.compile(r"EudraCT Number:\s*(\d{4}-\d{6}-\d\d)\s*$")
_LABEL = re.compile(
    r"(?:[A-Z](?:\.\d+)+\.?\s+([A-Z][^:]{2,200}?)|(Sponsor(?:'s)? Protocol (?:Code )?Number|Sponsor Name|Full Title|Start Date|Medical condition|Disease"
    r"|Population Age|Gender|Trial protocol|Trial results|National Competent Authority|Clinical Trial Type|Trial Status|Date on which [^:]+|Link))\*?:(?:\s+(.*)|$)"
)
"""A label of a summary, or of the full details with its code: the line of a long title may have a colon too."""
_LAY = re.compile(r"(title of the trial for lay people)\b.*")
_COUNTRY = re.compile(r"/trial/\d{4}-\d{6}-\d\d/(\w+)")


def recognise(lines: Sequence[str]) -> bool:
    return any(map(_BEGINS.match, lines)) and any("itle" in line and _LABEL.match(line) for line in lines)


def cut_off(last: Sequence[str], ended: bool) -> bool:
    """Whether the file stops inside an entry, all of which end with their address; of its last lines."""
    return not ended and not last[-1].startswith("Link:")


def border(lines: Sequence[str]) -> int:
    """Where the last entry begins (from 0)."""
    return next((at for at in range(len(lines) - 1, 0, -1) if _BEGINS.match(lines[at])), 0)


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of the register's text, one per entry, from its number to its address."""
    out = Blocks()
    block: Block | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if found := _BEGINS.match(text):
            block = Block(number, number, [("eudract number", found[1])])
            out.blocks.append(block)
        elif not text:
            continue
        elif block is None:
            if text == "Summary":
                out.frame(number, text, "heading of an entry")
            else:
                out.lose(number, text, "line outside any record")
        else:
            block.line_end = number
            if labelled := _LABEL.match(text):
                name = _LAY.sub(r"\1", (labelled[1] or labelled[2]).lower())
                block.append(name, (labelled[3] or "").strip())
                block = None if name == "link" else block
            else:
                block.extend(text)
    for block in out.blocks:
        fields = dict(block.fields)
        country = _COUNTRY.search(fields.get("link", ""))
        block.append("accession", "-".join([fields["eudract number"], *([country[1]] if country else [])]))
        block.append("document type", "Trial registry record (EUCTR)")
    return out
