"""How a run starts its steps: with the Python that runs Snakemake, and from one process that has loaded what they need."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import needs

from evergreen.steps import fingerprint, forks
from evergreen.steps.hold import FOLDER, OWNER

LISTENS = FOLDER / "forks.sock"  # as seen from the review: the path of a socket may have 107 characters
HERE = str(Path(sys.executable).parent)
OUTPUT = FOLDER / "forks.log"
ENVIRONMENT = "../envs/evergreen.yaml"
# No other step waits for these, or only one of a review with a frozen version.
LAST = {
    "audit_records", "draw_overlap", "write_worklists", "write_search_log", "trace_numbers", "write_exports", "write_checklists", "tell_changes",
}  # fmt: skip
FEW = 2  # steps that are not worth a server
# A fork has only the thread that made it, so that no library may have threads of its own when it is loaded: those for linear algebra
# are what Snakemake gives a step of one thread, the other one is Arrow's for giving memory back.
ALONE = {
    **dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1"
    ),
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


def prefix() -> str:
    """What comes before the command of every step.

    `.venv/bin/snakemake` without activation would run the system's python. Steps end with the run that started them.
    """
    return (
        f"set -euo pipefail; export PATH={shlex.quote(HERE)}:$PATH {OWNER}={os.getpid()}; "
        f'python() {{{{ command python -I -S {shlex.quote(forks.__file__)} "$@"; }}}}; '
    )


def equip(workflow: Any) -> None:
    """Let each rule that runs a program say what all of them say: log, environment, what the step needs, and its place in the order.

    Called before the first rule. What a rule says itself counts; a log whose name has wildcards is one.
    """
    known = workflow.rule

    def rule(name: str | None = None, *given: Any, **named: Any) -> Callable[[Any], Any]:
        decorate = known(name, *given, **named)

        def complete(said: Any) -> Any:
            _, params = said.params or ((), {})
            script = params.get("script")
            # In a workflow that takes this one as a module, rules of its own may have a `script` of whatever kind.
            step = Path(script).stem if isinstance(script, str) else ""
            if step in needs.NEEDS and Path(script).parent == fingerprint.SCRIPTS:
                kind = (said.name or name).removeprefix(step).removeprefix("_")  # of several jobs of a step
                if not said.log:
                    workflow.log(f"results/logs/{step}/{kind}.log" if kind else f"results/logs/{step}.log")(
                        said
                    )
                _, more = said.resources or ((), {})
                workflow.resources(**{**needs.resources(step), **more})(said)
                workflow.conda(said.conda_env or ENVIRONMENT)(said)
                workflow.threads(needs.NEEDS[step].threads)(said)
                workflow.localrule(needs.stays(step))(said)
                # Steps that others wait for go before the rest, of those that can begin: the way to the report is the long one.
                workflow.priority(0 if step in LAST else 1)(said)
            return decorate(said)

        return complete

    workflow.rule = rule


@contextmanager
def server(scripts: Iterable[str]) -> Iterator[subprocess.Popen[bytes] | None]:
    """Beside a run of these scripts, in the order of their steps: a process that loads what they need, and of which each is a fork.

    There is none for a few steps, where forks are no copies of what is loaded (macOS), or where `EVERGREEN_FORKS` is set, to whatever.
    """
    known = list(scripts)
    if len(known) <= FEW or not sys.platform.startswith("linux") or forks.SERVER in os.environ:
        yield None
        return
    process = _started(list(dict.fromkeys(map(Path, known))))
    if process is None:
        yield None
        return
    os.environ[forks.SERVER] = f"{LISTENS} {HERE}"
    try:
        yield process
    finally:
        del os.environ[forks.SERVER]
        with suppress(OSError):
            process.communicate()  # it ends when its input does
        LISTENS.unlink(missing_ok=True)


def _started(scripts: list[Path]) -> subprocess.Popen[bytes] | None:
    LISTENS.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listening, OUTPUT.open("wb") as output:
        try:
            listening.bind(str(LISTENS))
        except OSError:
            return None  # a disk without sockets
        LISTENS.chmod(0o600)
        listening.listen(64)
        number = str(listening.fileno())
        return subprocess.Popen(
            [sys.executable, forks.__file__, forks.SERVE, number, *dict.fromkeys(_modules(scripts))],
            stdin=subprocess.PIPE, stdout=output, stderr=output, pass_fds=[listening.fileno()],
            env={**os.environ, **ALONE},
        )  # fmt: skip


def _modules(scripts: list[Path]) -> Iterator[str]:
    """The library's modules that scripts import."""
    for script in scripts:
        for path in fingerprint.run_by(script):
            yield ".".join(path.relative_to(fingerprint.SCRIPTS).with_suffix("").parts).removesuffix(
                ".__init__"
            )
