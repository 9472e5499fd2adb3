"""Does the effect differ between kinds of studies: subgroups and moderators."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evergreen.metaanalysis import meta_regression
from evergreen.metaanalysis import subgroups as of_subgroups
from evergreen.metaanalysis.inverse_variance import Fit, fit
from evergreen.protocol.analysis import Analysis
from evergreen.sheets import NUMBER
from evergreen.sheets.numbers import not_reported
from evergreen.synthesis import subgroup_tau2
from evergreen.synthesis.pooled import estimator
from evergreen.synthesis.result import PooledModel
from evergreen.synthesis.result.analyses import (
    Between,
    BetweenNotDone,
    Coefficient,
    Moderators,
    ModeratorsNotDone,
    Subgroups,
)
from evergreen.synthesis.study_effects import Studies
from evergreen.synthesis.subtotals import models_of

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
        if total and subgroup_tau2.asked(values, analysis):
            pooled[column], tests[column] = subgroup_tau2.sharing(studies, values, analysis, without)
            continue
        pooled[column] = models_of(studies, column, analysis)
        if not total and pooled[column]:
            tests[column] = BetweenNotDone(
                not_done="what has no total is not compared", without_value=without
            )
        else:
            tests[column] = between(column, list(pooled[column].values()), without)
    return Subgroups.model_validate({**pooled, "tests": tests})


def between(
    column: str, models: Sequence[PooledModel], without_value: tuple[str, ...]
) -> Between | BetweenNotDone:
    """The test between the pooled effects of the levels of a column, which the studies `without_value` lack."""
    if not models:
        return BetweenNotDone(
            not_done=f"no study has a value in the column {column}", without_value=without_value
        )
    means = np.array([model.estimate for model in models], dtype=float)
    found = of_subgroups.between(means, np.array([model.se for model in models], dtype=float))
    if np.isnan(found.Q):
        why = "fewer than two subgroups with an estimate and its standard error"
        return BetweenNotDone(not_done=why, without_value=without_value)
    return Between(Q=found.Q, df=found.df, p=found.p_value, I2=found.I2, without_value=without_value)


@dataclass(frozen=True)
class Regression:
    """A meta-regression: the studies that have all moderators, their design, the fit and how it was made."""

    part: Studies
    design: meta_regression.Design
    fitted: Fit
    method: str
    test: str


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
    try:
        design = meta_regression.design(values, pairs)
    except ValueError as error:
        return ModeratorsNotDone(columns=tuple(columns), not_done=str(error))
    part = studies.take(design.complete)
    method, test = estimator(analysis, regression=True)
    fitted = fit(part.yi, part.vi, design.matrix, method=method, test=test, level=analysis.level)
    return Regression(part, design, fitted, method, test)


def moderators(
    studies: Studies, columns: Sequence[str], analysis: Analysis
) -> Moderators | ModeratorsNotDone | None:
    """What the meta-regression on `columns` comes to; None without columns."""
    if not columns:
        return None
    found = regression(studies, columns, analysis)
    if isinstance(found, ModeratorsNotDone):
        return found
    design, fitted, y, v = found.design, found.fitted, found.part.yi, found.part.vi
    permutations, omnibus = analysis.permutations, np.nan
    p_values = np.full(fitted.p, np.nan)
    if permutations:
        p_values, omnibus = meta_regression.permutation_test(
            y,
            v,
            design.matrix,
            method=found.method,
            test=found.test,
            permutations=permutations,
            seed=analysis.seed,
        )
    inflation = [None, *meta_regression.inflation(fitted)] if fitted.p > 2 else [None] * fitted.p
    return Moderators.of(
        columns=tuple(columns),
        k=len(y),
        studies=found.part.count,
        without_value=tuple(studies.take(~design.complete).labels),
        coefficients=tuple(
            _coefficient(fitted, position, name, inflation[position], p_values[position])
            for position, name in enumerate(design.names)
        ),
        levels=design.levels,
        QM=fitted.QM, QM_df=fitted.QM_df, QM_p=fitted.QM_p, permutation_p=omnibus, permutations=permutations,
        R2=meta_regression.explained(y, v, fitted), tau2=fitted.tau2, I2=fitted.I2, Q=fitted.Q, Q_df=fitted.Q_df,
        Q_p=fitted.Q_p,
    )  # fmt: skip


def no_number(texts: Sequence[str]) -> str | None:
    """A value that keeps a column of a meta-regression from being one of numbers: a text among numbers, or a number with a
    comma or in per cent; None where all are numbers, or all words."""
    known = [text for text in texts if not not_reported(text)]
    plain = [bool(NUMBER.fullmatch(text)) for text in known]
    if (dressed := next(filter(NOT_PLAIN.fullmatch, known), None)) is not None:
        return dressed
    return known[plain.index(False)] if any(plain) and not all(plain) else None


def _coefficient(fitted: Fit, position: int, name: str, vif: Any, permutation_p: float) -> Coefficient:
    tests = fitted.tested(position)
    return Coefficient.of(
        name=name, estimate=fitted.b[position], df=fitted.df, vif=vif, permutation_p=permutation_p, **tests
    )
