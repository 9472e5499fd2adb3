"""PubMed XML saved to a file: the reader of the search room, applied to what a person exported."""

from __future__ import annotations

from collections.abc import Sequence

from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.xml import document, first_line, last_line
from evergreen.search import article_sets, pubmed_xml

NAME = "PubMed XML"
FIELDS: dict[str, tuple[str, ...]] = {
    **{
        column: (column,)
        for column in (
            "title", "abstract", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "pmcid",
            "publication_types", "mesh_terms", "keywords", "language", "issn", "related", "url", "accession",
        )
    },
    "registry_within": ("registry_ids",),
}  # fmt: skip


def recognise(lines: Sequence[str]) -> bool:
    head = "\n".join(lines[:30])
    return any(f"<{tag}" in head for tag in ("PubmedArticle", "PubmedBookArticle"))


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of PubMed XML, one per article or book chapter; an element without a PMID is lost with a reason."""
    out = Blocks()
    root = document(lines, out)
    elements = [] if root is None else list(root.iter(*article_sets.RECORD_TAGS))
    for element in elements:
        first = first_line(element)
        last = last_line(element, lines)
        if element.find("MedlineCitation/PMID") is None and element.find("BookDocument/PMID") is None:
            for number in range(first, last + 1):
                out.lose(number, lines[number - 1], "record without a PMID")
            continue
        row = pubmed_xml.record(element)
        block = Block(first, last)
        for name, value in row.items():
            if name == "other_fields":
                for other, values in value.items():
                    block.fields += [(other, text) for text in values]
            elif name == "retracted":
                if value:
                    block.append("publication_types", "Retracted Publication")
            elif value:
                block.append(name, str(value))
        out.blocks.append(block)
    return out
