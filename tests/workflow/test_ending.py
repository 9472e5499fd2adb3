"""A run hears that it is to end, whatever it is doing just then."""

from __future__ import annotations

import sys
import threading
from types import SimpleNamespace

import pytest
from snakemake.scheduling.job_scheduler import JobScheduler

from tests.fixpoint.engine import ROOT


@pytest.fixture
def ending(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "rules"))
    monkeypatch.setattr(JobScheduler, "exit_gracefully", JobScheduler.exit_gracefully)
    yield __import__("ending")
    sys.modules.pop("ending")


def test_sigterm_is_heard_while_the_main_thread_holds_the_lock(ending):
    """Snakemake's own answer would wait for the lock in the thread that holds it (seen once in 93 killed runs)."""
    scheduler = SimpleNamespace(_lock=threading.Lock(), _open_jobs=threading.Semaphore(0), _user_kill=None)
    ending.hear_sigterm()

    def work():
        with scheduler._lock:
            JobScheduler.exit_gracefully(scheduler, 15, None)
            assert scheduler._user_kill is None

    busy = threading.Thread(target=work, daemon=True)
    busy.start()
    busy.join(10)
    assert not busy.is_alive()
    assert scheduler._open_jobs.acquire(timeout=10)
    assert scheduler._user_kill == "graceful"


def test_a_run_that_was_ended_from_outside_says_so(ending):
    scheduler = SimpleNamespace(_lock=threading.Lock(), _open_jobs=threading.Semaphore(0), _user_kill=None)
    assert ending.how_stopped() == ""
    ending.hear_sigterm()
    JobScheduler.exit_gracefully(scheduler, 15, None)
    assert ending.how_stopped().startswith("Stopped from outside (SIGTERM): what was finished is kept")


def test_an_interrupt_before_the_steps_is_one_sentence_and_other_faults_stay_as_they_are(
    ending, monkeypatch, capsys
):
    seen = []
    monkeypatch.setattr(sys, "excepthook", lambda *fault: seen.append(fault[0]))
    ending.interrupt_before_steps()
    sys.excepthook(ZeroDivisionError, ZeroDivisionError(), None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert seen == [ZeroDivisionError]
    said = "Stopped as you asked: what was finished is kept, and the next run goes on from there.\n"
    assert capsys.readouterr().err == said
