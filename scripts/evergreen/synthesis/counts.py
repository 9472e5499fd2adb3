"""Counts with random effects: their likelihood, and its integral over what cannot be seen.

Binomial and Poisson counts of one or two groups, and the noncentral hypergeometric distribution of a table given its
margins. Integrals are by adaptive Gauss-Hermite quadrature around the mode.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from evergreen.synthesis.stack import Array

EXACT_NODES = 15
NEWTON_STEPS = 60


@dataclass(frozen=True)
class Counts:
    """m counts `x` of each of k studies (k x m), their denominators `n` (None: Poisson), offsets, and the group dummy."""

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
        return self.x - (np.exp(eta) if self.n is None else self.n * special.expit(eta))

    def curvature(self, eta: Array) -> Array:
        """Minus the second derivative (k x m)."""
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

    Adaptive Gauss-Hermite quadrature around the mode of v; one node is Laplace's approximation.
    """
    mode = modes(counts, eta, loading)
    at = eta + loading * mode[:, None]
    width = 1 / np.sqrt((loading**2 * counts.curvature(at)).sum(axis=1) + 1)
    points, weights = np.polynomial.hermite_e.hermegauss(nodes)
    v = mode[:, None] + width[:, None] * points[None]
    value = counts.loglik(eta[:, :, None] + loading[:, :, None] * v[:, None, :]) - v**2 / 2 + points**2 / 2
    return special.logsumexp(value, axis=1, b=weights[None]) + np.log(width) - 0.5 * np.log(2 * np.pi)


def modes(counts: Counts, eta: Array, loading: Array) -> Array:
    """Mode of v (k), by Newton's method on a concave function."""
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
    """The same over two independent random effects by Laplace's approximation."""
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
    """One table given its margins: x events in group 1 of n1, `events` in all of n1 + n2."""

    def __init__(self, x: float, n1: float, events2: float, n2: float) -> None:
        events = x + events2
        self.x, self.low, self.high = x, max(0.0, events - n2), min(n1, events)
        self.support = np.arange(self.low, self.high + 1)
        self.weights = (
            special.gammaln(n1 + 1) - special.gammaln(self.support + 1) - special.gammaln(n1 - self.support + 1)
            + special.gammaln(n2 + 1) - special.gammaln(events - self.support + 1)
            - special.gammaln(n2 - events + self.support + 1)
        )  # fmt: skip

    def loglik(self, theta: Array) -> Array:
        """Log-probability of x at each log odds ratio."""
        terms = self.weights[None] + theta[:, None] * self.support[None]
        return terms[:, int(self.x - self.low)] - special.logsumexp(terms, axis=1)

    def moments(self, theta: float) -> tuple[float, float]:
        terms = self.weights + theta * self.support
        p = np.exp(terms - special.logsumexp(terms))
        mean = float(p @ self.support)
        return mean, float(p @ (self.support - mean) ** 2)

    def integrated(self, theta: float, tau: float) -> float:
        """Log-probability of x with the log odds ratio normal around theta."""
        mode = 0.0
        for _ in range(NEWTON_STEPS):
            mean, variance = self.moments(theta + tau * mode)
            step = (tau * (self.x - mean) - mode) / (tau**2 * variance + 1)
            mode += float(np.clip(step, -2.0, 2.0))
            if abs(step) < 1e-11:
                break
        width = 1 / np.sqrt(tau**2 * self.moments(theta + tau * mode)[1] + 1)
        points, weights = np.polynomial.hermite_e.hermegauss(EXACT_NODES)
        v = mode + width * points
        value = self.loglik(theta + tau * v) - v**2 / 2 + points**2 / 2
        return float(special.logsumexp(value, b=weights) + np.log(width) - 0.5 * np.log(2 * np.pi))
