"""Conversions against metafor 5.1 and the formulas of the Cochrane Handbook in R."""

import math

import pytest

from evergreen.metaanalysis import conversions, medians
from evergreen.metaanalysis.absolute_risk import ratio_of_other_measure
from evergreen.metaanalysis.conversions import Group
from evergreen.metaanalysis.medians import Quantiles
from evergreen.synthesis.arms import shared
from tests.reference.given import numbers as numbers_of
from tests.rows import each

METHODS = {
    "default": "default", "luo_wan_shi": "default", "wan2014": "wan2014", "bland2015": "bland2015",
    "hozo2005": "hozo2005", "lnorm_default": "log-normal",
}  # fmt: skip


@pytest.fixture(scope="module")
def oracle():
    return numbers_of("conversions")


def _number(value):
    return math.nan if value is None else float(value)


@each("name", METHODS)
def test_mean_and_sd_from_quantiles_agree_with_conv_fivenum(oracle, name):
    for case in oracle["quantiles"]:
        numbers = Quantiles(case["n"], *(_number(case[key]) for key in ("median", "q1", "q3", "min", "max")))
        tested = numbers
        if name == "lnorm_default":
            tested = Quantiles(numbers.n, *(math.log(value) for value in numbers[1:]))
        try:
            result = None if medians.skewed(tested) else medians.mean_sd(numbers, method=METHODS[name])
        except ValueError:
            result = None
        expected = case[name]
        if expected is None:
            assert result is None, case
        else:
            assert result == pytest.approx(tuple(expected), rel=1e-10), case


def test_standard_deviation_of_one_group(oracle):
    block = oracle["one_group"]
    for i, n in enumerate(block["n"]):
        low, high = block["lb"][i], block["ub"][i]
        assert conversions.sd_from_se(block["se"][i], n) == pytest.approx(block["sd_from_se"][i], rel=1e-12)
        for key, level, distribution in (
            ("sd_from_ci95_z", 0.95, "z"), ("sd_from_ci95_z392", 0.95, "3.92"),
            ("sd_from_ci95_t", 0.95, "t"), ("sd_from_ci90_z", 0.90, "z"),
        ):  # fmt: skip
            sd = conversions.sd_from_interval(low, high, n, level=level, distribution=distribution)
            assert sd == pytest.approx(block[key][i], rel=1e-10), key


def test_standard_deviation_from_a_difference(oracle):
    block = oracle["difference"]
    for i, (n1, n2, md) in enumerate(zip(block["n1"], block["n2"], block["md"], strict=True)):
        statistic = conversions.t_from_p(block["p"][i], n1, n2)
        assert statistic == pytest.approx(block["t"][i], rel=1e-10)
        se = conversions.se_from_t(md, statistic)
        assert se == pytest.approx(block["se"][i], rel=1e-10)
        assert conversions.sd_from_difference_se(se, n1, n2) == pytest.approx(
            block["sd_pooled"][i], rel=1e-10
        )
        for key, distribution in (("sd_from_md_ci_t", "t"), ("sd_from_md_ci_z", "z")):
            sd = conversions.sd_from_difference_interval(
                block["md_lb"][i], block["md_ub"][i], n1, n2, distribution=distribution
            )
            assert sd == pytest.approx(block[key][i], rel=1e-10)


def test_standard_deviation_of_change_and_back(oracle):
    block = oracle["change"]
    for base, final, r, change in zip(
        block["sd_base"], block["sd_final"], block["r"], block["sd_change"], strict=True
    ):
        assert conversions.sd_of_change(base, final, r) == pytest.approx(change, rel=1e-12)
        assert conversions.correlation_from_change(base, final, change) == pytest.approx(r, abs=1e-12)


def test_estimates_with_interval_or_p_value(oracle):
    for low, high, variance in zip(*oracle["ratio_with_interval"].values(), strict=True):
        assert conversions.se_from_any_interval(math.log(low), math.log(high)) ** 2 == pytest.approx(
            variance, rel=1e-10
        )
    for estimate, p, variance in zip(*oracle["estimate_with_p"].values(), strict=True):
        assert conversions.se_from_p(estimate, p) ** 2 == pytest.approx(variance, rel=1e-10)


def test_arms_combined_and_control_split(oracle):
    block = oracle["combined_arms"]
    groups = [Group(*numbers) for numbers in zip(*(block[key] for key in ("n", "mean", "sd")), strict=True)]
    for part, expected in ((groups[:2], block["first_two"]), (groups, block["all"])):
        assert conversions.combine_groups(part) == pytest.approx(tuple(expected), rel=1e-12)
    control = oracle["split_control"]
    n, events = control["each"]
    whole = {"n": control["n"], "events": control["events"]}
    assert shared(whole, control["arms"]) == {"n": n, "events": events}


def test_two_by_two_table_from_odds_ratio_and_margins(oracle):
    for ratio, n, n1, n2, cells in zip(*oracle["table_from_odds_ratio"].values(), strict=True):
        assert conversions.table_from_odds_ratio(ratio, n, n1, n2) == tuple(cells)


def test_effects_on_other_scales(oracle):
    for x, d_to_log_or, log_or_to_d, ratio in zip(*oracle["other_scales"].values(), strict=True):
        assert conversions.log_odds_ratio_from_d(x) == pytest.approx(d_to_log_or, rel=1e-12)
        assert conversions.d_from_log_odds_ratio(x) == pytest.approx(log_or_to_d, rel=1e-12)
        assert ratio_of_other_measure("OR", "RR", math.exp(x), 0.2) == pytest.approx(ratio, rel=1e-12)


def test_the_interval_of_a_small_group_is_taken_from_t():
    assert conversions.sd_from_interval(0, 1, 59) == conversions.sd_from_interval(0, 1, 59, distribution="t")
    assert conversions.sd_from_interval(0, 1, 60) == conversions.sd_from_interval(0, 1, 60, distribution="z")
