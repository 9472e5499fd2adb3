"""XML of EBSCOhost (CINAHL, PsycInfo, Academic Search and others): one `rec` per record, from its page of exports or its service."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.endnote_xml import DEEPEST
from evergreen.records.formats.xml import FORMATTING, children, document, first_line, last_line, text_of

NAME = "EBSCO XML"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("tig/atl", "dissinfo/disstl", "bkinfo/btl"),
    "abstract": ("artinfo/ab",),
    "authors": ("aug/au",),
    "year": ("pubinfo/dt year", "pubinfo/dt", "dissinfo/dissdt year", "dissinfo/dissdt"),
    "journal": ("jinfo/jtl", "bkinfo/btl"),
    "volume": ("pubinfo/vid",),
    "issue": ("pubinfo/iid",),
    "start_page": ("artinfo/ppf",),
    "doi": ("artinfo/ui doi",),
    "pmid": ("artinfo/ui pmid", "artinfo/ui pubmed"),
    "pmid_in_medline": ("header uiTerm",),
    "registry_within": ("artinfo/ui", "artinfo/ab"),
    "publication_types": ("artinfo/doctype", "artinfo/pubtype"),
    "keywords": ("sug/subj", "artinfo/su", "artinfo/keyword"),
    "language": ("controlInfo/language",),
    "issn": ("jinfo/issn", "jinfo/jid issn", "bkinfo/isbn"),
    "url": ("rec/plink",),
    "accession": ("header uiTerm",),
    "database": ("header longDbName",),
}
_ATTRIBUTES = {"header": ("shortDbName", "longDbName", "uiTerm"), "dt": ("year",), "dissdt": ("year",)}
_SAID_OF_SUBJECTS = "subj"
"""Of subjects the type says which vocabulary they are of, and of other elements which number they are."""


def recognise(lines: Sequence[str]) -> bool:
    head = "".join(lines[:60])
    return "<rec" in head and "shortDbName=" in head


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of EBSCO's XML, a field per element and the one around it (`tig/atl`), with the element's type behind (`artinfo/ui doi`)."""
    out = Blocks()
    root = document(lines, out)
    for record in () if root is None else root.iter("rec"):
        block = Block(first_line(record), last_line(record, lines))
        _flatten(record, block)
        if any(not name.startswith("header ") for name, _ in block.fields):
            out.blocks.append(block)
        else:
            out.lose(block.line, "<rec>", "record without any field")
    return out


def _flatten(element: etree._Element, block: Block, depth: int = 0) -> None:
    for child in children(element):
        tag, kind = str(child.tag), child.get("type")
        name = tag if tag == "header" else f"{element.tag}/{tag}"
        block.fields += [
            (f"{name} {one}", value) for one in _ATTRIBUTES.get(tag, ()) if (value := child.get(one))
        ]
        if depth < DEEPEST and any(part.tag not in FORMATTING for part in children(child)):
            _flatten(child, block, depth + 1)
        elif text := text_of(child):
            block.append(f"{name} {kind}" if kind and tag != _SAID_OF_SUBJECTS else name, text)
