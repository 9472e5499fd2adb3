"""What is added to empty cells, and where: metafor's rules, for tables, rates and single counts alike."""

from __future__ import annotations

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
