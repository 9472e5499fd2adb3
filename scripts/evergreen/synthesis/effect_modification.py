"""Does the effect differ between kinds of studies: the JSON of subgroups and of moderators."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from evergreen.metaanalysis import meta_regression
from evergreen.metaanalysis import subgroups as of_subgroups
from evergreen.metaanalysis.inverse_variance import Fit, fit
from evergreen.sheets import NOT_REPORTED, NUMBER, folded
from evergreen.synthesis.pooled import pool
from evergreen.synthesis.studies import Studies

COMMA = re.compile(r"[+-]?\d+,\d+")


def subgroups(studies: Studies, columns: Sequence[str], analysis: Mapping[str, Any]) -> dict[str, Any]:
    """`{column: {level: model}}` and, under `tests`, the test between the levels of each column.

    Every subgroup is pooled as the whole is, with a tau2 of its own; the test is Cochran's Q of the subgroups' means.
    """
    document: dict[str, Any] = {}
    tests: dict[str, Any] = {}
    for column in columns:
        values = np.array(studies.column(column), dtype=object)
        known = values != ""
        levels = sorted(set(values[known].tolist()))
        blocks = {}
        for level in levels:
            whole = pool(studies.take(values == level), analysis)
            if whole:
                blocks[level] = whole.block
        document[column] = blocks
        if not levels:
            tests[column] = {"not_done": f"no study has a value in the column {column}"}
            continue
        tests[column] = between(list(blocks.values()))
        if not known.all():
            tests[column]["without_value"] = [
                one for one, has in zip(studies.labels, known, strict=True) if not has
            ]
    return {**document, "tests": tests} if document else {}


def between(blocks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The test between the pooled results of subgroups."""
    means, se = (np.array([block[key] for block in blocks], dtype=float) for key in ("estimate", "se"))
    found = of_subgroups.between(means, se)
    if np.isnan(found.Q):
        return {"not_done": "fewer than two subgroups with an estimate and its standard error"}
    return {"Q": found.Q, "df": found.df, "p": found.p_value, "I2": found.I2}


def moderators(studies: Studies, columns: Sequence[str], analysis: Mapping[str, Any]) -> dict[str, Any]:
    """The meta-regression on `columns` together; `not_done` with a sentence where it cannot be fitted.

    `one:two` among the columns is the interaction of two columns; both enter the model by themselves as well.
    """
    if not columns:
        return {}
    pairs = [(one, two) for one, colon, two in (name.partition(":") for name in columns) if colon]
    singles = list(dict.fromkeys(part for name in columns for part in name.split(":")))
    values = {column: reported(studies.column(column)) for column in singles}
    empty = [column for column, texts in values.items() if not any(texts)]
    if empty:
        return {
            "columns": list(columns),
            "not_done": f"moderator {empty[0]}: no study has a value in this column",
        }
    try:
        design = meta_regression.design(values, pairs)
    except ValueError as error:
        return {"columns": list(columns), "not_done": str(error)}
    part = studies.take(design.complete)
    random = analysis["model"] != "common"
    method = analysis["tau2"] if random else "EE"
    test = analysis["test"] if random else "z"
    fitted = fit(part.yi, part.vi, design.matrix, method=method, test=test, level=analysis["level"])
    permutations = analysis["permutations"]
    p_values, omnibus = (
        meta_regression.permutation_test(
            part.yi,
            part.vi,
            design.matrix,
            method=method,
            test=test,
            permutations=permutations,
            seed=analysis["seed"],
        )
        if permutations
        else (np.full(fitted.p, np.nan), np.nan)
    )
    inflation = [None, *meta_regression.inflation(fitted)] if fitted.p > 2 else [None] * fitted.p
    return {
        "columns": list(columns),
        "k": len(part.yi),
        "without_value": [one for one, has in zip(studies.labels, design.complete, strict=True) if not has],
        "coefficients": [
            {"name": name, **_coefficient(fitted, position), "vif": inflation[position], "permutation_p": p_values[position]}
            for position, name in enumerate(design.names)
        ],
        "QM": fitted.QM, "QM_df": fitted.QM_df, "QM_p": fitted.QM_p, "permutation_p": omnibus,
        "permutations": permutations, "R2": meta_regression.explained(part.yi, part.vi, fitted),
        "tau2": fitted.tau2, "I2": fitted.I2, "Q": fitted.Q, "Q_df": fitted.Q_df, "Q_p": fitted.Q_p,
    }  # fmt: skip


def reported(texts: Sequence[str]) -> list[str]:
    """Values of a study-level column, "" where a study does not report it, as in the columns of numbers."""
    return ["" if folded(text) in NOT_REPORTED else text for text in texts]


def no_number(texts: Sequence[str]) -> str | None:
    """A value that keeps a column of a meta-regression from being one of numbers: a text among numbers, or a number with a
    comma; None where all are numbers, or all words."""
    known = [text for text in reported(texts) if text]
    plain = [bool(NUMBER.fullmatch(text)) for text in known]
    commas = [text for text in known if COMMA.fullmatch(text)]
    if commas:
        return commas[0]
    return known[plain.index(False)] if any(plain) and not all(plain) else None


def _coefficient(fitted: Fit, position: int) -> dict[str, Any]:
    return {
        "estimate": fitted.b[position], "se": fitted.se[position], "statistic": fitted.statistic[position],
        "df": fitted.df, "p": fitted.p_value[position], "ci_low": fitted.ci_low[position],
        "ci_high": fitted.ci_high[position],
    }  # fmt: skip
