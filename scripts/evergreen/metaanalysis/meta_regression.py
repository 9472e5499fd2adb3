"""Meta-regression: moderators as numbers, factors and interactions; how much heterogeneity they explain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from evergreen.metaanalysis import tau2 as heterogeneity
from evergreen.metaanalysis.coefficients import tail_and_critical
from evergreen.metaanalysis.inverse_variance import Fit, fit, fit_batch
from evergreen.metaanalysis.least_squares import Array, Batch
from evergreen.metaanalysis.multilevel import MultilevelFit


@dataclass(frozen=True)
class Design:
    """A design matrix (k x p, first column the intercept), the names of its columns, and the studies with all moderators.

    `levels` are those of each factor, its reference first.
    """

    matrix: Array
    names: list[str]
    complete: NDArray[np.bool_]
    levels: dict[str, list[str]]


def design(
    moderators: Mapping[str, Sequence[str]],
    interactions: Sequence[tuple[str, str]] = (),
    study: Sequence[object] | None = None,
) -> Design:
    """Design matrix of study-level columns: `{name: k texts}`, "" where a study has no value.

    A column in which every value is a number is one; any other is a factor, treatment-coded with its first level in
    alphabetical order as the reference. `interactions` are pairs of names, whose products are added. Studies without a value in
    any column are left out (`complete`). `study` (k) says which study each effect is of, where some have several. Raises ValueError that names a column which is constant or whose levels are
    not told apart by the others, and says where there are more coefficients than studies, or no study is complete.
    """
    complete = np.all([[str(value) != "" for value in column] for column in moderators.values()], axis=0)
    if not complete.any():
        raise ValueError(f"moderators {', '.join(moderators)}: no study has a value in each of these columns")
    blocks: dict[str, tuple[Array, list[str]]] = {}
    factors: dict[str, list[str]] = {}
    for name, column in moderators.items():
        values = [str(value) for value, known in zip(column, complete, strict=True) if known]
        block, levels = _coded(values)
        blocks[name] = (block, [name + level for level in levels[1:]] if levels else [name])
        if levels:
            factors[name] = levels
        if blocks[name][0].shape[1] == 0 or np.ptp(blocks[name][0], axis=0).max(initial=0.0) == 0:
            raise ValueError(f"moderator {name}: it has the same value in all studies")
    for one, two in interactions:
        first, second = blocks[one], blocks[two]
        product = np.column_stack([a * b for b in second[0].T for a in first[0].T])
        blocks[f"{one}:{two}"] = (product, [f"{a}:{b}" for b in second[1] for a in first[1]])
    matrix = np.column_stack([np.ones(int(complete.sum())), *(block for block, _ in blocks.values())])
    names = ["intercept", *(name for _, part in blocks.values() for name in part)]
    count = len(matrix) if study is None else len(set(np.array(study, dtype=object)[complete]))
    if matrix.shape[1] >= count:
        raise ValueError(
            f"moderators {', '.join(moderators)}: {matrix.shape[1]} coefficients, but only {count} studies with all moderators"
        )
    for position in range(2, matrix.shape[1] + 1):
        if np.linalg.matrix_rank(matrix[:, :position]) < position:
            raise ValueError(f"moderator {names[position - 1]}: the other moderators determine it")
    return Design(matrix, names, complete, factors)


def _coded(values: Sequence[str]) -> tuple[Array, list[str]]:
    """The columns of a moderator, and its levels if it is a factor."""
    try:
        return np.array([[float(value)] for value in values]), []
    except ValueError:
        levels = sorted(set(values))
        columns = [[float(value == level) for level in levels[1:]] for value in values]
        return np.array(columns).reshape(len(values), len(levels) - 1), levels


def explained(yi: ArrayLike, vi: ArrayLike, fitted: Fit) -> float:
    """R2 in per cent: the share of tau2 that the moderators account for (Raudenbush 1994), not below 0.

    `yi` and `vi` (k each) are what the meta-regression `fitted` was made from. For a common-effect model the adjusted R2 of the
    weighted regression, NaN with a coefficient for every study.
    """
    y, v = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float)
    if fitted.method in heterogeneity.COMMON:
        w = 1 / v
        total = float(np.sum(w * (y - np.sum(w * y) / np.sum(w)) ** 2))
        if total == 0:
            return 0.0
        k = len(y)
        if k <= fitted.p:
            return float("nan")
        return max(0.0, 100 * (1 - float(fitted.Q) / total * (k - 1) / (k - fitted.p)))
    return share(float(fit(y, v, method=fitted.method).tau2), float(fitted.tau2))


def share(without: float, left: float) -> float:
    """How much less the variance `left` by moderators is than that without them, in per cent, not below 0."""
    return 0.0 if without == 0 else max(0.0, 100 * (without - left) / without)


@dataclass(frozen=True)
class Prediction:
    """Fitted effects at n rows of a design: mean, standard error, limits of confidence and of prediction (n each)."""

    mean: Array
    se: Array
    ci_low: Array
    ci_high: Array
    pi_low: Array
    pi_high: Array


def predict(fitted: Fit | MultilevelFit, rows: ArrayLike) -> Prediction:
    """Mean effect with its confidence and prediction interval at the rows (n x p) of a design.

    At the level of `fitted` and with its degrees of freedom.
    """
    x = np.asarray(rows, dtype=float)
    mean = x @ fitted.b
    variance = np.einsum("ki,ij,kj->k", x, fitted.vb, x)
    _, critical = tail_and_critical(np.zeros(1), np.atleast_1d(fitted.df)[:1], fitted.level)
    half, wide = critical * np.sqrt(variance), critical * np.sqrt(variance + fitted.tau2)
    return Prediction(mean, np.sqrt(variance), mean - half, mean + half, mean - wide, mean + wide)


def inflation(fitted: Fit | MultilevelFit) -> Array:
    """Variance inflation factor of each coefficient but the intercept (p - 1): the diagonal of the inverse correlation
    matrix of the coefficients."""
    covariance = fitted.vb[1:, 1:]
    sd = np.sqrt(np.diagonal(covariance))
    return np.diagonal(np.linalg.inv(covariance / np.outer(sd, sd))).copy()


def permutation_test(
    yi: ArrayLike,
    vi: ArrayLike,
    design: ArrayLike,
    *,
    method: str = "REML",
    test: str = "z",
    permutations: int = 1000,
    seed: int = 0,
) -> tuple[Array, float]:
    """p values of the coefficients (p) and of the omnibus test by permuting the rows of the design.

    Higgins & Thompson (2004, Stat Med 23:1663): the share of permutations, the observed order among them, whose statistic is at
    least as large; for the intercept the p value of the model stands. `yi` and `vi` are k each, `design` is k x p with the
    intercept first; `permutations` are drawn with `seed`; `method` and `test` as for `inverse_variance.fit`.
    """
    y, v, x = np.asarray(yi, dtype=float), np.asarray(vi, dtype=float), np.asarray(design, dtype=float)
    observed = fit(y, v, x, method=method, test=test)
    random = np.random.default_rng(seed)
    orders = np.stack([random.permutation(len(y)) for _ in range(permutations - 1)])
    size = (len(orders), len(y))
    batch = Batch.of(np.broadcast_to(y, size), np.broadcast_to(v, size), x[orders])
    permuted = fit_batch(batch, method=method, test=test)
    tolerance = 1e-12
    extreme = np.abs(permuted.statistic) >= np.abs(observed.statistic) * (1 - tolerance)
    p_values = (1 + extreme.sum(axis=0)) / permutations
    p_values[0] = observed.p_value[0]
    omnibus = (1 + np.sum(observed.QM * (1 - tolerance) <= permuted.QM)) / permutations
    return p_values, float(omnibus)
