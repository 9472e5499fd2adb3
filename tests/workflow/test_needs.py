"""What steps ask for on a cluster: every rule that computes is in the table, and asks for more where there is more."""

from __future__ import annotations

import re
import sys
from types import SimpleNamespace

import pytest
import snakemake.api  # Snakemake's modules know each other, and can be imported in this order
import snakemake.workflow
import yaml
from snakemake.ruleinfo import RuleInfo

from tests.workflow.runs import ROOT

sys.path.append(str(ROOT / "rules"))
import needs
import receipts
import starting

RULES = "\n".join(path.read_text() for path in sorted((ROOT / "rules").glob("*.smk")))


def test_every_script_asks_for_what_its_step_needs():
    scripts = set(re.findall(r'program\(\s*"(\w+)\.py"', RULES))
    assert scripts == set(needs.NEEDS)


class RuleInfos:
    """A workflow of Snakemake as far as rules are told to it; `told` is what each says in the end, by name."""

    log, resources, params, conda, threads, localrule, priority = (
        getattr(snakemake.workflow.Workflow, name)
        for name in ("log", "resources", "params", "conda", "threads", "localrule", "priority")
    )

    def __init__(self):
        self.told, self.modifier = {}, SimpleNamespace(path_modifier=None)

    def rule(self, name=None, **_):
        def decorate(said):
            self.told[said.name or name] = said

        return decorate


def with_script(script):
    said = RuleInfo()
    said.params = ((), {"script": script})
    return said


def test_each_rule_that_runs_a_program_says_what_all_of_them_say():
    workflow = RuleInfos()
    starting.equip(workflow)
    program = {"script": str(ROOT / "scripts" / "pool_outcomes.py")}
    search = {"script": str(ROOT / "scripts" / "search_pubmed.py")}
    workflow.rule(name="pool_outcomes_a_to_z")(said := RuleInfo())
    assert said.log is None  # it runs no program
    # Rules of a workflow that takes Evergreen as a module.
    for script in (
        lambda wildcards: "own.py",
        ["own.py"],
        "own.py",
        str(ROOT / "scripts" / "trace.py"),
        None,
    ):
        workflow.rule(name="own")(own := with_script(script))
        assert own.log is None
        assert own.conda_env is None
    for name, params in (("pool_outcomes_a_to_z", program), ("search_pubmed", search)):
        said = RuleInfo()
        workflow.params(**params)(said)
        if name == "search_pubmed":
            workflow.log("own/{source}.log")(workflow.resources(ncbi=1)(said))
        workflow.rule(name=name)(said)
    pool, search = workflow.told["pool_outcomes_a_to_z"], workflow.told["search_pubmed"]
    workflow.rule(name="again")(pool)  # `use rule ... as again` tells a rule that said all
    assert pool.log.paths == ("results/logs/pool_outcomes/a_to_z.log",)
    assert pool.resources[1].keys() == {"mem_mb", "runtime"}
    assert (pool.conda_env, pool.priority, pool.localrule) == ("../envs/evergreen.yaml", 1, False)
    assert search.log.paths == ("own/{source}.log",)
    assert search.resources[1].keys() == {"mem_mb", "runtime", "ncbi"}
    assert search.localrule


def test_memory_grows_with_what_is_read_and_with_each_try(tmp_path):
    (tmp_path / "folder" / "further").mkdir(parents=True)
    for name in ("a.csv", "folder/b.csv", "folder/further/c.csv"):
        (tmp_path / name).write_bytes(b"x" * 1_000_000)
    given = [str(tmp_path / "a.csv"), str(tmp_path / "folder")]
    assert needs.megabytes(given) == pytest.approx(3)
    mem_mb = needs.resources("read_records")["mem_mb"]
    first, second = (mem_mb(None, given, attempt) for attempt in (1, 2))
    of = needs.NEEDS["read_records"]
    assert first == round(needs.SNAKEMAKE + of.mb + 3 * of.mb_per_mb)
    assert second == 2 * first


def test_what_is_not_there_yet_is_not_guessed(tmp_path):
    path = str(tmp_path / "none.csv")
    with pytest.raises(FileNotFoundError) as raised:
        needs.megabytes([path])
    assert raised.value.filename == path  # by which Snakemake tells that it has to ask again


def test_small_steps_stay_unless_all_are_to_be_submitted(monkeypatch):
    monkeypatch.delenv(needs.SUBMIT, raising=False)
    assert needs.stays("merge_bias")
    assert not needs.stays("read_records")
    monkeypatch.setenv(needs.SUBMIT, "all")
    assert not needs.stays("merge_bias")


def test_the_plugin_of_the_profile_is_pinned():
    profile = yaml.safe_load((ROOT / "profiles" / "slurm" / "config.yaml").read_text())
    pins = (ROOT / "requirements-slurm.txt").read_text()
    assert f"snakemake-executor-plugin-{profile['executor']}==" in pins


def test_a_job_that_starts_asks_for_resources_again_and_keeps_the_params_of_the_plan():
    job = SimpleNamespace(_params_and_resources_resetted=False, _params=["planned"], _resources=["planned"])
    receipts._reset_resources(job)
    assert (job._params, job._resources) == (["planned"], None)
