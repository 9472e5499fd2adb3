"""The script reads a slice and writes a result."""

import json

import pandas as pd

import pool_outcome
from evergreen import tables


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
    tables.write_table(rows, tmp_path / "slice.csv")
    analysis = {"model": "random", "tau2": "REML", "test": "knha", "level": 0.95}
    params = json.dumps({"id": "deaths", "measure": "RR", "analysis": analysis})
    pool_outcome.main(
        ["--rows", str(tmp_path / "slice.csv"), "--params", params, "--out", str(tmp_path / "deaths.json")]
    )
    result = json.loads((tmp_path / "deaths.json").read_text())
    assert result["outcome"] == "deaths"
    assert result["k"] == 1
    assert result["rounds"] == {}
