"""The mini review with every job on SLURM, where there is a SLURM that takes jobs."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.workflow.runs import ROOT, Run, copy_of, fingerprints, ran, snakemake

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("slurm")]
MINI = ROOT / "tests" / "reviews" / "mini"
# Ends a run that hangs, and its children: Snakemake waits for ever for a job whose state it cannot ask.
LIMIT = ["timeout", "--kill-after=10", "1200"]


@pytest.fixture(scope="module")
def partition() -> str:
    """The default partition; without SLURM or its plugin these tests are skipped."""
    if importlib.util.find_spec("snakemake_executor_plugin_slurm") is None:
        pytest.skip("the plugin for SLURM is not installed: pip install -r requirements-slurm.txt")
    if shutil.which("sinfo") is None:
        pytest.skip("there is no SLURM: sinfo is not installed")
    listed = subprocess.run(
        ["sinfo", "--noheader", "--states=idle,mixed,allocated", "--format=%P"],
        capture_output=True,
        text=True,
    )
    names = listed.stdout.split()
    if listed.returncode or not names:
        pytest.skip(f"SLURM has no node that works: {listed.stderr.strip() or 'sinfo lists none'}")
    return next((name for name in names if name.endswith("*")), names[0]).rstrip("*")


def on_slurm(review: Path, partition: str, **environment: str) -> Run:
    command = [
        *LIMIT, Path(sys.executable).with_name("snakemake"), "--snakefile", ROOT / "Snakefile", "--directory", review,
        "--profile", ROOT / "profiles" / "slurm", "--jobs", "4", "--latency-wait", "10",
        "--default-resources", f"slurm_partition={partition}", "mem_mb=1000", "runtime=10",
    ]  # fmt: skip
    return ran(review, list(map(str, command)), env={**os.environ, **environment})


def test_every_job_on_slurm_leaves_what_a_run_on_one_machine_leaves(partition, tmp_path):
    here, there = copy_of(MINI, tmp_path / "here"), copy_of(MINI, tmp_path / "on slurm")
    assert snakemake(here).status == 0
    run = on_slurm(there, partition, EVERGREEN_SUBMIT="all")
    assert run.status == 0, run.output
    assert run.log.count("has been submitted with SLURM jobid") == sum(run.rules.values())
    mine, theirs = fingerprints(here / "results"), fingerprints(there / "results")
    assert mine == theirs
    benchmarks = [
        {path.relative_to(review).as_posix() for path in (review / "results/benchmarks").rglob("*.tsv")}
        for review in (here, there)
    ]
    assert benchmarks[0] == benchmarks[1] != set()
    assert on_slurm(there, partition).did_nothing
