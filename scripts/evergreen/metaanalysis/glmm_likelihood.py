"""Counts with random effects: their likelihood, and its integral over what cannot be seen.

Binomial and Poisson counts of one or two groups, and the noncentral hypergeometric distribution of a table given its
margins. Integrals are by adaptive Gauss-Hermite quadrature around the mode.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from evergreen.metaanalysis.least_squares import Array

EXACT_NODES = 15
NEWTON_STEPS = 60


@dataclass(frozen=True)
class Counts:
    """m counts `x` of each of k studies (k x m): binomial of `n`, or Poisson where `n` is None.

    The linear predictor eta (k x m) is `offset` plus what a model adds; `group` is the dummy of group 1.
    """

    x: Array
    n: Array | None
    offset: Array
    group: Array

    def loglik(self, eta: Array) -> Array:
        """Log-likelihood of each study (k, or k x q for eta k x m x q), with its constants."""
        x = _beside(self.x, eta)
        if self.n is None:
            return (x * eta - np.exp(eta) - special.gammaln(x + 1)).sum(axis=1)
        n = _beside(self.n, eta)
        choose = special.gammaln(n + 1) - special.gammaln(x + 1) - special.gammaln(n - x + 1)
        return (x * eta - n * np.logaddexp(0, eta) + choose).sum(axis=1)

    def slope(self, eta: Array) -> Array:
        """Derivative of the log-likelihood in eta (k x m)."""
        return self.x - (np.exp(eta) if self.n is None else self.n * special.expit(eta))

    def curvature(self, eta: Array) -> Array:
        """Minus the second derivative of the log-likelihood in eta (k x m)."""
        if self.n is None:
            return np.exp(eta)
        mean = special.expit(eta)
        return np.asarray(self.n * mean * (1 - mean))

    def saturated(self) -> float:
        """Log-likelihood with a parameter for every count."""
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.n is None:
                each = special.xlogy(self.x, self.x) - self.x - special.gammaln(self.x + 1)
            else:
                rest = self.n - self.x
                choose = special.gammaln(self.n + 1) - special.gammaln(self.x + 1) - special.gammaln(rest + 1)
                each = (
                    special.xlogy(self.x, self.x)
                    + special.xlogy(rest, rest)
                    - special.xlogy(self.n, self.n)
                    + choose
                )
        return float(each.sum())


def _beside(value: Array, eta: Array) -> Array:
    return value[:, :, None] if eta.ndim == 3 else value


def integrated(counts: Counts, eta: Array, loading: Array, nodes: int) -> Array:
    """Log-likelihood of each study (k) with eta + loading * v integrated over v ~ N(0, 1).

    `eta` and `loading` are k x m. Adaptive Gauss-Hermite quadrature around the mode of v; one node is Laplace's approximation.
    """
    mode = modes(counts, eta, loading)
    at = eta + loading * mode[:, None]
    width = 1 / np.sqrt((loading**2 * counts.curvature(at)).sum(axis=1) + 1)
    points, weights = np.polynomial.hermite_e.hermegauss(nodes)
    v = mode[:, None] + width[:, None] * points[None]
    value = counts.loglik(eta[:, :, None] + loading[:, :, None] * v[:, None, :]) - v**2 / 2 + points**2 / 2
    return special.logsumexp(value, axis=1, b=weights[None]) + np.log(width) - 0.5 * np.log(2 * np.pi)


def modes(counts: Counts, eta: Array, loading: Array) -> Array:
    """Mode of v (k) given the counts, for eta + loading * v (k x m) with v ~ N(0, 1), by Newton's method on a concave function."""
    mode = np.zeros(len(eta))
    for _ in range(NEWTON_STEPS):
        at = eta + loading * mode[:, None]
        slope = (loading * counts.slope(at)).sum(axis=1) - mode
        step = np.clip(slope / ((loading**2 * counts.curvature(at)).sum(axis=1) + 1), -2.0, 2.0)
        mode = mode + step
        if np.max(np.abs(step), initial=0.0) < 1e-12:
            break
    return mode


def integrated_twice(counts: Counts, eta: Array, one: Array, two: Array) -> Array:
    """Log-likelihood of each study (k) integrated over two independent random effects, by Laplace's approximation.

    `eta` and the loadings `one` and `two` are k x m.
    """
    mode = np.zeros((len(eta), 2))
    loadings = np.stack([one, two], axis=2)
    for _ in range(NEWTON_STEPS):
        at = eta + np.einsum("kmr,kr->km", loadings, mode)
        slope = np.einsum("kmr,km->kr", loadings, counts.slope(at)) - mode
        information = np.einsum("kmr,km,kms->krs", loadings, counts.curvature(at), loadings) + np.eye(2)
        step = np.clip(np.linalg.solve(information, slope[:, :, None])[:, :, 0], -2.0, 2.0)
        mode = mode + step
        if np.max(np.abs(step), initial=0.0) < 1e-12:
            break
    at = eta + np.einsum("kmr,kr->km", loadings, mode)
    information = np.einsum("kmr,km,kms->krs", loadings, counts.curvature(at), loadings) + np.eye(2)
    return counts.loglik(at) - (mode**2).sum(axis=1) / 2 - 0.5 * np.linalg.slogdet(information)[1]


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
        """Log-probability of x at log odds ratios `theta` (k, or k x q)."""
        at = theta if theta.ndim == 2 else theta[:, None]
        terms = self.weights[:, None, :] + at[:, :, None] * self.support[:, None, :]
        top = terms.max(axis=2)
        total = top + np.log(np.exp(terms - top[:, :, None]).sum(axis=2))
        own = self.weights[np.arange(len(self.x)), (self.x - self.low).astype(int)]
        value = own[:, None] + at * self.x[:, None] - total
        return value if theta.ndim == 2 else value[:, 0]

    def moments(self, theta: Array) -> tuple[Array, Array]:
        """Mean and variance of the events in group 1 (k each)."""
        terms = self.weights + theta[:, None] * self.support
        p = np.exp(terms - terms.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        mean = (p * self.support).sum(axis=1)
        return mean, (p * (self.support - mean[:, None]) ** 2).sum(axis=1)

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

    def integrated(self, theta: float, tau: float) -> Array:
        """Log-probability of x (k) with the log odds ratio normal around `theta`."""
        mode = np.zeros(len(self.x))
        for _ in range(NEWTON_STEPS):
            mean, variance = self.moments(theta + tau * mode)
            step = np.clip((tau * (self.x - mean) - mode) / (tau**2 * variance + 1), -2.0, 2.0)
            mode = mode + step
            if np.max(np.abs(step)) < 1e-11:
                break
        width = 1 / np.sqrt(tau**2 * self.moments(theta + tau * mode)[1] + 1)
        points, weights = np.polynomial.hermite_e.hermegauss(EXACT_NODES)
        v = mode[:, None] + width[:, None] * points
        value = self.loglik(theta + tau * v) - v**2 / 2 + points**2 / 2
        return special.logsumexp(value, axis=1, b=weights) + np.log(width) - 0.5 * np.log(2 * np.pi)
