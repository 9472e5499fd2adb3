"""Prediction intervals: where the effect of a new study lies."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from evergreen.metaanalysis import tau2 as heterogeneity
from evergreen.metaanalysis.coefficients import tail_and_critical
from evergreen.metaanalysis.inverse_variance import Fit
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.models import PREDICTION


def interval(fit: Fit, kind: str = "default", level: float | None = None) -> tuple[Array, Array, Array]:
    """Lower limit, upper limit and degrees of freedom (NaN: normal) of the prediction interval of the mean effect.

    mean +- q sqrt(se^2 + tau2), with q from the normal distribution for test z and from t with the test's degrees of
    freedom otherwise (`default`); from t with k - p - 1 (`riley`: Higgins, Thompson & Spiegelhalter 2009; k - 2 without
    moderators) or with k - p (`t`), never less than 1 (`limits` has intervals that do not follow the test); `simple` is mean +- 1.96 tau without the uncertainty of the
    mean. At `level` (a share; default that of the fit), on the scale of the effects; arrays (B) for a fitted batch. NaN for a
    common-effect model. Raises ValueError for a kind that does not exist.
    """
    if kind not in PREDICTION:
        raise ValueError(f"unknown kind of prediction interval: {kind}")
    b, se, tau2 = fit.b[..., 0], fit.se[..., 0], fit.tau2
    free = fit.k - fit.p
    df = {
        "default": fit.df,
        "riley": np.maximum(free - 1.0, 1.0),
        "t": np.maximum(free, 1.0),
        "simple": np.full_like(free, np.nan),
    }[kind]
    _, q = tail_and_critical(np.zeros_like(tau2), df, fit.level if level is None else level)
    half = q * np.sqrt(tau2 if kind == "simple" else se**2 + tau2)
    if fit.method in heterogeneity.COMMON:
        half = np.full_like(half, np.nan)
    return b - half, b + half, df


def limits(
    mean: ArrayLike, se: ArrayLike, tau2: ArrayLike, k: int, kind: str = "default", level: float = 0.95
) -> tuple[Array, Array, float]:
    """Lower limit, upper limit and degrees of freedom of the prediction interval of a `mean` of k studies, whatever its test was.

    Of several means with a standard error each as well; those of a meta-regression have k less by one for each moderator.

    mean +- t sqrt(se^2 + tau2) on the scale of the analysis, at `level` (a share), with k - 1 degrees of freedom (`default` and `t`) or
    k - 2 (`riley`: Higgins, Thompson & Spiegelhalter 2009); `simple` is mean +- z tau, its degrees of freedom NaN. Raises ValueError for a kind that does not exist and where no degree
    of freedom is left.
    """
    if kind not in PREDICTION:
        raise ValueError(f"unknown kind of prediction interval: {kind}")
    df = {"riley": k - 2.0, "simple": np.nan}.get(kind, k - 1.0)
    if df < 1:
        raise ValueError(f"{k} studies have no prediction interval")
    _, q = tail_and_critical(np.zeros(1), np.array([df]), level)
    middle, variance = np.asarray(mean), np.asarray(tau2)
    half = q[0] * np.sqrt(variance if kind == "simple" else np.square(se) + variance)
    return middle - half, middle + half, df
