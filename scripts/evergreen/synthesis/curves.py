"""The curves that figures show through a result: the likelihood profile of tau2, the line of a meta-regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evergreen.metaanalysis import meta_regression, prediction
from evergreen.metaanalysis.inverse_variance import fit_batch
from evergreen.metaanalysis.least_squares import Array, Batch
from evergreen.metaanalysis.tau2 import COMMON
from evergreen.protocol.analysis import Analysis
from evergreen.synthesis.effect_modification import Regression, regression
from evergreen.synthesis.result import PooledModel
from evergreen.synthesis.result.analyses import Line, LinePoint, ModeratorsNotDone, Profile
from evergreen.synthesis.study_effects import Studies

PROFILE_POINTS, LINE_POINTS = 121, 101


def profile(studies: Studies, model: PooledModel | None) -> Profile | None:
    """The likelihood over tau2 (restricted unless the estimator is ML) of a random-effects model of three or more studies,
    from 0 to where the profile-likelihood interval has ended; None of any other."""
    if model is None or len(studies.yi) < 3 or model.model != "random" or model.tau2 is None:
        return None
    estimate, middle = model.tau2, float(np.median(studies.vi))
    farthest = max(4 * estimate, 1.3 * (model.tau2_ci_high or 0.0), middle)
    # A wide interval would leave the top of the curve to a few pixels.
    farthest = min(farthest, max(12 * estimate, 25 * middle))
    grid = np.linspace(0, farthest, PROFILE_POINTS)
    size = (PROFILE_POINTS, 1)
    fitted = fit_batch(Batch.of(np.tile(studies.yi, size), np.tile(studies.vi, size)), tau2=grid)
    restricted = model.tau2_method != "ML"
    likelihood = fitted.loglik_restricted if restricted else fitted.loglik
    return Profile.of(restricted=restricted, tau2=grid, log_likelihood=likelihood)


def line(
    studies: Studies, columns: Sequence[str], analysis: Analysis, model: PooledModel | None
) -> Line | None:
    """The effects that the meta-regression on `columns` expects, where these are one of numbers and the effects were pooled."""
    if len(columns) != 1 or model is None or model.estimate is None:
        return None
    found = regression(studies, columns, analysis)
    if isinstance(found, ModeratorsNotDone) or found.design.names[1:] != list(columns):
        return None
    part, fitted, x = found.part, found.fitted, found.design.matrix[:, 1]
    room = 0.04 * np.ptp(x)
    at = np.linspace(x.min() - room, x.max() + room, LINE_POINTS)
    expected = meta_regression.predict(fitted, np.column_stack([np.ones(LINE_POINTS), at]))
    low, high = _predicted(found, expected, analysis)
    curves = {name: getattr(expected, name) for name in ("mean", "ci_low", "ci_high")}
    points = tuple(
        LinePoint(label=label, x=value, yi=yi, weight=weight)
        for label, value, yi, weight in zip(part.labels, x, part.yi, fitted.weight, strict=True)
    )
    return Line.of(at=at, **curves, pi_low=low, pi_high=high, studies=points)


def _predicted(
    found: Regression, expected: meta_regression.Prediction, analysis: Analysis
) -> tuple[Array, Array]:
    """Limits of prediction along a line, which as those of a mean follow the studies and never the test; empty where there are none."""
    left = found.part.count - 1  # one less for the slope
    enough = left > 1 + (analysis.predtype == "riley")
    if found.method in COMMON or not analysis.prediction or not enough:
        return np.empty(0), np.empty(0)
    tau2, kind = found.fitted.tau2, analysis.predtype
    return prediction.limits(expected.mean, expected.se, tau2, left, kind, analysis.level)[:2]
