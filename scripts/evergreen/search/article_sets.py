"""PubmedArticleSet documents record by record: constant memory, no DTD, no network, well-formed to the end.

A document is cut behind the ends of records into pieces, and each piece is parsed within the document's own head, which takes
half the time of parsing it in one stream. Where a cut is not the end of a record (inside a comment, say) the piece is not
well-formed: that is an error, never a record lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from gzip import GzipFile
from pathlib import Path
from typing import IO, cast

from lxml import etree

RECORD_TAGS = ("PubmedArticle", "PubmedBookArticle")
ARTICLE_END, BOOK_END = (f"</{tag}>".encode() for tag in RECORD_TAGS)
FIRST = re.compile(rb"<Pubmed(?:Book)?Article[\s/>]")
OTHER_ENTITY = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\w+);)")
ROOT = "PubmedArticleSet"
END = f"</{ROOT}>".encode()
BLOCK = 1 << 17  # bytes read at a time; the trees of such pieces fit into the cache of a core
LONGEST = 1 << 25  # bytes that may lie between two ends of records

Source = IO[bytes] | GzipFile | str


@dataclass(frozen=True)
class Unreadable(Exception):
    """XML that cannot be read whole; `reason` says why."""

    reason: str

    def __str__(self) -> str:
        return self.reason


def iterate(source: Source) -> Iterator[etree._Element]:
    """Each record element of a PubmedArticleSet.

    Raises Unreadable when the document is not well-formed to its end, is not a PubmedArticleSet, or defines entities.
    """
    return (element for _, _, root in _parsed(source) for element in root if element.tag in RECORD_TAGS)


def located(source: Source) -> Iterator[tuple[int, etree._Element]]:
    """Each record element with the line in which it begins (see `iterate`)."""
    above = 0
    for head, piece, root in _parsed(source):
        above -= head.count(b"\n")
        for element in root:
            if element.tag in RECORD_TAGS:
                yield above + cast(int, element.sourceline), element
        above += head.count(b"\n") + piece.count(b"\n")


def _parsed(source: Source) -> Iterator[tuple[bytes, bytes, etree._Element]]:
    """Each piece of a document, the head of the document that was put before it, and the root of both."""
    parser = etree.XMLParser(
        load_dtd=False, no_network=True, resolve_entities=False, huge_tree=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    head = b""
    with Path(source).open("rb") if isinstance(source, str) else nullcontext(source) as file:
        for piece, last in _pieces(file):
            yield head, piece, _root(head + piece + (b"" if last else END), parser)
            if not head and (first := FIRST.search(piece)):
                head = piece[: first.start()]


def _pieces(file: IO[bytes] | GzipFile) -> Iterator[tuple[bytes, bool]]:
    """Stretches of a document that end with a record; the last one is what follows the last record."""
    rest = b""
    while block := file.read(BLOCK):
        rest += block
        article = rest.rfind(ARTICLE_END)
        end = max(article, rest.rfind(BOOK_END, max(article, 0)))
        if end >= 0:
            end = rest.index(b">", end) + 1
            yield rest[:end], False
            rest = rest[end:]
        elif len(rest) > LONGEST:
            raise Unreadable(f"no record ends within {LONGEST >> 20} MB")
    yield rest, True


def _root(document: bytes, parser: etree.XMLParser) -> etree._Element:
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"not well-formed XML: {error.msg}") from None
    if root.tag != ROOT:
        raise Unreadable(f"not a {ROOT} but {root.tag}")
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(dtd.entities()):  # type: ignore[union-attr]
        raise Unreadable("the document defines entities of its own")
    if OTHER_ENTITY.search(document) and (entity := next(root.iter(etree.Entity), None)) is not None:
        raise Unreadable(f"the entity {entity.text} stands for a text that is not there")
    return root
