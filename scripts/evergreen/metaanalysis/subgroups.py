"""Subgroups: the effect in each, and whether it differs between them (Borenstein et al. 2009, chapter 19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evergreen.metaanalysis.coefficients import i2_from_q
from evergreen.metaanalysis.inverse_variance import Fit, How, fit, guarded
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


def separate(yi: ArrayLike, vi: ArrayLike, labels: Sequence[str], **how: Unpack[How]) -> Subgroups:
    """Each subgroup by itself, with a tau2 of its own, and the test between their means.

    `labels` (k texts) say which subgroup a study is in; levels are in alphabetical order. `how` as for
    `inverse_variance.fit`, without `study`; a subgroup of one study is tested by z.
    """
    y, v, names = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float), np.asarray(labels, dtype=str)
    levels = sorted(set(names.tolist()))
    fits = []
    for name in levels:
        part = names == name
        own: How = {**how, "test": "z"} if part.sum() == 1 else how
        fits.append(fit(y[part], v[part], **own))
    found = between([float(one.b[0]) for one in fits], [float(one.se[0]) for one in fits])
    return Subgroups(levels, fits, found)


def common(
    yi: ArrayLike, vi: ArrayLike, labels: Sequence[str], **how: Unpack[How]
) -> tuple[list[str], Fit, Fit]:
    """One tau2 for all subgroups: levels, the fit with a mean for each, and the fit with the first as reference.

    Arguments as for `separate`, and `study`. The second fit's QM tests for differences between the subgroups. `auto` decides for all subgroups together
    as for one by itself (`inverse_variance.guarded`).
    """
    names = np.asarray(labels, dtype=str)
    levels = sorted(set(names.tolist()))
    indicator = (names[:, None] == np.array(levels)[None]).astype(float)
    contrast = indicator.copy()
    contrast[:, 0] = 1.0
    if how.get("test") == "auto":
        how["test"] = "knha"
        knha = fit(yi, vi, indicator, **how)
        batch = Batch.of(yi, vi, indicator)
        applied = guarded(batch, *np.atleast_1d(knha.tau2, knha.scale), knha.level, how.get("study"))
        how["test"] = str(applied[0])
    return levels, fit(yi, vi, indicator, **how), fit(yi, vi, contrast, **how)
