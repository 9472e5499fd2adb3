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
    keys = pa.table({name: pa.array(table[name]) for name in ("round", "place", "record_id")})
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names]).to_numpy()
    heads = table["work_id"].iloc[order[kept.to_numpy()[order]]]
    table["work"] = pd.Index(heads).get_indexer(pd.Index(table["work_id"]))
    order = order[np.argsort(table["work"].to_numpy()[order], kind="stable")]
    return table.iloc[order].reset_index(drop=True)


def merge(records: pd.DataFrame, state: pd.DataFrame, sources: dict[str, dict[str, str]]) -> Merged:
    """Merge the records of each work.

    `sources` names the sources in their order, each with `kind` and `type`. The best record of a work is PubMed's, then
    that of the first source, then the earliest; a value that is not there is taken from the next best. A title that was cut
    off or shouts, and pages without a last one, give way to better ones. A work belongs to the column `databases` if a
    database or register had it in its earliest round, else to `other`.
    """
    table = clusters(state, list(sources))
    row = pd.Index(records["record_id"]).get_indexer(pd.Index(table["record_id"]))
    work = table["work"].to_numpy()
    # table stands in the order of round, source, id within a work
    place = table["place"].to_numpy()
    others = np.array([source["kind"] != "pubmed" for source in sources.values()] + [True])
    best = np.lexsort((np.arange(len(row)), place, others[place], work))

    count = int(work.max(initial=-1)) + 1
    head = np.flatnonzero(table["kept"].to_numpy())
    values: dict[str, Any] = {
        "work_id": table["work_id"].iloc[head].array,
        "round": table["round"].iloc[head].array,
        "column": _columns(table, sources),
    }
    several = np.bincount(work, minlength=count) > 1
    every = np.arange(len(row))
    values["record_ids"] = _joined(table["record_id"], every, work, several)
    values["sources"] = _joined(table["source"], every, work, several)
    origin: dict[str, Any] = {"work_id": values["work_id"][several]}
    ids = text(table["record_id"])
    for column in BIBLIOGRAPHIC:
        if column == "retracted":
            retracted = records[column].to_numpy(dtype=float)[row]
            values[column] = np.bincount(work, weights=retracted, minlength=count) > 0
        elif column in UNITED:
            values[column] = _joined(records[column], row, work, several, split=True)
        else:
            chosen = _choose(records[column], row, work, best, several)
            value = records[column].iloc[row[chosen]]
            values[column] = value.array
            known = pa.array(_filled(value)[several])
            origin[column] = pd.Series(
                pc.if_else(known, ids.take(pa.array(chosen[several])), ""), dtype="str"
            )
    values["alias"] = _joined(table["alias"], every, work, several)
    former = records["alias"].iloc[row].array
    return Merged(
        works=pd.DataFrame(values)[list(WORKS)],
        origin=pd.DataFrame(origin),
        clusters=table.assign(alias=former)[list(CLUSTERS)],
    )


def _places(column: pd.Series, source_order: list[str]) -> np.ndarray:
    """Position of each row's source in the order of sources."""
    codes, names = pd.factorize(column)
    places = {source: position for position, source in enumerate(source_order)}
    return np.array([places.get(name, len(places)) for name in names], dtype=np.int64)[codes]


def _filled(column: pd.Series) -> np.ndarray:
    return (column.notna() if column.name == "year" else column.ne("")).to_numpy(dtype=bool)


def _choose(
    column: pd.Series, row: np.ndarray, work: np.ndarray, best: np.ndarray, several: np.ndarray
) -> np.ndarray:
    """Place of the value that stands, for each work in order; `row` is where a place's value is in the column.

    `best` has the places in the order of works, within a work the best first.
    """
    chosen = np.flatnonzero(np.diff(work, prepend=-1))  # the only one of most works
    places = best[several[work]]  # the places of a work stand together in `best` as well
    if not len(places):
        return chosen
    name, column, work = column.name, column.iloc[row[places]], work[places]
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
    worse = worse - worse.min()
    worse += ~_filled(column) * (worse.max() + 1)
    least = np.minimum.reduceat(
        worse * len(places) + np.arange(len(places)), np.flatnonzero(np.diff(work, prepend=-1))
    )
    chosen[several] = places[least % len(places)]
    return chosen


def _joined(
    column: pd.Series, row: np.ndarray, work: np.ndarray, several: np.ndarray, *, split: bool = False
) -> pd.Series:
    """The different values of each work's records in their order, joined by `"; "`; `row` as for `_choose`."""
    texts = text(column)
    alone = texts.take(pa.array(row[np.flatnonzero(np.diff(work, prepend=-1))]))
    places = np.flatnonzero(several[work])
    parts = texts.take(pa.array(row[places]))
    filled = pc.not_equal(parts, "")
    parts, places = parts.filter(filled), places[filled.to_numpy(zero_copy_only=False)]
    owner = (np.cumsum(several) - 1)[work[places]]
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
