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
        {"study": study, "group": group, "arm": group, "n": str(n), "events": str(events),
         "round": "2018-12-31" if study < "C" else "2020-12-31", "allocation": "random" if study < "C" else "systematic"}
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


def written(tmp_path, measure="OR", **analysis):
    """A result with subgroups, rounds and sensitivity analyses."""
    entry = {
        "id": "deaths",
        "measure": measure,
        "analysis": {**ANALYSIS, **analysis},
        "subgroups": ["allocation"],
    }
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
@pytest.mark.parametrize("model", ["random", "common", "mh", "peto", "multilevel", "glmm"])
def test_agrees_and_notices_a_wrong_number(tmp_path, model):
    result, arguments = written(tmp_path, model=model, test="knha" if model == "random" else "z")
    verify_with_metafor.main(arguments)
    table = tables.read_table(tmp_path / "verified.csv")
    # metafor's mixed models need lme4, which may not be there: then the table says so
    assert set(table["agrees"]) == {"true"} or model == "glmm"
    result["model"]["estimate"] += 1e-3
    tables.write_json(result, tmp_path / "deaths.json")
    if "true" in set(table["agrees"]) and model != "glmm":
        with pytest.raises(ReviewError, match="outcome deaths, main: estimate is"):
            verify_with_metafor.main(arguments)


@pytest.mark.skipif(not metafor_is_there(), reason="R with metafor is not installed")
def test_every_pooled_result_is_recomputed(tmp_path):
    entries = [
        {"tau2": ["DL", "PM"]},
        {"test": "z"},
        {"without_studies": ["D"]},
        {"model": "mh"},
        {"measure": "RR"},
    ]
    result, arguments = written(tmp_path, sensitivity=entries)
    verify_with_metafor.main(arguments)
    done = set(tables.read_table(tmp_path / "verified.csv")["analysis"])
    assert done == {
        "main", "allocation: random", "allocation: systematic", "as of 2018-12-31", "as of 2020-12-31", "tau2 = DL", "tau2 = PM", "test = z",
        "without D", "model = mh",
    }  # fmt: skip
    for place, words in (
        (result["subgroups"]["allocation"]["random"], "allocation: random: tau2"),
        (result["rounds"]["2018-12-31"]["model"], "as of 2018-12-31: tau2"),
        (result["sensitivity"]["tau2 = PM"]["model"], "tau2 = PM: tau2"),
    ):
        right = place["tau2"]
        place["tau2"] = (right or 0.0) + 0.01
        tables.write_json(result, tmp_path / "deaths.json")
        with pytest.raises(ReviewError, match=words):
            verify_with_metafor.main(arguments)
        place["tau2"] = right


def test_says_that_r_is_missing(tmp_path, monkeypatch):
    _, arguments = written(tmp_path)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(InputError, match="R is not installed"):
        verify_with_metafor.main(arguments)
