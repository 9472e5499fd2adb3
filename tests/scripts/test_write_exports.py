"""The R script beside the exported data finds every pooled result again, with metafor, and notices a wrong one."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

import write_exports
from evergreen import tables
from evergreen.protocol.outcomes import Outcome
from evergreen.synthesis import outcome as synthesis
from tests.protocols import pooling
from tests.scripts.test_verify_with_metafor import (
    ANALYSIS,
    CASES,
    means_of_trials,
    needs_metafor,
    tables_of_trials,
)

MODELS = {
    "mh": pooling({**ANALYSIS, "model": "mh", "test": "z"}, id="mh", measure="RR", subgroups=["route"]),
    "peto": pooling({**ANALYSIS, "model": "peto", "test": "z"}, id="peto", measure="OR"),
    "common": pooling({**ANALYSIS, "model": "common", "test": "z"}, id="common", measure="RD"),
    "auto": pooling({**ANALYSIS, "test": "auto", "tau2": "PM", "level": 0.9}, id="auto", measure="SMD"),
}


def written(folder: Path) -> Path:
    """The exports of every case of the comparison with metafor, and of models of counts, in one review."""
    made: dict[str, tuple[object, Outcome]] = {entry.id: (rows(), entry) for rows, entry in CASES.values()}
    made |= {
        name: ((means_of_trials if entry.measure == "SMD" else tables_of_trials)(), entry)
        for name, entry in MODELS.items()
    }
    paths, outcomes = [], []
    for name, (rows, entry) in made.items():
        path = folder / f"{name}.json"
        tables.write_json(synthesis.result(rows, entry).written(), path)  # type: ignore[arg-type]
        paths.append(str(path))
        outcomes.append(entry.model_dump(mode="json", by_alias=True, exclude_none=True, warnings=False))
    inputs, params = json.dumps({"results": paths}), json.dumps({"outcomes": outcomes, "tool": "rob2"})
    write_exports.main(["--inputs", inputs, "--params", params, "--folder", str(folder / "a folder")])
    return folder / "a folder"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("exports"))


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["Rscript", "recompute.R"], cwd=folder, capture_output=True, text=True, check=False)


@needs_metafor
def test_every_pooled_result_is_found_again(folder: Path) -> None:
    pooled = tables.read_table(folder / "pooled.csv")
    assert set(pooled["model"]) == {"random", "common", "mh", "peto", "multilevel"}
    assert {"main", "route: oral", "as of 2018-12-31", "tau2 = PM", "model = mh"} <= set(pooled["analysis"])
    done = run(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    numbers = (
        pooled[[f"evergreen_{key}" for key in ("estimate", "se", "ci_low", "ci_high")]].ne("").sum().sum()
    )
    said = re.fullmatch(r"(\d+) of (\d+) numbers of (\d+) pooled results agree\n", done.stdout)
    assert said is not None
    agree, of, results = map(int, said.groups())
    assert agree == of >= numbers
    assert results == len(pooled)


@needs_metafor
@pytest.mark.parametrize(("column", "by"), [("evergreen_estimate", 1e-5), ("evergreen_ci_low", 1e-5), ("evergreen_tau2", 1e-3)])  # fmt: skip
def test_a_digit_that_is_wrong_is_noticed(folder: Path, tmp_path: Path, column: str, by: float) -> None:
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    pooled = tables.read_table(folder / "pooled.csv")
    at = pooled.index[(pooled["outcome"] == "deaths") & (pooled["analysis"] == "main")][0]
    pooled.loc[at, column] = repr(float(pooled.loc[at, column]) + by)
    tables.write_table(pooled, tmp_path / "pooled.csv")
    done = run(tmp_path)
    assert done.returncode == 1
    assert f"deaths, main: {column.removeprefix('evergreen_')} is" in done.stdout


def test_effects_stand_under_the_names_that_metafor_takes(folder: Path) -> None:
    own = tables.read_table(folder / "metafor-deaths.csv")
    assert list(own.columns) == ["slab", "study", "round", "yi", "vi", "ai", "n1i", "ci", "n2i"]
    pooled = tables.read_table(folder / "pooled.csv")
    (anew,) = set(pooled.loc[pooled["analysis"].str.contains("measure = RD"), "data"])
    assert anew != "metafor-deaths.csv"
    assert set(pooled.loc[pooled["data"] == anew, "measure"]) == {"RD"}
    assert "yi" in tables.read_table(folder / anew)
