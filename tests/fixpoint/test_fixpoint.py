"""A small seeded part of `make fixpoint`, and the edit that first showed stale results."""

from __future__ import annotations

import random

import pytest

from tests.fixpoint.edits import Edit, draw
from tests.fixpoint.edits.screening import all_vote
from tests.fixpoint.engine import Engine
from tests.fixpoint.histories import Finished, History, clean_start, play
from tests.fixpoint.written import Written

pytestmark = [pytest.mark.workflow, pytest.mark.xdist_group("fixpoint")]


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Finished:
    return clean_start(Engine(), tmp_path_factory.mktemp("fixpoint"))


def words(history: History) -> str:
    return "\n".join(
        f"{step.verdict} after {'; '.join(map(str, step.edits))}\n  " + "\n  ".join(step.details)
        for step in history.steps
    )


def three(rng: random.Random, written: Written) -> list[Edit]:
    return [draw(rng, written) for _ in range(3)]


@pytest.mark.parametrize("seed", ["mini-pytest-1", "sheets-pytest-1"])
def test_one_run_after_three_edits_is_enough(finished, seed):
    history = play(seed, finished, steps=2 if seed.startswith("mini") else 1, edits=three)
    assert not history.failed, words(history)


def test_one_run_after_an_included_study_is_excluded_is_enough(finished):
    def excluded(rng: random.Random, written: Written) -> list[Edit]:
        return [Edit("votes", all_vote(rng, written, "full_text", "alpha:A8", "exclude"))]

    history = play("mini-stale-after-vote", finished, steps=1, edits=excluded)
    assert not history.failed, words(history)
