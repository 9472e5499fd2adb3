"""A small seeded part of `make fixpoint`, and the edit that first showed stale results."""

from __future__ import annotations

import os
import random
import time

import pytest

from tests.fixpoint.edits import Edit, draw
from tests.fixpoint.edits.screening import all_vote
from tests.fixpoint.engine import Engine
from tests.fixpoint.histories import SAME, Finished, History, clean_start, play
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


def excluded(rng: random.Random, written: Written) -> list[Edit]:
    return [Edit("votes", all_vote(rng, written, "full_text", "alpha:A8", "exclude"))]


def without(*keys: str):
    """Take keys out of the protocol."""

    def edit(rng: random.Random, written: Written) -> list[Edit]:
        protocol = {key: part for key, part in written.protocol.items() if key not in keys}
        written.save_protocol(protocol)
        return [Edit("protocol", f"without {', '.join(keys)}")]

    return edit


def two_exports(rng: random.Random, written: Written) -> list[Edit]:
    """Two exports of a round, then in the other order."""
    protocol = written.protocol
    files = protocol["sources"]["beta"]["files"]
    files["2021-06-30"] = (
        files["2021-06-30"][::-1]
        if isinstance(files["2021-06-30"], list)
        else ["config/search/beta-2021.ris", "config/search/alpha-2022.ris"]
    )
    written.save_protocol(protocol)
    return [Edit("exports", str(files["2021-06-30"]))]


def alike(rng: random.Random, written: Written) -> list[Edit]:
    """Ids of outcomes that read alike when they are joined, and a file with a time to come."""
    protocol = written.protocol
    protocol["outcomes"] = [
        {"id": name, "data": "pain", "measure": "MD", "timepoint": "12 weeks"}
        for name in ("pain", "low_back", "pain_low", "back")
    ]
    written.save_protocol(protocol)
    later = time.time() + 7200
    os.utime(written.folder / "extraction" / "AB.csv", (later, later))
    return [Edit("outcomes", "alike when joined")]


@pytest.mark.parametrize(
    ("edits", "steps"),
    [
        (excluded, 1),
        (without("rounds", "sources", "screening"), 1),
        (without("rounds", "sources"), 1),
        (without("outcomes", "analysis"), 1),
        (two_exports, 2),
        (alike, 1),
    ],
    ids=["study excluded", "sheets only", "no search", "no outcomes", "order of exports", "alike"],
)
def test_one_run_is_enough_after(finished, edits, steps):
    history = play("mini-one-edit", finished, steps=steps, edits=edits)
    assert not history.failed, words(history)
    assert all(step.verdict == SAME for step in history.steps)
