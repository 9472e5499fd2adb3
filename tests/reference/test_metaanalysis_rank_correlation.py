"""Kendall's tau against scipy's own, which takes half a second to load."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import kendalltau

from evergreen.metaanalysis.rank_correlation import kendall


@pytest.mark.parametrize("n", [2, 3, 4, 10, 33, 100, 170, 171, 300])
@pytest.mark.parametrize("slope", [-1.0, 0.0, 0.3, 20.0])
def test_exact_p_values_are_those_of_scipy_to_the_last_bit(n: int, slope: float) -> None:
    draw = np.random.default_rng(n)
    x = draw.normal(size=n)
    y = slope * x + draw.normal(size=n)
    other = kendalltau(x, y, method="exact")
    assert kendall(x, y, exact=True) == (other.statistic, other.pvalue)


@pytest.mark.parametrize("n", [3, 10, 60, 300])
def test_ties_widen_the_normal_approximation_as_in_scipy(n: int) -> None:
    draw = np.random.default_rng(n)
    x, y = draw.integers(0, 6, n).astype(float), draw.normal(size=n).round(1)
    other = kendalltau(x, y, method="asymptotic")
    assert kendall(x, y, exact=False) == (other.statistic, other.pvalue)


def test_numbers_that_are_all_the_same_have_no_correlation() -> None:
    assert all(math.isnan(value) for value in kendall(np.ones(5), np.arange(5.0), exact=False))
