"""The record table: its columns, their types, and the ids of records.

A record is a row of a database or register as one search of one source found it. Its id comes from its
source (`<source>:<accession>`), never from its place in a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from hashlib import sha256

import pandas as pd

from evergreen.records.names import first_author
from evergreen.records.normalise import canonical_doi, first_page, searchable
from evergreen.records.registers import registry_ids
from evergreen.sheets.labels import first_listed

CONTRACT = (
    "record_id", "source", "round", "title", "abstract", "authors", "year", "journal", "volume", "issue", "pages",
    "doi", "pmid", "pmcid", "registry_ids", "publication_types", "mesh_terms", "language", "url", "retracted",
)  # fmt: skip
"""Columns that other programs rely on, in this order."""

FURTHER = (
    "keywords",  # the database's or the authors' key words that are not MeSH
    "issn",
    "related",  # `CommentOn 24111943; ErratumFor 24111943`: PubMed's type of the relation, then a PMID or a citation
    "first_author",  # family name of the first author, searchable
    "first_page",  # searchable: no letter S or e before it, no zeros in front
    "title_search",
    "journal_search",
    "accession",  # the source's own number of the record, "" where it gives none
    "repeats",  # of records that share an accession: the first record that this one says again, or its own id
    "alias",  # ids that the record had before, under which people may have decided on it
    "other_fields",  # JSON object {field: [values]} of everything that has no column
    "file",  # where the record stands: the file as the protocol names it, first and last line (or row) of its block
    "line",
    "line_end",
)

COLUMNS = CONTRACT + FURTHER
NUMBERS = ("year", "line", "line_end")

_SEARCH_FORMS: dict[str, tuple[str, Callable[[str], str]]] = {
    "first_author": ("authors", first_author),
    "first_page": ("pages", first_page),
    "title_search": ("title", searchable),
    "journal_search": ("journal", lru_cache(maxsize=1 << 15)(searchable)),
}


def _one_doi(text: str) -> str:
    return canonical_doi(text) or text.strip()


def _each_registry_id(text: str) -> str:
    parts = [part for part in text.split("; ") if part]
    return "; ".join(dict.fromkeys(number for part in parts for number in registry_ids(part) or [part]))


_CANONICAL: dict[str, Callable[[str], str]] = {"doi": _one_doi, "registry_ids": _each_registry_id}


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` as a record table: all of `COLUMNS` in order and type, further columns after them.

    Missing columns come in empty; texts are strings without missing values, `year`, `line` and `line_end` nullable
    integers, `retracted` a boolean, `doi` and `registry_ids` canonical where they can be read. A frame read from CSV (all text) is accepted. `first_author`, `first_page`,
    `title_search` and `journal_search` are computed where their column is missing.
    """
    given = frame.reset_index(drop=True)
    empty = pd.Series("", index=given.index, dtype="str")
    columns: dict[str, pd.Series] = {}
    for column in COLUMNS:
        if column not in given:
            continue
        values = given[column]
        if column in NUMBERS:
            columns[column] = _whole_numbers(values)
        elif column == "retracted":
            columns[column] = values.isin([True, "true", "True"]).astype(bool)
        else:
            whole = values.dtype == empty.dtype and not values.hasnans
            texts = values if whole else values.fillna("").astype("str")
            canonical = _CANONICAL.get(column)
            columns[column] = _mapped(texts, canonical) if canonical else texts
    for column in COLUMNS:
        if column in columns:
            continue
        if column in _SEARCH_FORMS:
            origin, form = _SEARCH_FORMS[column]
            columns[column] = _mapped(columns.get(origin, empty), form)
        elif column in NUMBERS:
            columns[column] = pd.Series(pd.NA, index=given.index, dtype="Int64")
        elif column == "retracted":
            columns[column] = pd.Series(False, index=given.index, dtype=bool)
        else:
            columns[column] = empty
    known = pd.DataFrame({column: columns[column] for column in COLUMNS}, index=given.index)
    others = [column for column in given if column not in columns]
    return pd.concat([known, given[others]], axis=1) if others else known


def _mapped(texts: pd.Series, form: Callable[[str], str]) -> pd.Series:
    """`form` of each of `texts`, of which "" stays; an array of objects gives them much faster than a column of Arrow's."""
    forms = [form(text) if text else "" for text in texts.to_numpy()]
    return pd.Series(forms, index=texts.index, dtype="str")


def _whole_numbers(values: pd.Series) -> pd.Series:
    if pd.api.types.is_integer_dtype(values.dtype):
        return values.astype("Int64")
    return pd.to_numeric(values.replace("", pd.NA)).astype("Int64")


def base_id(record_id: str) -> str:
    """`record_id` without the `~2` that tells rows with the same id in one source and round apart."""
    stem, mark, number = record_id.rpartition("~")
    return stem if mark and number.isdigit() else record_id


def content_hash(title: str, year: str, author: str) -> str:
    """First 10 hexadecimal digits of the SHA-256 of searchable title, year and first author's family name.

    They stand on one line each. This names records whose source gives no accession.
    """
    return sha256("\n".join((searchable(title), year, first_author(author))).encode()).hexdigest()[:10]


def with_ids(frame: pd.DataFrame, source: str, round_: str) -> pd.DataFrame:
    """`frame` (typed; the records of one source and round) with `record_id`, `source` and `round`, in order of id.

    The id is `<source>:<accession>`, the accession trimmed and otherwise verbatim (of several in one field the first), or
    `<source>:<content_hash>` where there is none. Rows with the same id are told apart by `~2`, `~3` in the order of their content, whatever their
    order in the file.
    """
    accessions = frame["accession"].str.strip()
    bases = [
        f"{source}:{first_listed(accession) or content_hash(title, '' if pd.isna(year) else str(year), authors)}"
        for accession, title, year, authors in zip(
            accessions.to_numpy(),
            frame["title"].to_numpy(),
            frame["year"].to_numpy(object),
            frame["authors"].to_numpy(),
            strict=True,
        )
    ]
    counts = Counter(bases)
    repeated = [row for row, base in enumerate(bases) if counts[base] > 1]
    ids = list(bases)
    if repeated:
        content = [column for column in frame if column not in ("record_id", "file", "line", "line_end")]
        rows = frame.iloc[repeated][content].itertuples(index=False)
        texts = ["\x1f".join("" if pd.isna(value) else str(value) for value in row) for row in rows]
        taken = set(counts)
        seen: Counter[str] = Counter()
        for _, row in sorted(zip(texts, repeated, strict=True)):
            base = bases[row]
            seen[base] += 1
            if seen[base] > 1:
                while (
                    name := f"{base}~{seen[base]}"
                ) in taken:  # an accession that looks like a mark of ours
                    seen[base] += 1
                taken.add(name)
                ids[row] = name
    named = frame.assign(accession=accessions, record_id=ids, source=source, round=round_)
    return named.sort_values("record_id", kind="stable", ignore_index=True)
