"""Small-study effects: regression tests, the rank test, and estimates for an infinitely large study.

The plain tests are metafor's `regtest` and `ranktest`; the variants by measure use other predictors and variances so
that the test is not biased by the dependence of an effect on its own standard error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from numpy.typing import ArrayLike

from evergreen.metaanalysis.inverse_variance import How, fit
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.measures import MEASURES
from evergreen.metaanalysis.rank_correlation import kendall

PREDICTORS = ("sei", "vi", "ni", "ninv", "sqrtni", "sqrtninv")


@dataclass(frozen=True)
class Asymmetry:
    """A test of funnel plot asymmetry: statistic, df (NaN: normal), p value; and the limit estimate with its interval.

    The limit estimate is the fitted effect where the predictor is 0 (a study without sampling error), NaN where the
    predictor cannot be 0.
    """

    statistic: float
    df: float
    p_value: float
    limit: float
    limit_low: float
    limit_high: float
    coefficients: Array
    se: Array


def predictor_of(name: str, vi: Array, ni: Array | None) -> Array:
    """The predictor `name` (k) of a regression test from the sampling variances `vi` and sample sizes `ni` (k each).

    Raises ValueError for another predictor, and where it needs sample sizes and there are none.
    """
    if name not in PREDICTORS:
        raise ValueError(f"unknown predictor: {name}")
    if name in ("sei", "vi"):
        return np.sqrt(vi) if name == "sei" else vi
    if ni is None:
        raise ValueError(f"the predictor {name} needs the studies' sample sizes")
    return {"ni": ni, "ninv": 1 / ni, "sqrtni": np.sqrt(ni), "sqrtninv": 1 / np.sqrt(ni)}[name]


def regression_test(
    yi: ArrayLike,
    vi: ArrayLike,
    ni: ArrayLike | None = None,
    *,
    model: str = "rma",
    predictor: str = "sei",
    **how: Unpack[How],
) -> Asymmetry:
    """Regression of the effects on a measure of precision (Egger et al. 1997, BMJ 315:629; Sterne & Egger 2005).

    `yi`, `vi` and, for some predictors, the sample sizes `ni` are k each; `predictor` is one of PREDICTORS. `model="lm"` is the
    weighted regression with a multiplicative dispersion (Egger's own), `rma` the mixed-effects meta-regression, `how` as for
    `inverse_variance.fit`; its `level` is that of the limit's interval. Raises ValueError with fewer than three studies, and where all
    have the same predictor.
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    if len(y) < 3:
        raise ValueError("fewer than three studies have what the test needs")
    values = predictor_of(predictor, v, None if ni is None else np.asarray(ni, dtype=float))
    design = np.column_stack([np.ones(len(y)), values])
    if model == "lm":  # a common-effect meta-regression whose variance is scaled as by Knapp and Hartung
        how |= {"method": "EE", "test": "knha"}
    fitted = fit(y, v, design, **how)
    no_limit = predictor in {"ni", "sqrtni"}
    ends = (fitted.b, fitted.ci_low, fitted.ci_high)
    limit, low, high = (np.nan if no_limit else float(end[0]) for end in ends)
    statistic, df, p_value = float(fitted.statistic[1]), float(fitted.df), float(fitted.p_value[1])
    return Asymmetry(statistic, df, p_value, limit, low, high, fitted.b, fitted.se)


def rank_test(yi: ArrayLike, vi: ArrayLike, *, exact: bool = True) -> tuple[float, float]:
    """Kendall's tau between standardised effects and variances (k each), and its p value (Begg & Mazumdar 1994, Biometrics 50:1088).

    Exact where there are no ties, else by the normal approximation without continuity correction.
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    w = 1 / v
    standardised = (y - np.sum(w * y) / np.sum(w)) / np.sqrt(v - 1 / np.sum(w))
    ties = len(np.unique(standardised)) < len(y) or len(np.unique(v)) < len(y)
    return kendall(standardised, v, exact=exact and not ties)


def pet_peese(yi: ArrayLike, vi: ArrayLike) -> dict[str, tuple[float, float, float, float]]:
    """PET and PEESE (Stanley & Doucouliagos 2014): estimate, standard error, t and p of the effect without sampling error, by name.

    `yi` and `vi` are k each. With equal variances there is nothing to extrapolate from, and the estimate is the mean.
    """
    result = {}
    for name, predictor in (("PET", "sei"), ("PEESE", "vi")):
        v = np.asarray(vi, dtype=float)
        slope = [predictor_of(predictor, v, None)] if np.ptp(v) > 1e-10 * v.max() else []
        fitted = fit(yi, v, np.column_stack([np.ones(len(v)), *slope]), method="EE", test="knha")
        result[name] = (
            float(fitted.b[0]), float(fitted.se[0]), float(fitted.statistic[0]), float(fitted.p_value[0]),
        )  # fmt: skip
    return result


def harbord(events1: Array, n1: Array, events2: Array, n2: Array) -> Asymmetry:
    """Harbord, Egger & Sterne (2006, Stat Med 25:3443) for odds ratios: efficient score over its information, on 1 / sqrt(information).

    Events and participants of both groups (k each); tables without information are left out. Raises ValueError with fewer than three.
    """
    n, events = n1 + n2, events1 + events2
    information = events * (n - events) * n1 * n2 / (n**2 * (n - 1))
    kept = information > 0
    score = (events1 - events * n1 / n)[kept] / information[kept]
    return regression_test(score, 1 / information[kept], model="lm")


def peters(yi: Array, events: Array, n: Array) -> Asymmetry:
    """Peters et al. (2006, JAMA 295:676) for odds ratios: effects on 1 / n, weighted by events times non-events over n.

    Log odds ratios, events and participants of both groups together (k each); tables without either are left out. Raises ValueError
    with fewer than three.
    """
    with np.errstate(divide="ignore"):
        v = 1 / events + 1 / (n - events)
    kept = np.isfinite(v) & np.isfinite(yi)
    return regression_test(yi[kept], v[kept], n[kept], model="lm", predictor="ninv")


def pustejovsky_rodgers(yi: Array, n1: Array, n2: Array) -> Asymmetry:
    """Pustejovsky & Rodgers (2019, Res Synth Methods 10:57) for standardised mean differences: Egger's test with the variance 1/n1 + 1/n2.

    Effects and the participants of each group (k each). Raises ValueError with fewer than three studies, and where all are of a size.
    """
    return regression_test(yi, 1 / n1 + 1 / n2, model="lm")


def of_measure(measure: str, yi: Array, vi: Array, data: Mapping[str, Array]) -> dict[str, Asymmetry | str]:
    """The tests that suit `measure` (`Measure.asymmetry`), or why one cannot be done; by name.

    `yi` and `vi` (k each) are on the scale of the analysis. `data` holds the arrays of the measure's kind (`measures.KINDS`);
    without them (empty), as for effects that were reported as such, the test is Egger's.
    """
    found: dict[str, Asymmetry | str] = {}
    for name in MEASURES[measure].asymmetry if data else ("Egger",):
        try:
            found[name] = ASYMMETRY[name](yi, vi, data)
        except ValueError as error:
            found[name] = str(error)
    return found


ASYMMETRY: dict[str, Callable[[Array, Array, Mapping[str, Array]], Asymmetry]] = {
    "Egger": lambda yi, vi, data: regression_test(yi, vi, model="lm"),
    "Harbord": lambda yi, vi, data: harbord(data["events1"], data["n1"], data["events2"], data["n2"]),
    "Peters": lambda yi, vi, data: peters(yi, data["events1"] + data["events2"], data["n1"] + data["n2"]),
    "Pustejovsky-Rodgers": lambda yi, vi, data: pustejovsky_rodgers(yi, data["n1"], data["n2"]),
}
