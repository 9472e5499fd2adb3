"""How far extractors agree, column by column, on what each extracted (before adjudication)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from evergreen import tables
from evergreen.extraction.check import Row
from evergreen.extraction.comparing import Rounding, empty, meaning, same
from evergreen.sheets import folded

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("outcome", "column", "first", "second", "n", "agreed", "agreement", "icc", "remark")
Found = Mapping[tuple[str, ...], Mapping[str, Row]]
"""Rows by key and person."""


def agreement_table(
    found: Found,
    compared: Sequence[str],
    numbers: frozenset[str],
    rounding: Rounding,
    measures: Mapping[str, str] = MappingProxyType({}),
) -> pd.DataFrame:
    """One line per outcome, column and pair of extractors, then per column over all outcomes (`outcome` empty).

    `n` are the cells in which one of the two says something, of rows that both have, `agreed` those in which they say the same, also
    but for rounding; `agreement` is their share. `icc` is that of cells in which both have a number, by outcome only: over several
    scales it says nothing. The column `row` counts rows of studies that both have begun, and rows that one person alone extracted.
    """
    lines: list[Row] = []
    by_outcome = tables.grouped(found.items(), lambda item: next(iter(item[1].values()))["outcome"])
    people = sorted({person for by_person in found.values() for person in by_person})
    begun = {person: {key[0] for key, by_person in found.items() if person in by_person} for person in people}
    total: dict[tuple[str, str, str], list[int]] = {}

    def add(outcome: str, column: str, pair: tuple[str, str], n: int, agreed: int, icc: float) -> None:
        if n:
            lines.append(_line(outcome, column, *pair, n, agreed, icc))
            counted = total.setdefault((column, *pair), [0, 0])
            counted[0] += n
            counted[1] += agreed

    for outcome, keyed in sorted(by_outcome.items()):
        rows = [by_person for _, by_person in keyed]
        measure = measures.get(folded(outcome), "")
        for pair in combinations(people, 2):
            first, second = pair
            both = [{name: one[name] for name in pair} for one in rows if first in one and second in one]
            met = [
                one
                for key, one in keyed
                if all(key[0] in begun[name] for name in pair) and (first in one or second in one)
            ]
            add(outcome, "row", pair, len(met), len(both), math.nan)
            for column in compared:
                said = [one for one in both if any(not empty(row.get(column, "")) for row in one.values())]
                agreed = sum(_agree(one, column, column in numbers, rounding, measure) for one in said)
                icc = math.nan
                if column in numbers:
                    pairs = [[float(row[column]) for row in one.values()] for one in said]
                    icc = intraclass_correlation([pair for pair in pairs if not any(map(math.isnan, pair))])
                add(outcome, column, pair, len(said), agreed, icc)
        for person in people:
            alone = sum(len(one) == 1 and person in one for one in rows)
            if alone:
                lines.append(
                    _line(outcome, "row", person, "", alone, 0, math.nan)
                    | {"remark": "extracted by one person alone"}
                )
    lines += [
        _line("", column, first, second, n, agreed, math.nan)
        for (column, first, second), (n, agreed) in sorted(total.items())
    ]
    return tables.frame_of(lines, COLUMNS)


def intraclass_correlation(values: Sequence[Sequence[float]]) -> float:
    """ICC(2,1) of Shrout & Fleiss (1979): absolute agreement of single ratings, raters as a sample.

    `values`: subjects by raters (n x k). NaN below two subjects, and where nothing varies.
    """
    table = np.asarray(values, dtype=float)
    if len(table) < 2:
        return math.nan
    n, k = table.shape
    mean = table.mean()
    between = k * ((table.mean(axis=1) - mean) ** 2).sum() / (n - 1)
    raters = n * ((table.mean(axis=0) - mean) ** 2).sum() / (k - 1)
    rest = ((table - mean) ** 2).sum() - between * (n - 1) - raters * (k - 1)
    error = max(rest, 0.0) / ((n - 1) * (k - 1))
    spread = between + (k - 1) * error + k * (raters - error) / n
    # More digits differ from machine to machine.
    return round(float((between - error) / spread), 12) if spread > 0 else math.nan


def _agree(by_person: Mapping[str, Row], column: str, number: bool, rounding: Rounding, measure: str) -> bool:
    one, other = (row.get(column, "") for row in by_person.values())
    if same(meaning(one, column, measure), meaning(other, column, measure)) or (
        column == "unit" and (empty(one) or empty(other))
    ):
        return True
    return number and rounding.kept(by_person, column) is not None


def _line(
    outcome: str, column: str, first: str, second: str, n: int, agreed: int, icc: float
) -> dict[str, Any]:
    said = (outcome, column, first, second, n, agreed, agreed / n if second else math.nan, icc, "")
    return dict(zip(COLUMNS, said, strict=True))
