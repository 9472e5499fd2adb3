"""Covariance of effects that are computed with the same control group.

Of two such effects the control's share of the variance is common: Gleser & Olkin 2009 (in: The Handbook of Research Synthesis and
Meta-Analysis, 2nd ed., chapter 19), as R's `metafor` has them for this data.

    MD    sd2^2 / n2                          RR    1/events2 - 1/n2
    SMD   1/n2 + g g' / (2 N)                 OR    1/events2 + 1/(n2 - events2)
    ROM   sd2^2 / (n2 mean2^2)                RD    p2 (1 - p2) / n2
    IRR   1/events2, IRD  events2 / time2^2   AS    1/(4 n2)

N are the participants of all groups. Counts of the control are those that the effect is computed from, with what its empty cells got:
then what an effect shares is never more than its own variance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from evergreen.metaanalysis.effects import rates, two_by_two
from evergreen.metaanalysis.least_squares import Array

MEASURES_SHARED = ("MD", "SMD", "ROM", "RR", "OR", "RD", "AS", "IRR", "IRD")
"""Measures whose effects have a known covariance under a shared control."""


def shares(measure: str, data: Mapping[str, Array], add: float | None = None, to: str = "only0") -> Array:
    """What the control group adds to the variance of each of k effects; `data` are the arrays of the measure's kind, `add` and `to` what
    empty cells get (`effects.zero_cells`).

    Raises ValueError for a measure that is none of `MEASURES_SHARED`.
    """
    if measure not in MEASURES_SHARED:
        raise ValueError(f"the covariance of two {measure} with one control is not known")
    if measure in ("MD", "SMD", "ROM"):
        n, mean, sd = (np.asarray(data[name], dtype=float) for name in ("n2", "mean2", "sd2"))
        return {"MD": sd**2 / n, "SMD": 1 / n}[measure] if measure != "ROM" else sd**2 / (n * mean**2)
    if measure in ("IRR", "IRD"):
        _, events = rates.corrected(measure, data, add, to)
        time = np.asarray(data["person_time2"], dtype=float)
        return 1 / events if measure == "IRR" else events / time**2
    _, _, events, others = two_by_two.corrected(measure, two_by_two.cells(data), add, to)
    n = events + others
    if measure == "AS":
        return 1 / (4 * n)
    with np.errstate(divide="ignore"):
        return {"RR": 1 / events - 1 / n, "OR": 1 / events + 1 / others, "RD": events * others / n**3}[
            measure
        ]


def covariance(
    measure: str,
    data: Mapping[str, Array],
    yi: Array,
    vi: Array,
    control: Sequence[object | None],
    add: float | None = None,
    to: str = "only0",
) -> Array:
    """The k x k covariance matrix of the sampling errors of effects `yi` with variances `vi`.

    `control` (k) names the control group of each effect; those with the same one share it, None shares with nobody. `add` and `to`
    are what was added to empty cells, and where, for the effects.
    """
    whole = np.diag(np.asarray(vi, dtype=float))
    common = np.sqrt(shares(measure, data, add, to))
    for name in {*control} - {None}:
        members = [position for position, own in enumerate(control) if own == name]
        block = np.outer(common[members], common[members])
        if measure == "SMD":
            people = np.asarray(data["n1"], dtype=float)[members].sum() + float(data["n2"][members[0]])
            block = block + np.outer(yi[members], yi[members]) / (2 * people)
        at = np.ix_(members, members)
        whole[at] = np.where(np.eye(len(members)) > 0, whole[at], block)
    return whole
