"""Prediction intervals: where the effect of a new study lies."""

from __future__ import annotations

import numpy as np
from scipy import special

from evergreen.synthesis import tau2 as heterogeneity
from evergreen.synthesis.model import Fit
from evergreen.synthesis.stack import Array

KINDS = ("default", "simple", "riley", "t")


def interval(fit: Fit, kind: str = "default", level: float | None = None) -> tuple[Array, Array, Array]:
    """Lower limit, upper limit and degrees of freedom (NaN: normal) of the prediction interval of the mean effect.

    mean +- q sqrt(se^2 + tau2), with q from the normal distribution for test z and from t with the test's degrees of
    freedom otherwise (`default`); from t with k - p - 1 (`riley`: Higgins, Thompson & Spiegelhalter 2009; k - 2 without
    moderators) or with k - p (`t`); `simple` is mean +- 1.96 tau without the uncertainty of the mean. NaN for a
    common-effect model and where the degrees of freedom are used up.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of prediction interval: {kind}")
    b, se, tau2 = fit.b[..., 0], fit.se[..., 0], fit.tau2
    free = fit.k - fit.p
    df = {"default": fit.df, "riley": free - 1.0, "t": free, "simple": np.full_like(free, np.nan)}[kind]
    normal = np.isnan(df)
    known = (normal if kind in {"default", "simple"} else ~normal) & (normal | (np.where(normal, 1, df) > 0))
    known = known | ((kind == "default") & (np.where(normal, 1, df) > 0))
    quantile = 0.5 + (fit.level if level is None else level) / 2
    q = np.where(normal, special.ndtri(quantile), special.stdtrit(np.where(df > 0, df, 1.0), quantile))
    half = q * np.sqrt(tau2 if kind == "simple" else se**2 + tau2)
    if fit.method in heterogeneity.COMMON:
        known = np.zeros_like(known)
    half = np.where(known & (free > 0), half, np.nan)
    return b - half, b + half, df
