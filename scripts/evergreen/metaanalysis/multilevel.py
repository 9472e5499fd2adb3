"""Multilevel and multivariate models: studies with several effects.

`three_level` is metafor's `rma.mv` with `random = ~ 1 | study/effect`: a variance between studies and one between the
effects of a study (Konstantopoulos 2011). Further levels between them (`~ 1 | study/instrument/timepoint/effect`) are nested in the order
that they are named in. With `rho` the sampling errors within a study are correlated, which with
both variances is the correlated and hierarchical effects model (Pustejovsky & Tipton 2022). `multivariate` has an
unstructured covariance matrix of outcomes. Wald tests; for cluster-robust ones see `robust`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from evergreen.metaanalysis import coefficients
from evergreen.metaanalysis.generalised_least_squares import Clusters, Solution
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.minima import lowest
from evergreen.metaanalysis.models import MODELS

COMPONENTS = ("study", "effect")


@dataclass(frozen=True)
class MultilevelFit(coefficients.Coefficients):
    """A fitted model; coefficients have p entries.

    `sigma2` are the variance components in the order of `components`, `I2` their shares of the total variance in per
    cent, `Q` the test of residual heterogeneity with `Q_df`, `QM` the omnibus test, `pi_low` and `pi_high` the
    prediction interval of the first coefficient (NaN with moderators). `solution` and `marginal` serve robust tests.
    """

    components: tuple[str, ...]
    restricted: bool
    sigma2: Array
    rho: Array
    I2: Array
    Q: float
    Q_df: int
    Q_p: float
    QM: float
    QM_df: Array
    QM_p: float
    loglik: float
    loglik_restricted: float
    pi_low: float
    pi_high: float
    clusters: Clusters
    solution: Solution
    marginal: Array
    bases: list[Array]

    @property
    def tau2(self) -> Array:
        """All variances together: how far effects of studies lie apart."""
        return np.asarray(self.sigma2.sum())

    @property
    def weight(self) -> Array:
        """The share of each effect in the diagonal of the inverse covariance, in per cent (k)."""
        own = self.clusters.flat(np.diagonal(self.solution.inverse, axis1=1, axis2=2))
        return 100 * own / own.sum()

    def named(self, values: Array) -> dict[str, float]:
        """Values (q) by the names of the components."""
        return dict(zip(self.components, values.tolist(), strict=True))

    def information_criteria(self, restricted: bool) -> dict[str, Array]:
        """AIC, BIC and corrected AIC by the (restricted) likelihood; every variance and correlation is a parameter."""
        value = self.loglik_restricted if restricted else self.loglik
        parameters = self.clusters.p + len(self.sigma2) + len(self.rho)
        count = self.clusters.k - self.clusters.p if restricted else self.clusters.k
        return coefficients.information_criteria(np.asarray(value), parameters, np.asarray(count))


def three_level(
    yi: ArrayLike,
    vi: ArrayLike,
    study: Sequence[object],
    design: ArrayLike | None = None,
    *,
    components: Sequence[str] = COMPONENTS,
    method: str = "REML",
    test: str = "z",
    df: str = "residual",
    level: float = 0.95,
    rho: float = 0.0,
    covariance: ArrayLike | None = None,
    levels: Mapping[str, Sequence[object]] | None = None,
    sigma2: ArrayLike | None = None,
) -> MultilevelFit:
    """Fit effects within studies.

    `yi` and `vi` are k effects and their sampling variances, `study` (k) says whose they are, `design` is k x p (default an
    intercept). `components` are the variances to estimate (`study`, `effect`, and names of `levels`), or given as `sigma2`. `levels` are the
    labels (k) of further levels within studies, the outermost first. `rho` is the correlation of sampling errors within a study, or
    `covariance` (k x k) has their covariances. `method` REML or ML; `test` z or t, with `df` k - p (`residual`) or, for coefficients that do
    not vary within studies, the number of studies minus p (`contain`); `level` of intervals, as a share. Raises ValueError for
    another method or test.
    """
    if method not in MODELS["multilevel"].tau2 or test not in MODELS["multilevel"].tests:
        raise ValueError(f"no multilevel model with estimator {method} and test {test}")
    clusters = Clusters.of(yi, vi, study, design, rho=rho, covariance=covariance)
    bases = bases_of(clusters, components, levels)
    if sigma2 is None:
        sigma2 = components_of(clusters, bases, method == "REML")
    values = np.asarray(sigma2, dtype=float)
    return _fit(clusters, bases, values, tuple(components), method == "REML", test, df, level)


def bases_of(
    clusters: Clusters, components: Sequence[str], levels: Mapping[str, Sequence[object]] | None = None
) -> list[Array]:
    """The blocks (C x m x m) that each component multiplies: all ones within a study, or within a level of it, or the identity."""
    both = clusters.used[:, :, None] * clusters.used[:, None, :]
    bases = {"study": both, "effect": both * np.eye(clusters.used.shape[1])}
    inner = both
    for name, labels in (levels or {}).items():
        numbers = {label: float(number) for number, label in enumerate(dict.fromkeys(labels), start=1)}
        blocked = np.zeros_like(clusters.used)
        blocked[clusters.place[:, 0], clusters.place[:, 1]] = [numbers[label] for label in labels]
        inner = inner * (blocked[:, :, None] == blocked[:, None, :])
        bases[name] = inner
    return [bases[name] for name in components]


def nested_levels(study: Sequence[object], levels: Mapping[str, Sequence[object]]) -> tuple[str, ...]:
    """Those of `levels` (name to labels, k each, the outermost first) that part the effects of studies otherwise than the level above them and
    than single effects do: only these have a variance of their own."""
    kept: list[str] = []
    above: list[tuple[object, ...]] = [(one,) for one in study]
    for name, labels in levels.items():
        own: list[tuple[object, ...]] = [(*outer, label) for outer, label in zip(above, labels, strict=True)]
        if len(set(above)) < len(set(own)) < len(own):
            kept.append(name)
            above = own
    return tuple(kept)


def marginal_of(clusters: Clusters, components: Iterable[float], bases: Sequence[Array]) -> Array:
    """The covariance blocks of the effects (C x m x m): those of the sampling errors, and each of the components times its block."""
    return clusters.v + sum(one * base for one, base in zip(components, bases, strict=True))


def components_of(
    clusters: Clusters, bases: Sequence[Array], restricted: bool, fixed: dict[int, float] | None = None
) -> Array:
    """Variance components (q) at the maximum of the (restricted) likelihood; `fixed` holds some of them, by position."""
    fixed = fixed or {}
    free = [position for position in range(len(bases)) if position not in fixed]
    scale = _scale(clusters) ** 2

    def spread(values: Array) -> Array:
        whole = np.zeros(len(bases))
        whole[free] = values * scale
        for position, value in fixed.items():
            whole[position] = value
        return whole

    def objective(values: Array) -> tuple[float, Array]:
        whole = spread(values)
        solution = clusters.solve(marginal_of(clusters, whole, bases))
        slopes = clusters.score(solution, [bases[position] for position in free], restricted)
        return -clusters.log_likelihood(solution, restricted), -slopes * scale

    if not free:
        return spread(np.empty(0))
    starts = [np.full(len(free), 0.3)]
    if len(free) > 1:  # from the edges too, where one component takes all
        starts += [np.where(np.arange(len(free)) == position, 0.5, 1e-3) for position in range(len(free))]
    stop = {"ftol": 1e-14, "gtol": 1e-8, "maxiter": 500}
    at = lowest(objective, starts, method="L-BFGS-B", bounds=[(0.0, None)] * len(free), options=stop)
    return spread(at)


def profile_drop(fitted: MultilevelFit, component: int, level: float = 0.95) -> Callable[[float], float]:
    """How far the likelihood, maximised with one component held at a value, lies below that of its interval's limits.

    `component` is its position, `level` (a share) that of the interval.
    """
    best = fitted.loglik_restricted if fitted.restricted else fitted.loglik
    drop = 0.5 * float(special.chdtri(1, 1 - level))

    def excess(value: float) -> float:
        sigma2 = components_of(fitted.clusters, fitted.bases, fitted.restricted, {component: value})
        solution = fitted.clusters.solve(marginal_of(fitted.clusters, sigma2, fitted.bases))
        return best - fitted.clusters.log_likelihood(solution, fitted.restricted) - drop

    return excess


def profile_interval(fitted: MultilevelFit, component: int, level: float = 0.95) -> tuple[float, float]:
    """Profile likelihood interval at `level` (a share) of a variance component (by position) of a three-level fit, not below 0."""
    from scipy import optimize

    excess, estimate = profile_drop(fitted, component, level), float(fitted.sigma2[component])
    low = 0.0 if estimate == 0 or excess(0.0) < 0 else optimize.brentq(excess, 0.0, estimate, rtol=1e-10)
    step = max(estimate, 1e-3 * float(np.var(fitted.clusters.flat(fitted.clusters.y))))
    while excess(estimate + step) < 0:
        step *= 2
    return low, optimize.brentq(excess, estimate, estimate + step, rtol=1e-10)


def multivariate(
    yi: ArrayLike,
    covariance: ArrayLike,
    study: Sequence[object],
    outcome: Sequence[object],
    *,
    method: str = "REML",
    level: float = 0.95,
    between: ArrayLike | None = None,
) -> MultilevelFit:
    """Several outcomes per study with an unstructured covariance matrix between studies (van Houwelingen et al. 2002, Stat Med 21:589).

    `yi` are k effects, `covariance` the k x k matrix of their sampling covariances, `study` and `outcome` (k each) say what each
    is. `method` REML or ML; `level` of intervals, as a share; `between` gives the matrix between studies instead of
    estimating it. Coefficients and `sigma2` are in alphabetical order of the outcomes; `rho` holds the correlations
    between the studies' true effects, of outcomes 1 and 2, 1 and 3, 2 and 3, ... (0 where one does not vary).
    """
    names = sorted({str(one) for one in outcome})
    dummies = np.array([[float(str(one) == name) for name in names] for one in outcome])
    sampling = np.asarray(covariance, dtype=float)
    clusters = Clusters.of(yi, np.diagonal(sampling), study, dummies, covariance=sampling)
    pairs = [(row, column) for row in range(len(names)) for column in range(row + 1)]
    bases = []
    for row, column in pairs:
        product = clusters.x[:, :, row, None] * clusters.x[:, None, :, column]
        bases.append(product if row == column else product + np.swapaxes(product, 1, 2))
    restricted = method == "REML"
    matrix = (
        _between(clusters, pairs, bases, restricted) if between is None else np.asarray(between, dtype=float)
    )
    elements = np.array([matrix[pair] for pair in pairs])
    fitted = _fit(clusters, bases, elements, tuple(names), restricted, "z", "residual", level)
    sd = np.sqrt(np.diagonal(matrix))
    both, of = [(row, column) for row, column in pairs if row != column], np.outer(sd, sd)
    rho = [matrix[pair] / of[pair] if of[pair] > 0 else 0.0 for pair in both]
    return replace(fitted, sigma2=sd**2, rho=np.array(rho))


def _between(
    clusters: Clusters, pairs: Sequence[tuple[int, int]], bases: Sequence[Array], restricted: bool
) -> Array:
    """The covariance matrix of outcomes at the maximum of the (restricted) likelihood, by its triangular root."""
    size = clusters.p
    scale = _scale(clusters)
    rows, columns = np.array(pairs).T

    def triangle(values: Array) -> Array:
        lower = np.zeros((size, size))
        lower[rows, columns] = values * scale
        return lower

    def objective(values: Array) -> tuple[float, Array]:
        lower = triangle(values)
        matrix = lower @ lower.T
        solution = clusters.solve(marginal_of(clusters, matrix[rows, columns], bases))
        slopes = np.zeros_like(matrix)
        slopes[rows, columns] = clusters.score(solution, bases, restricted)
        # the derivative in the matrix, each off-diagonal element counted once
        slopes = (slopes + slopes.T) / 2
        return -clusters.log_likelihood(solution, restricted), -2 * (slopes @ lower)[rows, columns] * scale

    starts = [np.where(rows == columns, 0.4, share) for share in (0.0, 0.2, -0.2)]
    lower = triangle(lowest(objective, starts, method="BFGS", options={"gtol": 1e-9}))
    return lower @ lower.T


def _scale(clusters: Clusters) -> float:
    """A standard deviation of the size that those between studies may have."""
    sampling = np.mean(np.diagonal(clusters.v, axis1=1, axis2=2)[clusters.used > 0])
    return float(np.sqrt(max(np.var(clusters.flat(clusters.y)), sampling)))


def _fit(
    clusters: Clusters, bases: Sequence[Array], sigma2: Array, components: tuple[str, ...], restricted: bool, test: str,
    how_df: str, level: float,
) -> MultilevelFit:  # fmt: skip
    marginal = marginal_of(clusters, sigma2, bases)
    solution = clusters.solve(marginal)
    df = np.full(clusters.p, np.nan)
    if test == "t":
        df = np.full(clusters.p, float(clusters.k - clusters.p))
        if how_df == "contain":
            df = np.where(_varies_within(clusters), df, float(len(clusters.names) - clusters.p))
    each = coefficients.tests_of(solution.b, solution.covariance, df, level)
    columns = clusters.tested
    least = np.array([df[columns].min()])
    QM, QM_df, QM_p = coefficients.wald(solution.b[None], solution.covariance[None], columns, least)
    alone = clusters.solve(clusters.v)
    degrees = clusters.k - clusters.p
    vt = typical_variance(clusters)
    _, critical = coefficients.tail_and_critical(each.statistic[0], df[0], level)
    wide = critical * np.sqrt(solution.covariance[0, 0] + sigma2.sum())
    only_mean = clusters.p == 1
    return MultilevelFit(
        **vars(each), components=components, restricted=restricted,
        sigma2=sigma2, rho=np.empty(0), I2=100 * sigma2 / (sigma2.sum() + vt), Q=alone.rss,
        Q_df=degrees, Q_p=float(special.chdtrc(degrees, alone.rss)) if degrees > 0 else 1.0, QM=float(QM[0]),
        QM_df=QM_df[0], QM_p=float(QM_p[0]), loglik=clusters.log_likelihood(solution, False),
        loglik_restricted=clusters.log_likelihood(solution, True),
        pi_low=float(solution.b[0] - wide) if only_mean else np.nan,
        pi_high=float(solution.b[0] + wide) if only_mean else np.nan,
        clusters=clusters, solution=solution, marginal=marginal, bases=list(bases),
    )  # fmt: skip


def typical_variance(clusters: Clusters) -> float:
    """Typical sampling variance of single effects (Higgins & Thompson 2002), whatever their correlation."""
    w = clusters.flat(1 / np.diagonal(clusters.v, axis1=1, axis2=2))
    x = clusters.flat(clusters.x)
    lost = np.trace(np.linalg.solve(x.T @ (w[:, None] * x), x.T @ (w[:, None] ** 2 * x)))
    return float((clusters.k - clusters.p) / (w.sum() - lost)) if clusters.k > clusters.p else 0.0


def _varies_within(clusters: Clusters) -> Array:
    """Whether a column of the design varies within a study (p)."""
    mean = (clusters.x * clusters.used[:, :, None]).sum(axis=1) / clusters.used.sum(axis=1)[:, None]
    gap = np.abs(clusters.x - mean[:, None, :]) * clusters.used[:, :, None]
    return gap.max(axis=(0, 1)) > 1e-12


def likelihood_ratio(full: MultilevelFit, reduced: MultilevelFit) -> tuple[float, float]:
    """Likelihood ratio statistic of nested variance structures and its chi2 p value, one df per component.

    Both are fitted by the same likelihood, which for a restricted one means with the same design.
    """
    name = "loglik_restricted" if full.restricted else "loglik"
    statistic = max(0.0, 2 * (getattr(full, name) - getattr(reduced, name)))
    return statistic, float(special.chdtrc(len(full.sigma2) - len(reduced.sigma2), statistic))


def aggregate(
    yi: ArrayLike, vi: ArrayLike, study: Sequence[object], *, rho: float
) -> tuple[list[str], Array, Array]:
    """One effect per study from dependent ones: their best linear combination under correlation `rho` of the sampling errors.

    `yi` and `vi` are k effects and their sampling variances, `study` (k) says whose they are. Studies in order of appearance, with
    effect and variance of each. As metafor's `aggregate` with compound symmetry.
    """
    clusters = Clusters.of(yi, vi, study, rho=rho)
    inverse = np.linalg.inv(clusters.v)
    weight = np.einsum("cmn,cn->cm", inverse, clusters.used) * clusters.used
    marginal = weight.sum(axis=1)
    return clusters.names, (weight * clusters.y).sum(axis=1) / marginal, 1 / marginal
