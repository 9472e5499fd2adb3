"""Tables of records: CSV and tab-separated text with a header, of any vendor whose column names are known."""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence

from evergreen.errors import InputError
from evergreen.records.formats import isi
from evergreen.records.formats.block import Block, Blocks
from evergreen.records.formats.citations import take_apart
from evergreen.records.names import split_authors

NAME = "CSV"
FIELDS: dict[str, tuple[str, ...]] = {
    "title": (
        "title", "article title", "primary title", "document title", "study title", "public title", "brief title",
        "scientific title", "ti", "title of article", "item title", "original title",
    ),
    "abstract": ("abstract", "abstract note", "abstracts", "brief summary", "ab", "original abstract"),
    "authors": ("author full names", "authors", "author", "author names", "author s", "au", "primary authors"),
    "groups": ("group authors", "corporate authors"),
    "year": (
        "year", "publication year", "published year", "year of publication", "pub year", "pubyear", "py", "date",
        "publication date", "date published", "date of publication", "issued", "first posted", "study first posted", "date registration",
        "start date", "source year",
    ),
    "journal": (
        "source title", "journal", "journal book", "journal name", "journal title", "publication title", "publication name",
        "full journal title", "secondary title", "pubtitle", "container title", "periodical", "source journal", "source",
        "so", "journal abbreviation", "abbreviated source title",
    ),
    "volume": ("volume", "journal volume", "vol", "vl", "source volume"),
    "issue": ("issue", "journal issue", "number", "issue number", "is", "no", "source issue"),
    "pages": ("pages", "page range", "pagination", "page", "pg", "source pages"),
    "start_page": ("page start", "start page", "first page", "bp", "startpage", "spage"),
    "end_page": ("page end", "end page", "last page", "ep", "endpage", "epage"),
    "article_number": ("art no", "article number", "article no"),
    "doi": ("doi", "item doi", "digital object identifier", "di", "digitalobjectidentifier"),
    "doi_within": ("link", "url", "doi link", "full text url", "full text link", "open url link", "article url", "citation", "source", "notes", "links", "title link"),
    "pmid": ("pmid", "pubmed id", "pubmedid", "medline pmid", "pm", "pubmed"),
    "pmid_within": ("url", "link", "notes", "accession number", "ut unique wos id"),
    "pmcid": ("pmcid", "pmc id", "pmc"),
    "registry_within": (
        "nct number", "trialid", "main id", "clinical trial numbers", "clinical trial number", "secondary id",
        "secondary ids", "other ids", "trial registration", "notes", "source", "trial id", "registry number",
    ),
    "publication_types": ("document type", "publication type", "publication types", "dt", "type of publication", "pubtype",
                          "item type", "content type", "doctype", "source type"),
    "mesh_terms": ("mesh terms", "mesh", "mesh headings"),
    "keywords": (
        "author keywords", "keywords", "index keywords", "keyword", "keywords plus", "subjects", "conditions", "condition",
        "interventions", "intervention", "emtree drug index terms major focus", "emtree drug index terms",
        "emtree medical index terms major focus", "emtree medical index terms", "manual tags", "automatic tags",
    ),
    "language": ("language", "languages", "language of original document", "la", "article language"),
    "issn": ("issn", "eissn", "e issn", "sn", "issns", "isbn"),  # EndNote calls both isbn
    "url": ("url", "link", "study url", "web address", "source url", "links", "plink"),
    "accession": (
        "accession number", "accession no", "unique wos id", "ut unique wos id", "eid", "cochrane id", "central id",
        "lens id", "publication id", "pui", "embase accession id", "embase id", "store id", "nct number", "trialid", "key", "covidence", "an",
    ),
    "accession_like": ("id", "record number"),
    "database": ("database", "source database"),
}  # fmt: skip
"""Column names as `normal` gives them."""

_PUBMED_HEADER = {"pmid", "create date"}
_REGISTERS = {"nct number": "ClinicalTrials.gov", "trialid": "ICTRP"}
DELIMITERS = (",", ";", "\t", "|")
LINES_BEFORE_HEADER = 20
_AUTHOR_IDS = re.compile(r"\s*\(\d{6,}\)")  # Scopus writes them behind full names
_SHORTENED = re.compile(r"\d+(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
_KNOWN = frozenset(name for names in FIELDS.values() for name in names)
csv.field_size_limit(sys.maxsize)


def normal(name: str) -> str:
    """A column name in lower case words: `Covidence #`, `DOI:` and `Pub_Year` become `covidence`, `doi`, `pub year`."""
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", " ", name).lower()))


def known(names: Collection[str]) -> int:
    """How many of these `normal` column names are known."""
    return len(_KNOWN.intersection(names))


def recognise(lines: Sequence[str]) -> bool:
    return _header(lines) is not None or _stands_upright(lines)


def _header(lines: Sequence[str], needed: int = 2) -> tuple[int, str] | None:
    """Number (from 0) of the header's line and its delimiter: the first line with enough known column names."""
    for number, line in enumerate(lines[:LINES_BEFORE_HEADER]):
        for delimiter in DELIMITERS:
            names = {normal(cell) for cell in next(csv.reader([line], delimiter=delimiter), [])}
            if len(names & _KNOWN) >= needed and (names & set(FIELDS["title"]) or needed == 1):
                return number, delimiter
            if delimiter == "\t" and {"PT", "AU", "TI"} <= set(line.split("\t")):
                return number, delimiter
    return None


def read(lines: Sequence[str]) -> Blocks:
    """Blocks of a text table, one per row, its fields named by `normal` column names."""
    out = Blocks()
    if _header(lines) is None and _stands_upright(lines):
        _read_upright(lines, out)
        return out
    found = _header(lines) or _header(lines, needed=1) or (0, max(DELIMITERS, key=lines[0].count))
    header, delimiter = found
    for number in range(header):
        if re.fullmatch(r"sep=.", lines[number].strip()):
            out.frame(number + 1, lines[number], "separator, for Excel")
        else:
            out.lose(number + 1, lines[number], "line before the header")
    width = len(next(csv.reader([lines[header]], delimiter=delimiter)))
    rows = _rows(lines, header, delimiter, width, out)
    blocks(rows, out)
    return out


def _stands_upright(lines: Sequence[str]) -> bool:
    """Whether each line is a field with its name in the first cell, as in Embase's "CSV, fields by row"."""
    labels = [normal(next(csv.reader([line]), [""])[0]) for line in lines[:12] if "," in line]
    return len(labels) > 2 and known(set(labels)) > 2 and bool(set(labels) & set(FIELDS["title"]))


def _read_upright(lines: Sequence[str], out: Blocks) -> None:
    """Blocks of a table with a line per field; a record starts where the first field's name comes again."""
    first_label = ""
    names: set[str] = set()
    for line, end, cells in _rows(lines, 0, ",", 0, out):
        label = normal(cells[0])
        first_label = first_label or label
        if label == first_label:
            out.blocks.append(Block(line, end))
        for cell in cells[1:]:
            if cell.strip():
                _add(out.blocks[-1], label, cell.strip())
        out.blocks[-1].line_end = end
        names.add(label)
    out.header = frozenset(names)


def _rows(
    lines: Sequence[str], header: int, delimiter: str, width: int, out: Blocks
) -> Iterator[tuple[int, int, list[str]]]:
    """(first line, last line, cells) of each row; a quote that never closes spoils its own line only."""
    number = header
    while number < len(lines):
        end = number
        quotes = lines[number].count('"')
        while quotes % 2 and end + 1 < len(lines):
            end += 1
            quotes += lines[end].count('"')
        cells = next(csv.reader(lines[number : end + 1], delimiter=delimiter), [])
        if quotes % 2 or (end > number and width and len(cells) != width):
            alone = next(csv.reader([lines[number]], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
            if quotes % 2 or len(alone) == width:
                out.note(number + 1, "a quote is not closed; the line was read by itself", lines[number])
                cells, end = [cell.strip('"') for cell in alone], number
        elif end > number:
            cells = next(
                csv.reader([line + "\n" for line in lines[number : end + 1]], delimiter=delimiter), []
            )
        if any(cell.strip() for cell in cells):
            yield number + 1, end + 1, cells
        number = end + 1


def blocks(rows: Iterator[tuple[int, int, list[str]]], out: Blocks) -> None:
    """Append a block per row after the first, which is the header."""
    first = next(rows, None)
    if first is None:
        return
    wos = {"PT", "AU", "TI"} <= set(first[2])
    header = [cell.strip() if wos else normal(cell) for cell in first[2]]
    out.header = frozenset(header)
    for number in range(first[0], first[1] + 1):
        out.frame(number, " ".join(first[2]), "column names")
    register = next((name for column, name in _REGISTERS.items() if column in header), "")
    for line, end, cells in rows:
        if cells == first[2]:
            for number in range(line, end + 1):
                out.frame(number, " ".join(cells), "column names again")
            continue
        block = Block(line, end)
        if len(cells) < len(header) and len(header) - len(cells) > 1:
            out.note(line, f"row has {len(cells)} cells, the header {len(header)}", " ".join(cells))
        if len([cell for cell in cells[len(header) :] if cell.strip()]):
            out.note(
                line,
                f"row has {len(cells)} cells, the header {len(header)}; the rest is kept",
                " ".join(cells),
            )
        for number, cell in enumerate(cells):
            value = cell.strip()
            if not value:
                continue
            name = header[number] if number < len(header) else f"column {number + 1}"
            _add(block, name or f"column {number + 1}", value)
        if register:
            block.append("document type", f"Trial registry record ({register})")
        out.blocks.append(block)


def _add(block: Block, name: str, value: str) -> None:
    if name in ("source", "citation") and (parts := take_apart(value)):
        for part, piece in parts.items():
            block.append(f"source {part}", piece)
    block.append(name, value)


def finish(found: Blocks, columns: Mapping[str, str] | None, file: str) -> dict[str, tuple[str, ...]]:
    """The roles of the table's columns; cells with several authors become a field for each.

    Raises InputError for a column that the protocol names and the table has not, and for an identifier that a
    spreadsheet program shortened (`1.8E+07`): what it was can no longer be known.
    """
    fields = fields_for(found.header, columns, file)
    authors = frozenset(fields["authors"])
    identifiers = frozenset(fields["accession"]) | frozenset(fields["pmid"])
    for block in found.blocks:
        cells = block.fields
        for name, value in cells:
            if name in identifiers and _SHORTENED.fullmatch(value):
                raise InputError(
                    f"{value} is a number that a spreadsheet program shortened", file=file, row=block.line, column=name,
                    todo="Export again and do not save the file from the spreadsheet program.",
                )  # fmt: skip
        if any(name in authors for name, _ in cells):
            block.fields = [
                (name, piece)
                for name, value in cells
                for piece in (split_authors(_AUTHOR_IDS.sub("", value)) if name in authors else (value,))
            ]
    return fields


def fields_for(
    header: frozenset[str], columns: Mapping[str, str] | None, file: str
) -> dict[str, tuple[str, ...]]:
    """`FIELDS` as they hold for a table with these columns; the person's `columns` stand first.

    Raises InputError when a column that the protocol names is not in the table.
    """
    fields = dict(FIELDS)
    if {"PT", "AU", "TI"} <= header:
        fields = dict(isi.FIELDS)
    if header >= _PUBMED_HEADER:
        fields["accession"] = ("pmid",)
    for column, theirs in (columns or {}).items():
        ours = "registry_within" if column == "registry_ids" else column
        if ours not in FIELDS:
            raise InputError(
                f"the protocol's columns name {column}, which records do not have", file=file,
                todo=f"Known are: {', '.join(name for name in FIELDS if not name.endswith(('_within', '_like')))}.",
            )  # fmt: skip
        if normal(theirs) not in header:
            raise InputError(
                f"the protocol says that {column} stands in column {theirs}, but there is no such column", file=file,
                todo=f"The file has: {', '.join(sorted(header))}.",
            )  # fmt: skip
        fields[ours] = (normal(theirs), *(name for name in fields.get(ours, ()) if name != normal(theirs)))
    return fields
