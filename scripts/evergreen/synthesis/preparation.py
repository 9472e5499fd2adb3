"""What was done to the numbers of studies before they were pooled, counted where it was done and not where it could have been."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evergreen.metaanalysis.effects import effect_sizes
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.measures import MEASURES
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis.comparisons import arrays
from evergreen.synthesis.result.study_rows import Preparation
from evergreen.synthesis.study_arrays import Studies
from evergreen.synthesis.study_effects import EMPTY_CELLS, options


def prepared(studies: Studies, outcome: Outcome) -> Preparation:
    """What was done to the pooled effects of an outcome (its entry in the protocol, with `analysis`)."""
    analysis, ones = outcome.analysis, studies.comparisons
    shared = sum(bool(one.part) and bool(one.arms) for one in ones)
    in_model = analysis.model == "mh" and analysis.mh_add
    return Preparation(
        derived=sum(one.derived for one in ones),
        imputed=sum(one.imputed for one in ones),
        corrected=_corrected(studies, options(studies.measure, analysis)),
        corrected_in_model=_corrected(studies, {"to": "only0", "add": 1}) if in_model else 0,
        combined=sum(one.combined for one in ones),
        divided=shared if outcome.multi_arm == "split" else 0,
        apart=shared if outcome.multi_arm == "separate" else 0,
        aggregated=sum(bool(one.parts) for one in ones),
        clustered=sum(one.clustered for one in ones),
        paired=sum(one.r_paired is not None for one in ones),
    )


def _corrected(studies: Studies, chosen: Mapping[str, Any]) -> int:
    """Of how many studies a correction of empty cells changes the effect or its variance."""
    measure = studies.measure
    counted = [one for one in studies.comparisons if one.yi is None and one.numbers]
    if not counted or "to" not in MEASURES[measure].options:
        return 0
    data = arrays(counted, MEASURES[measure].kind)
    own = {name: value for name, value in chosen.items() if name not in EMPTY_CELLS}
    with_it = effect_sizes(measure, data, **chosen)
    without = effect_sizes(measure, data, **own, to="none")
    return int(np.any([_differ(*pair) for pair in zip(with_it, without, strict=True)], axis=0).sum())


def _differ(one: Array, other: Array) -> NDArray[np.bool_]:
    return (one != other) & ~(np.isnan(one) & np.isnan(other))
