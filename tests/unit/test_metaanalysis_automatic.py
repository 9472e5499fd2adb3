"""Which interval `auto` applies, and the prediction interval that follows none; against numbers by metafor 4."""

import math

import numpy as np
import pytest

from evergreen.metaanalysis import influence, prediction
from evergreen.metaanalysis.inverse_variance import fit, fit_batch
from evergreen.metaanalysis.least_squares import Batch
from tests.rows import each

ALIKE = ([0.1, 0.12, 0.11, 0.1], [0.04, 0.05, 0.03, 0.06])
SPREAD = ([0.1, 0.9, -0.3, 0.5], [0.04, 0.05, 0.03, 0.06])
NARROW = ([0.1, -0.1, 0.0, -0.2, 0.1], [0.01, 0.19, 0.19, 0.02, 0.14])
# effects and variances, estimator; by rma(): what applies, standard error, p value and limits of that test
CASES = {
    "a tau2 above 0": (*SPREAD, "REML", "knha", 0.2599361885, 0.3527904551, -0.5420730238, 1.112392902),
    "effects that agree": (*ALIKE, "REML", "z", 0.1025978352, 0.2937558854, -0.09336876365, 0.3088073601),
    "a tau2 above 0, narrower": (*NARROW, "REML", "z", 0.1049217434, 0.8708106215, -0.2227061473, 0.1885795294),
    "an estimator that is never 0": (*ALIKE, "SJ", "z", 0.1025980044, 0.2937566845, -0.09336909593, 0.3088076911),
    # by hand: weights 25 and 20, the mean 8.5 / 45, its standard error 45^-1/2
    "two studies": ([0.1, 0.3], [0.04, 0.05], "DL", "z", 0.1490711985, 0.205117681, -0.1032852913, 0.4810630691),
}  # fmt: skip


@each("name", CASES)
def test_auto_applies_hartung_and_knapp_where_it_is_sound_and_not_narrower(name):
    y, v, method, applied, *expected = CASES[name]
    found = fit(y, v, method=method, test="auto")
    assert (found.test, found.asked) == (applied, "auto")
    numbers = [found.se[0], found.p_value[0], found.ci_low[0], found.ci_high[0]]
    assert numbers == pytest.approx(expected, rel=2e-6)
    assert np.isnan(found.df) == (applied == "z")


def test_auto_decides_for_each_meta_analysis_of_a_batch():
    found = fit_batch(Batch.ragged(*zip(SPREAD, ALIKE, NARROW, strict=True)), test="auto")
    assert found.test.tolist() == ["knha", "z", "z"]
    for row, (y, v) in enumerate((SPREAD, ALIKE, NARROW)):
        alone = fit(y, v, test="auto")
        assert found.ci_low[row, 0] == pytest.approx(alone.ci_low[0], rel=1e-9)
    without = influence.leave_one_out(*SPREAD, test="auto")
    assert set(without.test.tolist()) <= {"knha", "z"}
    for row in range(4):
        rest = [np.delete(values, row) for values in SPREAD]
        alone = fit(*rest, test="auto")
        assert without.test[row] == alone.test
        assert without.ci_high[row, 0] == pytest.approx(alone.ci_high[0], rel=1e-6)
    assert influence.cumulative(*SPREAD, [1, 2, 3, 4], test="auto").test.tolist()[:2] == ["z", "z"]


def test_auto_is_never_narrower_than_wald():
    random = np.random.default_rng(3)
    sizes = random.integers(2, 8, 200)
    sets = Batch.ragged(
        [random.normal(0, 0.4, k) for k in sizes], [random.uniform(0.01, 0.3, k) for k in sizes]
    )
    ours, wald = fit_batch(sets, test="auto"), fit_batch(sets, test="z")
    assert (ours.ci_high - ours.ci_low >= (wald.ci_high - wald.ci_low) * (1 - 1e-12)).all()


def test_a_meta_regression_stays_hartung_and_knapps():
    design = np.column_stack([np.ones(4), [1.0, 2.0, 3.0, 5.0]])
    ours, theirs = (fit(*ALIKE, design, test=test) for test in ("auto", "knha"))
    assert (ours.test, ours.ci_low.tolist()) == ("knha", theirs.ci_low.tolist())


@each("test", ["z", "knha", "adhoc"])
def test_what_is_asked_for_by_name_is_applied(test):
    assert (fit(*ALIKE, test=test).test, fit(*ALIKE, test=test).asked) == (test, test)


# SPREAD by metafor: mean 0.2851599389, tau2 0.2296350464; the standard error is Wald's
@each(
    ("kind", "low", "high", "df"),
    [
        ("default", -1.452641959, 2.022961836, 3),
        ("t", -1.452641959, 2.022961836, 3),
        ("riley", -2.064340213, 2.634660091, 2),
        ("simple", 0.2851599389 - 1.959963985 * 0.479202511, 0.2851599389 + 1.959963985 * 0.479202511, math.nan),
    ],
)  # fmt: skip
def test_prediction_interval_by_the_number_of_studies(kind, low, high, df):
    found = prediction.limits(0.2851599389, 0.2618107204, 0.2296350464, 4, kind)
    assert found == pytest.approx((low, high, df), rel=1e-7, nan_ok=True)


@each(("k", "kind"), [(1, "default"), (2, "riley"), (4, "XX")])
def test_no_prediction_interval(k, kind):
    with pytest.raises(ValueError, match="prediction"):
        prediction.limits(0.1, 0.2, 0.3, k, kind)
