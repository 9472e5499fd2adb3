"""Counts with random effects: their likelihood, and its integral over what cannot be seen.

Binomial and Poisson counts of one or two groups, and the noncentral hypergeometric distribution of a table given its
margins. Integrals are by adaptive Gauss-Hermite quadrature around the mode. All take predictors with leading axes, so that
what is asked at many points is computed at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from scipy import special

from evergreen.metaanalysis.least_squares import Array

EXACT_NODES = 15
NEWTON_STEPS = 60


@dataclass(frozen=True)
class Counts:
    """m counts `x` of each of k studies (k x m): binomial of `n`, or Poisson where `n` is None.

    The linear predictor eta (... x k x m) is `offset` plus what a model adds; `group` is the dummy of group 1.
    """

    x: Array
    n: Array | None
    offset: Array
    group: Array

    def loglik(self, eta: Array) -> Array:
        """Log-likelihood of each study (... x k), with its constants."""
        if self.n is None:
            return (self.x * eta - np.exp(eta) + self._constant).sum(axis=-1)
        return (self.x * eta - self.n * np.logaddexp(0, eta) + self._constant).sum(axis=-1)

    @cached_property
    def _constant(self) -> Array:
        """What eta does not change of each log-likelihood (k x m)."""
        x, n = self.x, self.n
        if n is None:
            return np.asarray(-special.gammaln(x + 1))
        return np.asarray(special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1))

    def slope_and_curvature(self, eta: Array) -> tuple[Array, Array]:
        """Derivative of the log-likelihood in eta, and minus the second (... x k x m each)."""
        if self.n is None:
            mean = np.exp(eta)
            return self.x - mean, mean
        share = special.expit(eta)
        mean = self.n * share
        return self.x - mean, mean * (1 - share)

    def own_effects(self) -> tuple[Array, Array]:
        """Logit or logarithm of each count by itself, less its offset, and the variance (k x m each); not finite where it has none."""
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.n is None:
                return np.log(self.x) - self.offset, 1 / self.x
            rest = self.n - self.x
            return np.log(self.x / rest) - self.offset, 1 / self.x + 1 / rest

    def saturated(self) -> float:
        """Log-likelihood with a parameter for every count."""
        x, n = self.x, self.n
        if n is None:
            each = special.xlogy(x, x) - x
        else:
            each = special.xlogy(x, x) + special.xlogy(n - x, n - x) - special.xlogy(n, n)
        return float((each + self._constant).sum())

    def integrated(self, eta: Array, loading: Array, nodes: int) -> Array:
        """Log-likelihood of each study (... x k) with eta + loading * v integrated over v ~ N(0, 1).

        `eta` and `loading` are ... x k x m. Adaptive Gauss-Hermite quadrature around the mode of v; one node is Laplace's approximation.
        """
        mode = self.modes(eta, loading)
        _, curvature = self.slope_and_curvature(eta + loading * mode[..., None])
        information = (loading**2 * curvature).sum(axis=-1) + 1
        return _integral(lambda v: self.loglik(eta + loading * v[..., None]), mode, information, nodes)

    def modes(self, eta: Array, loading: Array) -> Array:
        """Mode of v (... x k) given the counts, for eta + loading * v (... x k x m) with v ~ N(0, 1)."""
        squared, longest = loading**2, np.abs(loading).max(axis=-1)

        def step(mode: Array) -> Array:
            slope, curvature = self.slope_and_curvature(eta + loading * mode[..., None])
            return ((loading * slope).sum(axis=-1) - mode) / ((squared * curvature).sum(axis=-1) + 1)

        return newton(step, lambda move: longest * np.abs(move), np.zeros(eta.shape[:-1]))

    def loglik_at_modes(self, eta: Array, loading: Array) -> Array:
        """Log-likelihood of each study (... x k) with v at its mode, for `eta` and `loading` as in `modes`."""
        return self.loglik(eta + loading * self.modes(eta, loading)[..., None])

    def integrated_twice(self, eta: Array, one: Array, two: Array) -> Array:
        """Log-likelihood of each study (... x k) integrated over two independent random effects, by Laplace's approximation.

        `eta` and the loadings `one` and `two` are ... x k x m.
        """
        loadings = np.stack([one, two], axis=-1)
        crossed = (one[..., 0] * two[..., 1] - one[..., 1] * two[..., 0]) ** 2

        def around(mode: Array) -> tuple[Array, Array, Array, Array]:
            """The predictor at a mode (... x k x 2), the slope there, the information, and its determinant without a difference."""
            at = eta + (loadings * mode[..., None, :]).sum(axis=-1)
            slope, curvature = self.slope_and_curvature(at)
            information = np.swapaxes(loadings, -1, -2) @ (loadings * curvature[..., None]) + np.eye(2)
            determinant = 1 + (curvature * (one**2 + two**2)).sum(axis=-1) + curvature.prod(axis=-1) * crossed
            return at, (loadings * slope[..., None]).sum(axis=-2) - mode, information, determinant

        def step(mode: Array) -> Array:
            _, slope, information, determinant = around(mode)
            diagonal = np.diagonal(information, axis1=-2, axis2=-1)[..., ::-1]
            return (diagonal * slope - information[..., :1, 1] * slope[..., ::-1]) / determinant[..., None]

        def change(move: Array) -> Array:
            return np.abs((loadings * move[..., None, :]).sum(axis=-1)).max(axis=-1, keepdims=True)

        mode = newton(step, change, np.zeros((*eta.shape[:-1], 2)))
        at, _, _, determinant = around(mode)
        return self.loglik(at) - (mode**2).sum(axis=-1) / 2 - 0.5 * np.log(determinant)


@cache
def _quadrature(nodes: int) -> tuple[Array, Array]:
    """Points of Gauss-Hermite quadrature, and for each the log of its weight over the density there."""
    points, weights = np.polynomial.hermite_e.hermegauss(nodes)
    return points, np.log(weights) + points**2 / 2


def _integral(loglik: Callable[[Array], Array], mode: Array, information: Array, nodes: int) -> Array:
    """Log of the integral of a likelihood over v ~ N(0, 1), by nodes around its `mode` as wide as the `information` there says."""
    width = 1 / np.sqrt(information)
    points, weights = (each.reshape(-1, *[1] * mode.ndim) for each in _quadrature(nodes))
    v = mode + width * points
    terms = loglik(v) - v**2 / 2 + weights
    top = np.maximum(terms.max(axis=0), -1e300)  # finite also where nothing is possible
    with np.errstate(divide="ignore"):
        return np.asarray(top + np.log(np.exp(terms - top).sum(axis=0) * width) - 0.5 * np.log(2 * np.pi))


def newton(step: Callable[[Array], Array], change: Callable[[Array], Array], start: Array) -> Array:
    """The maximum of log-likelihoods by Newton's method; `change` says by how much a step changes the linear predictor.

    Of all these counts the third derivative is at most the second (a hypergeometric count too is a sum of independent events), so a
    step damped like this never overshoots (Sun & Tran-Dinh 2019), and what is left after one below 1e-7 is its square.
    """
    at = start
    for _ in range(NEWTON_STEPS):
        move = step(at)
        reach = np.maximum(change(move), 1e-300)
        at = at + move * (np.log1p(reach) / reach)
        if reach.max(initial=0.0) < 1e-7:
            break
    return at


class Hypergeometric:
    """k tables given their margins: x events in group 1 of n1, x + events2 in all of n1 + n2 (k each)."""

    def __init__(self, x: Array, n1: Array, events2: Array, n2: Array) -> None:
        events = x + events2
        self.x, self.low, self.high = x, np.maximum(0.0, events - n2), np.minimum(n1, events)
        self.support = self.low[:, None] + np.arange(int((self.high - self.low).max()) + 1)
        outside = self.support > self.high[:, None]
        s = np.where(outside, self.high[:, None], self.support)
        n1, n2, events = n1[:, None], n2[:, None], events[:, None]
        weights = (
            special.gammaln(n1 + 1) - special.gammaln(s + 1) - special.gammaln(n1 - s + 1)
            + special.gammaln(n2 + 1) - special.gammaln(events - s + 1) - special.gammaln(n2 - events + s + 1)
        )  # fmt: skip
        self.weights = np.where(outside, -np.inf, weights)

    def loglik(self, theta: Array) -> Array:
        """Log-probability of x (... x k) at log odds ratios `theta`."""
        if theta.ndim > 2:  # what is asked of nodes at once would not always fit into memory
            return np.stack([self.loglik(each) for each in theta])
        terms = self.weights + theta[..., None] * self.support
        top = terms.max(axis=-1)
        total = top + np.log(np.exp(terms - top[..., None]).sum(axis=-1))
        own = self.weights[np.arange(len(self.x)), (self.x - self.low).astype(int)]
        return np.asarray(own + theta * self.x - total)

    def moments(self, theta: Array) -> tuple[Array, Array]:
        """Mean and variance of the events in group 1 (... x k each)."""
        terms = self.weights + theta[..., None] * self.support
        p = np.exp(terms - terms.max(axis=-1, keepdims=True))
        p /= p.sum(axis=-1, keepdims=True)
        mean = (p * self.support).sum(axis=-1)
        return mean, (p * (self.support - mean[..., None]) ** 2).sum(axis=-1)

    def saturated(self) -> Array:
        """The log odds ratio of each table by itself (k), NaN where it is not finite."""
        inside = (self.low < self.x) & (self.x < self.high)
        low, high = np.full(len(self.x), -1.0), np.full(len(self.x), 1.0)
        while np.any(inside & ((self.moments(low)[0] > self.x) | (self.moments(high)[0] < self.x))):
            low, high = 2 * low, 2 * high
        middle = 0.5 * (low + high)
        for _ in range(NEWTON_STEPS):  # Newton's method inside a bracket
            mean, variance = self.moments(middle)
            low, high = np.where(mean < self.x, middle, low), np.where(mean < self.x, high, middle)
            new = middle + (self.x - mean) / np.where(variance > 0, variance, np.inf)
            new = np.where((new > low) & (new < high), new, 0.5 * (low + high))
            if np.max(np.abs(new - middle)[inside], initial=0.0) < 1e-13:
                break
            middle = new
        return np.where(inside, middle, np.nan)

    def integrated(self, theta: Array | float, tau: Array | float, nodes: int = EXACT_NODES) -> Array:
        """Log-probability of x (... x k) with the log odds ratio normal around `theta`, with standard deviation `tau` (... x 1 each)."""

        def step(mode: Array) -> Array:
            mean, variance = self.moments(theta + tau * mode)
            return (tau * (self.x - mean) - mode) / (tau**2 * variance + 1)

        start = np.zeros(np.broadcast_shapes(np.shape(theta), self.x.shape))
        mode = newton(step, lambda move: np.abs(tau * move), start)
        information = tau**2 * self.moments(theta + tau * mode)[1] + 1
        return _integral(lambda v: self.loglik(theta + tau * v), mode, information, nodes)
