"""How the scripts that people start end."""

import subprocess
import sys


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
