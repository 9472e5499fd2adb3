"""What each source brought, and what only it brought."""

from __future__ import annotations

import numpy as np
import pandas as pd


def membership(clusters: pd.DataFrame, sources: list[str]) -> np.ndarray:
    """Whether each work (row) has a record of each source (column)."""
    work = pd.factorize(clusters["work_id"])[0]
    place = pd.Index(sources).get_indexer(pd.Index(clusters["source"]))
    has = np.zeros((int(work.max(initial=-1)) + 1, len(sources)), dtype=bool)
    has[work, place] = True
    return has


def yields(clusters: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    """Per source: records, works, works that no other source has, their share of all works in per cent."""
    has = membership(clusters, sources)
    alone = has & (has.sum(axis=1, keepdims=True) == 1)
    records = clusters["source"].value_counts()
    works = has.sum(axis=0)
    return pd.DataFrame(
        {
            "source": sources,
            "records": [int(records.get(name, 0)) for name in sources],
            "works": works,
            "duplicates_within": [
                int(records.get(name, 0)) - int(n) for name, n in zip(sources, works, strict=True)
            ],
            "unique_works": alone.sum(axis=0),
            "unique_share": np.round(100 * alone.sum(axis=0) / max(len(has), 1), 2),
        }
    )


def overlaps(clusters: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    """Works that each pair of sources has in common; a source with itself: its works."""
    has = membership(clusters, sources).astype(np.int64)
    common = has.T @ has
    return pd.DataFrame(
        [(a, b, int(common[i, j])) for i, a in enumerate(sources) for j, b in enumerate(sources) if i <= j],
        columns=["source_a", "source_b", "works"],
    )


def combinations(clusters: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    """Works by the exact set of sources that have them, largest first: the bars of an overlap figure."""
    has = membership(clusters, sources)
    sets, counts = np.unique(has, axis=0, return_counts=True) if len(has) else (has, np.empty(0, int))
    names = ["; ".join(name for name, there in zip(sources, row, strict=True) if there) for row in sets]
    table = pd.DataFrame({"sources": names, "works": counts})
    return table.sort_values(["works", "sources"], ascending=[False, True], ignore_index=True)
