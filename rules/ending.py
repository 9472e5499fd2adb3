"""How a run is told to end, and ends."""

from __future__ import annotations

import _thread
import gc
import signal
import threading
from typing import Any

from snakemake.scheduling.job_scheduler import JobScheduler

interrupted: list[int] = []


def note_interrupts() -> None:
    """Remember that a person stopped the run, so that its last lines can say so; what the signal does stays."""
    known = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: Any) -> None:
        interrupted.append(number)
        if callable(known):
            known(number, frame)

    signal.signal(signal.SIGINT, note)


def hear_sigterm() -> None:
    """Let SIGTERM end a run at whatever moment it comes; called once, before the scheduler is made.

    Snakemake 9.27 answers it in the main thread by a lock that this thread may hold just then, and would wait for itself for ever. A
    thread of its own waits until the lock is free; `threading` starts one under a lock as well, `_thread` does not.
    """
    known = JobScheduler.exit_gracefully

    def answer(scheduler: JobScheduler, *signal_and_frame: Any) -> None:
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
