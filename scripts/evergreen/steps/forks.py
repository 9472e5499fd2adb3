"""Start the steps of a run from one process that has loaded what they need: each is a fork of it and loads nothing again.

Loading pandas, scipy and matplotlib takes most of the second that a short step takes. A run therefore has a server beside it: it
listens at a socket in the review's folder, for its own user only, loads the modules of the steps to come while nobody asks, and ends
with the run. The command of a step is this file too (`python -I -S forks.py SCRIPT WORD ...`): it hands the server its words,
environment, folder and open files, and ends as the step ended. Where no server answers - a step started by hand, on a node of a
cluster, in an environment of its own - it becomes the step itself.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # `typing` takes as long to load as the rest of a command
if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable
    from typing import Any

SERVER = "EVERGREEN_FORKS"  # where a server listens, and the folder of its Python: "SOCKET FOLDER"
SERVE = "--serve"
LENGTH = 8  # bytes that tell a request's length
STATUS = 4  # bytes of the answer: a step's exit status
LOST = "ERROR: the process that starts the steps was ended from outside; run again"


def ask(words: list[str]) -> None:
    """As the command of a step: let the server run `words`, a script and its arguments, or become the step where none is there."""
    listens, _, folder = os.environ.get(SERVER, "").partition(" ")
    if listens and folder == os.path.dirname(sys.executable):
        import socket

        with socket.socket(socket.AF_UNIX) as server:
            try:
                server.connect(listens)
            except OSError:
                pass
            else:
                sys.exit(_answered(server, words))
    os.execv(sys.executable, [sys.executable, *words])


def _answered(server: socket.socket, words: list[str]) -> int | str:
    """The exit status of a step that the server ran, as a shell tells of it."""
    import json
    import signal
    import socket

    request = json.dumps([words, dict(os.environ), os.getcwd()]).encode()
    try:
        socket.send_fds(server, [len(request).to_bytes(LENGTH, "big")], [0, 1, 2])
        server.sendall(request)
        answer = server.recv(STATUS)
    except OSError:
        answer = b""
    status = int.from_bytes(answer, "big", signed=True)
    if status < 0 and signal.getsignal(-status) == signal.SIG_DFL:
        os.kill(os.getpid(), -status)  # as the step was, for the shell to tell
    return (128 - status if status < 0 else status) if answer else LOST


class Server:
    """The process that steps are forks of. It has one thread, for a fork has only the one that made it."""

    def __init__(self, listening: int, modules: Iterable[str]) -> None:
        import selectors
        import signal
        import socket

        self.listening = socket.socket(fileno=listening)
        self.modules = iter(modules)
        self.readable = selectors.EVENT_READ
        self.steps: dict[int, socket.socket] = {}  # those who wait, by the process of their step
        # That a step has ended is noticed like a request, as a byte to read.
        self.ended, self.wake = socket.socketpair()
        self.wake.setblocking(False)
        signal.set_wakeup_fd(self.wake.fileno(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        # It reaches the steps, which are of the same group; a run in the background may have been told to ignore it.
        self.of_steps = signal.signal(signal.SIGINT, signal.SIG_IGN)
        self.events = selectors.DefaultSelector()
        for there in (sys.stdin, self.ended, self.listening):
            self.events.register(there, self.readable)

    def serve(self) -> tuple[Any, ...]:
        """Fork for each request until standard input ends. Returns in a fork only, what was asked for."""
        waiting = True
        while True:
            ready: list[Any] = [key.fileobj for key, _ in self.events.select(0 if waiting else None)]
            if not ready:
                waiting = self.load()
            for there in ready:
                if there is sys.stdin:
                    os._exit(
                        0
                    )  # to take down all that is loaded takes a tenth of a second, and the run waits
                elif there is self.ended:
                    self.ended.recv(4096)
                    self.answer()
                elif there is self.listening:
                    if request := self.begin():
                        return request
                else:
                    self.drop(there)

    def load(self) -> bool:
        """Load the next module; gives whether there was one."""
        import gc
        from importlib import import_module

        for name in self.modules:
            try:
                import_module(name)
            except Exception:
                continue  # the step that needs it says what is wrong
            gc.freeze()  # forks share what is not looked through for garbage
            return True
        return False

    def begin(self) -> tuple[Any, ...] | None:
        """Read a request, and fork. Gives in the fork what was asked for."""
        import signal

        asking, _ = self.listening.accept()
        request = _request(asking)
        if request is None:
            asking.close()
            return None
        server = os.getpid()
        process = os.fork()
        if process == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGINT, self.of_steps)
            self.events.close()
            for one in (self.listening, self.ended, self.wake, asking, *self.steps.values()):
                one.close()
            return (server, *request)
        for number in request[-1]:
            os.close(number)
        self.steps[process] = asking
        self.events.register(asking, self.readable)
        return None

    def answer(self) -> None:
        """Tell those who wait how their steps ended."""
        from contextlib import suppress

        while self.steps:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            with self.steps.pop(process) as asking:
                self.forget(asking)
                with suppress(OSError):  # who waited was killed
                    asking.sendall(os.waitstatus_to_exitcode(status).to_bytes(STATUS, "big", signed=True))

    def drop(self, asking: socket.socket) -> None:
        """Who waited was killed, and the step is to end as if it had been."""
        import signal

        self.forget(asking)
        os.kill(next(process for process, one in self.steps.items() if one is asking), signal.SIGKILL)

    def forget(self, asking: socket.socket) -> None:
        if asking in self.events.get_map():
            self.events.unregister(asking)


def _request(asking: socket.socket) -> tuple[Any, ...] | None:
    """Words, environment, folder and open files that somebody asks with; None of one who was killed before the end."""
    import json
    import socket

    length, files, _, _ = socket.recv_fds(asking, LENGTH, 3)
    left, parts = int.from_bytes(length, "big"), []
    while left and (part := asking.recv(left)):
        left -= len(part)
        parts.append(part)
    if left or not length:
        for number in files:
            os.close(number)
        return None
    return (*json.loads(b"".join(parts)), files)


def become(server: int, words: list[str], environment: dict[str, str], folder: str, files: list[int]) -> None:
    """As a fork: be the step."""
    import runpy
    import signal

    from evergreen.steps.hold import die_with

    die_with(server)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, here in enumerate(files):
        os.dup2(here, number)
        os.close(here)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    sys.argv[:], sys.path[0] = words, os.path.dirname(os.path.abspath(words[0]))
    status = 0
    try:
        runpy.run_path(words[0], run_name="__main__")
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        status = end.code or 0
    _leave(status)


def _leave(status: int) -> None:
    """End as a process does whose own is done, and leave what it shares with the server as it is: to take that down one by one copies it,
    which takes longer than many a step."""
    import atexit
    import threading

    threading._shutdown()  # type: ignore[attr-defined]  # waits for threads, as the interpreter does first
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status & 0xFF)


if __name__ == "__main__":
    if sys.argv[1:2] == [SERVE]:
        sys.path[0] = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
        become(*Server(int(sys.argv[2]), sys.argv[3:]).serve())
    else:
        ask(sys.argv[1:])
