"""Distributions behind medians: as R's estmeansd fits them, better where it stops early, and what has no distribution."""

import math

import numpy as np
import pytest

from evergreen.metaanalysis import quantile_fits
from evergreen.metaanalysis.medians import Quantiles
from tests.reference.given import numbers as numbers_of
from tests.rows import each

CASES = numbers_of("estmeansd")["quantiles"]
METHODS = (quantile_fits.quantile_estimation, quantile_fits.box_cox, quantile_fits.unknown_distribution)


def given(case):
    names = {"q1": "q1", "q3": "q3", "low": "min", "high": "max"}
    known = {name: math.nan if case[key] is None else case[key] for name, key in names.items()}
    return Quantiles(case["n"], case["median"], **known)


@each("case", CASES)
def test_the_most_likely_transformation_is_that_of_estmeansd(case):
    expected = case["mln"]
    fit = quantile_fits.unknown_distribution_fit(given(case))
    assert fit.shape == pytest.approx(expected["shape"], abs=1e-9)  # both search alike
    # R's Nelder-Mead stops at a change of 1e-8 of the likelihood, which is flat at its top: 1e-4 of a parameter.
    assert fit.location == pytest.approx(expected["location"], abs=5e-4)
    assert fit.scale == pytest.approx(expected["scale"], rel=5e-4)
    # R simulates what is integrated here: 40 runs of 10,000, of whose mean the error is given.
    mean, sd = quantile_fits.unknown_distribution(**given(case)._asdict())
    assert mean == pytest.approx(expected["mean"], abs=5 * expected["mean_error"])
    assert sd == pytest.approx(expected["sd"], abs=5 * expected["sd_error"])


@each("case", CASES)
def test_the_symmetrical_transformation_is_that_of_estmeansd(case):
    fit, expected = quantile_fits.box_cox_fit(given(case)), case["bc"]
    assert fit == pytest.approx((expected["location"], expected["scale"], expected["shape"]), rel=1e-8)


@each("method", METHODS)
def test_what_has_no_distribution_is_said(method):
    assert method(20, 3.0) is None
    with pytest.raises(ValueError, match="equal quantiles"):
        method(20, 2.0, q1=2.0, q3=4.0)
    with pytest.raises(ValueError, match="fewer than three"):
        method(2, 2.0, q1=1.0, q3=4.0)
    if method is not quantile_fits.quantile_estimation:
        with pytest.raises(ValueError, match="not positive"):
            method(20, 2.0, q1=-1.0, q3=4.0)


def test_negative_quantiles_are_those_of_a_normal_distribution():
    mean, sd = quantile_fits.quantile_estimation(40, 0.0, q1=-1.0, q3=1.0)
    assert mean == pytest.approx(0, abs=1e-9)
    assert sd == pytest.approx(1 / 0.6744897501960817)


@each("method", METHODS)
def test_quantiles_of_a_log_normal_distribution_give_its_moments(method):
    low, middle, high = np.exp(2 + 0.5 * np.array([-0.6744897501960817, 0, 0.6744897501960817]))
    mean, sd = method(10_000, middle, q1=low, q3=high)
    true = math.exp(2.125)
    assert mean == pytest.approx(true, rel=5e-3)
    assert sd == pytest.approx(true * math.sqrt(math.expm1(0.25)), rel=2e-2)
