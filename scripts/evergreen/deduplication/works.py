"""Works: duplicate records merged field by field, with the record that each field came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from evergreen.deduplication.features import text
from evergreen.records.model import CONTRACT

FIRST = ("title", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "pmcid", "language", "url")
"""Columns of which the best record's value stands."""
LONGEST = ("abstract", "authors")
"""Columns of which the longest value stands: the longer abstract, the most names."""
UNITED = ("registry_ids", "publication_types", "mesh_terms", "keywords", "issn")
"""Columns with several values, of which all are kept."""
READ = ("record_id", "source", "round", *CONTRACT[3:], "keywords", "issn", "related", "alias")
"""What is read of a record table."""
BIBLIOGRAPHIC = (*CONTRACT[3:-1], "keywords", "issn", "retracted")
CLUSTERS = ("record_id", "work_id", "kept", "reason", "source", "round", "alias")
WORKS = ("work_id", "round", "column", "record_ids", "sources", *BIBLIOGRAPHIC, "alias")


@dataclass(frozen=True)
class Merged:
    """`works` (columns `WORKS`), `origin` (of works of several records: the record each field came from), `clusters`
    (`CLUSTERS`; `alias` are the former ids of the record)."""

    works: pd.DataFrame
    origin: pd.DataFrame
    clusters: pd.DataFrame


def clusters(state: pd.DataFrame, source_order: list[str]) -> pd.DataFrame:
    """One row per record, in the order of works: `record_id, work_id, kept, reason, source, round`."""
    place = _places(state["source"], source_order)
    kept = state["record_id"].eq(state["work_id"])
    sizes = state.groupby("work_id")["record_id"].transform("size")
    why = np.where(
        state["reason"].eq(""),
        "same work as other records of it",
        "duplicate of " + state["partner"] + ": " + state["reason"],
    )
    table = pd.DataFrame(
        {
            "record_id": state["record_id"],
            "work_id": state["work_id"],
            "kept": kept,
            "reason": np.where(kept, np.where(sizes.eq(1), "only record", "first record"), why),
            "source": state["source"],
            "round": state["round"],
            "alias": state["alias"],
            "place": place,
        }
    )
    heads = table[kept].sort_values(["round", "place", "record_id"], kind="stable")
    table["work"] = pd.Index(heads["work_id"]).get_indexer(pd.Index(table["work_id"]))
    return table.sort_values(["work", "round", "place", "record_id"], kind="stable", ignore_index=True)


def merge(records: pd.DataFrame, state: pd.DataFrame, sources: dict[str, dict[str, str]]) -> Merged:
    """Merge the records of each work.

    `sources` names the sources in their order, each with `kind` and `type`. The best record of a work is PubMed's, then
    that of the first source, then the earliest; a value that is not there is taken from the next best. A title that was cut
    off or shouts, and pages without a last one, give way to better ones. A work belongs to the column `databases` if a
    database or register had it in its earliest round, else to `other`.
    """
    table = clusters(state, list(sources))
    rows = records.take(pd.Index(records["record_id"]).get_indexer(pd.Index(table["record_id"])))
    rows = rows.reset_index(drop=True)
    work = table["work"].to_numpy()
    # table stands in the order of round, source, id within a work
    place = _places(rows["source"], list(sources))
    others = np.array([source["kind"] != "pubmed" for source in sources.values()] + [True])
    best = np.lexsort((np.arange(len(rows)), place, others[place], work))
    preference = np.empty(len(rows), dtype=np.int64)
    preference[best] = np.arange(len(rows))

    count = int(work.max(initial=-1)) + 1
    head = np.flatnonzero(table["kept"].to_numpy())
    values: dict[str, Any] = {
        "work_id": table["work_id"].iloc[head].array,
        "round": table["round"].iloc[head].array,
        "column": _columns(table, sources),
    }
    several = np.bincount(work, minlength=count) > 1
    values["record_ids"] = _joined(table["record_id"], work, several)
    values["sources"] = _joined(table["source"], work, several)
    origin: dict[str, Any] = {"work_id": values["work_id"][several]}
    ids = rows["record_id"]
    for column in BIBLIOGRAPHIC:
        if column == "retracted":
            values[column] = (
                np.bincount(work, weights=rows[column].to_numpy(dtype=float), minlength=count) > 0
            )
        elif column in UNITED:
            values[column] = _joined(rows[column], work, several, split=True)
        else:
            chosen = _choose(rows[column], column, work, preference, several)
            values[column] = rows[column].iloc[chosen].array
            chosen = chosen[several]
            origin[column] = ids.iloc[chosen].where(_filled(rows[column].iloc[chosen]), "").array
    values["alias"] = _joined(table["alias"], work, several)
    return Merged(
        works=pd.DataFrame(values)[list(WORKS)],
        origin=pd.DataFrame(origin),
        clusters=table.assign(alias=rows["alias"])[list(CLUSTERS)],
    )


def _places(column: pd.Series, source_order: list[str]) -> np.ndarray:
    """Position of each row's source in the order of sources."""
    codes, names = pd.factorize(column)
    places = {source: position for position, source in enumerate(source_order)}
    return np.array([places.get(name, len(places)) for name in names], dtype=np.int64)[codes]


def _filled(column: pd.Series) -> np.ndarray:
    return (column.notna() if column.name == "year" else column.ne("")).to_numpy(dtype=bool)


def _choose(
    column: pd.Series, name: str, work: np.ndarray, preference: np.ndarray, several: np.ndarray
) -> np.ndarray:
    """Row of the value that stands, for each work in order."""
    chosen = np.flatnonzero(np.diff(work, prepend=-1))  # the only row of most works
    rows = np.flatnonzero(several[work])
    if not len(rows):
        return chosen
    column, work, preference = column.iloc[rows], work[rows], preference[rows]
    worse: np.ndarray
    if name == "abstract":
        worse = -column.str.len().to_numpy()
    elif name == "authors":
        worse = -column.str.count(";").to_numpy()
    elif name == "title":
        shouts = column.str.contains(r"(?:…|\.\.\.)\W*$", regex=True) | column.str.isupper()
        worse = shouts.to_numpy(dtype=int)
    elif name == "pages":
        worse = (~column.str.contains("[-\u2013]", regex=True)).to_numpy(dtype=int)
    else:
        worse = np.zeros(len(column), dtype=int)
    order = np.lexsort((preference, worse, ~_filled(column), work))
    chosen[several] = rows[order[np.flatnonzero(np.diff(work[order], prepend=-1))]]
    return chosen


def _joined(column: pd.Series, work: np.ndarray, several: np.ndarray, *, split: bool = False) -> pd.Series:
    """The different values of each work's records in their order, joined by `"; "`; rows stand in the order of works."""
    texts = text(column)
    alone = texts.take(pa.array(np.flatnonzero(np.diff(work, prepend=-1))))
    filled = pc.not_equal(texts, "").to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(filled & several[work])
    parts, owner = texts.take(pa.array(rows)), (np.cumsum(several) - 1)[work[rows]]
    if split:
        lists = pc.split_pattern(parts, "; ")
        parts, owner = lists.flatten(), owner[pc.list_parent_indices(lists).to_numpy()]
    codes = parts.dictionary_encode().indices.to_numpy().astype(np.int64)
    new = ~pd.Series(owner * (int(codes.max(initial=0)) + 1) + codes).duplicated().to_numpy()
    ends = np.searchsorted(owner[new], np.arange(several.sum() + 1))
    lists = pa.LargeListArray.from_arrays(pa.array(ends), parts.filter(pa.array(new)))
    united = pc.binary_join(lists, pa.scalar("; ", pa.large_string()))
    return pd.Series(pc.replace_with_mask(alone, pa.array(several), united), dtype="str")


def _columns(table: pd.DataFrame, sources: dict[str, dict[str, str]]) -> np.ndarray:
    """`databases` or `other` of each work, by the records of its earliest round."""
    searched = np.array([source["type"] in ("database", "register") for source in sources.values()] + [False])
    database = searched[table["place"].to_numpy()]
    work, (rounds, _) = table["work"].to_numpy(), pd.factorize(table["round"], sort=True)
    earliest = np.full(int(work.max(initial=-1)) + 1, len(table), dtype=np.int64)
    np.minimum.at(earliest, work, rounds)
    found = np.zeros(len(earliest), dtype=bool)
    found[work[database & (rounds == earliest[work])]] = True
    return np.where(found, "databases", "other")
