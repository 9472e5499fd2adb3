"""Events and means that a row states, and states once more by what they follow from: the numbers of a row against each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import product
from operator import mul, sub

from evergreen.extraction.contradictions import AGREE, ROUNDING
from evergreen.extraction.queries.evidence import Evidence, Row
from evergreen.extraction.queries.findings import Family, Finding, Kind, found, shown
from evergreen.extraction.row_values import EXACT
from evergreen.sheets.numbers import half_unit

CONTRADICTION = Kind(
    "number_contradiction", "warning",
    "The events of a row are not what its percentage or rate gives, or its mean is not the change or the component that it is of the means beside it, beyond rounding and, of means, beyond what people who have but one of the two may move it.",
    "{column} is {value}, and {with_} give {expected}. Which of them is as printed?",
    "Cochrane Handbook 6.4.1, 6.5.2.8, 6.7.1",
)  # fmt: skip


def _share(n: float, percent: float) -> float:
    return n * percent / 100


FOLLOWS: tuple[tuple[str, tuple[str, str], Callable[[float, float], float]], ...] = (
    ("events", ("n", "percent"), _share), ("events", ("rate", "person_time"), mul),
    ("mean", ("mean_final", "mean_baseline"), sub), ("mean", ("mean_total", "mean_part"), sub),
)  # fmt: skip
"""A column, those that it follows from, and how; the conversions of the same numbers give it where it is empty."""


def _ends(row: Row, column: str) -> tuple[float, float]:
    """Between which a number lies that is printed so."""
    value = row.numbers[column]
    half = 0.0 if column in (*EXACT, "events") else half_unit(value)
    return value - half, value + half


def _lost(row: Row) -> float:
    """By how much those who were lost since the baseline may move a change: a standard error of the means at both ends."""
    spreads = (row.numbers.get("sd_baseline"), row.numbers.get("sd_final"), row.sd)
    return max(filter(None, spreads), default=0.0) / math.sqrt(row.n) if row.n else 0.0


def check(evidence: Evidence) -> Iterator[Finding]:
    for row in evidence.rows:
        for column, needed, give in FOLLOWS if row.group != "contrast" else ():
            if not all(map(row.printed, (column, *needed))) or (column == "mean" and row.modelled):
                continue
            expected = give(*(row.numbers[name] for name in needed))
            given = [give(*pair) for pair in product(*(_ends(row, name) for name in needed))]
            slack = ROUNDING * abs(expected)
            if column == "mean":
                slack = max((AGREE - 1) * abs(expected), _lost(row) if "mean_baseline" in needed else 0.0)
            low, high = _ends(row, column)
            if high < min(given) - slack or low > max(given) + slack:
                yield found(CONTRADICTION, row, column, shown(expected), with_=" and ".join(needed))


FAMILY = Family("Numbers of a row that follow from others", (CONTRADICTION,), check)
