"""What steps ask for on a cluster: every rule that computes is in the table, and asks for more where there is more."""

from __future__ import annotations

import re
import sys
from types import SimpleNamespace

import pytest
import snakemake.api  # noqa: F401 - Snakemake's modules know each other, and can be imported in this order
import yaml

from tests.workflow.runs import ROOT

sys.path.append(str(ROOT / "rules"))
import needs
import receipts

RULES = "\n".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))


def test_every_script_asks_for_what_its_step_needs():
    scripts = set(re.findall(r'program\(\s*"(\w+)\.py"', RULES))
    asked = set(re.findall(r'needs\.resources\("(\w+)"\)', RULES))
    assert scripts == asked == set(needs.NEEDS)


def test_several_jobs_of_a_kind_need_the_same():
    assert needs.of("pool_outcomes_a_to_z") is needs.NEEDS["pool_outcomes"]
    assert needs.of("all") is needs.OTHERS


def test_memory_grows_with_what_is_read_and_with_each_try(tmp_path):
    (tmp_path / "folder" / "further").mkdir(parents=True)
    for name in ("a.csv", "folder/b.csv", "folder/further/c.csv"):
        (tmp_path / name).write_bytes(b"x" * 1_000_000)
    given = [str(tmp_path / "a.csv"), str(tmp_path / "folder")]
    assert needs.megabytes(given) == pytest.approx(3)
    mem_mb = needs.resources("read_records")["mem_mb"]
    first, second = (mem_mb(None, given, attempt) for attempt in (1, 2))
    of = needs.of("read_records")
    assert first == round(needs.SNAKEMAKE + of.mb + 3 * of.mb_per_mb)
    assert second == 2 * first


def test_what_is_not_there_yet_is_not_guessed(tmp_path):
    path = str(tmp_path / "none.csv")
    with pytest.raises(FileNotFoundError) as raised:
        needs.megabytes([path])
    assert raised.value.filename == path  # by which Snakemake tells that it has to ask again


def test_small_steps_stay_unless_all_are_to_be_submitted(monkeypatch):
    monkeypatch.delenv(needs.SUBMIT, raising=False)
    assert needs.staying(["merge_bias", "read_records", "all"]) == ["merge_bias"]
    monkeypatch.setenv(needs.SUBMIT, "all")
    assert needs.staying(["merge_bias", "read_records", "all"]) == []


def test_the_plugin_of_the_profile_is_pinned():
    profile = yaml.safe_load((ROOT / "profiles" / "slurm" / "config.yaml").read_text())
    pins = (ROOT / "requirements-slurm.txt").read_text()
    assert f"snakemake-executor-plugin-{profile['executor']}==" in pins


def test_a_job_that_starts_asks_for_resources_again_and_keeps_the_params_of_the_plan():
    job = SimpleNamespace(_params_and_resources_resetted=False, _params=["planned"], _resources=["planned"])
    receipts._reset_resources(job)
    assert (job._params, job._resources) == (["planned"], None)
