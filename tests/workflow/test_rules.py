"""The fingerprint of every rule's code covers the library modules that its script imports, and the files that these read."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from evergreen.steps import fingerprint
from tests.workflow.runs import ROOT, snakemake
from tests.workflow.test_architecture import LIBRARY

pytestmark = pytest.mark.workflow
READ_RULES = """
import json, sys
from pathlib import Path
from snakemake.api import SnakemakeApi
from snakemake.settings.types import DAGSettings, OutputSettings, Quietness, ResourceSettings

with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
    workflow = api.workflow(ResourceSettings(cores=1), snakefile=Path(sys.argv[1]), workdir=Path(sys.argv[2]))
    workflow.dag(DAGSettings())
    globals_ = workflow._workflow.globals
    print(json.dumps({
        rule.name: [rule.params["script"], globals_["DATA"][Path(rule.params["script"]).name]]
        for rule in workflow._workflow.rules if "script" in rule.params.keys()
    }))
"""


def rules() -> dict[str, tuple[str, list[str]]]:
    """{rule: (its script, files of the library that its fingerprint holds besides code)}."""
    done = subprocess.run(
        [sys.executable, "-c", READ_RULES, str(ROOT / "Snakefile"), str(ROOT)],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def working_rules() -> dict[str, tuple[str, list[str]]]:
    return rules()


# Rules that import the reader of a file for something else that its module holds.
NEVER_CALLED = {("read_records", "filters.json")}
IMPORTED = """
import json, runpy, sys
sys.path.insert(0, sys.argv[1])
runpy.run_path(sys.argv[2], run_name="imported")
print(json.dumps([module.__file__ for name, module in sys.modules.items() if name.split(".")[0] == "evergreen"]))
"""


def test_a_fingerprint_covers_the_code_that_a_script_imports(working_rules):
    """What Python itself says was imported is covered, and what is covered besides is imported later, by name."""
    assert len(working_rules) > 15
    command = [sys.executable, "-c", IMPORTED, str(ROOT / "scripts")]
    for script in sorted({script for script, _ in working_rules.values()}):
        done = subprocess.run([*command, script], capture_output=True, text=True, check=True)
        imported, covered = set(json.loads(done.stdout)), set(map(str, fingerprint.run_by(Path(script))))
        assert imported <= covered, (script, imported - covered)
        text = "".join(Path(path).read_text(encoding="utf-8") for path in [script, *covered])
        assert all(Path(path).stem in text for path in covered - imported), (script, covered - imported)


def test_a_fingerprint_covers_the_files_that_modules_read(working_rules):
    read = [path for path in LIBRARY.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")]
    assert read
    for file in read:
        readers = {
            str(module)
            for module in LIBRARY.rglob("*.py")
            if f'"{file.name}"' in module.read_text(encoding="utf-8")
        }
        assert readers, file
        for name, (script, data) in working_rules.items():
            covered = set(map(str, fingerprint.run_by(Path(script))))
            if readers & covered and (name, file.name) not in NEVER_CALLED:
                assert file.relative_to(LIBRARY).as_posix() in data, (name, file.name)


def test_every_script_is_run_by_a_rule_or_by_a_person(working_rules):
    run = {Path(script).name for script, _ in working_rules.values()}
    by_people = {
        "compare_states.py",
        "explain.py",
        "freeze_search.py",
        "freeze_version.py",
        "import_decisions.py",
        "import_revman.py",
        "new_review.py",
        "package_review.py",
        "respond.py",
        "serve_screening.py",
        "show_status.py",
        "trace.py",
        "update_review.py",
        "validate_package.py",
        "write_records_table.py",  # by a rule of reviews with large exports
    }
    by_hooks = {"check_inputs.py", "close_run.py"}
    assert {path.name for path in (ROOT / "scripts").glob("*.py")} == run | by_people | by_hooks


def test_a_rule_and_its_script_have_the_same_name(working_rules):
    for name, (script, _) in working_rules.items():
        script = Path(script).stem
        assert name.startswith(script), (name, script)


def test_snakemake_finds_nothing_to_complain_about(tmp_path):
    shutil.copytree(ROOT / "config", tmp_path / "config")
    done = snakemake(tmp_path, "--lint")
    assert done.status == 0, done.output
