"""Subgroups that share one variance between studies: a meta-regression on the subgroups, with a mean for each."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evergreen.metaanalysis import subgroups as of_subgroups
from evergreen.metaanalysis.inverse_variance import fit
from evergreen.protocol.analysis import Analysis
from evergreen.synthesis import dependence
from evergreen.synthesis.pooled import estimator
from evergreen.synthesis.result import InverseVariance
from evergreen.synthesis.result.analyses import Between
from evergreen.synthesis.study_effects import Studies


def asked(levels: Sequence[str], analysis: Analysis) -> bool:
    """Whether the subgroups (a level for each study, "" for none) are to share tau2, and have more studies than there are subgroups."""
    named = [level for level in levels if level]
    common = analysis.model == "random" and analysis.subgroup_tau2 == "common"
    return common and 1 < len(set(named)) < len(named)


def sharing(
    studies: Studies, levels: Sequence[str], analysis: Analysis, without_value: tuple[str, ...]
) -> tuple[dict[str, InverseVariance], Between]:
    """The pooled effect of each level under one tau2, and the test between the levels (QM of the meta-regression; of Knapp and
    Hartung's test F with its degrees of freedom).

    Chi2 of a level is its own, I2 and prediction interval there are none of.
    """
    names = np.array(levels, dtype=object)
    part, own = studies.take(names != ""), names[names != ""].astype(str)
    method, test = estimator(analysis)
    found, means, contrast = of_subgroups.common(
        part.yi, part.vi, own.tolist(), method=method, test=test, level=analysis.level, study=part.names
    )
    robust = together = None
    if analysis.dependent == "robust" and dependence.there(part, analysis):
        indicator = (own[:, None] == np.array(found)).astype(float)
        robust = dependence.robust(part, means, analysis.level, indicator)
        together = dependence.robust(
            part, contrast, analysis.level, np.column_stack([np.ones(len(own)), indicator[:, 1:]])
        )
    models = {}
    for position, level in enumerate(found):
        within = own == level
        alone = fit(part.yi[within], part.vi[within], method="EE", level=analysis.level)
        several = within.sum() > 1
        models[level] = InverseVariance.of(
            model="random", tau2_method=str(means.method), test=str(means.test), asked=analysis.test, k=int(within.sum()), studies=part.take(within).count,
            estimate=means.b[position], df=means.df, **means.tested(position), tau2=means.tau2,
            tau2_se=means.tau2_se, robust=dependence.as_part(robust, position), Q=alone.Q if several else None, Q_df=alone.Q_df if several else None, Q_p=alone.Q_p if several else None,
        )  # fmt: skip
    df, df2 = contrast.QM_df
    test_between = Between.of(
        Q=contrast.QM,
        df=df,
        df2=df2,
        p=contrast.QM_p,
        I2=None,
        without_value=without_value,
        robust=dependence.jointly(together),
    )
    return models, test_between
