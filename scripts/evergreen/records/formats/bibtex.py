"""BibTeX: entries split at `@type{`, parsed by bibtexparser, and line by line where an entry's braces do not close."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from evergreen.records.formats import latex
from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.cochrane import COUNTER
from evergreen.records.formats.joins import within
from evergreen.records.name_lists import split_authors

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
    "doi_within": ("url", "note", "extra", "ee"),
    "pmid": ("pmid", "pubmed_id", "pubmed-id"),
    "pmid_within": ("url", "note", "extra", "unique-id", "key"),
    "pmcid": ("pmcid", "pmc", "url"),
    "registry_within": ("note",),
    "publication_types": ("document_type", "type"),
    "reference_type": ("entry type",),
    "keywords": ("author_keywords", "keywords", "keyword", "keywords-plus"),
    "language": ("language", "langid"),
    "issn": ("issn", "eissn"),
    "url": ("url",),
    "accession": ("unique-id", "accession", "accession_number"),
    "accession_within": ("url",),
    "accession_like": ("key",),
    "database": ("source",),
}
_LITERAL = frozenset(
    ("doi", "url", "ee", "isbn", "issn", "eissn", "pmid", "pmcid", "unique-id", "eprint", "file", "accession")
)
glued = within(
    r"[})]\s*(?=@\s*[A-Za-z]+\s*[{(]\s*[^\s{}(),=\"#%']*\s*,)"
    r"|(?<=\S)(?=@(?:article|book|incollection|inproceedings|conference|misc|phdthesis|techreport)\{[^\s{},=]*,\s*$)",
    "@",
)
_START = re.compile(r"\s*@\s*([A-Za-z]+)\s*[{(]")
_BRACE = re.compile(r"(?<!\\)[{}]")
_AND = re.compile(r"\s+(?:and|AND)\s+")
_SUFFIXED = re.compile(r",\s*(?:jr|sr|ii|iii|iv)\b", re.IGNORECASE)
_NO_ENTRY = frozenset(("comment", "preamble", "string"))
_KEYED = re.compile(r"\s*@\s*[A-Za-z]+\s*[{(]\s*[^\s{}(),=]*\s*(?:,|$)")
"""What a line that begins with `@home (a programme)` is not: the beginning of an entry, with its key or nothing behind it."""
_AT = "\ue000"
"""In the place of an @ that begins a line of a value, which the parser would take for the next entry."""
_PIECE = re.compile(r'"(?:[^"{}]|\{[^{}]*\})*"|\{(?:[^{}]|\{[^{}]*\})*\}|[A-Za-z][\w:-]*|\d+')
_TOGETHER = re.compile(rf"(?:{_PIECE.pattern})(?:\s*#\s*(?:{_PIECE.pattern}))+")
"""`jan # " and " # {others}`: pieces that BibTeX puts together."""
_FIELD_LINE = re.compile(r"\s*([A-Za-z][\w .:-]*?)\s*=\s*(.*)")
_KEY = re.compile(r"\s*@\s*[A-Za-z]+\s*[{(]\s*([^,\s]*)")
_BETWEEN_FIELDS = re.compile(r"""(?<=[}"\d]),\s*(?=[A-Za-z][\w-]*\s*=\s*["{\d])""")


def recognise(lines: Sequence[str]) -> bool:
    return any(
        (found := _START.match(line)) and (found.group(1).lower() == "comment" or "," in line)
        for line in lines
    )


def cut_off(last: Sequence[str], ended: bool) -> bool:
    """Whether the file stops inside an entry; `last` are its last lines, of which the very last has `ended` or not."""
    if ended or not last:
        return False
    start = next((at for at in range(len(last) - 1, -1, -1) if _KEYED.match(last[at])), None)
    text = "\n".join(last[start or 0 :]).rstrip(" ,")
    if not text.endswith(("}", ")")):
        return True
    # Of a long entry the beginning is not among the last lines, and a brace on a line of its own ends one, whatever those within say.
    return start is not None and text.split("\n")[-1] not in ("}", ")") and _open_braces(text) > 0


def _open_braces(text: str) -> int:
    """How many more braces open in `text` than close."""
    return sum(1 if brace == "{" else -1 for brace in _BRACE.findall(text))


def border(lines: Sequence[str]) -> int:
    """Where the last entry begins (from 0); entries know of each other by `@string` only."""
    return next((at for at in range(len(lines) - 1, 0, -1) if _KEYED.match(lines[at])), 0)


def _starts(lines: Sequence[str]) -> list[tuple[int, str]]:
    """Where entries begin (from 0), and their types."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        if not (begun := _START.match(line)):
            continue
        kind = begun.group(1).lower()
        within = found and kind not in _NO_ENTRY and not _KEYED.match(line)
        if not (within and _open_braces("\n".join(lines[found[-1][0] : number])) > 0):
            found.append((number, kind))
    return found


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of a BibTeX text. An entry that is not well-formed is read by its lines and remarked on."""
    out = Blocks()
    starts = _starts(lines)
    for number in range(starts[0][0] if starts else len(lines)):
        _outside(out, number + 1, lines[number])
    macros = "\n".join(lines[number] for number, kind in starts if kind == "string")
    out.of_whole = bool(macros)
    ends = [number for number, _ in starts[1:]] + [len(lines)]
    for (start, kind), end in zip(starts, ends, strict=False):
        if kind in _NO_ENTRY:
            for number in range(start, end):
                out.frame(number + 1, lines[number], f"@{kind}, not an entry")
            continue
        within = (
            _AT.join(line.split("@", 1)) if _START.match(line) else line for line in lines[start + 1 : end]
        )
        text = "\n".join([lines[start], *within])
        last = max(number for number in range(start, end) if lines[number].strip()) + 1
        block = Block(start + 1, last)
        parsed = _parsed(text, macros)
        if parsed is None:
            out.note(start + 1, "entry with braces that do not close; read line by line", lines[start])
            _read_lines(lines[start:end], block)
        else:
            entry, strings, more = parsed
            block.append("key", entry.key)
            block.append("entry type", entry.entry_type)
            for field in entry.fields:
                value = str(field.value)
                if "#" in value and field.enclosing == "no-enclosing":
                    value = _put_together(value, strings)
                _add(block, field.key.lower(), value.replace(_AT, "@"))
            names = Counter(field.key.lower() for field in entry.fields)
            for name in [name for name, times in names.items() if times > 1]:
                out.note(start + 1, f"entry with {name} more than once", lines[start])
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


def _parsed(text: str, macros: str) -> tuple[Entry, dict[str, str], bool] | None:
    """The entry at the beginning of `text`, what its macros stand for, and whether more follows it; None when it is not well-formed."""
    import bibtexparser
    from bibtexparser.model import DuplicateFieldKeyBlock

    library = bibtexparser.parse_string(f"{macros}\n{text}" if macros else text, parse_stack=[])
    for block in library.failed_blocks:
        if isinstance(block, DuplicateFieldKeyBlock) and (entry := block.ignore_error_block):
            library.replace(block, entry)
    for step in _without_latex():
        library = step.transform(library)
    if len(library.entries) != 1 or library.failed_blocks:
        return None
    strings = {name.lower(): str(string.value) for name, string in library.strings_dict.items()}
    more = any(type(block).__name__ == "ImplicitComment" for block in library.blocks)
    return library.entries[0], strings, more


def _put_together(value: str, strings: Mapping[str, str]) -> str:
    """The pieces of `value` as one text; what is not made of pieces stands as it is."""
    if not _TOGETHER.fullmatch(value.strip()):
        return value
    pieces = (found.group() for found in _PIECE.finditer(value))
    return "".join(piece[1:-1] if piece[0] in '"{' else strings.get(piece.lower(), piece) for piece in pieces)


def _decoded(name: str, value: str) -> str:
    """Text without braces and LaTeX; pages with a hyphen, addresses and numbers letter by letter."""
    if name in _LITERAL:
        return latex.literal(value)
    text = latex.plain(value)
    return text.replace("\u2013", "-") if name == "pages" else text


def _add(block: Block, name: str, value: str) -> None:
    if name != "author":
        block.append(name, _decoded(name, value))
        return
    people = [_decoded(name, one) for one in _people(value)]
    if any(one.strip(", ").count(",") > 1 for one in people) and not _SUFFIXED.search(value):
        people = split_authors(
            _decoded(name, value)
        )  # `Moe, A, Roe, B, and Poe, C`, as the Cochrane Library writes
    for one in people:
        block.append(name, one)


def _people(value: str) -> list[str]:
    """The parts of `value` between its `and`s; one within braces belongs to a name, unless the braces are around all of them."""
    parts, start = [], 0
    for found in _AND.finditer(value):
        before = value[: found.start()]
        if before.count("{") == before.count("}"):
            parts.append(value[start : found.start()])
            start = found.end()
    parts.append(value[start:])
    inside = parts[0].strip()
    if len(parts) == 1 and inside.startswith("{") and inside.endswith("}") and "," in inside:
        return _AND.split(inside[1:-1])
    return parts


def _read_lines(lines: Sequence[str], block: Block) -> None:
    """Fields of an entry that is not well-formed: each starts with `name =` at the beginning of a line, or behind another."""
    first = lines[0]
    if found := _KEY.match(first):
        block.append("key", found.group(1))
        first = first[found.end() :].lstrip(" ,")
    pending: list[tuple[str, str]] = []
    for part in (part for line in (first, *lines[1:]) for part in _BETWEEN_FIELDS.split(line)):
        if started := _FIELD_LINE.match(part):
            pending.append((started.group(1).lower(), started.group(2)))
        elif pending and part.strip():
            name, value = pending[-1]
            pending[-1] = (name, f"{value} {part.strip()}")
    for name, value in pending:
        _add(block, name, value.strip().rstrip(",").strip('{}" \t,'))
