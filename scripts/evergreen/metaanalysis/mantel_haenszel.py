"""Mantel-Haenszel and Peto: common-effect pooling of counts without effects of single studies.

Estimates: Mantel & Haenszel (1959), Greenland & Robins (1985), Sato et al. (1989) for the variance of the risk
difference, Rothman et al. (2008) for rates, Yusuf et al. (1985) for Peto. Numbers as metafor's `rma.mh` and
`rma.peto`: the constant `add` goes into the studies' own effects and so into Q, not into the pooled estimate; RevMan
adds it there too, in studies with an empty cell, which `mh_add` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from evergreen.metaanalysis.effects import effect_sizes, rates, two_by_two
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.measures import MEASURES
from evergreen.metaanalysis.models import conflict


@dataclass(frozen=True)
class ChiSquareTest:
    """A chi2 test: statistic, degrees of freedom, p value; NaN where it does not exist."""

    statistic: float
    df: float
    p_value: float


@dataclass(frozen=True)
class PooledCounts:
    """A result pooled from counts, on the log scale for ratios; NaN where nothing can be estimated.

    `weights` in per cent per study (NaN where it has none); `Q` with the studies' own effects; `k_effects` their number.
    `association` is the (Cochran-)Mantel-Haenszel test, `breslow_day` and `tarone` test homogeneity of odds ratios.
    """

    estimate: float
    se: float
    statistic: float
    p_value: float
    ci_low: float
    ci_high: float
    Q: float
    Q_df: float
    Q_p: float
    I2: float
    H2: float
    k: int
    k_effects: int
    k_informative: int
    weights: Array
    association: ChiSquareTest
    breslow_day: ChiSquareTest
    tarone: ChiSquareTest


NO_TEST = ChiSquareTest(np.nan, np.nan, np.nan)


def mantel_haenszel(
    measure: str,
    data: Mapping[str, Array],
    *,
    add: float = 0.5,
    to: str = "only0",
    drop00: bool = True,
    mh_add: float = 0.0,
    correct: bool = True,
    level: float = 0.95,
) -> PooledCounts:
    """Pool 2x2 tables (RR, OR, RD) or rates (IRR, IRD).

    `data` holds the arrays of the measure's kind (`measures.KINDS`; k each). `add`, `to` and `drop00` make the studies' own effects,
    which Q is counted from; `mh_add` is added to the cells (of rates to the events) of the pooled estimate itself, where one is empty; `correct` is the
    continuity correction of the association test; `level` that of the interval, as a share. Raises ValueError for another measure.
    """
    if conflict("mh", measure):
        raise ValueError(f"Mantel and Haenszel's method does not pool {measure}")
    yi, vi = effect_sizes(measure, data, add=add, to=to, drop00=drop00)
    if MEASURES[measure].kind == "two_rates":
        estimate, se, weights, association = _rates(measure, data, mh_add, correct)
        return pooled_counts(estimate, se, yi, vi, weights, level, association)
    cells = two_by_two.corrected(measure, two_by_two.cells(data), mh_add, "only0")
    a, b, c, d = cells
    n1, n2 = a + b, c + d
    n = n1 + n2
    estimate = se = np.nan
    association = breslow_day = tarone = NO_TEST
    informative = 0
    if measure == "OR":
        weights = b * c / n
        agree, cross = a / n * d, b / n * c
        both, other = a / n + d / n, b / n + c / n
        R, S = agree.sum(), cross.sum()
        if R > 0 and S > 0:
            estimate = float(np.log(R / S))
            variance = (both * agree).sum() / R**2 + (both * cross + other * agree).sum() / (R * S)
            variance += (other * cross).sum() / S**2
            se = float(np.sqrt(variance / 2))
            breslow_day, tarone, informative = homogeneity(cells, R / S)
        events, rest = a + c, b + d
        if events.sum() > 0 and rest.sum() > 0:
            spread = n1 / n * (n2 / n) * (events * (rest / (n - 1)))
            association = _association(a - n1 / n * events, spread, correct)
    elif measure == "RR":
        weights = c * n1 / n
        R, S = (a * n2 / n).sum(), weights.sum()
        if R > 0 and S > 0:
            estimate = float(np.log(R / S))
            se = float(np.sqrt((n1 / n * (n2 / n) * (a + c) - a / n * c).sum() / (R * S)))
    else:
        weights = n1 * n2 / n
        estimate = float((a * n2 / n - c * n1 / n).sum() / weights.sum())
        shift = (c * (n1 / n) ** 2 - a * (n2 / n) ** 2 + n1 / n * (n2 / n) * (n2 - n1) / 2).sum()
        spread = (a * (n2 - c) / n + c * (n1 - a) / n).sum() / 2
        se = float(np.sqrt((estimate * shift + spread) / weights.sum() ** 2))
    return pooled_counts(estimate, se, yi, vi, weights, level, association, breslow_day, tarone, informative)


def _rates(
    measure: str, data: Mapping[str, Array], mh_add: float, correct: bool
) -> tuple[float, float, Array, ChiSquareTest]:
    """Estimate, standard error, weights (k) and test of association of rates."""
    x1, x2 = rates.corrected(measure, data, mh_add, "only0")
    t1, t2 = (np.asarray(data[name], dtype=float) for name in ("person_time1", "person_time2"))
    t = t1 + t2
    estimate = se = np.nan
    association = NO_TEST
    if measure == "IRR":
        weights = x2 * t1 / t
        R, S = (x1 * t2 / t).sum(), weights.sum()
        if R > 0 and S > 0:
            estimate = float(np.log(R / S))
            se = float(np.sqrt((t1 / t * (t2 / t) * (x1 + x2)).sum() / (R * S)))
        events = x1 + x2
        if events.sum() > 0:
            association = _association(x1 - events * t1 / t, events * (t1 / t) * (t2 / t), correct)
    else:
        weights = t1 * t2 / t
        estimate = float(((x1 * t2 - x2 * t1) / t).sum() / weights.sum())
        se = float(np.sqrt((weights**2 * (x1 / t1**2 + x2 / t2**2)).sum()) / weights.sum())
    return estimate, se, weights, association


def homogeneity(
    table: tuple[Array, Array, Array, Array], odds_ratio: float
) -> tuple[ChiSquareTest, ChiSquareTest, int]:
    """Breslow & Day's (1980) test that the odds ratio is the same in all studies, Tarone's (1985) correction, and the studies in them.

    `table` holds the cells a, b, c, d (k each), `odds_ratio` the pooled one on its natural scale.
    """
    a, b, c, d = table
    n1, n2, events = a + b, c + d, a + c
    n = n1 + n2
    if odds_ratio == 1:
        expected = n1 / n * events
    else:
        A = odds_ratio * (n1 + events) + (n2 - events)
        root = np.sqrt(A**2 - 4 * n1 * events * odds_ratio * (odds_ratio - 1))
        expected = (A - root) / (2 * (odds_ratio - 1))
    kept = (expected > 0) & (events > 0) & (b + d > 0)
    a, expected, n1, events, n = a[kept], expected[kept], n1[kept], events[kept], n[kept]
    variance = 1 / (
        1 / expected + 1 / (n1 - expected) + 1 / (events - expected) + 1 / (expected - n1 - events + n)
    )
    day = max(0.0, float(((a - expected) ** 2 / variance).sum()))
    corrected = max(0.0, day - float((a - expected).sum() ** 2 / variance.sum()))
    count = int(kept.sum())
    return chi2_test(day, count - 1), chi2_test(corrected, count - 1), count


def _association(excess: Array, variance: Array, correct: bool) -> ChiSquareTest:
    """By how many more events there were in group 1 than expected, and the variance of that (k each)."""
    gap = abs(excess.sum()) - (0.5 if correct else 0.0)  # squared even below 0, as metafor does
    return chi2_test(gap**2 / variance.sum(), 1)


def chi2_test(statistic: float, df: int) -> ChiSquareTest:
    """The test of a chi2 statistic; no p value without a degree of freedom."""
    tail = float(special.chdtrc(df, statistic)) if df > 0 else np.nan
    return ChiSquareTest(float(statistic), float(df), tail)


def pooled_counts(
    estimate: float, se: float, yi: Array, vi: Array, weights: Array, level: float,
    association: ChiSquareTest, breslow_day: ChiSquareTest = NO_TEST, tarone: ChiSquareTest = NO_TEST,
    informative: int = 0, Q: float | None = None,
) -> PooledCounts:  # fmt: skip
    """What follows from a pooled `estimate` and its `se`: test, interval, heterogeneity around it (or `Q`), weights in per cent.

    `yi` and `vi` are the studies' own effects (k each, NaN where there is none), `weights` what each weighs (k).
    """
    known = np.isfinite(yi) & np.isfinite(vi)
    count = int(known.sum())
    df = count - 1
    if Q is None:  # NaN without an estimate
        Q = float(((yi[known] - estimate) ** 2 / vi[known]).sum()) if count > 1 else 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = float(np.float64(estimate) / se)
        share = 100 * weights / weights.sum()
        I2 = float(np.maximum(0.0, 100 * (np.float64(Q) - df) / Q)) if df > 0 and Q != 0 else 0.0
    half = float(special.ndtri(0.5 + level / 2)) * se
    return PooledCounts(
        estimate, se, statistic, float(2 * special.ndtr(-abs(statistic))), estimate - half, estimate + half,
        Q, float(df), float(special.chdtrc(df, Q)) if df > 0 else 1.0, I2, Q / df if df > 0 else 1.0,
        len(yi), count, informative, share, association, breslow_day, tarone,
    )  # fmt: skip
