"""Likelihoods of mixed models for counts, integrated over the random effects and maximised.

The models are those that `glmm` describes; each gives the effect, its variance, tau2 and both tests of heterogeneity.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from evergreen.metaanalysis.glmm_likelihood import EXACT_NODES, NEWTON_STEPS, Counts, Hypergeometric, newton
from evergreen.metaanalysis.least_squares import Array
from evergreen.metaanalysis.minima import lowest

Likelihood = Callable[[Array, Array], Array]
"""The log-likelihood of each study at a linear predictor, with what a standard normal effect is multiplied by in it."""

NODES = 7
FAR = 30.0  # a logarithm of odds or of a rate behind which no likelihood changes
BEYOND = 100.0  # where no parameter can be: exponentials end soon after
RESOLVED = 0.1  # what three times the nodes may change in a log-likelihood
# the same of an exact one, which is integrated with three times the nodes where they change more
EXACT = 1e-5
NO_MAXIMUM = "the likelihood has no finite maximum: a group has events in no study, or in all participants"


@dataclass(frozen=True)
class Maximum:
    """A maximum of a likelihood.

    The effect `estimate` on the log scale and its `variance` by the curvature there, `tau2`, `sigma2` of random study effects (NaN:
    none), both statistics of heterogeneity. `loglik` is the marginal log-likelihood, `loglik_at_modes` the log-likelihood with the random
    effects at their modes (what metafor reports for a fit by ML), `loglik_saturated` that of a parameter per count.
    """

    estimate: float
    variance: float
    tau2: float
    sigma2: float
    Q_wald: float
    Q_lrt: float
    loglik: float
    loglik_at_modes: float
    loglik_saturated: float


def too_different(tau2: float) -> str:
    """What is said of studies between which no variance can be estimated."""
    return f"the studies differ so much (tau2 about {tau2:.0f}) that the likelihood cannot be integrated reliably"


def _highest(objective: Callable[[Array], Array], starts: Sequence[Array]) -> tuple[Array, float, Array]:
    """The highest of the maxima of a smooth function from several starts: at a variance of 0 the slope is 0, whether it is a maximum or not.

    By BFGS, then Newton's method as long as it does not fall. Gives the place, the value there and the covariance. `objective` takes
    points (... x p): what is asked around one of them is computed at once.
    """

    def falling(at: Array) -> tuple[float, Array]:
        if np.abs(at).max() > BEYOND:
            return np.inf, np.zeros_like(at)
        unit = 1e-4 * np.eye(len(at))
        here, *around = objective(np.vstack([at, at + unit, at - unit]))
        up, down = np.reshape(around, (2, -1))
        return -here, (down - up) / 2e-4

    at = lowest(falling, starts, method="BFGS", options={"gtol": 1e-6})
    for _ in range(NEWTON_STEPS):
        value, slope, hessian = _curvature(objective, at)
        covariance = _inverse(-hessian)
        with np.errstate(invalid="ignore"):
            move = covariance @ slope
        if not (1e-9 < np.abs(move).max() < 1 and objective(at + move) > value - 1e-12 * abs(value)):
            break
        at = at + move
    return at, value, covariance


def _curvature(
    function: Callable[[Array], Array], at: Array, step: float = 1e-3
) -> tuple[float, Array, Array]:
    """Value, slope and matrix of second derivatives by central differences of fourth order; `function` takes points (... x p)."""
    size, unit = len(at), step * np.eye(len(at))
    first, second = (
        np.array([1.0, -8, 0, 8, -1]) / (12 * step),
        np.array([-1.0, 16, -30, 16, -1]) / (12 * step**2),
    )
    shifts = np.arange(-2.0, 3)[:, None]
    pairs = [(i, j) for i in range(size) for j in range(i)]
    lines = [at + shifts * unit[i] for i in range(size)]
    squares = [(at + shifts * unit[i] + shifts[:, None] * unit[j]).reshape(-1, size) for i, j in pairs]
    values = function(np.concatenate(lines + squares))
    along, across = values[: 5 * size].reshape(size, 5), values[5 * size :].reshape(-1, 5, 5)
    matrix = np.diag(along @ second)
    for (i, j), square in zip(pairs, across, strict=True):
        matrix[i, j] = matrix[j, i] = first @ square @ first
    return float(along[0, 2]), along @ first, matrix


def _inverse(information: Array) -> Array:
    """The covariance; infinite where the function is flat in some direction."""
    if not np.isfinite(information).all() or np.linalg.matrix_rank(information) < len(information):
        return np.full_like(information, np.inf)
    return np.linalg.inv(information)


def _each(points: Array) -> Array:
    """The parameters of points (... x p), each to be added to linear predictors (... x k x m)."""
    return np.moveaxis(points, -1, 0)[..., None, None]


def maxima(value: Callable[[Array], Array], start: Array) -> Array:
    """Maximise functions of one parameter each, at once; `value` takes and gives as many numbers as `start` has, with leading axes."""
    at, step_size = start, 1e-4
    for _ in range(NEWTON_STEPS):
        up, here, down = value(np.stack([at + step_size, at, at - step_size]))
        slope, curvature = (up - down) / (2 * step_size), (up - 2 * here + down) / step_size**2
        step = np.clip(
            np.where(curvature < -1e-10, slope / -np.minimum(curvature, -1e-10), np.sign(slope)), -1.0, 1.0
        )
        # a study without events in a group has no finite maximum: it stops where nothing changes any more
        step = np.where(np.abs(at) > FAR, 0.0, step)
        at = at + step
        if np.max(np.abs(step), initial=0.0) < 1e-6:
            break
    return at


def _wald_homogeneity(b: Array, v: Array) -> tuple[float, float]:
    """Weighted mean of estimates and the sum of squared deviations from it; those without a finite variance say nothing."""
    w = np.where(np.isfinite(v) & np.isfinite(b) & (v > 0), 1 / np.where(v > 0, v, 1.0), 0.0)
    b = np.where(w > 0, b, 0.0)
    mean = float(np.sum(w * b) / max(np.sum(w), 1e-300))
    return mean, float(np.sum(w * (b - mean) ** 2))


def _common_effect(
    theta: float, variance: float, ll_common: float, ll_saturated: float, own: Array, own_v: Array
) -> Maximum:
    """The maximum of a model without heterogeneity, tested against the studies' `own` effects and their variances (k each)."""
    Q_wald, Q_lrt = _wald_homogeneity(own, own_v)[1], 2 * (ll_saturated - ll_common)
    return Maximum(theta, variance, 0.0, np.nan, Q_wald, Q_lrt, ll_common, ll_common, ll_saturated)


def one_count(counts: Counts, common: bool) -> Maximum:
    """One binomial or Poisson count per study (k x 1) with a random effect of its own; `common` keeps its variance at 0.

    Raises ValueError where the studies differ too much for the likelihood to be integrated.
    """
    theta, ll_common, information = _glm(counts)
    own, v = counts.own_effects()
    alone = _common_effect(theta, 1 / information, ll_common, counts.saturated(), own[:, 0], v[:, 0])
    if common:
        return alone

    integrated, finer = (partial(counts.integrated, nodes=nodes) for nodes in (NODES, 3 * NODES))

    def objective(points: Array, likelihood: Likelihood = integrated) -> Array:
        theta, tau = _each(points)
        return likelihood(counts.offset + theta, tau * np.ones_like(counts.x)).sum(axis=-1)

    found = _mixed(objective, partial(objective, likelihood=counts.loglik_at_modes), alone)
    if _change(found, partial(objective, likelihood=finer)) > RESOLVED:
        raise ValueError(too_different(found.tau2))
    return _curved(found, alone.variance)


def _change(found: Maximum, finer: Callable[[Array], Array]) -> float:
    """By how much more nodes change the log-likelihood of a fit."""
    return abs(float(finer(np.array([found.estimate, np.sqrt(found.tau2)]))) - found.loglik)


def _curved(found: Maximum, common: float) -> Maximum:
    """The fit; raises ValueError where its curvature is an artefact of the nodes: heterogeneity cannot make the mean more certain than
    a `common` effect is, by its variance."""
    if found.variance < 0.25 * common:
        raise ValueError(too_different(found.tau2))
    return found


def _glm(counts: Counts) -> tuple[float, float, float]:
    """Common effect by maximum likelihood: estimate, log-likelihood, information."""

    def step(theta: Array) -> Array:
        slope, curvature = counts.slope_and_curvature(counts.offset + theta * counts.group)
        return np.asarray((counts.group * slope).sum() / (counts.group**2 * curvature).sum())

    theta = float(newton(step, np.abs, np.zeros(())))
    eta = counts.offset + theta * counts.group
    information = float((counts.group**2 * counts.slope_and_curvature(eta)[1]).sum())
    return theta, float(counts.loglik(eta).sum()), information


def _mixed(
    objective: Callable[[Array], Array], at_modes: Callable[[Array], Array], common: Maximum
) -> Maximum:
    """Maximise over effect and tau; `common` stands where the likelihood does not rise above its own."""
    best, loglik, covariance = _highest(objective, [np.array([common.estimate, tau]) for tau in (0.3, 1.0)])
    if loglik <= common.loglik + 1e-9 or abs(best[1]) < 1e-4:
        return common
    return replace(
        common, estimate=float(best[0]), variance=float(covariance[0, 0]), tau2=float(best[1]) ** 2, loglik=loglik,
        loglik_at_modes=float(at_modes(best)),
    )  # fmt: skip


def fixed_studies(counts: Counts, common: bool) -> Maximum:
    """Counts of both groups (k x 2), an intercept of each study, random group effects (UM.FS); `common` keeps their variance at 0."""
    k = len(counts.x)
    sides = np.tile([0.5, -0.5], (k, 1))
    each, v = counts.own_effects()
    own, own_v = each[:, 0] - each[:, 1], v.sum(axis=1)
    start = np.log(
        (counts.x.sum(axis=1) + 0.5)
        / (np.exp(counts.offset) if counts.n is None else counts.n - counts.x + 0.5).sum(axis=1)
    )

    def intercepts(likelihood: Callable[[Array], Array], eta: Array) -> Array:
        """Those with the highest likelihood of each study (... x k x 1), beside the rest of the predictor."""
        return maxima(
            lambda alpha: likelihood(eta + alpha[..., None]), np.broadcast_to(start, eta.shape[:-1])
        )[..., None]

    def without_heterogeneity(points: Array) -> Array:
        eta = counts.offset + _each(points)[0] * counts.group
        return counts.loglik(eta + intercepts(counts.loglik, eta)).sum(axis=-1)

    integrated = partial(counts.integrated, nodes=NODES)

    def objective(points: Array, likelihood: Likelihood = integrated) -> Array:
        theta, tau = _each(points)
        eta, loading = counts.offset + theta * counts.group, tau * sides
        return likelihood(eta + intercepts(partial(integrated, loading=loading), eta), loading).sum(axis=-1)

    first, _ = _wald_homogeneity(own, own_v)
    (theta,), ll_common, variance = _highest(without_heterogeneity, [np.array([first])])
    alone = _common_effect(float(theta), float(variance[0, 0]), ll_common, counts.saturated(), own, own_v)
    at_modes = partial(objective, likelihood=counts.loglik_at_modes)
    return alone if common else _curved(_mixed(objective, at_modes, alone), alone.variance)


def random_studies(counts: Counts, common: bool) -> Maximum:
    """Counts of both groups (k x 2), random study effects, random group effects (UM.RS); `common` keeps the variance of the latter at 0."""
    k = len(counts.x)
    ones, sides = np.ones((k, 2)), np.tile([0.5, -0.5], (k, 1))
    nodes = NODES if common else 1

    def with_common_effect(points: Array) -> Array:
        theta, mean, sigma = _each(points)
        return counts.integrated(counts.offset + theta * counts.group + mean, sigma * ones, nodes).sum(
            axis=-1
        )

    total = np.exp(counts.offset).sum() if counts.n is None else (counts.n - counts.x).sum()
    start = np.array([0.0, np.log(counts.x.sum() / total), 0.5])
    common_at, ll_common, common_covariance = _highest(with_common_effect, [start])
    Q_wald, Q_lrt = _saturated_tests(counts, common_at, ll_common, nodes)

    def with_two_effects(points: Array) -> Array:
        theta, mean, sigma, tau = _each(points)
        eta = counts.offset + theta * counts.group + mean
        return counts.integrated_twice(eta, sigma * ones, tau * sides).sum(axis=-1)

    def fitted(at: Array, loglik: float, covariance: Array, tau: float) -> Maximum:
        return Maximum(
            float(at[0]), float(covariance[0, 0]), tau**2, float(at[2]) ** 2, Q_wald, Q_lrt, loglik, loglik, counts.saturated()
        )  # fmt: skip

    alone = fitted(common_at, ll_common, common_covariance, 0.0)
    if common:
        return alone
    found = _highest(
        with_two_effects, [np.array([*common_at[:2], sigma, 0.3]) for sigma in (common_at[2], 0.5)]
    )
    return _curved(fitted(*found, tau=float(found[0][3])), alone.variance)


def _saturated_tests(counts: Counts, start: Array, ll_common: float, nodes: int) -> tuple[float, float]:
    """Wald and likelihood ratio test of an effect of its own in every study against a common one."""
    ones = np.ones((len(counts.x), 2))
    begin = np.clip(counts.own_effects()[0][:, 0] - start[1], -FAR - 1, FAR + 1)

    def each(own: Array, points: Array) -> Array:
        mean, sigma = _each(points)
        return counts.integrated(counts.offset + own[..., None] * counts.group + mean, sigma * ones, nodes)

    def effects(points: Array) -> Array:
        return maxima(lambda own: each(own, points), np.broadcast_to(begin, (*points.shape[:-1], len(begin))))

    def objective(points: Array) -> Array:
        return each(effects(points), points).sum(axis=-1)

    best, ll_saturated, _ = _highest(objective, [np.array([start[1], sigma]) for sigma in (start[2], 0.5)])
    own = effects(best)
    step = 1e-3

    # the information of (own effects, intercept, sigma) is an arrow: each own effect meets the two shared parameters only
    def value(shift_own: float, shift: Array) -> Array:
        return each(own + shift_own, best + shift)

    unit = np.eye(2) * step
    here = value(0.0, np.zeros(2))
    head = -(value(step, np.zeros(2)) - 2 * here + value(-step, np.zeros(2))) / step**2
    cross = np.stack(
        [
            -(value(step, unit[j]) - value(step, -unit[j]) - value(-step, unit[j]) + value(-step, -unit[j])) / (4 * step**2)
            for j in range(2)
        ],
        axis=1,
    )  # fmt: skip
    shared = -_curvature(lambda points: each(own, points).sum(axis=-1), best)[2]
    information = np.diag(np.maximum(head, 0.0)) - cross @ np.linalg.solve(shared, cross.T)
    ones_vector = np.ones(len(own))
    weighted = information @ ones_vector
    known = float(weighted @ ones_vector)
    centre = float(weighted @ own) / known if known > 0 else 0.0
    gap = own - centre
    return float(gap @ information @ gap), 2 * (ll_saturated - ll_common)


def hypergeometric(data: Mapping[str, Array], common: bool) -> Maximum:
    """Events of group 1 given all events: Fisher's noncentral hypergeometric distribution (CM.EL).

    `data` holds `events1, n1, events2, n2` (k each); `common` keeps tau2 at 0. Raises ValueError where the likelihood has no maximum.
    """
    tables = Hypergeometric(*(data[name] for name in ("events1", "n1", "events2", "n2")))
    k = len(tables.x)

    def slope(theta: float) -> float:
        return float((tables.x - tables.moments(np.full(k, theta))[0]).sum())

    if np.all(tables.x == tables.low) or np.all(tables.x == tables.high):
        raise ValueError(NO_MAXIMUM)
    low, high = -1.0, 1.0
    while slope(low) < 0:
        low *= 2
    while slope(high) > 0:
        high *= 2
    from scipy import optimize

    theta = float(optimize.brentq(slope, low, high, xtol=1e-13))
    information = float(tables.moments(np.full(k, theta))[1].sum())
    ll_common = float(tables.loglik(np.full(k, theta)).sum())
    own = tables.saturated()
    inside = np.isfinite(own)
    at = np.where(inside, own, 0.0)
    own_v = np.where(inside, 1 / tables.moments(at)[1], np.inf)
    ll_saturated = float(tables.loglik(at)[inside].sum())  # a table at the edge of its range is certain
    alone = _common_effect(theta, 1 / information, ll_common, ll_saturated, at, own_v)
    if common:
        return alone

    def objective(points: Array, nodes: int) -> Array:
        return tables.integrated(points[..., :1], points[..., 1:], nodes).sum(axis=-1)

    for nodes in (EXACT_NODES, 3 * EXACT_NODES):
        likelihood = partial(objective, nodes=nodes)
        found = _mixed(likelihood, likelihood, alone)
        change = _change(found, partial(objective, nodes=3 * nodes))
        if change <= EXACT:
            break
    if change > RESOLVED:
        raise ValueError(too_different(found.tau2))
    return _curved(found, alone.variance)
