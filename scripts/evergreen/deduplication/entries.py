"""Entries of trial registers among the records: which records they are, the number that is theirs, and the numbers that they name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from evergreen.records.registers import ENTRY_TYPES, SIGNED, SITES, own_number, registry_ids

_NAMES = r"clinicaltrials ?gov|^isrctn\b|clinical trials? regist|^chictr|^euctr|^jprn|^drks\b|^actrn|^ctri\b|trialsearch"
_DOI = r"^10\.1186/isrctn\d"


def are_entries(
    records: pd.DataFrame, types: pa.Array, journals: pa.Array, dois: pa.Array, placeless: np.ndarray
) -> np.ndarray:
    """Which records say by type, DOI or, where they have no place in a journal, by journal, id or address that they are entries of a register.

    `types` and `journals` in lower case; `placeless` has neither volume, pages nor DOI.
    """
    found = _matches(types, ENTRY_TYPES) | _matches(dois, _DOI) | (_matches(journals, _NAMES) & placeless)
    rows = np.flatnonzero(placeless & ~found)
    few = records.iloc[rows]
    found[rows] = _matches(_texts(few["url"]), SITES)
    signed = rows[_matches(_texts(few["record_id"]), SIGNED) & ~found[rows]]
    found[signed] = [bool(_own(record_id)) for record_id in records["record_id"].iloc[signed]]
    return found


def numbers(records: pd.DataFrame, entry: np.ndarray) -> tuple[pd.Series, pd.Series]:
    """Registration numbers of each record, and those that an `entry` names besides its own, joined by `"; "`.

    Of an entry the first holds its own number only, by its id, address or journal, as far as it can be told; of everything else all
    numbers that it names.
    """
    named = records["registry_ids"].to_numpy(dtype=object).copy()
    besides = np.full(len(records), "", dtype=object)
    columns = (records[name].to_numpy(dtype=object) for name in ("record_id", "url", "journal"))
    rows = np.flatnonzero(entry)
    for row, record_id, url, journal in zip(rows, *(column[rows] for column in columns), strict=True):
        every = named[row].split("; ") if named[row] else []
        own = _own(record_id) or next(
            (one[0] for one in (registry_ids(url), registry_ids(journal)) if one), ""
        )
        if own:
            named[row] = own
            besides[row] = "; ".join(number for number in every if number != own)
    return pd.Series(named, dtype="str"), pd.Series(besides, dtype="str")


def _own(record_id: str) -> str:
    return own_number(record_id.partition(":")[2])


def _texts(column: pd.Series) -> pa.Array:
    array = pa.array(column.astype("str"), pa.large_string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _matches(array: pa.Array, pattern: str) -> np.ndarray:
    found = pc.fill_null(pc.match_substring_regex(array, pattern), False)
    return found.to_numpy(zero_copy_only=False).copy()
