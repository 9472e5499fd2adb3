"""What is added to empty cells, and where: metafor's rules, for tables, rates and single counts alike."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.measures import MEASURES

RULES = ("only0", "all", "if0all", "none")


def addition(measure: str, empty: NDArray[np.bool_], add: float | None, to: str) -> Array:
    """What the counts of each of k studies get, given whether one of them is `empty` (k).

    `to` is `only0` (the studies with an empty cell), `all`, `if0all` (all, if any study has an empty cell) or `none`. `add` None
    is metafor's default: 0.5, or 0 for a measure that needs no correction. Raises ValueError for another rule.
    """
    if to not in RULES:
        raise ValueError(f"unknown rule for empty cells: {to}")
    if add is None:
        add = 0.5 if MEASURES[measure].corrected else 0.0
    if to == "all" or (to == "if0all" and empty.any()):
        return np.full(len(empty), float(add))
    return add * (empty & (to == "only0"))


def silent(measure: str, data: Mapping[str, Array]) -> NDArray[np.bool_]:
    """Which of k studies say nothing of the effect, so that a correction alone would make one (`Measure.silent`).

    `data` holds the arrays of the measure's kind. Without an event in both groups a ratio is not estimable, with an event in
    everybody an odds ratio is not; a difference is (Cochrane Handbook 10.4.4).
    """
    kinds = MEASURES[measure].silent
    if not kinds:
        return np.zeros(len(next(iter(data.values()))), dtype=bool)
    events = [np.asarray(data[f"events{group}"], dtype=float) for group in (1, 2)]
    found = np.zeros(len(events[0]), dtype=bool)
    if "none" in kinds:
        found |= (events[0] == 0) & (events[1] == 0)
    if "all" in kinds:
        found |= np.all(
            [count == np.asarray(data[f"n{group}"]) for group, count in enumerate(events, start=1)], axis=0
        )
    return found
