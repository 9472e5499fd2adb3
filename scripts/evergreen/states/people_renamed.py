"""People who are called otherwise in the later of two states, as its protocol says: their votes, cells and judgements are no others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evergreen.sheets import folded
from evergreen.states.kinds import KINDS
from evergreen.states.state import PROTOCOL, Row, State
from evergreen.states.vote_words import names_of

PEOPLE, FORMERLY = "people.", ".formerly"
WHO = {kind.who for kind in KINDS if kind.who} | {"decided_by"}
"""Columns that name people, several between semicolons."""


def by_names_of_now(before: State, after: State) -> tuple[State, State]:
    """The states with everybody called as the protocol of the later one says."""
    written = {row["key"]: row["value"] for row in after.parts.get(PROTOCOL, ())}
    now = {
        folded(former): key.removeprefix(PEOPLE).removesuffix(FORMERLY)
        for key, value in written.items()
        if key.startswith(PEOPLE) and key.endswith(FORMERLY)
        for former in names_of(value)
    }
    if not now:
        return before, after
    one, other = (
        replace(
            state,
            parts={part: tuple(_called(row, now) for row in rows) for part, rows in state.parts.items()},
        )
        for state in (before, after)
    )
    return one, other


def _called(row: Row, now: dict[str, str]) -> Row:
    said: dict[str, Any] = {
        name: "; ".join(now.get(folded(one), one) for one in str(row[name]).split("; "))
        for name in WHO & row.keys()
    }
    return {**row, **said}
