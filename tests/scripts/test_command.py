"""How the scripts that people start end."""

import subprocess
import sys
from pathlib import Path

from evergreen.command import LAUNCHER, again
from tests.rows import each


def test_a_reader_that_has_enough_lines_is_no_fault(root):
    program = "from evergreen.command import run; run(lambda: print(chr(120) * 1_000_000))"
    done = subprocess.run(
        ["bash", "-c", f"'{sys.executable}' -c '{program}' | head -c 1; echo \" ${{PIPESTATUS[0]}}\""],
        cwd=root / "scripts", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("x 0\n", "")


def test_a_person_who_stops_a_command_sees_no_traceback(root):
    program = "from evergreen.command import run; exec('def main(): raise KeyboardInterrupt'); run(main)"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=root / "scripts", capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (130, "\nStopped as you asked.\n")


@each(
    ("folder", "said"),
    [("-dash", "evergreen run ./-dash"), ("my review", "evergreen run 'my review'"), (".", "evergreen run")],
)
def test_what_is_to_be_called_next_can_be_called_so(folder, said, monkeypatch):
    monkeypatch.delenv(LAUNCHER, raising=False)
    assert again("run", Path(folder)) == said
