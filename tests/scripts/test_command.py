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
