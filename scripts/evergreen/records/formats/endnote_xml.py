"""EndNote XML, as EndNote, Bookends, Zotero and Covidence write and read it."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.xml import FORMATTING, children, document, first_line, last_line, text_of

NAME = "EndNote XML"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("titles/title",),
    "abstract": ("abstract",),
    "authors": ("contributors/authors/author",),
    "year": ("dates/year", "dates/pub-dates/date"),
    "journal": ("periodical/full-title", "titles/secondary-title", "titles/alt-title", "alt-periodical/full-title", "periodical/abbr-1"),
    "volume": ("volume",),
    "issue": ("number", "issue"),
    "pages": ("pages",),
    "doi": ("electronic-resource-num",),
    "doi_within": ("urls/related-urls/url", "notes", "custom3", "urls/web-urls/url"),
    "pmid_within": ("accession-num", "urls/related-urls/url", "notes", "label"),
    "pmid_in_medline": ("accession-num",),
    "pmid_in_scopus": ("custom2",),
    "pmid_in_embase": ("custom5",),
    "pmcid": ("custom2", "urls/related-urls/url", "urls/web-urls/url"),
    "registry_within": ("notes", "research-notes", "custom1", "custom5"),
    "publication_types": ("work-type",),
    "reference_type": ("ref-type name",),
    "keywords": ("keywords/keyword",),
    "language": ("language",),
    "issn": ("isbn", "issn"),
    "url": ("urls/related-urls/url", "urls/web-urls/url"),
    "accession": ("accession-num",),
    "accession_within": ("urls/related-urls/url", "urls/web-urls/url", "notes"),
    "database": ("remote-database-name", "remote-database-provider"),
}  # fmt: skip

_AROUND = {name.rpartition("/")[0] for names in FIELDS.values() for name in names if "/" in name}
"""Elements that hold fields and no text of their own."""
_OF_THE_LIBRARY = frozenset(
    (
        "database",
        "source-app",
        "rec-number",
        "foreign-keys/key",
        "ref-type",
        "ref-type name",
        "added-date",
        "last-updated-date",
    )
)
"""Fields that a reference has that nobody filled in."""
DEEPEST = 20
"""Elements inside each other that name a field; EndNote's own have five, and what is deeper is one text."""


def recognise(lines: Sequence[str]) -> bool:
    head = "".join(lines[:60])
    return "<record>" in head and ("<ref-type" in head or "<titles>" in head)


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of EndNote XML, a field per path below `record`."""
    out = Blocks()
    root = document(lines, out)
    for record in () if root is None else root.iter("record"):
        block = Block(first_line(record), last_line(record, lines))
        _flatten(record, "", block)
        kind = record.find("ref-type")
        if kind is not None:
            block.append("ref-type name", kind.get("name") or "")
        if any(value for name, value in block.fields if name not in _OF_THE_LIBRARY):
            out.blocks.append(block)
        else:
            out.lose(block.line, "<record>", "record without any field")
    return out


def _flatten(element: etree._Element, path: str, block: Block) -> None:
    for child in children(element):
        name = f"{path}{child.tag}"
        # A text with `<i>` in it is one text, and not a field that is called so.
        own = " ".join(filter(None, (child.text, *(part.tail for part in children(child))))).strip()
        parted = any(part.tag not in FORMATTING for part in children(child))
        if parted and (not own or name in _AROUND) and name.count("/") < DEEPEST:
            _flatten(child, name + "/", block)
            if own:
                block.append(name, own)
        elif text := text_of(child):
            block.append(name, text)
