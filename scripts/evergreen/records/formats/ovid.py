"""Ovid's labelled text ("reprint", "citation"): field names at the margin, values indented, `<1>` between records."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.citations import take_apart
from evergreen.records.formats.ends import stops_short
from evergreen.records.formats.joins import Places

NAME = "Ovid text"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": ("title", "ti", "chapter title", "book title", "bk", "original title"),
    "abstract": ("abstract", "ab"),
    "authors": ("author", "authors", "author/editor", "au", "authors full name", "fa"),
    "groups": ("group author", "corporate author", "ca"),
    "year": ("year of publication", "yr", "citation year", "date of publication", "publication date", "status", "source", "so"),
    "journal": ("journal name", "jn", "citation journal", "source", "so"),
    "volume": ("volume", "vo", "citation volume"),
    "issue": ("issue", "issue/part", "ip", "citation issue"),
    "pages": ("page", "pages", "pg", "citation pages"),
    "doi": ("doi number", "doi", "digital object identifier", "do"),
    "doi_within": ("article identifier", "other id", "source", "so"),
    "pmid": ("pmid", "pubmed id", "pm"),
    "pmid_in_medline": ("unique identifier", "ui", "accession number", "an"),
    "pmcid": ("pmc id",),
    "registry_within": ("clinical trial number", "secondary source id", "cn", "si"),
    "publication_types": ("publication type", "document type", "pt", "dt"),
    "mesh_terms": ("mesh subject headings", "mh", "sh"),
    "keywords": ("author keywords", "keyword heading", "keywords", "kw", "subject headings"),
    "language": ("language", "lg"),
    "issn": ("issn", "is", "issn print", "issn electronic"),
    "url": ("link to the ovid full text or citation",),
    "accession": ("accession number", "unique identifier", "an", "ui"),
    "database": ("database", "db", "status", "vn"),
}  # fmt: skip
_COUNTER = re.compile(r"\s*<\d{1,7}>\s*")
_BEHIND = re.compile(r"(?<=\S)<\d{1,7}>\s*$")
_DEGREES = re.compile(
    r"(?:\s+|,\s*)(?:MD|Ph\.?D\.?|M\.?D\.?|MSc|BSc|MPH|MBBS|FRCP\w*|DO|RN|MS|MA|Dr|DrPH|DSc|FACP|Prof)\.?(?=[\s,*+;]|$)|\[Ed(?:itor)?\]"
)
_MARKS = re.compile(r"[\s*+\[\]^#&]*(?:\(?\d[\d,\s]*\)?|\([a-z]\))?[\s*+\[\]^#]*$")
_LABELS = frozenset(name for names in FIELDS.values() for name in names) | {
    "score",
    "institution",
    "journal subset",
}


def _label(line: str) -> str:
    return " ".join(line.split()).rstrip(":").lower()


def recognise(lines: Sequence[str]) -> bool:
    """Whether known field names stand at the margin with indented lines below."""
    labels = [
        _label(line)
        for line, below in pairwise(lines)
        if line[:1].isalpha() and below[:1] == " " and _label(line) in _LABELS
    ]
    return len(labels) > 2 and bool({"title", "ti", "source", "so", "author"} & set(labels))


def glued(lines: Sequence[str]) -> Places:
    """A counter behind other text, above the name of a field: that of any number, for a part of an export goes on counting."""
    for number, (line, below) in enumerate(pairwise(lines)):
        if line.rstrip()[-1:] == ">" and below[:1].isalpha() and _label(below) in _LABELS:
            yield from ((number, found.start()) for found in _BEHIND.finditer(line))


def cut_off(last: Sequence[str], ended: bool) -> bool:
    """Whether the file stops inside a record, or behind the name of a field; `last` are its last lines, of which the very last has `ended` or not."""
    fields = [
        "" if not line.strip() or _COUNTER.fullmatch(line) else _label(line)
        for line in last
        if line[:1] not in (" ", "\t")
    ]
    return not ended and (last[-1][:1].isalpha() or stops_short(fields))


def border(lines: Sequence[str]) -> int:
    """Where the last record begins (from 0) of a text that counts its records from the first on; else 0."""
    if not _COUNTER.fullmatch(next(filter(str.strip, lines), "")):
        return 0
    return next((at for at in range(len(lines) - 1, 0, -1) if _COUNTER.fullmatch(lines[at])), 0)


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of an Ovid text; without `<n>` counters a record starts where the first field's name comes again."""
    out = Blocks()
    counted = any(_COUNTER.fullmatch(line) for line in lines)
    first_label = next((_label(line) for line in lines if line[:1].isalpha()), "")
    block: Block | None = None
    after_blank = True
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text:
            after_blank = True
            continue
        if _COUNTER.fullmatch(line):
            block = Block(number, number)
            out.blocks.append(block)
        elif line[0] not in " \t":
            label = _label(line)
            if not counted and (block is None or (after_blank and label == first_label)):
                block = Block(number, number)
                out.blocks.append(block)
            if block is None:
                out.lose(number, line, "line outside any record")
                continue
            block.append(label, "")
            block.line_end = number
        elif block is None or not block.fields:
            out.lose(number, line, "line outside any record")
        else:
            name, value = block.fields[-1]
            block.fields[-1] = (name, f"{value}\n{text}" if value else text)
            block.line_end = number
        after_blank = False
    for block in out.blocks:
        block.fields = [field for name, value in block.fields for field in _values(name, value)]
    for block in [block for block in out.blocks if not any(value for _, value in block.fields)]:
        out.lose(block.line, lines[block.line - 1], "record without any field")
        out.blocks.remove(block)
    return out


def _values(name: str, value: str) -> list[tuple[str, str]]:
    """The fields of one label: authors one by one, a source taken apart, everything else on one line."""
    if name in FIELDS["authors"]:
        pieces = re.split(r";|\n(?=[^,\n]*,)", value)
        return [
            (name, author)
            for piece in pieces
            if (author := _MARKS.sub("", _DEGREES.sub("", piece)).strip(" ,"))
        ]
    text = " ".join(value.split())
    if name in ("source", "so"):
        parts = take_apart(text)
        labels = {"year": "yr", "journal": "jn", "volume": "vo", "issue": "ip", "pages": "pg"}
        found = [(labels[part], piece) for part, piece in parts.items()]
        return [*found, (name, text.rstrip(" .") if not parts else text)]
    if name in ("language", "lg"):
        text = text.rstrip(".")
    if name in ("publication type", "document type"):
        text = text.strip(" -.")
    if name in ("accession number", "unique identifier", "an", "ui"):
        text = text.rstrip(".")
    return [(name, text)]
