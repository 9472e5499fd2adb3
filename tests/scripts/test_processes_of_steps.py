"""Steps in processes of their own: what their code means elsewhere, whose run is at work, and that none outlives its run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from evergreen.errors import InputError
from evergreen.steps import fingerprint, hold


@pytest.fixture(autouse=True)
def review(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_the_same_code_in_another_place_is_the_same(tmp_path):
    """A clone elsewhere, with other times and without what Python keeps, of a script with few modules."""
    shutil.copytree(
        fingerprint.SCRIPTS, tmp_path / "a b" / "scripts", ignore=shutil.ignore_patterns("__pycache__")
    )
    told = subprocess.run(
        [sys.executable, "-c", "from pathlib import Path; from evergreen.steps import fingerprint as f;"
         "print(f.code_of(f.SCRIPTS / 'close_run.py'))"],
        cwd=tmp_path / "a b" / "scripts", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == fingerprint.code_of(fingerprint.SCRIPTS / "close_run.py")


def test_a_module_that_became_a_package_since_is_found_where_it_is(tmp_path):
    """What is remembered of the importing module, which is as it was, names no files."""
    scripts, library = tmp_path / "scripts", fingerprint.SCRIPTS / "evergreen"
    shutil.copytree(library / "steps", scripts / "evergreen" / "steps")
    shutil.copy(library / "__init__.py", scripts / "evergreen")
    (scripts / "evergreen" / "rule.py").write_text("VALUE = 1\n")
    (scripts / "step.py").write_text("from evergreen import rule\n")
    asking = (
        "from pathlib import Path; from evergreen.steps import fingerprint as f;"
        "print(*(path.relative_to(f.SCRIPTS).as_posix() for path in f.run_by(f.SCRIPTS / 'step.py'))); f.remember()"
    )

    def asked():
        told = subprocess.run(
            [sys.executable, "-c", asking], env={**os.environ, "PYTHONPATH": str(scripts)}, capture_output=True, text=True,
            check=True,
        )  # fmt: skip
        return told.stdout.split()

    assert asked() == ["evergreen/__init__.py", "evergreen/rule.py"]
    (scripts / "evergreen" / "rule").mkdir()
    (scripts / "evergreen" / "rule.py").rename(scripts / "evergreen" / "rule" / "__init__.py")
    assert asked() == ["evergreen/__init__.py", "evergreen/rule/__init__.py"]


HOLD = "import sys, time; sys.path.insert(0, {scripts!r}); from evergreen.steps import hold\nwith hold.hold() as word:\n    print('held', word, flush=True)\n    time.sleep(60)\n"


def holder():
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(scripts=str(fingerprint.SCRIPTS))],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline().startswith("held")
    return process


def test_a_live_run_is_refused_by_name_and_a_killed_one_is_cleared_with_a_word():
    process = holder()
    try:
        with (
            pytest.raises(InputError, match=rf"another run \(process {process.pid} on .*\) is at work"),
            hold.hold(),
        ):
            pass
    finally:
        process.kill()
        process.wait()
    with hold.hold() as word:
        assert f"process {process.pid}" in word
    with hold.hold() as word:
        assert word is None


STEP = f"""
import sys, time
sys.path.insert(0, {str(fingerprint.SCRIPTS)!r})
from evergreen.steps import hold
hold.live_and_die_with_run()
"""


@pytest.mark.parametrize(
    "at_work",
    [
        "print('on', flush=True); time.sleep(60)",
        "with hold.processes(2) as pool: pool.submit(pow, 2, 2).result(); print('on', flush=True); time.sleep(60)",
    ],
)
def test_a_step_and_its_processes_end_with_the_run_that_started_it(at_work, monkeypatch):
    monkeypatch.setattr(hold, "PATIENCE", 10)
    hold.FOLDER.mkdir(parents=True)
    owner = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    step = subprocess.Popen(
        [sys.executable, "-c", STEP + at_work],
        env={**os.environ, hold.OWNER: str(owner.pid)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert step.stdout.readline() == "on\n"
    owner.kill()
    owner.wait()
    assert step.wait(timeout=10) == 70
    with hold.hold():
        pass
