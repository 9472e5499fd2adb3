"""The record table: its columns, their types, and the ids of records.

A record is a row of a database or register as one search of one source found it. Its id comes from its
source (`<source>:<accession>`), never from its place in a file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from typing import Any

import numpy as np
import pandas as pd

from evergreen import tables
from evergreen.records.names import first_author
from evergreen.records.normalise import canonical_doi, first_page, searchable
from evergreen.records.registers import registry_ids

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
_EMPTY: dict[str, Any] = {**dict.fromkeys(NUMBERS), "retracted": False}
"""What stands where a column is missing; "" in all others."""
_TEXT = pd.StringDtype(na_value=np.nan)  # `str`

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
    columns: dict[str, Any] = {}
    for name in COLUMNS:
        if name not in given:
            continue
        values = given[name]
        if name in NUMBERS:
            columns[name] = _whole_numbers(values)
        elif name == "retracted":
            columns[name] = values.isin([True, "true", "True"]).to_numpy(bool)
        else:
            whole = values.dtype == _TEXT and not values.hasnans
            columns[name] = (values if whole else values.fillna("").astype("str")).array
    for name, origin, form in _forms_of(columns):
        texts = columns[origin].to_numpy()  # Arrow's own gives single texts much slower
        columns[name] = tables.texts(_each(texts, form))
    known = _in_order(columns, len(given))
    others = [name for name in given if name not in columns]
    return pd.concat([known, given[others]], axis=1) if others else known


def from_columns(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """The record table (`typed`) of whole columns of one length: strings (or `tables.texts` of them), numbers or None, booleans."""
    whole = dict(columns)
    for name, origin, form in _forms_of(whole):
        whole[name] = _each(whole[origin], form)
    rows = len(next(iter(whole.values()), ()))
    return _in_order({name: _array(name, values) for name, values in whole.items()}, rows)


def _forms_of(columns: Mapping[str, object]) -> Iterator[tuple[str, str, Callable[[str], str]]]:
    """(column, the one that it is made of, how) of those in normal form: canonical ones, and search forms that are not given."""
    yield from ((name, name, form) for name, form in _CANONICAL.items() if name in columns)
    for name, (origin, form) in _SEARCH_FORMS.items():
        if name not in columns and origin in columns:
            yield name, origin, form


def _each(texts: Iterable[str], form: Callable[[str], str]) -> list[str]:
    """`form` of each of `texts`; "" stays."""
    return [form(text) if text else "" for text in texts]


def _in_order(columns: Mapping[str, Any], rows: int) -> pd.DataFrame:
    """All of `COLUMNS`; those that are missing are empty."""
    blank = tables.texts([""] * rows)
    empty = {name: _array(name, [nothing] * rows) for name, nothing in _EMPTY.items() if name not in columns}
    return pd.DataFrame(
        {name: columns[name] if name in columns else empty.get(name, blank) for name in COLUMNS}
    )


def _array(name: str, values: Sequence[Any]) -> Any:
    """The values of a column in its type; much faster than pandas, which looks at each value to find one."""
    if name in NUMBERS:
        return pd.array(values, dtype="Int64")
    return np.array(values, dtype=bool) if name == "retracted" else tables.texts(values)


def _whole_numbers(values: pd.Series) -> Any:
    if not pd.api.types.is_integer_dtype(values.dtype):
        values = pd.to_numeric(values.replace("", pd.NA))
    return values.astype("Int64").array


def base_id(record_id: str) -> str:
    """`record_id` without the `~2` that tells rows with the same id in one source and round apart."""
    stem, mark, number = record_id.rpartition("~")
    return stem if mark and number.isdigit() else record_id


def content_hash(title: str, year: str, author: str) -> str:
    """First 10 hexadecimal digits of the SHA-256 of searchable title, year and first author's family name.

    They stand on one line each. This names records whose source gives no accession.
    """
    return sha256("\n".join((searchable(title), year, first_author(author))).encode()).hexdigest()[:10]


def with_ids(frame: pd.DataFrame, source: str, round_: str, *, in_order: bool = True) -> pd.DataFrame:
    """`frame` (typed; the records of one source and round) with `record_id`, `source` and `round`, in order of id, or, which takes no
    copy of it, as they stand.

    The id is `<source>:<accession>`, the accession trimmed and otherwise verbatim (of several in one field the first), or
    `<source>:<content_hash>` where there is none. Rows with the same id are told apart by `~2`, `~3` in the order of their content, whatever their
    order in the file.
    """
    # Loads what reads sheets, which those who only know the table need not.
    from evergreen.sheets.labels import first_listed

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
    return named.sort_values("record_id", kind="stable", ignore_index=True) if in_order else named
