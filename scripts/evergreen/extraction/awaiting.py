"""Rows of a sheet that wait to be filled in: they hold labels, and nothing that somebody found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from evergreen import tables
from evergreen.extraction.check import Row, key_of
from evergreen.sheets.columns import AWAITED

if TYPE_CHECKING:
    import pandas as pd

AWAITS = "awaited"
"""What tables of conflicts say of a person whose sheet awaits a row."""


@dataclass(frozen=True)
class Awaited:
    """The rows that a sheet awaits, in the order of their keys, and the (study, outcome) that it awaits something of."""

    rows: list[Row]
    outcomes: frozenset[tuple[str, ...]]


def awaited_of(rows: pd.DataFrame, said: list[Row], key: tuple[str, ...]) -> Awaited:
    """What a sheet awaits; `said` are its rows in which something stands."""
    if len(said) == len(rows):
        return Awaited([], frozenset())
    there = {key_of(row, key) for row in said}
    found: dict[tuple[str, ...], Row] = {}
    for row in tables.rows(rows[rows[AWAITED].astype(bool)]):
        if key_of(row, key) not in there:
            found.setdefault(key_of(row, key), row)
    return Awaited([found[one] for one in sorted(found)], frozenset(one[:2] for one in found))
