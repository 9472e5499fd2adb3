"""The curves that figures show through a result: the likelihood profile of tau2, the line of a meta-regression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from evergreen.metaanalysis import meta_regression
from evergreen.metaanalysis.inverse_variance import fit, fit_batch
from evergreen.metaanalysis.least_squares import Batch
from evergreen.synthesis.effect_modification import reported
from evergreen.synthesis.studies import Studies

PROFILE_POINTS, LINE_POINTS = 121, 101


def profile(studies: Studies, model: Mapping[str, Any] | None) -> dict[str, Any]:
    """`tau2` and `log_likelihood` at it (restricted unless the estimator is ML) of a random-effects model of three or more
    studies, from 0 to where the profile-likelihood interval has ended."""
    if model is None or len(studies.yi) < 3 or model["model"] != "random" or model["tau2"] is None:
        return {}
    estimate, middle = float(model["tau2"]), float(np.median(studies.vi))
    farthest = max(4 * estimate, 1.3 * (model["tau2_ci_high"] or 0.0), middle)
    # A wide interval would leave the top of the curve to a few pixels.
    farthest = min(farthest, max(12 * estimate, 25 * middle))
    grid = np.linspace(0, farthest, PROFILE_POINTS)
    size = (PROFILE_POINTS, 1)
    fitted = fit_batch(Batch.of(np.tile(studies.yi, size), np.tile(studies.vi, size)), tau2=grid)
    restricted = model["tau2_method"] != "ML"
    return {
        "restricted": restricted,
        "tau2": grid,
        "log_likelihood": fitted.loglik_restricted if restricted else fitted.loglik,
    }


def line(
    studies: Studies, moderators: Mapping[str, Any], model: Mapping[str, Any] | None, level: float
) -> dict[str, Any]:
    """The effects that a meta-regression on one number expects: `at` values of it the `mean`, `ci_low` and `ci_high`; and
    under `studies`, for each study that has the number, its `label`, the number as `x`, `yi` and the `weight`."""
    columns = moderators.get("columns") or []
    if model is None or model["estimate"] is None or len(columns) != 1 or ":" in columns[0]:
        return {}
    texts = reported(studies.column(columns[0]))
    known = np.array([text != "" for text in texts])
    try:
        x = np.array([float(text) for text in texts if text])
    except ValueError:
        return {}
    if moderators.get("not_done") or not np.all(np.isfinite(x)):
        return {}
    part = studies.take(known)
    fitted = fit(
        part.yi, part.vi, np.column_stack([np.ones(len(x)), x]), method=model["tau2_method"] or "EE",
        test=model["asked"], level=level,
    )  # fmt: skip
    room = 0.04 * np.ptp(x)
    at = np.linspace(x.min() - room, x.max() + room, LINE_POINTS)
    expected = meta_regression.predict(fitted, np.column_stack([np.ones(LINE_POINTS), at]))
    return {
        "at": at,
        "mean": expected.mean,
        "ci_low": expected.ci_low,
        "ci_high": expected.ci_high,
        "studies": [
            {"label": label, "x": value, "yi": yi, "weight": weight}
            for label, value, yi, weight in zip(part.labels, x, part.yi, fitted.weight, strict=True)
        ],
    }
