"""Effects of events over person-time.

Two groups, `data` with `events1, person_time1, events2, person_time2`:

    IRR   log((x1/t1) / (x2/t2))        1/x1 + 1/x2
    IRD   x1/t1 - x2/t2                 x1/t1^2 + x2/t2^2
    IRSD  sqrt(x1/t1) - sqrt(x2/t2)     1/(4 t1) + 1/(4 t2)

One group, `data` with `events, person_time`: IR the rate, IRLN its logarithm, IRS its square root (variance
1/(4t)), IRFT the Freeman-Tukey transformation (sqrt(x/t) + sqrt((x+1)/t)) / 2.

Zero counts are treated as empty cells are in 2x2 tables; IRSD, IRS and IRFT need no correction.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evergreen.metaanalysis.effects.zero_cells import addition
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.measures import KINDS, MEASURES


def corrected(
    measure: str, data: Mapping[str, Array], add: float | None, to: str, drop00: bool = False
) -> Array:
    """Events (groups x k) after the rule for zero counts; the studies that `drop00` gives up have NaN.

    Raises ValueError for a rule `to` that does not exist.
    """
    groups = KINDS[MEASURES[measure].kind].suffixes
    counts = np.stack([np.asarray(data[f"events{group}"], dtype=float) for group in groups])
    if drop00 and len(groups) == 2:
        counts = np.where(np.all(counts == 0, axis=0), np.nan, counts)
    return counts + addition(measure, np.any(counts == 0, axis=0), add, to)


def effect_sizes(
    measure: str,
    data: Mapping[str, Array],
    *,
    add: float | None = None,
    to: str = "only0",
    drop00: bool = False,
) -> tuple[Array, Array]:
    """Effects of two rates (ratios: their logarithm) or of one, and variances (k each); NaN where undefined.

    `data` holds `events` and `person_time`, with 1 and 2 behind the names for two groups (k each). `add` goes to the events of all
    groups where `to` says (`only0`, `all`, `if0all`, `none`); default 0.5, for IRSD, IRS and IRFT 0. `drop00` gives up studies
    without events in both groups.
    """
    groups = KINDS[MEASURES[measure].kind].suffixes
    counts = corrected(measure, data, add, to, drop00)
    times = np.stack([np.asarray(data[f"person_time{group}"], dtype=float) for group in groups])
    with np.errstate(divide="ignore", invalid="ignore"):
        rates = counts / times
        if measure in {"IRR", "IRLN"}:
            each, variances = np.log(rates), 1 / counts
        elif measure in {"IRD", "IR"}:
            each, variances = rates, counts / times**2
        elif measure in {"IRSD", "IRS"}:
            each, variances = np.sqrt(rates), 1 / (4 * times)
        else:
            each, variances = (np.sqrt(rates) + np.sqrt(rates + 1 / times)) / 2, 1 / (4 * times)
        yi = each[0] - each[1] if len(groups) == 2 else each[0]
    return yi, variances.sum(axis=0)
