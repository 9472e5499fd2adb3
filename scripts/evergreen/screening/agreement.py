"""Agreement between reviewers on their first votes.

Sources: Cohen 1960 (kappa); Fleiss, Cohen, Everitt 1969 (its large-sample standard error, cut at the bounds of the
statistic); Byrt, Bishop, Carlin 1993 (PABAK, prevalence and bias index); Gwet 2008 (AC1); Cicchetti, Feinstein 1990
(positive and negative agreement); Fleiss 1971 (more than two reviewers); Krippendorff 2011 (missing votes).
What cannot be estimated is None, with the reason in words beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from scipy import special


@dataclass(frozen=True)
class Agreement:
    """Statistics of a square table of counts (rows: first reviewer, columns: second reviewer).

    `positive`, `negative`, `prevalence` and `bias` belong to 2x2 tables only and are None otherwise. `remark` says why a
    statistic is missing.
    """

    n: int
    agreement: float | None = None
    expected: float | None = None
    kappa: float | None = None
    kappa_se: float | None = None
    kappa_low: float | None = None
    kappa_high: float | None = None
    pabak: float | None = None
    ac1: float | None = None
    prevalence: float | None = None
    bias: float | None = None
    positive: float | None = None
    negative: float | None = None
    remark: str = ""


def cross_table(first: Sequence[str], second: Sequence[str], categories: Sequence[str]) -> np.ndarray:
    """Counts of (first, second) over `categories`, shape (k, k); ValueError for a vote outside of them."""
    position = {category: index for index, category in enumerate(categories)}
    table = np.zeros((len(categories), len(categories)), dtype=int)
    for one, other in zip(first, second, strict=True):
        if one not in position or other not in position:
            raise ValueError(f"{one!r} or {other!r} is not one of {list(categories)}")
        table[position[one], position[other]] += 1
    return table


def agreement(table: np.ndarray, *, level: float = 0.95) -> Agreement:
    """Agreement of two reviewers from a (k, k) table of counts, in the order positive, ..., negative."""
    counts = np.asarray(table, dtype=float)
    k, n = len(counts), int(counts.sum())
    if n == 0:
        return Agreement(0, remark="not estimable: no work has two votes to compare")
    p = counts / n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    po = float(np.trace(p))
    pe = float(rows @ columns)
    pabak = (k * po - 1) / (k - 1)
    shares = (rows + columns) / 2
    chance = float((shares * (1 - shares)).sum() / (k - 1))
    ac1 = (po - chance) / (1 - chance)
    kappa = se = low = high = None
    remark = ""
    if np.diag(counts).max() == n:
        remark = "kappa not estimable: both reviewers gave one and the same decision throughout"
    else:
        kappa = (po - pe) / (1 - pe)
        se = _kappa_se(p, rows, columns, kappa, pe, n)
        half = float(special.ndtri(0.5 + level / 2)) * se
        low, high = max(-1.0, kappa - half), min(1.0, kappa + half)
    prevalence = bias = positive = negative = None
    if k == 2:
        (a, b), (c, d) = counts.tolist()
        prevalence, bias = (a - d) / n, (b - c) / n
        positive = 2 * a / (2 * a + b + c) if a + b + c else None
        negative = 2 * d / (2 * d + b + c) if b + c + d else None
        missing = [name for name, value in (("positive", positive), ("negative", negative)) if value is None]
        if missing:
            remark = "; ".join(filter(None, [remark, f"{missing[0]} agreement not estimable: no such vote"]))
    return Agreement(
        n, po, pe, kappa, se, low, high, pabak, ac1, prevalence, bias, positive, negative, remark
    )


def _kappa_se(p: np.ndarray, rows: np.ndarray, columns: np.ndarray, kappa: float, pe: float, n: int) -> float:
    diagonal = np.diag(p)
    agree = float((diagonal * (1 - (rows + columns) * (1 - kappa)) ** 2).sum())
    weights = (columns[:, None] + rows[None, :]) ** 2
    disagree = (1 - kappa) ** 2 * float((p * weights).sum() - (diagonal * np.diag(weights)).sum())
    variance = (agree + disagree - (kappa - pe * (1 - kappa)) ** 2) / (n * (1 - pe) ** 2)
    return sqrt(max(variance, 0.0))


def fleiss_kappa(counts: np.ndarray) -> float | None:
    """Fleiss' kappa from (works, categories) counts with the same number of votes for every work; None where chance
    agreement is complete or there is no work with two votes."""
    counts = np.asarray(counts, dtype=float)
    if counts.size == 0 or counts[0].sum() < 2:
        return None
    votes = counts[0].sum()
    if not np.allclose(counts.sum(axis=1), votes):
        raise ValueError("Fleiss' kappa needs the same number of votes for every work")
    observed = float(((counts**2).sum(axis=1) - votes).mean() / (votes * (votes - 1)))
    chance = float(((counts.sum(axis=0) / counts.sum()) ** 2).sum())
    one_category = np.count_nonzero(counts.sum(axis=0)) == 1
    return None if one_category else (observed - chance) / (1 - chance)


def krippendorff_alpha(counts: np.ndarray) -> float | None:
    """Krippendorff's alpha (nominal) from (works, categories) counts; works with fewer than two votes say nothing.

    None where there is no pair of votes or no variation.
    """
    counts = np.asarray(counts, dtype=float)
    counts = counts[counts.sum(axis=1) >= 2] if counts.size else counts
    if counts.size == 0:
        return None
    votes = counts.sum(axis=1, keepdims=True)
    coincidence = (counts.T / (votes.T - 1)) @ counts - np.diag((counts / (votes - 1)).sum(axis=0))
    total = coincidence.sum()
    marginal = coincidence.sum(axis=1)
    if np.count_nonzero(counts.sum(axis=0)) == 1:
        return None
    expected = (total**2 - (marginal**2).sum()) / (total - 1)
    return float(1 - (total - np.trace(coincidence)) / expected)
