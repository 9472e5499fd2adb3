"""Pooling by inverse variance: common-effect, random-effects and mixed-effects models, with their tests.

metafor's `rma.uni` is the reference for every number. A fit may hold one meta-analysis or a batch of them; then every
array has a leading axis B.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypedDict, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from evergreen.metaanalysis import coefficients
from evergreen.metaanalysis import tau2 as heterogeneity
from evergreen.metaanalysis.least_squares import Array, Batch
from evergreen.metaanalysis.models import MODELS

TESTS = MODELS["random"].tests
LEAST_TESTED = 3
"""Studies from which the data may choose Knapp and Hartung's test."""


@dataclass(frozen=True)
class Fit(coefficients.Coefficients):
    """A fitted model: its coefficients (one `df` for all of them), and single numbers.

    `test` is the test that was applied, `asked` the one that was asked for (they differ for `auto`); in a batch `test` has one for
    each. `I2` in per cent and `H2` with metafor's typical variance `vt`; `Q` the test of residual heterogeneity; `QM` the
    omnibus test of the moderators (of the mean where there are none); `scale` Knapp and Hartung's factor; `loglik` and
    `loglik_restricted` at the estimate; `weight` in per cent, k entries.
    """

    method: str
    test: NDArray[np.str_] | str
    asked: str
    tau2: Array
    tau2_se: Array
    I2: Array
    H2: Array
    vt: Array
    Q: Array
    Q_df: Array
    Q_p: Array
    QM: Array
    QM_df: Array
    QM_p: Array
    scale: Array
    loglik: Array
    loglik_restricted: Array
    weight: Array
    k: Array
    p: int

    def one(self, row: int | slice = 0) -> Fit:
        """One meta-analysis out of a batch, or a smaller batch."""
        own = vars(self).items()
        arrays: dict[str, Any] = {name: value[row] for name, value in own if isinstance(value, np.ndarray)}
        return replace(self, **arrays)

    def information_criteria(self, restricted: bool) -> dict[str, Array]:
        """AIC, BIC and the corrected AIC; tau2 counts as a parameter unless the model is a common-effect one."""
        value = self.loglik_restricted if restricted else self.loglik
        parameters = self.p + (self.method not in heterogeneity.COMMON)
        return coefficients.information_criteria(value, parameters, self.k - self.p if restricted else self.k)


class How(TypedDict, total=False):
    """How effects are pooled, as `fit` says; defaults are those of `fit_batch`."""

    method: str
    test: str
    level: float
    weighted: bool
    tested: Sequence[int] | None
    study: Sequence[object] | None


def fit(
    yi: ArrayLike,
    vi: ArrayLike,
    design: ArrayLike | None = None,
    *,
    tau2: float | None = None,
    **how: Unpack[How],
) -> Fit:
    """Pool k effects `yi` with sampling variances `vi`.

    `design` is k x p with the intercept as its first column (default: the intercept alone). `method` is an estimator
    of tau2 (`models.TAU2`; default REML), or EE for a common effect; a number in `tau2` fixes it. `test` is z (default), t (with k - p degrees of
    freedom), knha (Knapp & Hartung 2003; Sidik & Jonkman 2002), adhoc (knha whose factor is never below 1) or auto (see `guarded`; with a design knha).
    `level` is that of intervals, as a share (default 0.95). `weighted=False` gives every study the same weight. `tested` are the columns of the omnibus test
    (default: all but the intercept), `study` (k) says which study each effect is of, where some have several. Raises ValueError for an estimator or a test that does not exist and where columns of the
    design depend on each other.
    """
    fixed = None if tau2 is None else np.array([float(tau2)])
    return fit_batch(Batch.of(yi, vi, design), tau2=fixed, **how).one()


def fit_batch(
    batch: Batch,
    *,
    method: str = "REML",
    test: str = "z",
    level: float = 0.95,
    tau2: Array | None = None,
    weighted: bool = True,
    tested: Sequence[int] | None = None,
    study: Sequence[object] | None = None,
) -> Fit:
    """Fit every meta-analysis of a batch; arguments and errors as for `fit`, but `tau2` holds a number for each (B)."""
    if test not in TESTS:
        raise ValueError(f"unknown test: {test}")
    k, p = batch.k, batch.p
    found = heterogeneity.estimate(batch, method) if tau2 is None else np.asarray(tau2, dtype=float)
    w = batch.weights(found)
    best = batch.solve(w)
    b, inverse, rss = best.b, best.inverse, best.rss
    df = np.where(k > p, k - p, np.nan)
    scale = np.ones(len(k))
    if test in {"knha", "adhoc", "auto"}:
        scale = np.where(rss <= np.finfo(float).eps, 0.0, rss / df)
        if test == "adhoc":
            scale = np.maximum(scale, 1.0)
    applied = np.full(len(k), test)
    if test == "auto":
        # with moderators always Knapp and Hartung's
        applied = guarded(batch, found, scale, level, study) if p == 1 else np.full(len(k), "knha")
        scale = np.where(applied == "knha", scale, 1.0)
    normal = applied == "z"
    if weighted:
        share = w / w.sum(axis=1, keepdims=True)
    else:
        plain = batch.solve(batch.used)
        b = plain.b
        inverse = plain.inverse @ batch.cross(batch.used * (batch.vi + found[:, None])) @ plain.inverse
        residual = batch.yi - (b if batch.basis is None else np.einsum("bkp,bp->bk", batch.basis, b))
        rss = (w * residual**2).sum(axis=1)
        share = batch.used / k[:, None]
    b, vb = batch.coefficients(b, inverse * scale[:, None, None])
    test_df = np.where(normal, np.nan, df)
    coefficient_tests = vars(coefficients.tests_of(b, vb, test_df[:, None], level)) | {"df": test_df}
    untested = (~normal & np.isnan(df))[:, None]  # without degrees of freedom there is no t test
    coefficient_tests |= {
        name: np.where(untested, np.nan, coefficient_tests[name]) for name in ("p_value", "ci_low", "ci_high")
    }
    columns = list(tested) if tested is not None else list(range(1 if batch.intercept and p > 1 else 0, p))
    QM, QM_df, QM_p = coefficients.wald(b, vb, columns, test_df)
    Q, Q_p, vt = _residual_heterogeneity(batch)
    common = method in heterogeneity.COMMON
    with np.errstate(divide="ignore", invalid="ignore"):
        if common:
            I2, H2 = np.maximum(0.0, 100 * (Q - df) / Q), Q / df
        else:
            I2, H2 = 100 * found / (vt + found), found / vt + 1
    saturated = k <= p
    I2, H2 = np.where(saturated | (common & (Q == 0)), 0.0, I2), np.where(saturated, 1.0, H2)
    spread = (np.log(batch.vi + found[:, None]) * batch.used).sum(axis=1)
    loglik = -0.5 * (k * np.log(2 * np.pi) + spread + rss)
    volume = batch.log_determinant(batch.used) - batch.log_determinant(w)
    restricted = -0.5 * ((k - p) * np.log(2 * np.pi) + spread + rss) + 0.5 * volume
    return Fit(
        **coefficient_tests, method=method, test=applied, asked=test, tau2=found,
        tau2_se=heterogeneity.standard_error(batch, method, found) if tau2 is None else np.full(len(k), np.nan),
        I2=I2, H2=H2, vt=vt, Q=Q, Q_df=k - p, Q_p=Q_p, QM=QM, QM_df=QM_df, QM_p=QM_p, scale=scale,
        loglik=loglik, loglik_restricted=restricted, weight=100 * share, k=k, p=p,
    )  # fmt: skip


def guarded(
    batch: Batch, tau2: Array, factor: Array, level: float, study: Sequence[object] | None = None
) -> NDArray[np.str_]:
    """What the test `auto` applies to each meta-analysis of a batch, of one mean or of those of subgroups with one tau2: knha or z (B).

    Knapp and Hartung's where three or more studies have a `tau2` (B) above 0 (Cochrane Handbook 10.10.4.4) and, a guard
    of ours, its interval at `level` is not narrower than Wald's; Wald's otherwise. `factor` (B) is Knapp and Hartung's, by which
    their variance differs from Wald's; `study` (k) says which study each effect is of, where some have several.
    """
    df = batch.k - batch.p
    _, t = coefficients.tail_and_critical(np.zeros(len(tau2)), np.maximum(df, 1), level)
    wide = t * np.sqrt(np.nan_to_num(factor)) >= special.ndtri(0.5 + level / 2)
    positive = heterogeneity.above_zero(batch, tau2)
    studies = batch.k if study is None else (batch.used @ members(study, batch.yi.shape[1]).T > 0).sum(axis=1)
    return np.where((studies >= LEAST_TESTED) & (df > 0) & positive & wide, "knha", "z")


def members(names: Sequence[object] | None, k: int) -> Array:
    """Which of `k` things have each name: a row of 0 and 1 for every name, in order of appearance; each has its own without `names`."""
    if names is None:
        return np.eye(k)
    rows = {name: row for row, name in enumerate(dict.fromkeys(names))}
    found = np.zeros((len(rows), k))
    found[[rows[name] for name in names], np.arange(len(names))] = 1.0
    return found


def _residual_heterogeneity(batch: Batch) -> Array:
    """Q by inverse variance, its p value, and the typical sampling variance of Higgins & Thompson (2002) (3 x B)."""
    positive = np.all(batch.vi > 0, axis=1)
    if not positive.all():  # Q weighs by 1 / vi: without a sampling variance there is none
        batch = replace(batch, vi=np.where(positive[:, None], batch.vi, 1.0))
    w = batch.weights(np.zeros(len(batch.yi)))
    common = batch.solve(w)
    df = batch.k - batch.p
    free = df > 0
    Q = np.where(free, common.rss, 0.0)
    Q_p = np.where(free, special.chdtrc(np.where(free, df, 1.0), Q), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        vt = np.where(free, df / batch.traces(w, common.inverse)[0], 0.0)
    return np.where(positive, (Q, Q_p, vt), np.nan)
