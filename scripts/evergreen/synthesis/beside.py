"""The model beside the one that pools, where the protocol asks for both: a common effect beside random effects, or the other way round."""

from __future__ import annotations

from collections.abc import Sequence

from evergreen.metaanalysis.models import MODELS
from evergreen.protocol.analysis import Analysis
from evergreen.synthesis.effect_modification import subgroups
from evergreen.synthesis.pooled import pool
from evergreen.synthesis.result import InverseVariance
from evergreen.synthesis.result.analyses import Beside
from evergreen.synthesis.study_effects import Studies


def analysis_beside(analysis: Analysis) -> Analysis:
    """The analysis of the other model, by inverse variance, with its usual test."""
    model = "common" if MODELS[analysis.model].heterogeneous else "random"
    return analysis.model_copy(update={"model": model, "test": MODELS[model].tests[0]})


def beside(studies: Studies, columns: Sequence[str], analysis: Analysis) -> Beside | None:
    """The other model with its weights and subgroups; None where it is not asked for, or where there is nothing to pool."""
    if not analysis.both or len(studies.yi) < 2:
        return None
    other = analysis_beside(analysis)
    whole = pool(studies, other)
    assert whole is not None
    assert isinstance(whole.model, InverseVariance)
    parted = subgroups(studies, columns, other)
    return Beside(
        model=whole.model, weights=tuple(whole.weights), subgroups=parted.columns, tests=parted.tests
    )
