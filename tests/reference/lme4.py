"""Where lme4 stops: variances of mixed models for counts with random study effects, as metafor takes them from `glmer`.

`glmer` differentiates its deviance twice over steps of 1e-4. That deviance comes from penalised iteratively reweighted
least squares (Bates et al. 2015, J Stat Softw 67) which ends when the penalised deviance moves by less than 1e-7 of
itself, and whose log-determinant belongs to the iteration before. All points of the differences start from one linear
predictor, that of the optimum of a first stage, so what is left out does not cancel: standard errors are up to 1 % off.
The search is retraced here, so that they can be compared as sharply as everything else.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import optimize, special

from evergreen.metaanalysis.glmm_likelihood import Counts

Array = np.ndarray
STOPS = 1e-7
STEP = 1e-4
CONVERGED, WIDE = 1e-12, 1e-3  # what differences of a deviance that is iterated to its end allow
FAR = 20.0  # an effect that has no finite estimate
AWAY = 0.1
ROUNDS, HALVINGS = 100, 10
FIRST, SIDES = np.array([1.0, 0.0]), np.array([0.5, -0.5])


@dataclass
class Deviance:
    """glmer's deviance of `counts` (k x 2), at (standard deviations, coefficients) of many points at once.

    `design` is k x 2 x p; `loadings` k x 2 x r has a column per standard deviation; `nodes` 1 is Laplace's approximation.
    """

    counts: Counts
    design: Array
    loadings: Array
    nodes: int
    stops: float = STOPS
    start: Array = field(init=False)

    def __post_init__(self) -> None:
        self.r = self.loadings.shape[2]

    def __call__(self, points: Array) -> Array:
        offset, loading = self._at(points)
        mode, eta, information, _ = self._mode(offset, loading)
        value = np.linalg.slogdet(information)[1].sum(axis=1)
        if self.nodes == 1:
            return value + (mode**2).sum(axis=(1, 2)) - 2 * self._loglik(eta).sum(axis=1)
        width = 1 / np.sqrt(information[:, :, 0, 0])
        here = self._penalised(eta, mode)
        nodes, weights = np.polynomial.hermite_e.hermegauss(self.nodes)
        total = np.zeros_like(width)
        for node, weight in zip(nodes, weights / weights.sum(), strict=True):
            v = mode + (node * width)[:, :, None]
            there = self._penalised(offset + np.einsum("bkmr,bkr->bkm", loading, v), v)
            total += weight * np.exp(node**2 / 2 - (there - here) / 2)
        return value + here.sum(axis=1) - 2 * np.log(total).sum(axis=1)

    def _at(self, points: Array) -> tuple[Array, Array]:
        sizes, coefficients = points[:, : self.r], points[:, self.r :]
        offset = self.counts.offset + np.einsum("kmp,bp->bkm", self.design, coefficients)
        return offset, self.loadings * sizes[:, None, None, :]

    def _loglik(self, eta: Array) -> Array:
        """Log-likelihood of each study at each point (points x k)."""
        return self.counts.loglik(eta)

    def _penalised(self, eta: Array, mode: Array) -> Array:
        return 2 * (self._best - self._loglik(eta)) + (mode**2).sum(axis=2)

    @property
    def _best(self) -> Array:
        """Log-likelihood of each study with a parameter for every count (k)."""
        counts = self.counts
        with np.errstate(divide="ignore"):
            if counts.n is None:
                return counts.loglik(np.log(np.maximum(counts.x, 1e-300)))
            shares = np.clip(counts.x / np.maximum(counts.n, 1), 1e-300, 1 - 1e-16)
            return counts.loglik(special.logit(shares))

    def _mode(self, offset: Array, loading: Array) -> tuple[Array, Array, Array, Array]:
        """Modes of the random effects, predictors there; information and weights of the iteration before."""
        points, k = offset.shape[:2]
        eta = np.broadcast_to(self.start + self.counts.offset, offset.shape).copy()
        mode = np.zeros((points, k, self.r))
        information, weights = np.zeros((points, k, self.r, self.r)), np.zeros_like(offset)
        before = np.full(points, np.finfo(float).max)
        going = np.ones(points, dtype=bool)
        for _ in range(ROUNDS):
            slope, weight = self.counts.slope_and_curvature(eta)
            new = np.einsum("bkmr,bkm,bkms->bkrs", loading, weight, loading) + np.eye(self.r)
            working = (eta - offset) * weight + slope
            right = np.einsum("bkmr,bkm->bkr", loading, working)
            proposal = np.linalg.solve(new, right[..., None])[..., 0]
            old = mode
            mode = np.where(going[:, None, None], proposal, mode)
            information = np.where(going[:, None, None, None], new, information)
            weights = np.where(going[:, None, None], weight, weights)
            eta = offset + np.einsum("bkmr,bkr->bkm", loading, mode)
            value = self._penalised(eta, mode).sum(axis=1)
            with np.errstate(over="ignore"):
                going &= np.abs((before - value) / value) >= self.stops
            if not going.any():
                break
            for _ in range(HALVINGS):
                up = going & (value > before)
                if not up.any():
                    break
                mode = np.where(up[:, None, None], (mode + old) / 2, mode)
                eta = offset + np.einsum("bkmr,bkr->bkm", loading, mode)
                value = self._penalised(eta, mode).sum(axis=1)
            before = np.where(going, value, before)
        if self.stops <= CONVERGED:
            # without the lag of the log-determinant, which wide steps would still show
            _, weights = self.counts.slope_and_curvature(eta)
            information = np.einsum("bkmr,bkm,bkms->bkrs", loading, weights, loading) + np.eye(self.r)
        return mode, eta, information, weights

    def first_stage(self) -> Array:
        """The optimum (standard deviations, coefficients) with the coefficients at their joint mode: sets `start`."""

        counts = self.counts
        eta = np.log(counts.x + 0.1) if counts.n is None else special.logit((counts.x + 0.5) / (counts.n + 1))
        _, begin, _ = self._joint(np.ones(self.r), eta)

        def value(sizes: Array) -> float:
            return self._joint(np.abs(sizes), begin + counts.offset)[0]

        if self.r == 1:
            sizes = np.array([optimize.minimize_scalar(lambda one: value(np.array([one])), bounds=(0, 10), method="bounded", options={"xatol": 1e-8}).x])  # fmt: skip
        else:
            sizes = np.abs(optimize.minimize(value, np.ones(self.r), method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10}).x)  # fmt: skip
        _, self.start, coefficients = self._joint(sizes, begin + counts.offset)
        return np.concatenate([sizes, coefficients])

    def _joint(self, sizes: Array, eta: Array) -> tuple[float, Array, Array]:
        """Deviance, linear predictor and coefficients at the joint mode of random effects and coefficients, from `eta`."""
        counts, k, p = self.counts, len(self.counts.x), self.design.shape[2]
        loading = self.loadings * sizes
        columns = np.zeros((*counts.x.shape, k * self.r + p))
        for i in range(k):
            columns[i, :, i * self.r : (i + 1) * self.r] = loading[i]
        columns[:, :, k * self.r :] = self.design
        flat = columns.reshape(counts.x.size, -1)
        penalty = np.diag(np.concatenate([np.ones(k * self.r), np.zeros(p)]))
        before = np.finfo(float).max
        for _ in range(ROUNDS):
            slope, weight = counts.slope_and_curvature(eta)
            working = (eta - counts.offset) * weight + slope
            cross = flat.T @ (weight.reshape(-1, 1) * flat) + penalty
            # a group without participants says nothing of its coefficient
            both = np.linalg.lstsq(cross, flat.T @ working.ravel())[0]
            eta = counts.offset + (flat @ both).reshape(counts.x.shape)
            mode = both[: k * self.r].reshape(k, self.r)
            value = float(self._penalised(eta[None], mode[None]).sum())
            if abs(before - value) < STOPS * abs(value):
                break
            before = value
        information = np.einsum("kmr,km,kms->krs", loading, weight, loading) + np.eye(self.r)
        deviance = np.linalg.slogdet(information)[1].sum() + (mode**2).sum() - 2 * counts.loglik(eta).sum()
        return float(deviance), eta - counts.offset, both[k * self.r :]

    def optimum(self, start: Array, free: Array) -> Array:
        """Newton's method from `start` over the free coordinates."""
        at = start.copy()
        for _ in range(20):
            gradient, hessian = self.derivatives(at, free, WIDE)
            values, vectors = np.linalg.eigh(hessian)
            step = -vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), 1e-3))
            at[free] += np.clip(step, -0.5, 0.5)
            if np.max(np.abs(step)) < 1e-6:
                break
        return at

    def derivatives(self, at: Array, free: Array, step: float = STEP) -> tuple[Array, Array]:
        """Gradient and matrix of second derivatives over the free coordinates, by central differences."""
        units = np.eye(len(at))[free] * step
        m = len(units)
        i, j = np.tril_indices(m, -1)
        points = np.concatenate(
            [at[None], at + units, at - units, at + units[i] + units[j], at + units[i] - units[j], at - units[i] + units[j], at - units[i] - units[j]]
        )  # fmt: skip
        here, up, down, *four = np.split(self(points), np.cumsum([1, m, m, *[len(i)] * 3]))
        hessian = np.diag((up - 2 * here + down) / step**2)
        hessian[i, j] = hessian[j, i] = (four[0] - four[1] - four[2] + four[3]) / (2 * step) ** 2
        return (up - down) / (2 * step), hessian

    def variance(self, at: Array, free: Array, step: float = STEP) -> Array:
        """Variance of the free coefficients by the curvature of the deviance, their standard deviations unknown."""
        return 2 * np.linalg.inv(self.derivatives(at, free, step)[1])[self.r :, self.r :]

    def conditional_variance(self, at: Array, free: Array) -> Array:
        """The same with the standard deviations taken as known: what glmer falls back to."""
        offset, loading = self._at(at[None])
        _, _, information, weight = self._mode(offset, loading)
        design = self.design[:, :, free[self.r :]]
        cross = np.einsum("kmr,km,kmp->krp", loading[0], weight[0], design)
        whole = np.einsum("kmp,km,kmq->pq", design, weight[0], design)
        return np.linalg.inv(whole - np.einsum("krp,krq->pq", cross, np.linalg.solve(information[0], cross)))


@dataclass(frozen=True)
class Stopped:
    """Standard error of the effect and Wald statistic of homogeneity, as R stops; `exact`: both of a deviance iterated to its end.

    R's statistic has several values. Where an effect has no finite estimate, rounding decides whether its matrix of second
    derivatives is positive definite; if not, glmer takes the standard deviations as known. If it is, such effects enter
    the statistic with a curvature that is rounding alone: `rounding` is what that may add. And glmer's search may end at
    the optimum of its own deviance or, where that jumps as a further iteration is made, at the true one.
    """

    se: float
    Q: tuple[float, ...]
    rounding: float
    exact: tuple[float, float]


def random_studies(counts: Counts, common: bool) -> Stopped:
    """UM.RS: random study effects, and random group effects unless `common`."""
    k = len(counts.x)
    ones, sides, in_first = np.ones((k, 2)), np.tile(SIDES, (k, 1)), np.tile(FIRST, (k, 1))
    nodes = 7 if common else 1
    loadings = ones[:, :, None] if common else np.stack([ones, sides], axis=2)
    both = np.stack([in_first, ones], axis=2)
    x = counts.x[:, 0]
    endless = (x == 0) if counts.n is None else (x == 0) | (x == counts.n[:, 0])

    at, free, stopped, exact = fitted(counts, both, loadings, nodes)
    se, exact_se = (
        float(np.sqrt(one[0, 0])) for one in (stopped.variance(at, free), exact.variance(at, free, WIDE))
    )

    reference = int(np.flatnonzero(~endless)[-1])
    others = np.delete(np.arange(k), reference)
    own = np.zeros((k, 2, k - 1))
    own[others, 0, np.arange(k - 1)] = 1.0
    known = np.concatenate([np.zeros(3, dtype=bool), endless[others]])
    at, free, stopped, exact = fitted(
        counts, np.concatenate([both, own], axis=2), ones[:, :, None], nodes, known
    )

    def statistic(point: Array, variance: Array) -> float:
        effects = point[3:][free[3:]]
        return float(effects @ np.linalg.solve(variance[2:, 2:], effects))

    ends = (at, stopped.optimum(at, free))
    ulp = float(np.spacing(stopped(at[None])[0]))
    return Stopped(
        se,
        tuple(
            statistic(end, how(end, free))
            for end in ends
            for how in (stopped.variance, stopped.conditional_variance)
        ),
        float(endless.sum()) * FAR**2 * ulp / STEP**2,
        (exact_se, statistic(at, exact.variance(at, free, WIDE))),
    )


def fitted(
    counts: Counts, design: Array, loadings: Array, nodes: int, known: Array | None = None
) -> tuple[Array, Array, Deviance, Deviance]:
    """The optimum, which of its coordinates are free, and the deviance as R stops and iterated to its end."""
    stopping, exact = (Deviance(counts, design, loadings, nodes, stops) for stops in (STOPS, CONVERGED))
    start = stopping.first_stage()
    exact.start = stopping.start
    free = np.ones(len(start), dtype=bool) if known is None else ~known
    start[~free] = np.sign(start[~free]) * np.maximum(np.abs(start[~free]), FAR)
    # the likelihood does not change where a standard deviation changes its sign: 0 is no place to start from alone
    away = start.copy()
    away[: stopping.r] = np.maximum(start[: stopping.r], AWAY)
    ends = np.stack([exact.optimum(one, free) for one in (start, away)])
    return ends[int(np.nanargmin(exact(ends)))], free, stopping, exact
