"""Effect sizes: from what studies report to an effect `yi` and its sampling variance `vi`, measure by measure.

Conventions and names are those of metafor's `escalc`; the measures are those of `measures.MEASURES`. Effects are group 1 minus
group 2, or group 1 over group 2, with the intervention as group 1; ratios are on the log scale. A study whose effect cannot be
computed has NaN in both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from evergreen.metaanalysis.effects import correlations, pre_post, proportions, rates, two_by_two, two_means
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.measures import MEASURES

FORMULAS: dict[str, Callable[..., tuple[Array, Array]]] = {
    "table": two_by_two.effect_sizes,
    "two_means": two_means.effect_sizes,
    "two_rates": rates.effect_sizes,
    "pre_post": pre_post.effect_sizes,
    "proportion": proportions.effect_sizes,
    "rate": rates.effect_sizes,
    "correlation": correlations.effect_sizes,
    "reliability": correlations.effect_sizes,
}


def effect_sizes(measure: str, data: Mapping[str, Array], **options: Any) -> tuple[Array, Array]:
    """Effects `yi` and sampling variances `vi` (k each) on the scale of the analysis: logarithms of ratios.

    `data` holds the arrays (k each) that the measure's kind needs (`measures.KINDS`), `options` some of the choices that the
    measure has (`Measure.options`), with metafor's defaults: `add=0.5`, `to="only0"`, `drop00=False`, `vtype="LS"`,
    `correct=True`. NaN where a study's effect cannot be computed. Raises ValueError for a measure or an option that does not
    exist. Formulas and their sources: the module of each kind.
    """
    own = MEASURES.get(measure)
    if own is None or own.kind not in FORMULAS:
        raise ValueError(f"no effect of measure {measure} can be computed")
    unknown = options.keys() - set(own.options)
    if unknown:
        raise ValueError(f"{measure} has no option {min(unknown)}")
    yi, vi = FORMULAS[own.kind](measure, data, **options)
    known = np.isfinite(yi) & np.isfinite(vi) & (vi >= 0)
    return np.where(known, yi, np.nan), np.where(known, vi, np.nan)
