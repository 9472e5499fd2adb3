"""Numbers that sheets lack, through the sheet: as metafor and the Handbook's formulas in R have them, by state, switched, refused."""

import json
import math

import pandas as pd
import pytest

from evergreen import tables
from evergreen.errors import InputErrors
from evergreen.extraction import conversion_reference
from evergreen.extraction.check import check
from evergreen.extraction.constraints import NUMBERS
from evergreen.extraction.derive import derive, fill_in, formula
from evergreen.extraction.merge import merge_extraction
from evergreen.extraction.row_values import record_of, typed
from evergreen.metaanalysis.conversion_rules import BY_ID, ROW_VALUES, RULES
from evergreen.protocol.conversions import Filling
from tests.protocols import pooling
from tests.reference.given import numbers as numbers_of
from tests.rows import each

ROW = {
    "study": "S1",
    "outcome": "pain",
    "group": "intervention",
    "unit": "",
    "record_id": "",
    "source": "",
    "note": "",
}
# Numbers of a sheet are decimal texts: reading and writing them again costs nothing at this precision.
EXACT = {"rel": 1e-8}


def sheet(*rows):
    lines = [
        {**ROW, "timepoint": "", "arm": f"arm {at}", **dict.fromkeys(NUMBERS, math.nan), "_file": "AB.csv", "_row": at, **row}
        for at, row in enumerate(rows, 2)
    ]  # fmt: skip
    return pd.DataFrame(
        [{name: "" if cell is None else cell for name, cell in line.items()} for line in lines]
    )


def filled(*rows, scale="analysis", **filling):
    """Rows after the merge of one extractor's sheet, as records."""
    settings = {"pain": Filling.model_validate(filling)}
    merged = merge_extraction({"AB": sheet(*rows)}).rows
    return tables.rows(
        derive(merged, {"pain": scale}, settings).sort_values(
            "arm", key=lambda arms: arms.str[4:].astype(int)
        )
    )


def one(row, **how):
    (found,) = filled(row, **how)
    return found


ORACLE = numbers_of("conversions")


def _columns(block, **names):
    """One row per position of a block: {column: its number}."""
    size = len(ORACLE[block][next(iter(names.values()))])
    return [{column: float(ORACLE[block][name][at]) for column, name in names.items()} for at in range(size)]


LIMITS = {"n": "n", "ci_low": "lb", "ci_high": "ub"}
OF_A_MEAN = [
    ("sd_from_se", {"n": "n", "se": "se"}, {}),
    ("sd_from_ci95_z", LIMITS, {"ci_distribution": "z"}),
    ("sd_from_ci95_z392", LIMITS, {"ci_distribution": "3.92"}),
    ("sd_from_ci95_t", LIMITS, {"ci_distribution": "t"}),
    ("sd_from_ci90_z", LIMITS, {"ci_distribution": "z", "ci_level": 90.0}),
]


@each(("expected", "columns", "said"), OF_A_MEAN, ids=[case[0] for case in OF_A_MEAN])
def test_standard_deviations_of_one_group(expected, columns, said):
    found = filled(*({**row, **said} for row in _columns("one_group", **columns)))
    assert [row["sd"] for row in found] == pytest.approx(ORACLE["one_group"][expected], **EXACT)


def test_estimates_with_interval_or_p_value():
    contrast = {"group": "contrast"}
    found = filled(*({**contrast, **row, "estimate_p": str(p)} for row, p in
                     zip(_columns("estimate_with_p", estimate="estimate"), ORACLE["estimate_with_p"]["p"], strict=True)))  # fmt: skip
    assert [row["estimate_se"] ** 2 for row in found] == pytest.approx(
        ORACLE["estimate_with_p"]["variance"], **EXACT
    )


# One group of 25 with mean 2 and standard deviation 3, one estimate of 0.7 with standard error 0.2: all that its tests say.
SE, T24, Z90 = 0.6, 2.063898561628021, 1.6448536269514722
OF_TESTS = [
    ({"mean": 2.0, "mean_t": 2 / SE}, "sd", 3.0, "mean_t"),
    ({"mean": -2.0, "mean_t": -2 / SE}, "sd", 3.0, "mean_t"),
    ({"mean": 2.0, "mean_f": (2 / SE) ** 2}, "sd", 3.0, "mean_f"),
    ({"mean": 2.0, "mean_p": "0.00277631418306"}, "sd", 3.0, "mean_p"),
    ({"mean": 2.0, "ci_low": 2 - T24 * SE, "ci_high": 2 + T24 * SE}, "sd", 3.0, "ci"),
    ({"mean": 2.0, "ci_low": 2 - Z90 * SE, "ci_high": 2 + Z90 * SE, "ci_level": 90.0, "ci_distribution": "z"}, "sd", 3.0, "ci"),
    ({"group": "contrast", "estimate": 0.7, "estimate_t": 3.5}, "estimate_se", 0.2, "estimate_t"),
    ({"group": "contrast", "estimate": 0.7, "estimate_f": 12.25}, "estimate_se", 0.2, "estimate_f"),
    ({"group": "contrast", "estimate": 0.7, "estimate_ci_low": 0.7 - Z90 * 0.2, "estimate_ci_high": 0.7 + Z90 * 0.2,
      "estimate_ci_level": 90.0}, "estimate_se", 0.2, "estimate_ci"),
    ({"group": "contrast", "estimate": 0.7, "estimate_ci_low": 0.7 - T24 * 0.2, "estimate_ci_high": 0.7 + T24 * 0.2,
      "estimate_df": 24.0}, "estimate_se", 0.2, "estimate_ci"),
    ({"group": "contrast", "estimate": 0.7, "estimate_p": "0.00184236435466", "estimate_df": 24.0}, "estimate_se", 0.2, "estimate_p"),
    ({"group": "contrast", "scale": "ratio", "estimate": math.exp(0.7), "estimate_ci_low": math.exp(0.7 - Z90 * 0.2),
      "estimate_ci_high": math.exp(0.7 + Z90 * 0.2), "estimate_ci_level": 90.0}, "estimate_se", 0.2, "estimate_ci"),
]  # fmt: skip


@each("test", [{"mean_t": 2 / SE}, {"mean_f": (2 / SE) ** 2}, {"mean_p": "0.00277631418306"}])
@each("means", [{"mean_final": 5.0, "mean_baseline": 3.0}, {"mean_total": 5.0, "mean_part": 3.0}])
def test_a_mean_that_follows_from_others_has_the_spread_that_its_test_says(means, test):
    found = one({"n": 25.0, **means, **test})
    assert (found["mean"], found["sd"]) == pytest.approx((2.0, 3.0), rel=1e-8)


@each(("row", "column", "value", "id_"), OF_TESTS)
def test_what_a_test_or_an_interval_of_any_level_says(row, column, value, id_):
    found = one({"n": 25.0, **row})
    assert found[column] == pytest.approx(value, rel=1e-8)
    (entry,) = record_of(found)
    assert (entry["conversion"], entry["column"], entry["value"], entry["state"]) == (
        id_,
        column,
        found[column],
        "derived",
    )
    assert found["derived"] == f"{column}: {entry['how']} ({entry['source']})"
    assert all(name in (*NUMBERS, *conversion_names()) for name in entry["inputs"])


def conversion_names():
    return {name for rule in RULES for name in (*rule.needs.values(), *rule.options.values())}


NOT_MADE = [
    ({"n": 25.0, "mean": 2.0, "mean_p": "<0.001"}, "P < 0.001 is a bound, it only says that the standard deviation is below 2.67"),
    ({"n": 25.0, "mean": 0.0, "mean_p": "0.3"}, "no standard deviation follows from the p value of a mean of 0"),
    ({"n": 25.0, "mean": 2.0, "mean_t": 0.0}, "nothing follows from a statistic of 0"),
    ({"n": 25.0, "mean": 2.0, "se": 0.0}, "gives a standard deviation of 0"),
    ({"n": 50.0, "median": 0.0, "q1": 0.0, "q3": 0.0}, "equal quartiles"),
    ({"group": "contrast", "estimate": 1.0, "estimate_t": 2.0, "estimate_p": "0.9"}, "contradict each other"),
    ({"group": "contrast", "estimate": 1.0, "estimate_ci_low": 0.5, "estimate_ci_high": 1.5, "estimate_distribution": "t"},
     "lacks the degrees of freedom"),
    ({"n": 50.0, "mean": 2.0, "se": 0.4, "ci_low": 1.8, "ci_high": 2.2}, "contradict each other"),
    ({"n": 50.0, "mean": 2.0, "se": 0.4, "ci_low": 1.8, "ci_high": 2.2, "median": 2.0, "q1": 1.0, "q3": 3.0}, "contradict each other"),
]  # fmt: skip


@each(("row", "said"), NOT_MADE)
def test_what_follows_from_nothing_or_from_contradictions_is_not_taken(row, said):
    found = one(row)
    assert math.isnan(found["sd"])
    assert math.isnan(found["estimate_se"])
    assert said in found["not_derived"]
    assert found["converted"] == found["derived"] == ""


AGREE = [
    {"n": 50.0, "mean": 2.0, "se": 0.4, "ci_low": 1.2, "ci_high": 2.8},  # as t and as normal distribution
    {"n": 50.0, "mean": 2.03, "se": 0.4, "ci_low": 1.3, "ci_high": 2.8},  # rounded limits
    {"n": 50.0, "mean": 2.0, "se": 0.4, "mean_t": 5.1},
    {"group": "contrast", "estimate": 1.0, "estimate_t": 2.0, "estimate_p": "0.05"},
    {"group": "contrast", "scale": "ratio", "estimate": 0.5, "estimate_t": -2.0, "estimate_p": "0.05"},
]


@each("row", AGREE)
def test_numbers_that_rounding_explains_are_no_contradiction(row):
    found = one(row)
    assert found["not_derived"] == ""
    assert len(record_of(found)) == 1


ARMS = [("intervention", "n1"), ("control", "n2")]
OF_A_DIFFERENCE = {
    "sd_pooled": lambda block, at: {"estimate": block["md"][at], "estimate_p": str(block["p"][at])},
    "by t": lambda block, at: {"estimate": block["md"][at], "estimate_t": block["t"][at]},
    "by F": lambda block, at: {"estimate": block["md"][at], "estimate_f": block["t"][at] ** 2},
    "by se": lambda block, at: {"estimate": block["md"][at], "estimate_se": block["se"][at]},
    "sd_from_md_ci_t": lambda block, at: {"estimate_ci_low": block["md_lb"][at], "estimate_ci_high": block["md_ub"][at]},
    "sd_from_md_ci_z": lambda block, at: {"estimate_ci_low": block["md_lb"][at], "estimate_ci_high": block["md_ub"][at],
                                          "estimate_distribution": "z"},
}  # fmt: skip


@each("name", OF_A_DIFFERENCE)
def test_the_deviation_behind_a_difference_of_two_groups(name):
    block = ORACLE["difference"]
    rows = []
    for at in range(len(block["md"])):
        rows += [
            {"study": f"S{at}", "group": group, "mean": 1.0, "n": float(block[n][at])} for group, n in ARMS
        ]
        rows.append(
            {
                "study": f"S{at}",
                "group": "contrast",
                "estimate_measure": "MD",
                **OF_A_DIFFERENCE[name](block, at),
            }
        )
    found = [row for row in filled(*rows) if row["group"] != "contrast"]
    expected = block[name if name in block else "sd_pooled"]
    assert [row["sd"] for row in found] == pytest.approx([sd for sd in expected for _ in ARMS], **EXACT)
    assert all("equal standard deviations" in record_of(row)[0]["assumption"] for row in found)


def test_a_difference_says_nothing_of_arms_that_it_may_not_compare():
    arms = [{"group": group, "mean": 1.0, "n": 20.0} for group in ("intervention", "control", "intervention")]
    contrast = {"group": "contrast", "estimate_measure": "MD", "estimate": 1.0, "estimate_se": 0.4}
    for rows in ([*arms[:2], {**contrast, "estimate_measure": ""}], [*arms, contrast], [arms[0], contrast]):
        assert all(math.isnan(row["sd"]) for row in filled(*rows))
    assert [math.isnan(row["sd"]) for row in filled(*arms[:2], contrast)] == [False, False, True]


@each(
    ("scale", "of", "found"),
    [
        ("analysis", "", "analysis"), ("analysis", "OR", ""), ("analysis", "HR", ""), ("analysis", "MD", "analysis"),
        ("log", "", "analysis"), ("log", "OR", "analysis"), ("log", "MD", "analysis"),  # the protocol says it of ratios
        ("ratio", "", "ratio"), ("ratio", "OR", "ratio"), ("ratio", "RD", "analysis"), ("", "SMD", "analysis"), ("", "RR", ""),
    ],
)  # fmt: skip
def test_that_differences_are_no_logarithms_says_nothing_of_a_ratio_beside_them(scale, of, found):
    row = {"group": "contrast", "estimate": 2.0, "estimate_se": 0.3, "estimate_measure": of}
    assert one(row, scale=scale)["scale"] == found
    assert one({**row, "scale": "analysis"}, scale=scale)["scale"] == "analysis"


def test_an_adjusted_difference_says_nothing_of_the_spread_of_values():
    arms = [{"group": group, "mean": 1.0, "n": 20.0} for group in ("intervention", "control")]
    contrast = {"group": "contrast", "estimate_measure": "MD", "estimate": 1.0, "estimate_se": 0.4}
    adjusted = {**contrast, "estimate_se": 0.3, "adjusted": "baseline"}
    found = filled(*arms, adjusted)
    assert math.isnan(found[0]["sd"])
    assert "is adjusted" in found[0]["not_derived"]
    expected = [row["sd"] for row in filled(*arms, contrast)[:2]]
    assert [row["sd"] for row in filled(*arms, contrast, adjusted)[:2]] == expected


def test_the_deviation_of_a_change_follows_from_both_ends_and_a_correlation():
    block = ORACLE["change"]
    rows = _columns("change", sd_baseline="sd_base", sd_final="sd_final", r="r")
    ends = {"mean_baseline": 5.0, "mean_final": 3.5, "n": 20.0}
    found = filled(*({**ends, **row} for row in rows))
    assert [row["sd"] for row in found] == pytest.approx(block["sd_change"], **EXACT)
    assert {row["mean"] for row in found} == {-1.5}
    assert {entry["state"] for row in found for entry in record_of(row)} == {"derived"}
    back = filled(
        *({**row, "sd": sd, "r": math.nan} for row, sd in zip(rows, block["sd_change"], strict=True))
    )
    assert [row["r"] for row in back] == pytest.approx(block["r_back"], abs=1e-8)


def test_without_a_correlation_of_its_own_a_deviation_of_a_change_is_imputed():
    row = {"n": 20.0, "mean": -1.5, "sd_baseline": 4.0, "sd_final": 4.4}
    assert math.isnan(one(row)["sd"])
    asked = {"r": {"value": 0.8, "sweep": [0, 0.5]}}
    found = one(row, conversions=asked)
    assert found["sd"] == pytest.approx(ORACLE["change"]["sd_change"][0], **EXACT)
    (entry,) = record_of(found)
    assert (entry["state"], entry["inputs"]["r"]) == ("imputed", 0.8)
    assert "which the protocol assumes" in entry["assumption"]
    assert found["derived"] == ""
    assert found["imputed"].startswith("sd: from the SDs at baseline and end, r = 0.8")
    assert "imputed numbers are left out" in one(row, conversions=asked, without="imputed")["not_derived"]
    own = one({**row, "se": 0.9}, conversions=asked)  # what follows from the reports goes before
    assert record_of(own)[0]["conversion"] == "se"


BESIDE_A_MEAN = [
    ({"mean": 5.0, "q1": 4.0, "q3": 6.5}, (6.5 - 4) / (2 * 0.6502543327)),  # Wan 2014, formula 16, n = 40
    ({"mean": 5.0, "min": 1.0, "max": 9.0}, 8 / (2 * 2.156355705)),  # Wan 2014, formula 9
]


@each(("row", "sd"), BESIDE_A_MEAN)
def test_quartiles_or_range_beside_a_mean_give_its_deviation(row, sd):
    found = one({"n": 40.0, **row})
    assert found["sd"] == pytest.approx(sd, **EXACT)
    assert record_of(found)[0]["conversion"] == "quantiles"
    assert "is skewed" in one({"n": 40.0, "mean": 9.0, "q1": 1.0, "q3": 6.0})["not_derived"]
    assert math.isnan(one({"n": 40.0, "mean": 9.0, "median": 2.0, "q1": 1.0, "q3": 6.0})["sd"])


def test_rows_and_outcomes_switch_conversions():
    row = {"n": 25.0, "mean": 1.0, "se": 0.2, "median": 1.0, "q1": 0.2, "q3": 1.8}
    assert one(row)["sd"] == pytest.approx(1.0)
    assert math.isnan(one({**row, "conversions": "none"})["sd"])
    by_quartiles = one({**row, "conversions": "Median; median_wan"})
    assert [entry["conversion"] for entry in record_of(by_quartiles)] == ["median"]
    never = one(row, conversions={"never": ["se"]})
    assert never["sd"] == by_quartiles["sd"] != 1.0
    skewed = {"n": 40.0, "median": 21.4, "min": 8.4, "max": 51.2}
    assert math.isnan(one(skewed)["sd"])
    assert one(skewed, conversions={"also": ["median_log_normal"]})["sd"] > 0
    assert "left out" not in one(skewed)["not_derived"]


def test_a_conversion_that_does_not_exist_is_refused_with_its_cell():
    with pytest.raises(
        (InputErrors, Exception),
        match=r"AB.csv, row 2, column conversions: 'medain' is no conversion.*median_wan",
    ):
        check(sheet({"conversions": "medain"}))


MARKED = {"n": 25.0, "mean": 1.0, "sd": 2.0, "imputed": "sd: SD of the placebo arm of Smith 2001"}


@each(
    ("row", "without", "left"),
    [
        ({"n": 25.0, "mean": 1.0, "se": 0.2}, None, True),
        ({"n": 25.0, "mean": 1.0, "se": 0.2}, "imputed", True),
        ({"n": 25.0, "mean": 1.0, "se": 0.2}, "derived", False),
        ({"n": 25.0, "mean": 1.0, "sd": 2.0, "derived": "sd: read off a figure"}, "imputed", True),
        ({"n": 25.0, "mean": 1.0, "sd": 2.0, "derived": "sd: read off a figure"}, "derived", False),
        (MARKED, None, True),
        (MARKED, "imputed", False),
        (MARKED, "derived", False),
    ],
)
def test_an_outcome_does_without_derived_or_imputed_numbers(row, without, left):
    found = one(row, without=without)
    assert math.isnan(found["sd"]) != left
    assert ("numbers are left out" in found["not_derived"]) != left


def test_filling_in_again_forgets_what_was_filled_in_before():
    rows = typed(filled({"n": 25.0, "mean": 1.0, "se": 0.2, "derived": "n: counted"}, MARKED))
    asked = [Filling(), Filling(without="derived"), Filling()]
    seen = []
    for filling in asked:
        fill_in(rows, lambda row, filling=filling: filling)
        seen.append(json.dumps(rows, default=str))
    assert seen[0] == seen[2] != seen[1]
    assert rows[0]["derived"] == "n: counted; sd: se x sqrt(n) (Cochrane Handbook 6.5.2.2)"
    assert rows[1]["sd"] == 2.0


def test_every_rule_names_a_formula_and_what_it_reads():
    known = {*NUMBERS, *ROW_VALUES}
    for rule in RULES:
        assert callable(formula(rule)), rule.id
        assert {*rule.needs.values(), *rule.options.values()} <= known, rule.id
        assert set(rule.gives) <= set(NUMBERS), rule.id
        assert all(rule.source_of(column) for column in rule.gives), rule.id
    assert len(BY_ID) == len(RULES)


def test_the_page_is_what_the_table_says():
    assert conversion_reference.PAGE.read_text(encoding="utf-8") == conversion_reference.page(), (
        "make conversions"
    )


def test_an_outcome_says_how_its_numbers_are_filled_in():
    outcome = pooling(without="imputed")
    assert outcome.filling == Filling(without="imputed")
