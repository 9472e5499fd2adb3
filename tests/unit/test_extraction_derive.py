"""What follows from the numbers of merged rows, and what is said of it."""

import math

import pytest

from evergreen import tables
from evergreen.extraction.derive import derive
from evergreen.extraction.merge import merge_extraction
from tests.rows import each
from tests.unit.test_extraction_merge import sheet


def test_derived_numbers_say_how_they_came_about():
    rows = sheet(
        {"arm": "a", "n": 25.0, "mean": 1.0, "se": 0.2},
        {"arm": "b", "n": 100.0, "mean": 1.0, "ci_low": 0.0, "ci_high": 2.0},
        {"arm": "c", "n": 15.0, "median": 42.9, "q1": 37.1, "q3": 49.9},
        {"arm": "d", "n": 40.0, "median": 21.4, "min": 8.4, "max": 51.2},
        {"arm": "e", "n": 40.0, "mean": 1.0},
    )
    result = derive(merge_extraction({"AB": rows}).rows, {}).set_index("arm")
    assert result.loc["a", "sd"] == pytest.approx(1.0)
    assert result.loc["b", "sd"] == pytest.approx(10 / 1.959964, rel=1e-6)
    assert result.loc["c", ["mean", "sd"]].tolist() == pytest.approx([43.3356, 10.469041445579014])
    assert "Luo 2018" in result.loc["c", "derived"]
    assert "Wan 2014" in result.loc["c", "derived"]
    assert math.isnan(result.loc["d", "mean"])
    assert "skewed" in result.loc["d", "not_derived"]
    assert result.loc["e", ["derived", "not_derived"]].tolist() == ["", ""]


def test_the_standard_error_of_a_contrast_follows_from_its_p_value():
    contrast = {"group": "contrast", "estimate": 0.5, "estimate_p": "0.01"}
    rows = sheet(
        {"arm": "a", **contrast},
        {"arm": "b", "outcome": "death", **contrast},
        {"arm": "c", **contrast, "estimate_se": 0.1},
    )
    scales = {"pain": "analysis", "death": "ratio"}
    result = derive(merge_extraction({"AB": rows}).rows, scales).set_index("arm")
    z = 2.5758293035489004
    assert result.loc[["a", "b", "c"], "estimate_se"].tolist() == pytest.approx(
        [0.5 / z, math.log(2) / z, 0.1]
    )
    assert result.loc["c", "derived"] == ""


@each(
    ("row", "said"),
    [
        # Altman & Bland (2011, BMJ 343:d2090): a relative risk of 0.30 with P = 0.034 has a standard error of 0.569.
        ({"estimate": 0.30, "estimate_p": "0.034"}, pytest.approx(0.569, abs=0.002)),
        ({"outcome": "Death", "estimate": 0.30, "estimate_p": "0.034"}, pytest.approx(0.569, abs=0.002)),
        ({"scale": "analysis", "estimate": math.log(0.30), "estimate_p": "0.034"}, pytest.approx(0.569, abs=0.002)),
        ({"outcome": "pain", "scale": "ratio", "estimate": 0.30, "estimate_p": "0.034"}, pytest.approx(0.569, abs=0.002)),
        ({"outcome": "asked nowhere", "estimate": 0.30, "estimate_p": "0.034"}, "on which scale else, is not said"),
        ({"estimate": 0.8, "estimate_p": "<0.001"}, "P < 0.001 is a bound, it only says that the standard error is below 0.0678"),
        ({"estimate": 0.8, "estimate_p": ">0.05"}, "above 0.114"),
        ({"estimate": 1.0, "estimate_p": "0.5"}, "no effect"),
        ({"estimate": 0.7, "estimate_p": "1"}, "no effect"),
        ({"estimate": 0.7, "estimate_p": "0"}, "rounded"),
        ({"estimate": 0.7, "estimate_p": "0.03", "estimate_ci_low": 0.5, "estimate_ci_high": 0.98}, ""),
        ({"estimate_p": "0.03"}, ""),
    ],
)  # fmt: skip
def test_a_p_value_gives_a_standard_error_or_says_why_not(row, said):
    rows = merge_extraction({"AB": sheet({"group": "contrast", "outcome": "death", **row})}).rows
    (found,) = tables.rows(derive(rows, {"pain": "analysis", "death": "ratio"}))
    if isinstance(said, str):
        assert math.isnan(found["estimate_se"])
        assert said in found["not_derived"]
        assert bool(said) == bool(found["not_derived"])
    else:
        assert found["estimate_se"] == said
        assert "p value" in found["derived"]


@each(
    ("row", "scale"),
    [
        ({"estimate": 0.8}, "ratio"),
        ({"estimate_ci_low": 0.8}, "ratio"),
        ({"estimate": 0.8, "scale": "analysis"}, "analysis"),
        ({"estimate": 0.8, "outcome": "elsewhere"}, ""),
        ({"o_minus_e": 0.8}, ""),
    ],
)
def test_what_outcomes_say_of_the_scale_of_an_estimate_stands_in_its_row(row, scale):
    rows = merge_extraction({"AB": sheet({"group": "contrast", "outcome": "Death", **row})}).rows
    assert derive(rows, {"death": "ratio"})["scale"].tolist() == [scale]


def test_nothing_is_said_of_a_scale_that_the_extractors_disagree_on():
    sheets = {
        who: sheet({"group": "contrast", "estimate": 0.8, "scale": scale}, file=f"{who}.csv")
        for who, scale in (("AB", "ratio"), ("CD", "analysis"))
    }
    assert derive(merge_extraction(sheets).rows, {"pain": "ratio"})["scale"].tolist() == [""]
