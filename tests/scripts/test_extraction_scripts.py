"""The extraction scripts on the bundled review."""

import json

import pytest

import merge_extraction
import slice_outcomes
from evergreen.errors import InputError
from evergreen.tables import read_table
from tests.protocols import pooling, told


@pytest.fixture
def merged(root, tmp_path, monkeypatch):
    monkeypatch.chdir(root)
    folder = "config/extraction"
    merge_extraction.main(
        ["--answers", "config/queries.csv", "--sheets", json.dumps({who: f"{folder}/{who}.csv" for who in ("AB", "CD")}),
         "--study-sheets", json.dumps({who: f"{folder}/studies-{who}.csv" for who in ("AB", "CD")}),
         "--adjudication", f"{folder}/adjudication.csv", "--params", '{"people": ["AB", "CD"], "scales": {}, "read": [], "outcomes": []}',
         "--folder", str(tmp_path)]
    )  # fmt: skip
    return tmp_path


def test_the_bundled_extraction_leaves_no_conflict_open(merged):
    conflicts = read_table(merged / "conflicts.csv")
    assert set(conflicts["status"]) == {"adjudicated"}
    assert len(conflicts) >= 5
    rows = read_table(merged / "converted.csv").set_index(["study", "outcome", "arm"])
    assert rows.loc[("DESIRABLE", "any_ae", "denosumab 60 mg Q3M"), "events"] == "185"
    # The standard deviations of DESIRABLE are those that follow from its printed intervals.
    for arm, sd in (("placebo", 2.486), ("denosumab 60 mg Q6M", 2.18), ("denosumab 60 mg Q3M", 0.944)):
        row = rows.loc[("DESIRABLE", "erosion", arm)]
        assert float(row["sd"]) == pytest.approx(sd, abs=6e-4)
        assert row["derived"].startswith("sd: ")
    assert rows.loc[("DRIVE", "erosion", "placebo"), "derived"]


def test_the_queries_of_the_bundled_review_are_true_and_answered(merged):
    """DESIRABLE's P values are not those of its means and spreads: 0.17 and 0.036 by t tests."""
    queries = read_table(merged / "queries.csv")
    assert queries["kind"].tolist() == ["p_contradiction"] * 2
    assert queries[["study", "outcome", "column", "value"]].values.tolist() == [
        ["DESIRABLE", "erosion", "estimate_p", "0.0104"], ["DESIRABLE", "mtss", "estimate_p", "0.0235"],
    ]  # fmt: skip
    assert queries["expected"].map(float).tolist() == pytest.approx([0.0366, 0.1668], abs=1e-4)
    assert set(queries["answered_by"]) == {"EF"}
    assert all(queries["place"].str.contains("config/extraction/AB.csv:"))


def test_a_slice_has_the_study_columns_asked_for(merged):
    tables = [f"--converted={merged / 'converted.csv'}", f"--studies={merged / 'studies.csv'}"]
    arms = {"intervention": ["denosumab 60 mg Q6M", "denosumab 60 mg Q3M"], "control": "placebo"}
    outcome = pooling(
        id="erosion",
        data="erosion",
        measure="MD",
        timepoint=["12 months"],
        arms=arms,
        subgroups=["background"],
    )
    slice_outcomes.main([*tables, "--outcomes", told(outcome), f"--folder={merged}"])
    assert set(read_table(merged / "erosion.csv")["background"]) == {"methotrexate", "csDMARDs"}


def test_an_extractor_without_a_sheet_is_waited_for(root, tmp_path, monkeypatch):
    monkeypatch.chdir(root)
    merge_extraction.main(
        ["--sheets", '{"AB": "config/extraction/AB.csv"}', "--study-sheets", "{}",
         "--params", '{"people": ["AB", "CD"], "scales": {}, "read": [], "outcomes": []}',
         "--folder", str(tmp_path)]
    )  # fmt: skip
    waiting = read_table(tmp_path / "conflicts.csv")
    assert set(waiting["status"]) == {"pending"}
    assert len(waiting) == 6
    assert set(read_table(tmp_path / "merged.csv")["status"]) == {"single"}


def test_a_review_without_sheets_is_told_what_is_missing():
    with pytest.raises(InputError, match=r"no .* sheet is there"):
        merge_extraction.main(["--sheets", "{}", "--study-sheets", "{}", "--params", "{}", "--folder", "x"])
