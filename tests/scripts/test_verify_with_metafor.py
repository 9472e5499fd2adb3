"""The check against R says yes to our numbers and no to wrong ones; where there is no R it says so."""

import json
import shutil
import subprocess

import pandas as pd
import pytest

import verify_with_metafor
from evergreen import tables
from evergreen.errors import InputError, ReviewError
from evergreen.synthesis import outcome

ANALYSIS = {"model": "random", "tau2": "REML", "test": "knha", "level": 0.95, "prediction": True}
ROWS = pd.DataFrame(
    [
        {"study": study, "group": group, "arm": group, "n": str(n), "events": str(events)}
        for study, a, n1, c, n2 in (("A", 4, 123, 11, 139), ("B", 6, 306, 29, 303), ("C", 3, 231, 11, 220), ("D", 62, 13598, 248, 12867))
        for group, events, n in (("intervention", a, n1), ("control", c, n2))
    ]
)  # fmt: skip


def metafor_is_there() -> bool:
    if shutil.which("Rscript") is None:
        return False
    return (
        subprocess.run(["Rscript", "-e", "library(metafor)"], capture_output=True, check=False).returncode
        == 0
    )


def written(tmp_path, **analysis):
    entry = {"id": "deaths", "measure": "OR", "analysis": {**ANALYSIS, **analysis}}
    result = outcome.result(ROWS, entry)
    tables.write_json(result, tmp_path / "deaths.json")
    return result, [
        "--results",
        str(tmp_path / "deaths.json"),
        "--params",
        json.dumps({"deaths": entry}),
        "--out",
        str(tmp_path / "verified.csv"),
    ]


@pytest.mark.skipif(not metafor_is_there(), reason="R with metafor is not installed")
@pytest.mark.parametrize("model", ["random", "common", "mh", "peto", "multilevel"])
def test_agrees_and_notices_a_wrong_number(tmp_path, model):
    result, arguments = written(tmp_path, model=model, test="knha" if model == "random" else "z")
    verify_with_metafor.main(arguments)
    table = tables.read_table(tmp_path / "verified.csv")
    assert set(table["agrees"]) == {"true"}
    result["model"]["estimate"] += 1e-3
    tables.write_json(result, tmp_path / "deaths.json")
    with pytest.raises(ReviewError, match="outcome deaths: estimate is"):
        verify_with_metafor.main(arguments)


def test_says_that_r_is_missing(tmp_path, monkeypatch):
    _, arguments = written(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="R is not installed"):
        verify_with_metafor.main(arguments)
