"""Subgroups: the effect in each, and whether it differs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evergreen.metaanalysis.inverse_variance import Fit, fit


@dataclass(frozen=True)
class Between:
    """Test for differences between subgroups: chi2 with `df`, or F where `df2` is a number; I2 in per cent."""

    statistic: float
    df: float
    df2: float
    p_value: float
    I2: float


@dataclass(frozen=True)
class Subgroups:
    """A fit for each level, in the order of `levels`, and the test between them."""

    levels: list[str]
    fits: list[Fit]
    between: Between


def separate(
    yi: ArrayLike,
    vi: ArrayLike,
    labels: Sequence[str],
    *,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> Subgroups:
    """Each subgroup with a tau2 of its own; the test is Cochran's Q of the subgroup means (Borenstein et al. 2009, ch. 19)."""
    y, v, names = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float), np.asarray(labels, dtype=str)
    levels = sorted(set(names.tolist()))
    fits = []
    for name in levels:
        part = names == name
        alone = part.sum() == 1
        fits.append(fit(y[part], v[part], method=method, test="z" if alone else test, level=level))
    means = np.array([float(one.b[0]) for one in fits])
    precision = np.array([1 / float(one.se[0]) ** 2 if one.se[0] > 0 else np.nan for one in fits])
    centre = np.sum(precision * means) / np.sum(precision)
    statistic = float(np.sum(precision * (means - centre) ** 2))
    df = len(levels) - 1
    return Subgroups(levels, fits, _between(statistic, df, np.nan))


def common(
    yi: ArrayLike,
    vi: ArrayLike,
    labels: Sequence[str],
    *,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> tuple[list[str], Fit, Fit]:
    """One tau2 for all subgroups: levels, the fit with a mean for each, and the fit with the first as reference.

    The second fit's QM tests for differences between the subgroups.
    """
    names = np.asarray(labels, dtype=str)
    levels = sorted(set(names.tolist()))
    indicator = (names[:, None] == np.array(levels)[None]).astype(float)
    contrast = indicator.copy()
    contrast[:, 0] = 1.0
    means = fit(yi, vi, indicator, method=method, test=test, level=level)
    return levels, means, fit(yi, vi, contrast, method=method, test=test, level=level)


def _between(statistic: float, df: float, df2: float) -> Between:
    p_value = float(special.chdtrc(df, statistic)) if df > 0 else np.nan
    excess = max(0.0, 100 * (statistic - df) / statistic) if statistic > 0 else 0.0
    return Between(statistic, float(df), df2, p_value, excess)


def between_with_common_tau2(contrast: Fit) -> Between:
    """The test between subgroups of a fit with one tau2."""
    statistic, df, df2 = float(contrast.QM), float(contrast.QM_df[0]), float(contrast.QM_df[1])
    chi2 = statistic * df if np.isfinite(df2) else statistic
    excess = max(0.0, 100 * (chi2 - df) / chi2) if chi2 > 0 else 0.0
    return Between(statistic, df, df2, float(contrast.QM_p), excess)
