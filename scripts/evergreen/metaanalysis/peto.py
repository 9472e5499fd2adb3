"""Peto's method: odds ratios of rare events pooled from observed and expected counts.

Yusuf et al. (1985, Progress in Cardiovascular Diseases 27:335); Cochrane Handbook 10.4.2. Numbers as metafor's `rma.peto`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from evergreen.metaanalysis.effects import effect_sizes, two_by_two
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.mantel_haenszel import NO_TEST, PooledCounts, chi2_test, pooled_counts


def peto(
    data: Mapping[str, Array],
    *,
    add: float = 0.5,
    to: str = "only0",
    drop00: bool = True,
    level: float = 0.95,
) -> PooledCounts:
    """Peto's one-step log odds ratio: sum of observed minus expected over the sum of hypergeometric variances.

    `data` holds `events1, n1, events2, n2` (k each). `add`, `to` and `drop00` make the studies' own effects, which are counted;
    the pooled effect and Q use the counts as they are. `level` is that of the interval, as a share.
    """
    a, b, c, d = two_by_two.cells(data)
    n1, n2 = a + b, c + d
    n, events = n1 + n2, a + c
    information = events * (b + d) * (n1 / n) * (n2 / n) / (n - 1)
    total = information.sum()
    excess = a - events * n1 / n
    estimate = se = np.nan
    association = NO_TEST
    if total > 0:
        estimate, se = float(excess.sum() / total), float(np.sqrt(1 / total))
        association = chi2_test(excess.sum() ** 2 / total, 1)
    yi, vi = effect_sizes("PETO", data, add=add, to=to, drop00=drop00)
    known = information > 0
    informative, gap = int(known.sum()), excess[known]
    Q = None
    if informative > 1:  # heterogeneity of the uncorrected counts, over the studies that have an effect
        Q = max(0.0, float((gap**2 / information[known]).sum() - gap.sum() ** 2 / total))
    return pooled_counts(estimate, se, yi, vi, information, level, association, informative=informative, Q=Q)
