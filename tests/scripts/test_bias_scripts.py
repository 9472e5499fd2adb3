"""The risk-of-bias scripts on the bundled review."""

import json

import pytest

import draw_bias
import grade_certainty
import merge_bias
from evergreen.errors import InputError
from evergreen.tables import read_table


def test_the_bundled_judgements_are_merged_and_drawn(root, tmp_path, monkeypatch):
    monkeypatch.chdir(root)
    folder = "config/risk_of_bias"
    judgements = tmp_path / "judgements.csv"
    merge_bias.main(
        ["--sheets", json.dumps({who: f"{folder}/{who}.csv" for who in ("AB", "CD")}),
         "--adjudication", f"{folder}/adjudication.csv", "--params", '{"tool": "rob1", "people": ["AB", "CD"]}',
         "--folder", str(tmp_path)]
    )  # fmt: skip
    assert set(read_table(tmp_path / "conflicts.csv")["status"]) == {"adjudicated"}
    rows = read_table(judgements)
    assert rows["judgement"].ne("").all()
    assert rows[rows["domain"] != "overall"]["support"].ne("").all()
    assert rows.groupby("study").size().to_dict() == dict.fromkeys(
        ["Cohen2008", "DESIRABLE", "DRIVE", "Iwamoto2022", "So2021", "Yue2017"], 8
    )
    params = '{"tool": "rob1", "outcomes": []}'
    draw_bias.main([f"--judgements={judgements}", "--params", params, f"--out={tmp_path / 'figures'}"])
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {
        f"{figure}.{suffix}" for figure in ("summary", "graph") for suffix in ("svg", "pdf", "png", "csv")
    } | {"further", "figures.json"}


def test_certainty_is_written_for_the_outcomes_of_the_sheet(tmp_path):
    sheet = tmp_path / "certainty.csv"
    sheet.write_text("outcome,domain,downgrade,reason\nPain  score,imprecision,1,few events\n")
    outcomes = [["pain", ["Pain score"]], ["death", []]]
    params = json.dumps({"outcomes": outcomes, "tool": "rob2", "designs": {}, "rounds": []})
    grade_certainty.main([f"--sheet={sheet}", "--params", params, f"--out={tmp_path / 'out.csv'}"])
    assert read_table(tmp_path / "out.csv")[["outcome", "certainty"]].values.tolist() == [
        ["pain", "moderate"]
    ]


def test_an_assessor_without_a_sheet_is_waited_for(root, tmp_path, monkeypatch):
    monkeypatch.chdir(root)
    sheets, params = '{"AB": "config/risk_of_bias/AB.csv"}', '{"tool": "rob1", "people": ["AB", "CD"]}'
    merge_bias.main(["--sheets", sheets, "--params", params, "--folder", str(tmp_path)])
    waiting = read_table(tmp_path / "conflicts.csv")
    assert set(waiting["status"]) == {"pending"}
    assert set(waiting["values"]) == {"AB=present; CD=absent"}


def test_a_review_without_sheets_is_told_what_is_missing():
    with pytest.raises(InputError, match=r"no .* sheet is there"):
        merge_bias.main(["--sheets", "{}", "--params", "{}", "--folder", "x"])
