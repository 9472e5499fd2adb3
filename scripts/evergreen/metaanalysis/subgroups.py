"""Subgroups: the effect in each, and whether it differs between them (Borenstein et al. 2009, chapter 19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evergreen.metaanalysis.coefficients import i2_from_q
from evergreen.metaanalysis.inverse_variance import Fit, fit, guarded
from evergreen.metaanalysis.least_squares import Batch


@dataclass(frozen=True)
class Between:
    """Cochran's Q between subgroups, its degrees of freedom and p value (chi2), and I2 in per cent."""

    Q: float
    df: int
    p_value: float
    I2: float


@dataclass(frozen=True)
class Subgroups:
    """A fit for each level, in the order of `levels`, and the test between them."""

    levels: list[str]
    fits: list[Fit]
    between: Between


def between(estimates: ArrayLike, se: ArrayLike) -> Between:
    """Test whether independent means (g, on the scale of the analysis) with standard errors `se` (g) are the same.

    Everything but the degrees of freedom, g - 1, is NaN with fewer than two means, and where a standard error is not a
    positive number.
    """
    means, errors = np.asarray(estimates, dtype=float), np.asarray(se, dtype=float)
    df = len(means) - 1
    if df < 1 or not np.all(np.isfinite(errors) & (errors > 0)):
        return Between(np.nan, df, np.nan, np.nan)
    w = 1 / errors**2
    Q = float(np.sum(w * (means - np.sum(w * means) / np.sum(w)) ** 2))
    return Between(Q, df, float(special.chdtrc(df, Q)), i2_from_q(Q, df))


def separate(
    yi: ArrayLike,
    vi: ArrayLike,
    labels: Sequence[str],
    *,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
) -> Subgroups:
    """Each subgroup by itself, with a tau2 of its own, and the test between their means.

    `labels` (k texts) say which subgroup a study is in; levels are in alphabetical order. `method`, `test` and `level` as for
    `inverse_variance.fit`; a subgroup of one study is tested by z.
    """
    y, v, names = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float), np.asarray(labels, dtype=str)
    levels = sorted(set(names.tolist()))
    fits = []
    for name in levels:
        part = names == name
        alone = part.sum() == 1
        fits.append(fit(y[part], v[part], method=method, test="z" if alone else test, level=level))
    found = between([float(one.b[0]) for one in fits], [float(one.se[0]) for one in fits])
    return Subgroups(levels, fits, found)


def common(
    yi: ArrayLike,
    vi: ArrayLike,
    labels: Sequence[str],
    *,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
    study: Sequence[object] | None = None,
) -> tuple[list[str], Fit, Fit]:
    """One tau2 for all subgroups: levels, the fit with a mean for each, and the fit with the first as reference.

    Arguments as for `separate`. The second fit's QM tests for differences between the subgroups. `auto` decides for all subgroups together
    as for one by itself (`inverse_variance.guarded`); `study` (k) says for it which study each effect is of, where some have several.
    """
    names = np.asarray(labels, dtype=str)
    levels = sorted(set(names.tolist()))
    indicator = (names[:, None] == np.array(levels)[None]).astype(float)
    contrast = indicator.copy()
    contrast[:, 0] = 1.0
    if test == "auto":
        knha = fit(yi, vi, indicator, method=method, test="knha", level=level)
        batch = Batch.of(yi, vi, indicator)
        test = str(guarded(batch, *np.atleast_1d(knha.tau2, knha.scale), level, study)[0])
    means = fit(yi, vi, indicator, method=method, test=test, level=level)
    return levels, means, fit(yi, vi, contrast, method=method, test=test, level=level)
