"""The allowance of requests is kept by all processes of a machine together."""

import subprocess
import sys
import time
from pathlib import Path

from evergreen.search.pace import Pace

ROOT = Path(__file__).resolve().parents[2]
PROCESS = """
import sys, time
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from evergreen.search.pace import Pace
pace = Pace(int(sys.argv[3]), Path(sys.argv[2]))
for _ in range(int(sys.argv[4])):
    pace.wait()
    print(time.monotonic(), flush=True)
"""


def most_in_a_second(times):
    times = sorted(times)
    return max(sum(start <= other <= start + 1 for other in times) for start in times)


def test_processes_share_the_allowance(tmp_path):
    call = [sys.executable, "-c", PROCESS, str(ROOT / "scripts"), str(tmp_path / "pace"), "3", "2"]
    running = [subprocess.Popen(call, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    times = [float(line) for process in running for line in process.communicate()[0].split()]
    assert len(times) == 8
    assert most_in_a_second(times) <= 3


def test_the_first_requests_do_not_wait(tmp_path):
    pace, start = Pace(10, tmp_path / "pace"), time.monotonic()
    for _ in range(10):
        pace.wait()
    assert time.monotonic() - start < 1


def test_times_of_an_earlier_boot_do_not_count(tmp_path):
    (tmp_path / "pace").write_text(f"{time.monotonic() + 1e6} " * 3)
    start = time.monotonic()
    Pace(3, tmp_path / "pace").wait()
    assert time.monotonic() - start < 1
