"""What other machines read of the project: the template of updates by themselves, and the entry of the workflow catalogue."""

import os
import re
import stat
import subprocess

import pytest
import yaml


@pytest.fixture(scope="module")
def template(root):
    """The template as GitHub reads it; YAML 1.1 takes its `on` for true."""
    return yaml.safe_load((root / "docs/github-actions/update.yml").read_text(encoding="utf-8"))


def test_the_template_may_do_what_it_needs_and_no_more(template):
    assert set(template[True]) == {"schedule", "workflow_dispatch"}  # nothing that a stranger can set off
    assert template["permissions"] == {}
    (job,) = template["jobs"].values()
    assert job["permissions"] == {"contents": "write", "pull-requests": "write"}
    assert re.fullmatch("[0-9a-f]{40}", template["env"]["EVERGREEN_COMMIT"])
    actions = [step["uses"] for step in job["steps"] if "uses" in step]
    assert len(actions) == 2
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", action) for action in actions)
    assert job["steps"][0]["with"] == {"persist-credentials": False}
    told = {name: step["name"] for step in job["steps"] for name in step.get("env", {})}
    assert told == {"NCBI_API_KEY": "A new round, as of today", "GH_TOKEN": "The pull request"}
    # What GitHub puts into a script becomes part of it: values go by the environment.
    assert not any("${{" in step.get("run", "") for step in job["steps"])


def test_scripts_of_the_template_are_sound(template):
    (job,) = template["jobs"].values()
    for step in job["steps"]:
        if "run" in step:
            subprocess.run(["bash", "-n", "-c", step["run"]], check=True)


def test_the_pull_request_says_what_is_new_and_proposes_what_people_keep(template, tmp_path):
    """The last step, with a repository on disk for GitHub's and a `gh` that writes down what it is told."""
    step = next(
        step["run"]
        for job in template["jobs"].values()
        for step in job["steps"]
        if "GH_TOKEN" in step.get("env", {})
    )
    review, hosted, temp, programs = (tmp_path / name for name in ("review", "hosted", "temp", "programs"))
    for folder in (review / "config", review / "results/report", temp, programs):
        folder.mkdir(parents=True)
    (programs / "gh").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/told\n')
    (programs / "gh").chmod(stat.S_IRWXU)
    (review / "results/report/status.txt").write_text("A review\nAB: 3 records to screen\n")
    (temp / "run.txt").write_text(
        "  report 1 step\n\nNew since the run before:\n  +3 records\n  pain: 4 studies (3 before)\nA review\n  x\n"
    )

    environment = {
        **os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "RUNNER_TEMP": str(temp), "REVIEW": ".", "HOME": str(tmp_path),
        "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    }  # fmt: skip

    def run(*words):
        return subprocess.run(
            words, cwd=review, env=environment, check=True, capture_output=True, text=True
        ).stdout

    run("git", "init", "--quiet", "--bare", str(hosted))
    run("git", "init", "--quiet", "--initial-branch=main")
    run("git", "remote", "add", "origin", str(hosted))
    (review / "config/config.yaml").write_text("rounds: [2026-01-01]\n")
    run("git", "add", "config")
    run("git", "-c", "user.name=A", "-c", "user.email=a@b.org", "commit", "--quiet", "--message", "A review")
    bash = ["bash", "-e", "-o", "pipefail", "-c", step]
    assert "Nothing to propose." in run(*bash)
    assert not (tmp_path / "told").exists()

    run("git", "switch", "--quiet", "main")
    run("git", "branch", "--quiet", "-D", *run("git", "branch", "--list", "update-*").split())
    (review / "config/config.yaml").write_text("rounds: [2026-01-01, 2026-02-01]\n")
    run(*bash)
    body = (temp / "body.md").read_text()
    assert (
        "New since the run before:\n  +3 records\n  pain: 4 studies (3 before)\nA review\nAB: 3 records to screen\n"
        in body
    )
    assert (tmp_path / "told").read_text().splitlines()[-1].startswith("pr create --head update-")
    (branch,) = run("git", "-C", str(hosted), "branch", "--format=%(refname:short)").split()
    assert run("git", "-C", str(hosted), "show", "--format=", "--name-only", branch).split() == [
        "config/config.yaml"
    ]


def test_the_catalogue_is_told_how_evergreen_is_used(root):
    """Fields of https://github.com/snakemake/snakemake-workflow-catalog, source/docs/about/adding_workflows.md."""
    usage = yaml.safe_load((root / ".snakemake-workflow-catalog.yml").read_text(encoding="utf-8"))["usage"]
    assert set(usage) == {"mandatory-flags", "software-stack-deployment"}
    assert set(usage["mandatory-flags"]) == {"desc", "flags"}
    assert set(usage["software-stack-deployment"]) == {"conda", "apptainer", "apptainer+conda", "report"}
    # As it is: environments by conda are there, containers are not.
    rules = "\n".join(
        path.read_text(encoding="utf-8") for path in [root / "Snakefile", *root.glob("rules/*.smk")]
    )
    assert usage["software-stack-deployment"]["conda"] == ("conda:" in rules)
    assert usage["software-stack-deployment"]["apptainer"] == ("container:" in rules)
    assert usage["software-stack-deployment"]["report"] == ("report(" in rules)
