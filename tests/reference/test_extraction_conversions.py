"""Means and deviations of medians, through the sheet, as metafor and estmeansd have them."""

import math

import pytest

from evergreen.extraction.row_values import record_of
from tests.reference.given import numbers as numbers_of
from tests.rows import each
from tests.seams.test_extraction_conversions import EXACT, ORACLE, filled

METHODS = {
    "default": "median", "luo_wan_shi": "median", "wan2014": "median_wan", "bland2015": "median_bland", "hozo2005": "median_hozo",
    "lnorm_default": "median_log_normal",
}  # fmt: skip


@each("method", METHODS)
def test_means_and_deviations_of_medians_as_metafor_has_them(method):
    cases = ORACLE["quantiles"]
    rows = [
        {name: float(case[name]) for name in ("n", "min", "q1", "median", "q3", "max") if case[name] is not None}
        | {"conversions": METHODS[method]}
        for case in cases
    ]  # fmt: skip
    for case, found in zip(cases, filled(*rows), strict=True):
        if case[method] is None:
            assert math.isnan(found["mean"])
            assert math.isnan(found["sd"])
        else:
            assert [found["mean"], found["sd"]] == pytest.approx(case[method], **EXACT)
            assert {entry["conversion"] for entry in record_of(found)} == {METHODS[method]}


FITTED = numbers_of("estmeansd")["quantiles"]


@each("method", ["qe", "bc"])
def test_means_and_deviations_of_medians_of_other_distributions_as_estmeansd_has_them(method):
    rows = [
        {name: float(case[name]) for name in ("n", "min", "q1", "median", "q3", "max") if case[name] is not None}
        | {"conversions": f"median_{method}"}
        for case in FITTED
    ]  # fmt: skip
    for case, found in zip(FITTED, filled(*rows), strict=True):
        # R's optim stops at a numerical gradient of 0, by steps of 0.001, before the least distance; its integrals have an error of 1e-4.
        tolerance = {"qe": 1e-3, "bc": 1e-6}[method]
        assert [found["mean"], found["sd"]] == pytest.approx(
            [case[method]["mean"], case[method]["sd"]], rel=tolerance
        )
