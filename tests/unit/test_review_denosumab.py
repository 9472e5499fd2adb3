"""The bundled review from its sheets to its pooled results, against numbers computed by hand with metafor's conventions."""

import csv
import math

import pytest

from evergreen import tables
from evergreen.extraction.derive import derive
from evergreen.extraction.merge import as_text, merge_extraction
from evergreen.extraction.slices import Slices
from evergreen.protocol.loading import load
from evergreen.sheets import read_sheet
from tests.results import written

# outcome: k, estimate, lower and upper limit (natural scale, DerSimonian-Laird, Wald), to two decimals.
BY_HAND = {
    "serious_ae": (3, 1.00, 0.54, 1.86),
    "any_ae": (3, 1.01, 0.95, 1.07),
    "erosion": (2, -0.66, -0.97, -0.35),
    "mtss": (2, -0.75, -1.22, -0.28),
}


@pytest.fixture(scope="module")
def rows(root):
    folder = root / "config" / "extraction"
    sheets = {who: read_sheet(folder / f"{who}.csv", "extraction") for who in ("AB", "CD")}
    settled = read_sheet(folder / "adjudication.csv", "adjudication_extraction")
    return derive(merge_extraction(sheets, settled).rows, {}).map(as_text)


def entry(root, name):
    outcomes = load(root / "config" / "config.yaml").outcomes
    return next(outcome for outcome in outcomes if outcome.id == name)


@pytest.mark.parametrize("name", BY_HAND)
def test_pooled_results_agree_with_those_computed_by_hand(root, rows, name):
    outcome = entry(root, name)
    analysis = outcome.analysis.model_copy(update={"tau2": "DL", "test": "z"})
    result = written(Slices(rows).of(outcome.data), outcome.model_copy(update={"analysis": analysis}))
    back = math.exp if outcome.measure == "RR" else float
    found = [back(result["model"][key]) for key in ("estimate", "ci_low", "ci_high")]
    k, *expected = BY_HAND[name]
    assert result["k"] == k
    assert found == pytest.approx(expected, abs=0.00501)


@pytest.mark.parametrize("name", ["bmd", "jsn", "das28"])
def test_what_cannot_be_pooled_is_left_out_with_its_reason(root, rows, name):
    outcome = entry(root, name)
    result = written(Slices(rows).of(outcome.data), outcome)
    assert result["k"] == 0
    assert {item["study"] for item in result["left_out"]} == set(rows.loc[rows["outcome"] == name, "study"])
    assert all(item["reason"] for item in result["left_out"])


def test_every_number_of_the_sheets_is_in_the_facts(root, shared, rows):
    """Means, deviations, limits and counts come from the facts, as printed or marked as derived there."""
    facts = shared / "data" / "reviews" / "denosumab" / "outcomes.csv"
    with facts.open(newline="", encoding="utf-8") as file:
        known = {
            (fact["source_url"], column, float(fact[column]))
            for fact in csv.DictReader(file)
            for column in ("n", "events", "mean", "sd", "ci_low", "ci_high")
            if fact[column]
        }
    for row in tables.rows(rows):
        derived = {part.split(":")[0] for part in row["derived"].split("; ") if ": sqrt(n)" in part}
        for column in ("n", "events", "mean", "sd", "ci_low", "ci_high"):
            if row[column] and column not in derived:
                assert (row["source"], column, float(row[column])) in known, (
                    row["study"],
                    row["arm"],
                    column,
                )
