"""A review whose risk of bias is judged by result, from its sheets to what stands beside each pooled result and in the figures."""

import json

import pytest

from evergreen.bias.agreement import agreement_table
from evergreen.bias.judgements import judge
from evergreen.bias.tools import ROB2
from evergreen.extraction.derive import derive
from evergreen.extraction.merge import as_text, merge_extraction
from evergreen.extraction.slices import Slices, slices_of
from evergreen.figures import risk_of_bias
from evergreen.protocol.loading import load
from evergreen.sheets import read_sheet


@pytest.fixture(scope="module")
def review(root):
    return root / "tests" / "reviews" / "results" / "config"


@pytest.fixture(scope="module")
def judged(review):
    folder = review / "risk_of_bias"
    sheets = {who: read_sheet(folder / f"{who}.csv", "risk_of_bias") for who in ("AB", "CD")}
    return judge(sheets, read_sheet(folder / "adjudication.csv", "risk_of_bias"), ROB2)


def test_each_result_is_judged_overall_by_what_holds_for_it(judged):
    rows = judged.judgements[judged.judgements["domain"] == "overall"]
    names = ["study", "timepoint", "comparison", "effect", "judgement"]
    assert [tuple(row) for row in rows[names].values.tolist()] == [
        ("Alder2014", "12 weeks", "", "", "high"),
        ("Alder2014", "6 weeks", "", "", "low"),
        ("Birch2015", "12 weeks", "pain_active", "", "high"),
        ("Birch2015", "12 weeks", "pain_active", "adhering", "high"),
        ("Birch2015", "12 weeks", "placebo", "", "some concerns"),
        ("Birch2015", "12 weeks", "placebo", "adhering", "some concerns"),
        ("Birch2015", "6 weeks", "pain_active", "", "high"),
        ("Birch2015", "6 weeks", "pain_active", "adhering", "high"),
        ("Birch2015", "6 weeks", "placebo", "", "low"),
        ("Birch2015", "6 weeks", "placebo", "adhering", "some concerns"),
        ("Cedar2016", "", "", "", "some concerns"),
    ]
    assert judged.conflicts[["comparison", "domain", "status", "adjudicator"]].values.tolist() == [
        ["pain_active", "D4", "adjudicated", "EF"]
    ]


def test_each_outcome_has_the_judgements_of_its_time_point_and_comparison(review, judged):
    rows = merge_extraction({"AB": read_sheet(review / "extraction" / "AB.csv", "extraction")}).rows
    converted = derive(rows, {}).map(as_text)
    outcomes = load(review / "config.yaml").outcomes
    slices = slices_of(Slices(converted, judgements=judged.judgements), outcomes)
    found = {
        (name, row["study"], row["timepoint"]): (row["rob_overall"], json.loads(row["risk_of_bias"] or "{}").get("D4"))
        for name, rows in slices.items()
        for _, row in rows.iterrows()
        if row["timepoint"] in next(one for one in outcomes if one.id == name).timepoint
    }  # fmt: skip
    assert found == {
        ("pain_6", "Alder2014", "6 weeks"): ("low", "low"),
        ("pain_6", "Birch2015", "6 weeks"): ("low", "low"),
        ("pain_6", "Cedar2016", "6 weeks"): ("some concerns", "low"),
        ("pain_12", "Alder2014", "12 weeks"): ("high", "low"),
        ("pain_12", "Birch2015", "12 weeks"): ("some concerns", "low"),
        ("pain_12", "Cedar2016", "12 weeks"): ("some concerns", "low"),
        ("pain_active", "Alder2014", "6 weeks"): ("", None),
        ("pain_active", "Birch2015", "6 weeks"): ("high", "high"),
        ("pain_active", "Cedar2016", "6 weeks"): ("", None),
    }


def test_the_figures_have_a_line_for_each_result(judged):
    table = risk_of_bias.summary_table(judged.judgements, ROB2).set_index("Study")
    assert table.loc["Birch2015: pain, 12 weeks, placebo"].tolist() == [
        "Low", "", "Low", "Some concerns", "Low", "Low", "Some concerns",
    ]  # fmt: skip
    assert table.loc["Cedar2016: pain", "DS"] == "Some concerns"
    assert len(table) == 11


def test_the_assessors_agreement_is_counted_on_what_they_filed(judged):
    table = agreement_table(judged.opinions, ROB2).set_index("domain")
    assert table.loc["D4", ["n", "agreement"]].tolist() == [4, 0.75]
    assert table.loc["D3", "agreement"] == 1
