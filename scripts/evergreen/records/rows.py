"""From a block of a file's fields to a row of the record table: which field feeds which column, in normal form."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from evergreen.records.formats.block import Block
from evergreen.records.model import typed
from evergreen.records.names import parse_name
from evergreen.records.normalise import (
    canonical_doi,
    canonical_pmcid,
    canonical_pmid,
    clean,
    issns,
    languages,
    named_pmid,
    registry_ids,
    year_of,
)

Fields = Mapping[str, tuple[str, ...]]
"""Column (or a role such as `doi_within`: where to look for a DOI) to the fields that feed it, best first."""

_SCALARS = (
    "title",
    "abstract",
    "journal",
    "volume",
    "issue",
    "start_page",
    "end_page",
    "pages",
    "article_number",
)
_LISTS = ("publication_types", "mesh_terms", "keywords", "related", "url")
_NO_PAGES = re.compile(r"no[\s.-]*pagination|no-specified|^(?:n/?a|no pages?|unpaged)$", re.IGNORECASE)
_RETRACTED_TITLE = re.compile(
    r"^\W*retracted\b(?! publication)|\(retracted (?:article|paper)|\[retracted\]", re.IGNORECASE
)
_RETRACTED_TYPES = frozenset(("retracted publication", "retracted article", "retracted"))
_MEDLINE = re.compile(r"medline|pubmed|^nlm$", re.IGNORECASE)
_ACCESSION_WITHIN = re.compile(r"^L\d{6,}$|(?<=[?&]id=)L\d{6,}|(?<=eid=)2-s2\.0-\d+")
_ACCESSION_LIKE = re.compile(r"\d{6,}|[A-Za-z]+[-:]\S*\d{4,}\S*|\d{4}-\d+-\d+|S\d{4}-\S+|[A-Z]+\d{6,}\S*")


def row_of(block: Block, fields: Fields, file: str) -> dict[str, Any]:
    """One record as a dict of `model.COLUMNS`.

    The first field with a value feeds a column; everything that feeds none stays in `other_fields`, also the second
    value of a column that holds one.
    """
    values: dict[str, list[str]] = {}
    for name, value in block.fields:
        if text := clean(value):
            values.setdefault(name, []).append(text)

    row: dict[str, Any] = {"file": file, "line": block.line, "line_end": block.line_end}
    used: dict[str, set[str]] = {}

    def take(name: str, text: str) -> None:
        used.setdefault(name, set()).add(text)

    def all_of(role: str) -> list[tuple[str, str]]:
        return [(name, text) for name in fields.get(role, ()) for text in values.get(name, ())]

    for column in _SCALARS:
        for name, text in all_of(column):
            row[column] = text
            take(name, text)
            break
    for column in _LISTS:
        texts = all_of(column)
        if column == "publication_types":
            texts = [(name, text) for name, text in texts if not canonical_doi(text)]
        for name, text in texts:
            take(name, text)
        row[column] = "; ".join(dict.fromkeys(text.strip("; ") for _, text in texts))
    for name, text in all_of("year"):
        if (year := year_of(text)) is not None:
            row["year"] = year
            take(name, text)
            break
    names: dict[str, None] = {}
    for name, text in (*_fullest(fields.get("authors", ()), values), *all_of("groups")):
        take(name, text)
        for piece in text.split(";"):
            if piece := piece.strip():
                names[str(parse_name(piece))] = None
    row["authors"] = "; ".join(names)
    for name, text in all_of("language"):
        take(name, text)
    row["language"] = languages(";".join(text for _, text in all_of("language")))
    for name, text in all_of("issn"):
        if found := issns(text):
            row["issn"] = "; ".join(dict.fromkeys((*row.get("issn", "").split("; "), *found))).strip("; ")
            take(name, text)

    row["pages"] = _pages(row.pop("pages", ""), row.pop("start_page", ""), row.pop("end_page", ""),
                          row.pop("article_number", ""))  # fmt: skip
    for role in ("doi", "doi_within"):
        for name, text in all_of(role):
            if doi := canonical_doi(text):
                row.setdefault("doi", doi)
                if role == "doi" and doi == row["doi"]:
                    take(name, text)
    row["pmid"] = _pmid(all_of, take)
    for _, text in all_of("pmcid"):
        if pmcid := canonical_pmcid(text):
            row["pmcid"] = pmcid
            break
    row["accession"] = _accession(all_of, take)
    searched = " ".join(
        (row.get("title", ""), row.get("abstract", ""), *(text for _, text in all_of("registry_within")))
    )
    row["registry_ids"] = "; ".join(registry_ids(searched))
    row["retracted"] = (
        bool(_RETRACTED_TITLE.search(row.get("title", "")))
        or not _RETRACTED_TYPES.isdisjoint(row["publication_types"].lower().split("; "))
        or "RetractionIn" in row["related"]
    )
    others = {
        name: left
        for name, texts in values.items()
        if (left := [text for text in texts if text not in used.get(name, ())])
    }
    row["other_fields"] = json.dumps(others, ensure_ascii=False) if others else ""
    return row


def _fullest(tags: tuple[str, ...], values: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """The field with most names; with as many, the first (the one with full given names)."""
    most = max(tags, key=lambda tag: len(values.get(tag, ())), default="")
    return [(most, text) for text in values.get(most, ())]


def _pages(pages: str, start: str, end: str, article_number: str) -> str:
    if not pages:
        pages = f"{start}-{end}" if start and end and end != start and "-" not in start else start or end
    if _NO_PAGES.search(pages):
        pages = ""
    return re.sub(r"^pp?\.?\s+(?=\d)", "", pages or article_number)


def _pmid(all_of: Any, take: Any) -> str:
    for name, text in all_of("pmid"):
        if pmid := canonical_pmid(text):
            take(name, text)
            return pmid
    for _, text in all_of("pmid_within"):
        if pmid := named_pmid(text):
            return pmid
    if any(_MEDLINE.search(text) for _, text in all_of("database")):
        for _, text in all_of("pmid_in_medline"):
            if pmid := canonical_pmid(text):
                return pmid
    return ""


def _accession(all_of: Any, take: Any) -> str:
    """The source's own number; a short number in a reference manager's `ID` is only its running number."""
    for name, text in all_of("accession"):
        take(name, text)
        return text
    for _, text in all_of("accession_within"):
        if found := _ACCESSION_WITHIN.search(text):
            return found.group()
    for name, text in all_of("accession_like"):
        if _ACCESSION_LIKE.fullmatch(text):
            take(name, text)
            return text
    return ""


def record_table(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Rows (dicts of some of `model.COLUMNS`) as a record table, still without ids."""
    return typed(pd.DataFrame(list(rows)))
