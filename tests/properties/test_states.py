"""Random edits between two states: each is named once, with what it was and what it is, and nothing else is named.

The states are those of the bundled review's own sheets, so that labels, empty cells and repeated rows are as people write them.
"""

from __future__ import annotations

import copy
import os
import random
from collections import Counter
from pathlib import Path

import pytest

from evergreen.protocol import people
from evergreen.protocol.loading import as_written, load
from evergreen.states import comparing, state
from evergreen.states.kinds import BY_ID
from evergreen.states.reading import state_of

EDITS = 60
RESULTS = {
    "effects": ({"outcome": "erosion", "name": "Erosion", "estimate": -0.66, "ci_low": -0.97, "I2": 0.0, "shown": "MD"},
                {"outcome": "mtss", "name": "mTSS", "estimate": 0.1, "ci_low": -1e-9, "I2": 33.3, "shown": "MD"}),
    "weights": tuple({"outcome": "erosion", "study": f"S{i}", "label": f"Smith 20{i}", "yi": i / 7, "weight": 100 / 7} for i in range(7)),
    "ratings": ({"outcome": "erosion", "name": "Erosion", "certainty": "low"},),
    "conclusions": ({"outcome": "erosion", "name": "Erosion", "conclusion": "It may."},),
}  # fmt: skip


@pytest.fixture(scope="module")
def bundled(root) -> state.State:
    back = Path.cwd()
    os.chdir(root)
    try:
        protocol = load("config/config.yaml")
        files = [file for area in people.checked(protocol).files.values() for file in area]
        return state_of(
            "1.0", "", protocol, written=as_written("config/config.yaml", {}), files=files, paths={}, results=RESULTS, looks={},
        )  # fmt: skip
    finally:
        os.chdir(back)


def edited(before: state.State, chance: random.Random, count: int):
    """Another state, and what was done to it: (part, how, column, old, new) of each edit."""
    parts = {name: [dict(row) for row in rows] for name, rows in copy.deepcopy(dict(before.parts)).items()}
    done: list[tuple[str, str, str, object, object]] = []
    touched: set[tuple[str, int]] = set()
    gone: list[tuple[str, int]] = []
    while len(done) < count:
        part = chance.choice([name for name, rows in parts.items() if rows])
        kind, place = BY_ID[part], chance.randrange(len(before.parts[part]))
        if (part, place) in touched:
            continue
        touched.add((part, place))
        row, how = (
            parts[part][place],
            chance.choice(["cell", "cell", "cell", "empty", "label", "remove", "add"]),
        )
        cells = [name for name in row if name not in (*kind.key, *kind.aside)]
        if how in ("cell", "empty") and cells:
            name = chance.choice(cells)
            old = row[name]
            new = (old * 1.01 + 1 if isinstance(old, float) else f"{old}{part[0]}") if how == "cell" else ""
            row[name] = new
            if not (old in ("", None) and new == ""):
                done.append((part, "altered", name, old, new))
        elif how == "label" and kind.labelled and len(cells) > 1:
            name = chance.choice([one for one in kind.key if one != kind.who and row.get(one)])
            old, row[name] = row[name], f"{row[name]} anew"
            done.append((part, "altered", name, old, row[name]))
        elif how == "remove" and part != "protocol":
            gone.append((part, place))
            done.append((part, "removed", "", None, None))
        elif how == "add" and part != "protocol":
            own = {name: f"of its own {len(done)}" for name in cells}
            parts[part].append({**row, kind.key[-1]: f"new {len(done)}", **own})
            done.append((part, "added", "", None, None))
    for part, place in sorted(gone, reverse=True):
        parts[part].pop(place)
    for rows in parts.values():
        chance.shuffle(rows)
    return state.State("now", "", "", {name: tuple(rows) for name, rows in parts.items()}), done


@pytest.mark.parametrize("seed", range(8))
def test_each_of_sixty_edits_is_named_once_and_nothing_else(bundled, seed):
    after, done = edited(bundled, random.Random(seed), EDITS)
    found = comparing.compare(bundled, after)
    said = Counter(
        (one.kind, one.how, one.column, *((one.old, one.new) if one.how == "altered" else (None, None)))
        for one in found.changes
    )
    assert said == Counter(done)
    for one in found.changes:
        if one.kind in ("extraction", "screening", "risk_of_bias"):
            assert one.who in ("AB", "CD")


def test_back_again_exchanges_old_and_new(bundled):
    after, _ = edited(bundled, random.Random(99), EDITS)
    there, back = comparing.compare(bundled, after), comparing.compare(after, bundled)
    assert len(there.changes) == len(back.changes)
    assert Counter((one.kind, str(one.old), str(one.new)) for one in there.changes) == Counter(
        (one.kind, str(one.new), str(one.old)) for one in back.changes
    )


def test_a_state_that_was_written_is_the_same_state(bundled, tmp_path):
    state.write(bundled, tmp_path / "state.json.gz")
    again = state.read(tmp_path / "state.json.gz")
    assert again == bundled
    assert comparing.compare(bundled, again).changes == ()
    state.write(bundled, tmp_path / "twice.json.gz")
    assert (tmp_path / "twice.json.gz").read_bytes() == (tmp_path / "state.json.gz").read_bytes()
