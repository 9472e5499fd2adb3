"""The bundled review from its sheets to its pooled results, against numbers computed by hand with metafor's conventions."""

import csv
import math

import pytest

from evergreen import tables
from evergreen.extraction.derive import derive
from evergreen.extraction.merge import merge_extraction, merge_studies, texts
from evergreen.extraction.row_values import record_of
from evergreen.extraction.slices import Slices
from evergreen.protocol.loading import load
from evergreen.sheets import read_sheet
from tests.results import written
from tests.rows import each

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
    return texts(derive(merge_extraction(sheets, settled).rows, {}))


@pytest.fixture(scope="module")
def studies(root):
    folder = root / "config" / "extraction"
    sheets = {who: read_sheet(folder / f"studies-{who}.csv", "extraction_studies") for who in ("AB", "CD")}
    settled = read_sheet(folder / "adjudication.csv", "adjudication_extraction")
    return merge_studies(sheets, settled).rows


def entry(root, name):
    outcomes = load(root / "config" / "config.yaml").outcomes
    return next(outcome for outcome in outcomes if outcome.id == name)


@each("name", BY_HAND)
def test_pooled_results_agree_with_those_computed_by_hand(root, rows, name):
    outcome = entry(root, name)
    analysis = outcome.analysis.model_copy(update={"tau2": "DL", "test": "z"})
    result = written(Slices(rows).of(outcome.data), outcome.model_copy(update={"analysis": analysis}))
    back = math.exp if outcome.measure == "RR" else float
    found = [back(result["model"][key]) for key in ("estimate", "ci_low", "ci_high")]
    k, *expected = BY_HAND[name]
    assert result["k"] == k
    assert found == pytest.approx(expected, abs=0.00501)


# Joint space narrowing: total minus erosion, its deviations imputed at a correlation of the two; common effect by R's metafor.
NARROWING = {0: (-0.0889, -0.4413, 0.2636), 0.5: (-0.0949, -0.3278, 0.1381), 0.8: (-0.0967, -0.2846, 0.0912)}


def test_joint_space_narrowing_is_imputed_at_three_correlations_and_not_pooled_without(root, rows):
    outcome = entry(root, "jsn")
    cut = Slices(rows).of(outcome.data, filling=outcome.filling)
    result = written(cut, outcome)
    swept = {0.5: result["model"], **{r: result["sensitivity"][f"r_parts = {r}"]["model"] for r in (0, 0.8)}}
    for r, expected in NARROWING.items():
        found = [swept[r][key] for key in ("estimate", "ci_low", "ci_high")]
        assert found == pytest.approx(expected, abs=1e-4), r
    assert {study["study"]: study["imputed"] for study in result["studies"]} == {
        "DESIRABLE": True,
        "DRIVE": True,
    }
    without = outcome.model_copy(update={"without": "imputed"})
    alone = written(Slices(rows).of(outcome.data, filling=without.filling), without)
    assert (alone["k"], {one["study"] for one in alone["left_out"]}) == (
        0,
        {"Cohen2008", "DESIRABLE", "DRIVE"},
    )


def test_bone_mineral_density_has_a_subtotal_by_site_and_no_total(root, rows, studies):
    """Iwamoto's difference as reported; DESIRABLE's, with the standard deviation of a donor, as computed by hand (README of the facts)."""
    outcome = entry(root, "bmd")
    cut = Slices(rows, studies=studies).of(outcome.data, outcome.columns, filling=outcome.filling)
    result = written(cut, outcome)
    levels = result["subgroups"]["BMD_site"]
    found = {
        level: [round(model[key], 2) for key in ("estimate", "ci_low", "ci_high")]
        for level, model in levels.items()
    }
    assert found == {"hand (HR-pQCT)": [4.03, 1.28, 6.78], "lumbar spine (DXA)": [5.47, 4.72, 6.22]}
    assert result["model"] is None
    assert {study["study"]: study["imputed"] for study in result["studies"]} == {
        "Iwamoto2022": False,
        "DESIRABLE": True,
    }
    donors = {made["how"] for study in result["studies"] for made in study["conversions"]}
    assert donors == {"the standard deviation of Saag 2018"}
    assert {one["study"] for one in result["left_out"]} == {"Cohen2008", "Yue2017"}


def test_the_standard_deviation_of_the_donor_is_that_of_the_facts(root, shared):
    """Pooled over the four groups of Saag 2018, each from its interval and number."""
    with (shared / "data" / "reviews" / "denosumab" / "further.csv").open(
        newline="", encoding="utf-8"
    ) as file:
        groups = [fact for fact in csv.DictReader(file) if fact["study_id"].startswith("Saag2018")]
    n = [int(fact["n"]) for fact in groups]
    sd = [
        math.sqrt(size) * (float(fact["ci_high"]) - float(fact["ci_low"])) / (2 * 1.959964)
        for size, fact in zip(n, groups, strict=True)
    ]
    pooled = math.sqrt(sum((size - 1) * one**2 for size, one in zip(n, sd, strict=True)) / (sum(n) - len(n)))
    for who in ("AB", "CD"):
        sheet = read_sheet(root / "config" / "extraction" / f"{who}.csv", "extraction")
        (used,) = {float(value) for value in sheet["donor_sd"] if value == value and value != ""}
        assert used == pytest.approx(pooled, abs=0.005)


@each("name", ["das28"])
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
        derived = {entry["column"] for entry in record_of(row)}
        for column in ("n", "events", "mean", "sd", "ci_low", "ci_high"):
            if row[column] and column not in derived:
                assert (row["source"], column, float(row[column])) in known, (
                    row["study"],
                    row["arm"],
                    column,
                )
