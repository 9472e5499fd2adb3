"""Steps that are forks of a process beside the run end, fail and are killed as processes of their own are."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest

from evergreen.steps import fingerprint, forks
from tests.workflow.runs import ROOT

sys.path.append(str(ROOT / "rules"))

import starting

pytestmark = [
    pytest.mark.workflow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks are for Linux"),
]
PLANNED = [str(fingerprint.SCRIPTS / "write_search_log.py")] * (starting.FEW + 1)
STEP = """
import os, signal, sys, threading, time
print(sys.argv[1:], os.getcwd(), os.environ.get("OF_THE_STEP"), sys.path[0] == os.path.dirname(__file__), __name__, flush=True)
print("aside", file=sys.stderr)
match sys.argv[1]:
    case "wait":
        time.sleep(60)
    case "fail":
        raise ValueError("of the step")
    case "signal":
        os.kill(os.getpid(), signal.SIGKILL)
    case "interrupt":
        os.kill(os.getpid(), signal.SIGINT)
    case status:
        sys.exit(int(status))
"""


@pytest.fixture(scope="module")
def review(tmp_path_factory):
    folder = tmp_path_factory.mktemp("review")
    here = Path.cwd()
    os.chdir(folder)
    Path(".snakemake/evergreen").mkdir(parents=True)
    Path("step.py").write_text(STEP)
    yield folder
    os.chdir(here)


def begun(*words: str, **files) -> subprocess.Popen[str]:
    command = starting.prefix().format() + f"python {Path('step.py').resolve()} {' '.join(words)}"
    environment = {**os.environ, "OF_THE_STEP": "ä b"}
    return subprocess.Popen(["bash", "-c", command], env=environment, text=True, **files)


def outcome(*words: str) -> tuple[int, str, str]:
    step = begun(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    out, aside = step.communicate(timeout=60)
    # The shell says which process was killed, with room for its number.
    return step.returncode, out, " ".join(re.sub(r"\d+", "", aside.strip().splitlines()[-1]).split())


def children(process: int) -> list[int]:
    """Processes that another one started and that have not ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == process and state != "Z":
                found.append(int(stat.parent.name))
    return found


def at_work(process: int) -> str:
    """The command of a process; "" of one that has ended."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text()
    except OSError:
        return ""


def until(true) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_fork_is_what_a_process_of_its_own_is(review):
    asked = [["0", "a b", "ü"], ["3"], ["fail"], ["signal"], ["interrupt"]]
    asked = [[f"'{word}'" for word in words] for words in asked]
    alone = [outcome(*words) for words in asked]
    with starting.server(PLANNED):
        assert os.environ[forks.SERVER].startswith(".snakemake/")
        assert (review / starting.LISTENS).stat().st_mode & 0o777 == 0o600
        beside = [outcome(*words) for words in asked]
        # Two at once, the later one ends first.
        slow, quick = (
            begun(word, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for word in ("wait", "5")
        )
        assert quick.wait(timeout=30) == 5
        slow.kill()
        slow.wait()
    assert beside == alone
    ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN  # as in a background job of a shell
    assert [status for status, *_ in alone] == [0, 3, 1, 137, 0 if ignored else 130]
    assert forks.SERVER not in os.environ
    assert not (review / starting.LISTENS).exists()
    assert (review / starting.OUTPUT).read_text() == ""


def test_who_is_killed_takes_the_others_along(review):
    with starting.server(PLANNED) as server:
        step = begun("wait", stdout=subprocess.PIPE)
        assert step.stdout.readline()
        (fork,), (asking,) = children(server.pid), children(step.pid)
        os.kill(asking, signal.SIGKILL)
        until(lambda: not at_work(fork))
        step = begun("wait", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert step.stdout.readline()
        (fork,) = children(server.pid)
        server.kill()
        _, said = step.communicate(timeout=20)
        assert (step.returncode, said.splitlines()[-1]) == (1, forks.LOST)
        until(lambda: not at_work(fork))
        # Those who ask now find nobody, and go on alone.
        assert outcome("0")[0] == 0


@pytest.mark.parametrize("set_by_hand", ["", "nobody.sock /usr/bin"])
def test_without_a_server_a_step_is_a_process_of_its_own(review, monkeypatch, set_by_hand):
    monkeypatch.setenv(forks.SERVER, set_by_hand)
    with starting.server(PLANNED):
        assert not (review / starting.LISTENS).exists()
        assert outcome("4")[0] == 4


def test_what_is_forked_has_one_thread(review):
    """Whatever the steps load: a lock that another thread holds would stay closed in a fork."""
    scripts = [
        str(fingerprint.SCRIPTS / f"{name}.py") for name in ("read_records", "pool_outcomes", "draw_outcomes")
    ]
    with starting.server(scripts) as server:
        loaded = Path(f"/proc/{server.pid}/maps")
        until(lambda: all(f"/{name}/" in loaded.read_text() for name in ("pyarrow", "scipy", "matplotlib")))
        assert len(list(Path(f"/proc/{server.pid}/task").iterdir())) == 1


def test_a_server_is_not_started_for_a_few_steps(review):
    with starting.server(PLANNED[: starting.FEW]):
        assert forks.SERVER not in os.environ
