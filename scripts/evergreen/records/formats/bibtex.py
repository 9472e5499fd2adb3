"""BibTeX: entries split at `@type{`, parsed by bibtexparser, and line by line where an entry's braces do not close."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.cochrane import COUNTER
from evergreen.records.names import split_authors

if TYPE_CHECKING:  # only BibTeX pays for what parses it
    from bibtexparser.model import Entry

logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)  # what it cannot parse, this module reports

NAME = "BibTeX"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("title", "booktitle"),
    "abstract": ("abstract",),
    "authors": ("author",),
    "year": ("year", "date", "early access date"),
    "journal": ("journal", "journaltitle", "fjournal", "booktitle", "series", "journal-iso"),
    "volume": ("volume",),
    "issue": ("number", "issue"),
    "pages": ("pages",),
    "article_number": ("art_number", "article-number", "eid", "articleno"),
    "doi": ("doi",),
    "doi_within": ("url", "note", "ee"),
    "pmid": ("pmid", "pubmed_id", "pubmed-id"),
    "pmid_within": ("url", "note", "unique-id"),
    "pmcid": ("pmcid", "pmc", "url"),
    "registry_within": ("note",),
    "publication_types": ("document_type", "type"),
    "keywords": ("author_keywords", "keywords", "keyword", "keywords-plus"),
    "language": ("language", "langid"),
    "issn": ("issn", "eissn"),
    "url": ("url",),
    "accession": ("unique-id", "accession", "accession_number"),
    "accession_within": ("url",),
    "accession_like": ("key",),
    "database": ("source",),
}
_START = re.compile(r"\s*@\s*([A-Za-z]+)\s*[{(]")
_SUFFIXED = re.compile(r",\s*(?:jr|sr|ii|iii|iv)\b", re.IGNORECASE)
_NO_ENTRY = frozenset(("comment", "preamble", "string"))
_FIELD_LINE = re.compile(r"\s*([A-Za-z][\w .:-]*?)\s*=\s*(.*)")
_KEY = re.compile(r"\s*@\s*[A-Za-z]+\s*[{(]\s*([^,\s]*)")


def recognise(lines: Sequence[str]) -> bool:
    return any(
        (found := _START.match(line)) and (found.group(1).lower() == "comment" or "," in line)
        for line in lines
    )


def cut_off(last: Sequence[str], ended: bool) -> bool:
    """Whether the file stops inside an entry; `last` are its last lines, of which the very last has `ended` or not."""
    return not ended and bool(last) and not last[-1].rstrip(" ,").endswith(("}", ")"))


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of a BibTeX text. An entry that is not well-formed is read by its lines and remarked on."""
    out = Blocks()
    starts = [
        (number, found.group(1).lower()) for number, line in enumerate(lines) if (found := _START.match(line))
    ]
    for number in range(starts[0][0] if starts else len(lines)):
        _outside(out, number + 1, lines[number])
    macros = "\n".join(lines[number] for number, kind in starts if kind == "string")
    ends = [number for number, _ in starts[1:]] + [len(lines)]
    for (start, kind), end in zip(starts, ends, strict=False):
        if kind in _NO_ENTRY:
            for number in range(start, end):
                out.frame(number + 1, lines[number], f"@{kind}, not an entry")
            continue
        text = "\n".join(lines[start:end])
        last = max(number for number in range(start, end) if lines[number].strip()) + 1
        block = Block(start + 1, last)
        parsed = _parsed(text, macros)
        if parsed is None:
            out.note(start + 1, "entry with braces that do not close; read line by line", lines[start])
            _read_lines(lines[start:end], block)
        else:
            entry, more = parsed
            block.append("key", entry.key)
            block.append("entry type", entry.entry_type)
            for field in entry.fields:
                _add(block, field.key.lower(), _decoded(str(field.value)))
            if more:
                block.line_end = start + (entry.raw or "").count("\n") + 1
                for number in range(block.line_end, end):
                    _outside(out, number + 1, lines[number])
        out.blocks.append(block)
    return out


def _outside(out: Blocks, number: int, line: str) -> None:
    """Remark on a line between entries; the Cochrane Library counts them."""
    if COUNTER.fullmatch(line):
        out.frame(number, line, "counter of the records")
    else:
        out.lose(number, line, "line outside any entry")


@cache
def _without_latex() -> list[Any]:
    from bibtexparser.middlewares import RemoveEnclosingMiddleware, ResolveStringReferencesMiddleware

    return [ResolveStringReferencesMiddleware(True), RemoveEnclosingMiddleware(True)]


@cache
def _latex() -> Any:
    from bibtexparser.middlewares import LatexDecodingMiddleware

    return LatexDecodingMiddleware(True)


def _parsed(text: str, macros: str) -> tuple[Entry, bool] | None:
    """The entry at the beginning of `text` and whether more follows it, or None when it is not well-formed."""
    import bibtexparser

    library = bibtexparser.parse_string(f"{macros}\n{text}" if macros else text, parse_stack=_without_latex())
    if len(library.entries) != 1 or library.failed_blocks:
        return None
    entry = library.entries[0]
    return entry, any(type(block).__name__ == "ImplicitComment" for block in library.blocks)


def _decoded(value: str) -> str:
    """Text without braces and LaTeX commands."""
    if "\\" in value:
        import bibtexparser
        from bibtexparser.model import Entry, Field

        entry = _latex().transform_entry(Entry("misc", "x", [Field("x", value)]), bibtexparser.Library())
        value = str(entry.fields[0].value) if isinstance(entry, Entry) else value
    return value.replace("{", "").replace("}", "").replace("---", "\u2014").replace("--", "-")


def _add(block: Block, name: str, value: str) -> None:
    if name == "author":
        authors = re.split(r"\s+and\s+", value.strip())
        if any(author.strip(", ").count(",") > 1 for author in authors) and not _SUFFIXED.search(value):
            authors = split_authors(value)  # `Moe, A, Roe, B, and Poe, C`, as the Cochrane Library writes
        for author in authors:
            block.append(name, author)
    else:
        block.append(name, value)


def _read_lines(lines: Sequence[str], block: Block) -> None:
    """Fields of an entry that is not well-formed: each starts with `name =` at the beginning of a line."""
    if found := _KEY.match(lines[0]):
        block.append("key", found.group(1))
    pending: list[tuple[str, str]] = []
    for line in lines[1:]:
        if started := _FIELD_LINE.match(line):
            pending.append((started.group(1).lower(), started.group(2)))
        elif pending and line.strip():
            name, value = pending[-1]
            pending[-1] = (name, f"{value} {line.strip()}")
    for name, value in pending:
        _add(block, name, _decoded(value.strip().rstrip(",").strip('{}" \t,')))
