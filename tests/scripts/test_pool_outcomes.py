"""The script reads a slice and writes a result."""

import json

import pandas as pd

import pool_outcomes
from evergreen import tables
from tests.protocols import pooling, told


def test_reads_a_slice_and_writes_a_result(tmp_path):
    rows = pd.DataFrame(
        {
            "study": ["A", "A"],
            "round": "",
            "arm": ["d", "p"],
            "group": ["intervention", "control"],
            "n": [30.0, 31.0],
            "events": [3.0, 6.0],
        }
    )
    tables.write_table(rows, tmp_path / "deaths.csv")
    analysis = {"model": "random", "tau2": "REML", "test": "knha", "level": 0.95}
    params = told(pooling(analysis, id="deaths", measure="RR"))
    pool_outcomes.main(["--slices", str(tmp_path), "--params", params, "--folder", str(tmp_path)])
    result = json.loads((tmp_path / "deaths.json").read_text())
    assert result["outcome"] == "deaths"
    assert result["k"] == 1
    assert result["rounds"] == {}


def test_an_outcome_that_is_of_now_is_left_alone(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = {
        "study": ["A", "A"],
        "round": "",
        "arm": ["d", "p"],
        "group": ["intervention", "control"],
        "n": [30, 31],
    }
    entries = []
    for name in ("one", "two"):
        tables.write_table(pd.DataFrame({**rows, "events": [3, 6]}), tmp_path / f"{name}.csv")
        entries.append(pooling({"model": "common"}, id=name, measure="RR"))

    def pooled(code="0123"):
        pool_outcomes.main(["--slices=.", "--params", told(*entries), f"--code={code}", "--folder=."])
        return capsys.readouterr().out.split("\n")[:-1]

    assert pooled() == ["one: pooled", "two: pooled"]
    assert pooled() == []
    tables.write_table(pd.DataFrame({**rows, "events": [4, 6]}), tmp_path / "two.csv")
    assert pooled() == ["two: pooled"]
    (tmp_path / "one.json").write_text("{")
    assert pooled() == ["one: pooled"]
    entries[0] = pooling({"model": "common", "level": 0.9}, id="one", measure="RR")
    assert pooled() == ["one: pooled"]
    assert pooled(code="4567") == ["one: pooled", "two: pooled"]
