"""A small seeded part of `make chaos`: three killed runs, and two runs at once."""

from __future__ import annotations

import time

import pytest

from tests.chaos.kills import COMPLETED, KINDS, heed_interrupts, trial
from tests.chaos.together import two_at_once
from tests.fixpoint.engine import REVIEWS, Engine, new_review
from tests.fixpoint.histories import Finished, clean_start

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("chaos")]


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Finished:
    heed_interrupts()
    return clean_start(Engine(), tmp_path_factory.mktemp("chaos"))


@pytest.fixture(scope="module")
def length(finished, tmp_path_factory) -> float:
    """Seconds that a run from nothing takes."""
    finished.of("mini")
    review = new_review(REVIEWS["mini"], tmp_path_factory.mktemp("measured") / "a review")
    began = time.monotonic()
    assert finished.engine.run(review).status == 0
    return time.monotonic() - began


@pytest.mark.parametrize(
    ("kind", "part"),
    [(KINDS[0], 0.3), (KINDS[1], 0.5), (KINDS[4], 0.7)],
    ids=["SIGKILL", "orphans", "Ctrl-C"],
)
def test_the_next_run_completes_a_killed_one(finished, length, kind, part):
    done = trial("mini-pytest-1", finished, lambda state: length, kind, part)
    assert not done.wrong, f"{done.state}, struck in phase {done.phase}: {done.wrong}"


def test_a_second_run_at_the_same_time_is_refused_and_told_of_the_first(finished):
    assert two_at_once("mini", finished) == COMPLETED
