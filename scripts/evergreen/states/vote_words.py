"""Votes of two states in the same words: a sheet may call decisions and reasons by their keys or by what the protocol calls them."""

from __future__ import annotations

import json

from evergreen.screening.stages import DECISIONS
from evergreen.sheets.labels import Choices
from evergreen.states.state import PROTOCOL, Row, State, with_rows

VOTES = ("screening", "adjudication_screening")
REASONS, FORMERLY = "screening.reasons.", "screening.formerly."


def in_same_words(*states: State) -> list[State]:
    """The states with their votes by keys, each reason as the protocols of all of them read it: it may have been called anew since."""
    known = [_reasons(state) for state in states]
    return [
        with_rows(state, lambda part, row: _by_keys(row, known) if part in VOTES else row) for state in states
    ]


def _reasons(state: State) -> Choices:
    """The reasons of a state's protocol, with what sheets may say for them."""
    written = {row["key"]: row["value"] for row in state.parts.get(PROTOCOL, ())}
    keys = [name.removeprefix(REASONS) for name in written if name.startswith(REASONS)]
    return Choices(
        {key: [written[REASONS + key], *names_of(written.get(FORMERLY + key, "[]"))] for key in keys}
    )


def names_of(value: str) -> list[str]:
    """One name, or the several of a list."""
    return json.loads(value) if value.startswith("[") else [value]


def _by_keys(row: Row, known: list[Choices]) -> Row:
    said = {name: row[name] for name in ("decision", "reason") if name in row}
    if "decision" in said:
        said["decision"] = Choices(DECISIONS[row["stage"]]).read(said["decision"]) or said["decision"]
    for choices in known if "reason" in said else ():
        said["reason"] = choices.read(said["reason"]) or said["reason"]
    return {**row, **said}
