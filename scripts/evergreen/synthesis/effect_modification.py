"""Does the effect differ between kinds of studies: subgroups and moderators."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from evergreen.metaanalysis import meta_regression
from evergreen.metaanalysis import subgroups as of_subgroups
from evergreen.metaanalysis.cluster_robust import ClusterRobust
from evergreen.metaanalysis.inverse_variance import Fit, fit
from evergreen.metaanalysis.multilevel import MultilevelFit
from evergreen.protocol.analysis import Analysis
from evergreen.sheets import NUMBER
from evergreen.sheets.numbers import not_reported
from evergreen.synthesis import dependence
from evergreen.synthesis.pooled import estimator, model_of, pool
from evergreen.synthesis.result import InverseVariance, PooledModel
from evergreen.synthesis.result.analyses import (
    Between,
    BetweenNotDone,
    Coefficient,
    Joint,
    Moderators,
    ModeratorsNotDone,
    Subgroups,
)
from evergreen.synthesis.study_effects import Studies
from evergreen.synthesis.subtotals import levels

NOT_PLAIN = re.compile(r"[+-]?\d+,\d+|[+-]?\d+([.,]\d+)? ?%")
"""What is meant as a number and is not read as one: `1,5`, and `45%`, as a workbook shows a cell of its own format."""


def subgroups(
    studies: Studies, columns: Sequence[str], analysis: Analysis, *, total: bool = True
) -> Subgroups:
    """The pooled effect of each level of each column, and the tests between the levels.

    Every subgroup is pooled as the whole is, with a tau2 of its own unless the protocol asks for a common one; the test is
    Cochran's Q of the subgroups' means. What has no `total` is not compared either.
    """
    pooled: dict[str, Mapping[str, PooledModel]] = {}
    tests: dict[str, Between | BetweenNotDone] = {}
    for column in columns:
        values = studies.column(column)
        known = np.array([value != "" for value in values], dtype=bool)
        without = tuple(studies.take(~known).labels) if known.any() else ()
        if shares_tau2(values, analysis):
            pooled[column], tests[column] = _sharing(studies, values, analysis, without)
        else:
            models = {level: pool(part, analysis).model for level, part in levels(studies, column).items()}
            pooled[column] = models
            robust = _robustly(studies, values, models, analysis) if total else None
            tests[column] = between(column, list(models.values()), without, robust, total=total)
    return Subgroups.model_validate({**pooled, "tests": tests})


def between(
    column: str,
    models: Sequence[PooledModel],
    without_value: tuple[str, ...],
    robust: Joint | None,
    *,
    total: bool,
) -> Between | BetweenNotDone:
    """The test between the pooled effects of the levels of a column, which the studies `without_value` lack, and the `robust` one."""
    means = np.array([model.estimate for model in models], dtype=float)
    found = of_subgroups.between(means, np.array([model.se for model in models], dtype=float))
    if not models:
        why = f"no study has a value in the column {column}"
    elif not total:
        why = "what has no total is not compared"
    elif np.isnan(found.Q):
        why = "fewer than two subgroups with an estimate and its standard error"
    else:
        return Between(
            Q=found.Q, df=found.df, p=found.p_value, I2=found.I2, without_value=without_value, robust=robust
        )
    return BetweenNotDone(not_done=why, without_value=without_value)


def _robustly(
    studies: Studies, levels: Sequence[str], models: Mapping[str, PooledModel], analysis: Analysis
) -> Joint | None:
    """The cluster-robust test between subgroups, where effects of one study are to have one: of a regression on the subgroups in which
    the variance of an effect has the tau2 of its own."""
    names = np.array(levels, dtype=object)
    part, own = studies.take(names != ""), names[names != ""]
    if analysis.dependent != "robust" or len(models) < 2 or not dependence.there(part, analysis):
        return None
    whole = replace(part, vi=part.vi + [models[level].tau2 or 0.0 for level in own])
    design = np.column_stack([np.ones(len(own)), *(own == level for level in list(models)[1:])])
    fitted = fit(whole.yi, whole.vi, design, method="EE")
    return dependence.jointly(dependence.robust(whole, fitted, analysis.level, design))


# --- subgroups that share one variance between studies: a meta-regression on the subgroups, with a mean for each


def shares_tau2(levels: Sequence[str], analysis: Analysis) -> bool:
    """Whether the subgroups (a level for each study, "" for none) are to share tau2, and have more studies than there are subgroups."""
    named = [level for level in levels if level]
    common = analysis.model == "random" and analysis.subgroup_tau2 == "common"
    return common and 1 < len(set(named)) < len(named)


def _sharing(
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
        with_reference = np.column_stack([np.ones(len(own)), indicator[:, 1:]])
        together = dependence.robust(part, contrast, analysis.level, with_reference)
    models = {}
    for position, level in enumerate(found):
        within = part.take(own == level)
        alone = model_of(fit(within.yi, within.vi, method="EE", level=analysis.level))
        models[level] = InverseVariance.of(
            model="random", tau2_method=str(means.method), test=str(means.test), asked=analysis.test, k=alone.k, studies=within.count,
            estimate=means.b[position], df=means.df, **means.tested(position), tau2=means.tau2,
            tau2_se=means.tau2_se, robust=dependence.as_part(robust, position), Q=alone.Q, Q_df=alone.Q_df, Q_p=alone.Q_p,
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


# --- moderators


@dataclass(frozen=True)
class Regression:
    """A meta-regression: the studies that have all moderators, their design, the fit and how it was made; of effects that depend on each
    other the model `within` studies, where it is one, and cluster-robust tests."""

    part: Studies
    design: meta_regression.Design
    fitted: Fit | MultilevelFit
    method: str
    test: str
    within: dependence.Within | None = None
    robust: ClusterRobust | None = None


def regression(
    studies: Studies, columns: Sequence[str], analysis: Analysis
) -> Regression | ModeratorsNotDone:
    """The meta-regression on `columns` together, or why it cannot be fitted.

    `one:two` among the columns is the interaction of two columns; both enter the model by themselves as well.
    """
    pairs = [(one, two) for one, colon, two in (name.partition(":") for name in columns) if colon]
    singles = list(dict.fromkeys(part for name in columns for part in name.split(":")))
    values = {column: studies.column(column) for column in singles}
    empty = [column for column, texts in values.items() if not any(texts)]
    if empty:
        why = f"moderator {empty[0]}: no study has a value in this column"
        return ModeratorsNotDone(columns=tuple(columns), not_done=why)
    depend = dependence.there(studies, analysis)
    try:
        design = meta_regression.design(values, pairs, studies.names if depend else None)
    except ValueError as error:
        return ModeratorsNotDone(columns=tuple(columns), not_done=str(error))
    part = studies.take(design.complete)
    if part.equal:
        said = f"moderators {', '.join(singles)}: all studies have the same effect"
        return ModeratorsNotDone(columns=tuple(columns), not_done=said)
    method, test = estimator(analysis, regression=True)
    depend = dependence.there(part, analysis)
    x, level, within, robust = design.matrix, analysis.level, None, None
    fitted: Fit | MultilevelFit
    if depend and analysis.model == "multilevel":
        within = dependence.within(part, analysis, x)
        fitted = within.fitted
    else:
        fitted = fit(part.yi, part.vi, x, method=method, test=test, level=level)
    if depend:
        robust = dependence.robust(part, fitted, level, x)
    return Regression(part, design, fitted, method, test, within, robust)


def moderators(
    studies: Studies, columns: Sequence[str], analysis: Analysis
) -> Moderators | ModeratorsNotDone | None:
    """What the meta-regression on `columns` comes to; None without columns."""
    if not columns:
        return None
    found = regression(studies, columns, analysis)
    if isinstance(found, ModeratorsNotDone):
        return found
    design, fitted, part, within, robust = found.design, found.fitted, found.part, found.within, found.robust
    size = len(fitted.b)
    p_values, omnibus = np.full(size, np.nan), np.nan
    # effects of one study cannot change their places with those of another
    permutations = 0 if dependence.there(part, analysis) else analysis.permutations
    if permutations:
        p_values, omnibus = meta_regression.permutation_test(
            part.yi,
            part.vi,
            design.matrix,
            method=found.method,
            test=found.test,
            permutations=permutations,
            seed=analysis.seed,
        )
    inflation = [None, *meta_regression.inflation(fitted)] if size > 2 else [None] * size
    degrees = np.broadcast_to(fitted.df, size)
    coefficients = [
        Coefficient.of(
            name=name, estimate=fitted.b[place], df=degrees[place], vif=inflation[place], permutation_p=p_values[place],
            **fitted.tested(place), robust=dependence.as_part(robust, place),
        )
        for place, name in enumerate(design.names)
    ]  # fmt: skip
    more: dict[str, Any] = {"robust": dependence.jointly(robust)}
    if within:
        own = within.fitted
        more |= {"sigma2": own.named(own.sigma2), "rho": within.rho, "sharing": within.sharing}
    return Moderators.of(
        columns=tuple(columns),
        k=len(part.yi),
        studies=part.count,
        without_value=tuple(studies.take(~design.complete).labels),
        coefficients=tuple(coefficients),
        levels=design.levels,
        QM=fitted.QM, QM_df=fitted.QM_df, QM_p=fitted.QM_p, permutation_p=omnibus, permutations=permutations,
        R2=_explained(found, analysis), tau2=fitted.tau2, I2=fitted.I2.sum(), Q=fitted.Q, Q_df=fitted.Q_df, Q_p=fitted.Q_p, **more,
    )  # fmt: skip


def _explained(found: Regression, analysis: Analysis) -> float:
    """R2 in per cent, of a model within studies that of all its variances together."""
    if isinstance(found.fitted, Fit):
        return meta_regression.explained(found.part.yi, found.part.vi, found.fitted)
    without = dependence.within(found.part, analysis).fitted
    return meta_regression.share(float(without.tau2), float(found.fitted.tau2))


def no_number(texts: Sequence[str]) -> str | None:
    """A value that keeps a column of a meta-regression from being one of numbers: a text among numbers, or a number with a
    comma or in per cent; None where all are numbers, or all words."""
    known = [text for text in texts if not not_reported(text)]
    plain = [bool(NUMBER.fullmatch(text)) for text in known]
    if (dressed := next(filter(NOT_PLAIN.fullmatch, known), None)) is not None:
        return dressed
    return known[plain.index(False)] if any(plain) and not all(plain) else None
