"""Pairs of records worth comparing: those that stand near each other under any of several keys."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from evergreen.deduplication.features import joined, text

WINDOW = 8
"""How many neighbours of the same key a record is compared with; bounds the work where a key says little."""

_PIECE = 16


def candidates(features: pd.DataFrame, *, known: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers `a < b` of pairs to compare, each pair once, in the order of (a, b).

    The first `known` rows were compared with each other before and are not again. Within a key the records stand in the
    order of their content, so the pairs do not depend on the order of the rows.
    """
    count = len(features)
    order = content_order(features)
    fresh = order >= known
    collected = [np.empty(0, dtype=np.int64)]
    for codes in _keys(features):
        here = codes[order]
        shared = np.bincount(here + 1) > 1
        with_fresh = np.bincount(here[fresh] + 1, minlength=len(shared)) > 0
        with_fresh[0] = False  # without this key
        rows = np.flatnonzero((shared & with_fresh)[here + 1])
        rows = rows[np.argsort(here[rows], kind="stable")]
        key, last = here[rows], len(rows)
        place = np.arange(last)
        for step in range(1, WINDOW + 1):
            place = place[: np.searchsorted(place, last - step)]
            place = place[key[place] == key[place + step]]
            first, second = rows[place], rows[place + step]
            near = fresh[first] | fresh[second]
            a, b = order[first[near]], order[second[near]]
            collected.append(np.minimum(a, b) * count + np.maximum(a, b))
    pairs = np.concatenate(collected)
    collected.clear()  # there are some dozen pairs a record
    pairs.sort()
    pairs = pairs[np.concatenate([[True], pairs[1:] != pairs[:-1]])[: len(pairs)]]
    a = (pairs // max(count, 1)).astype(np.int32)
    return a, (pairs - a.astype(np.int64) * count).astype(np.int32)


def content_order(features: pd.DataFrame) -> np.ndarray:
    """Row numbers in the order of content: title, year, volume, page, id."""
    by = ["title", "year", "volume", "page", "record_id"]
    table = pa.table({name: pa.array(features[name]) for name in by})
    return pc.sort_indices(table, sort_keys=[(name, "ascending") for name in by]).to_numpy().astype(np.int64)


def _keys(features: pd.DataFrame) -> Iterator[np.ndarray]:
    """Codes of one key after the other; -1 where a record does not have it."""
    title = text(features["title"])
    author = text(features["first_author"])
    year, volume, page = (features[name].to_numpy(dtype=np.int64) for name in ("year", "volume", "page"))
    start = pc.utf8_slice_codeunits(title, 0, 7)
    yield _code(pc.utf8_slice_codeunits(title, 0, _PIECE), pc.not_equal(title, ""))
    long = pc.greater(pc.utf8_length(title), _PIECE)
    yield _code(pc.utf8_slice_codeunits(pc.utf8_reverse(title), 0, _PIECE), long)
    yield _code(pc.utf8_slice_codeunits(title, 8, 8 + _PIECE), long)
    for name in ("doi", "pmid", "registry"):
        value = text(features[name])
        yield _code(value, pc.not_equal(value, ""))
    yield _code(text(features["stem"]))
    initial = pc.utf8_slice_codeunits(text(features["journal"]), 0, 1)
    yield _code(_joined(volume, page, initial), pa.array((volume > 0) & (page > 0)))
    named = pc.not_equal(author, "")
    yield _code(_joined(page, author), pc.and_(named, pa.array(page > 0)))
    yield _code(
        _joined(year, author, pc.utf8_slice_codeunits(title, 0, 4)), pc.and_(named, pa.array(year > 0))
    )
    yield _code(_joined(page, start), pa.array(page > 0))
    # abstracts of one team in one volume, however their titles begin
    brief = (volume > 0) & (features["last_page"].to_numpy() <= page + 1)
    yield _code(_joined(year, volume, author), pc.and_(named, pa.array(brief)))


def _joined(*parts: np.ndarray | pa.Array) -> pa.Array:
    texts = [
        part if isinstance(part, pa.Array) else pc.cast(pa.array(part), pa.large_string()) for part in parts
    ]
    return joined(*texts, between="|")


def _code(values: pa.Array, present: pa.Array | None = None) -> np.ndarray:
    codes = pc.dictionary_encode(values).indices.to_numpy().astype(np.int64)
    return codes if present is None else np.where(present.to_numpy(zero_copy_only=False), codes, -1)
