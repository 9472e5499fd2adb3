"""What records were called before: ids that people decided under stay good when a source gets another name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from evergreen.errors import InputError
from evergreen.protocol.patterns import ID
from evergreen.sheets.labels import folded

MOST = 0.9
"""Share of a vanished source's records that are there under another name, from which it was renamed: a few may have gone besides."""


def aliases(record_ids: Iterable[str], source: str, formerly: Sequence[str]) -> list[str]:
    """The ids that records of `source` had when it was called otherwise, joined by `"; "`."""
    cut = len(source)
    return ["; ".join(former + name[cut:] for former in formerly) for name in record_ids]


def by_any_id(table: pd.DataFrame, column: str) -> dict[str, str]:
    """Value of `column` by every id, past or present, of the records of `table` (`record_id`, `alias`).

    An id that a record has now is that record's, whatever was called so before.
    """
    values = dict(zip(table["record_id"], table[column], strict=True))
    if "alias" in table:
        former = table[table["alias"].ne("")]
        for names, value in zip(former["alias"], former[column], strict=True):
            for name in names.split("; "):
                values.setdefault(name, value)
    return values


def check_renamed(
    record_ids: Iterable[str], known: Mapping[str, object], *, file: str, column: str = "record_id"
) -> list[InputError]:
    """One fault for each source that the ids of a sheet are from, that is no more, and whose records are there under another name.

    `known` are the ids that records have or had, as `by_any_id` orders them. Ids that are nowhere are no fault here: their records may be gone.
    """
    gone: dict[str, set[str]] = defaultdict(set)
    for name in record_ids:
        if name not in known and ":" in name:
            source, _, number = name.partition(":")
            gone[source].add(number)
    if not gone:
        return []
    there: dict[str, set[str]] = defaultdict(set)
    for name in known:
        source, _, number = name.partition(":")
        there[source].add(number)
    faults, spellings = [], set(map(folded, there))
    for source, numbers in sorted(gone.items()):
        # What no source can be called, and another spelling of one, are slips within an id and no name of before.
        if folded(source) in spellings or not re.fullmatch(ID, source):
            continue
        # Of as many the first: names of now stand before former ones.
        now = max(there, key=lambda name: len(numbers & there[name]), default="")
        found = len(numbers & there.get(now, set()))
        if found >= MOST * len(numbers):
            faults.append(
                InputError(
                    f"{found} of {len(numbers)} records of {source!r} in this sheet are there as records of {now!r},"
                    f" and there is no source {source!r}",
                    file=file,
                    column=column,
                    todo=f"If the source was renamed, write `formerly: [{source}]` under `sources.{now}` in config/config.yaml,"
                    f" or call it {source} again; else take its rows out of the sheet.",
                )
            )
    return faults
