"""XML of WHO's trial search portal (ICTRP): one `Trial` per entry of a register, a plain text in each child."""

from __future__ import annotations

from collections.abc import Sequence

from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.xml import children, document, first_line, last_line, text_of

NAME = "ICTRP XML"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("Public_title", "Scientific_title"),
    "groups": ("Primary_sponsor",),
    "year": ("Date_registration", "Date_registration3", "Date_enrollement"),
    "journal": ("Source_Register",),
    "registry_within": ("TrialID", "Secondary_ID", "SecondaryIDs", "Acronym"),
    "publication_types": ("document type",),
    "keywords": ("Condition", "Intervention"),
    "url": ("web_address",),
    "accession": ("TrialID",),
}


def recognise(lines: Sequence[str]) -> bool:
    head = "\n".join(lines[:40])
    return "<Trials_downloaded_from_ICTRP" in head or ("<Trial>" in head and "<TrialID>" in head)


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of ICTRP's XML, one per trial."""
    out = Blocks()
    root = document(lines, out)
    for trial in () if root is None else root.iter("Trial"):
        block = Block(first_line(trial), last_line(trial, lines))
        for child in children(trial):
            if text := text_of(child):
                block.append(str(child.tag), text)
        if not block.fields:
            out.lose(block.line, "<Trial>", "record without any field")
            continue
        block.append("document type", "Trial registry record (ICTRP)")
        out.blocks.append(block)
    return out
