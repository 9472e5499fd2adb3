"""Every rule has the library modules that its script imports among its inputs, and no others."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.test_architecture import LIBRARY, closure
from tests.workflow.runs import ROOT

pytestmark = pytest.mark.workflow
# Packages' `__init__` hold a docstring unless they import something.
READ_RULES = """
import json, sys
from pathlib import Path
from snakemake.api import SnakemakeApi
from snakemake.settings.types import DAGSettings, OutputSettings, Quietness, ResourceSettings

def flat(value):
    if callable(value):
        return []
    return [path for item in value for path in flat(item)] if isinstance(value, (list, tuple)) else [str(value)]

with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
    workflow = api.workflow(ResourceSettings(cores=1), snakefile=Path(sys.argv[1]), workdir=Path(sys.argv[2]))
    workflow.dag(DAGSettings())
    print(json.dumps({
        rule.name: {name: flat(value) for name, value in rule.input.items() if name in ("script", "code")}
        for rule in workflow._workflow.rules
    }))
"""


def rules() -> dict[str, dict[str, list[str]]]:
    done = subprocess.run(
        [sys.executable, "-c", READ_RULES, str(ROOT / "Snakefile"), str(ROOT)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def working_rules() -> dict[str, dict[str, list[str]]]:
    return {name: inputs for name, inputs in rules().items() if "script" in inputs}


def empty(module: Path) -> bool:
    """Whether a package's `__init__` does nothing that a step could depend on."""
    return module.name == "__init__.py" and "import" not in module.read_text(encoding="utf-8")


def test_rules_name_the_code_that_their_scripts_import(working_rules):
    assert len(working_rules) > 15
    faults = []
    for name, inputs in working_rules.items():
        declared = {Path(path) for path in inputs["code"] if path.endswith(".py")}
        imported = closure(Path(inputs["script"][0]))
        faults += [f"{name} lacks {path.relative_to(LIBRARY)}" for path in imported - declared if not empty(path)]
        faults += [f"{name} need not name {path.relative_to(LIBRARY)}" for path in declared - imported if not empty(path)]
    assert not faults, "\n".join(sorted(faults))


def test_every_script_is_run_by_a_rule_or_by_a_person(working_rules):
    run = {Path(inputs["script"][0]).name for inputs in working_rules.values()}
    by_people = {"freeze_search.py", "import_decisions.py", "close_run.py"}
    assert {path.name for path in (ROOT / "scripts").glob("*.py")} == run | by_people


def test_a_rule_and_its_script_have_the_same_name(working_rules):
    for name, inputs in working_rules.items():
        script = Path(inputs["script"][0]).stem
        assert name.startswith(script) or script in ("draw_flow", "write_worklists"), (name, script)


def test_snakemake_finds_nothing_to_complain_about(tmp_path):
    shutil.copytree(ROOT / "config", tmp_path / "config")
    command = [Path(sys.executable).with_name("snakemake"), "--snakefile", ROOT / "Snakefile", "--directory", tmp_path, "--lint"]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
