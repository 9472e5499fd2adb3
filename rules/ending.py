"""How a run is told to end, and ends."""

from __future__ import annotations

import _thread
import gc
import signal
import sys
import threading
from types import TracebackType
from typing import Any

from snakemake.scheduling.job_scheduler import JobScheduler

signals: list[int] = []


def how_stopped() -> str:
    """What a run says that a person or the machine stopped; empty where nobody did."""
    if not signals:
        return ""
    who = (
        "as you asked" if signals[0] == signal.SIGINT else f"from outside ({signal.Signals(signals[0]).name})"
    )
    return f"Stopped {who}: what was finished is kept, and the next run goes on from there."


def note_interrupts() -> None:
    """Remember that a person stopped the run, so that its last lines can say so; what the signal does stays."""
    known = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: Any) -> None:
        signals.append(number)
        if callable(known):
            known(number, frame)

    signal.signal(signal.SIGINT, note)


def interrupt_before_steps() -> None:
    """Let a run that is interrupted before its steps begin end with that sentence instead of a traceback."""
    known = sys.excepthook

    def say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            signals.append(signal.SIGINT)
            print(how_stopped(), file=sys.stderr)
        else:
            known(kind, error, trace)

    sys.excepthook = say


def hear_sigterm() -> None:
    """Let SIGTERM end a run at whatever moment it comes; called once, before the scheduler is made.

    Snakemake 9.27 answers it in the main thread by a lock that this thread may hold just then, and would wait for itself for ever. A
    thread of its own waits until the lock is free; `threading` starts one under a lock as well, `_thread` does not.
    """
    known = JobScheduler.exit_gracefully

    def answer(scheduler: JobScheduler, *signal_and_frame: Any) -> None:
        signals.append(signal.SIGTERM)
        _thread.start_new_thread(known, (scheduler, *signal_and_frame))

    JobScheduler.exit_gracefully = answer


def let_go() -> None:
    """Let the process end at once when a run is over: Snakemake's timers have no more jobs to wake the scheduler for (it would wait
    a second for them), and what it holds need not be looked through for garbage.
    """
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()
    gc.freeze()
