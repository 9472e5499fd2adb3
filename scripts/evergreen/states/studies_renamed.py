"""Studies that have another name in the later of two states: one difference, and not as many as there are rows that bear the name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evergreen.states.state import Row, State, with_rows

STUDY = "study"


def renames(before: State, after: State) -> dict[str, str]:
    """{old name: new name} of studies that have the same reports, or, where nothing is known of reports, the same extracted rows."""
    old, new = _marks(before), _marks(after)
    come = {marks: study for study, marks in new.items() if study not in old}
    return {study: come[marks] for study, marks in old.items() if study not in new and marks in come}


def with_names(state: State, names: Mapping[str, str]) -> State:
    """A state in which studies are called by other names."""
    if not names:
        return state
    return with_rows(
        state, lambda _, row: {**row, STUDY: names[row[STUDY]]} if row.get(STUDY) in names else row
    )


def _marks(state: State) -> dict[str, frozenset[Any]]:
    """By which a study is known whatever its name."""
    if "reports" in state.parts:
        pairs = [(row[STUDY], row["work_id"]) for row in state.parts["reports"]]
    else:
        pairs = [(row[STUDY], _cells(row)) for row in state.parts.get("extraction", ()) if STUDY in row]
    found: dict[str, set[Any]] = {}
    for study, mark in pairs:
        found.setdefault(study, set()).add(mark)
    return {study: frozenset(marks) for study, marks in found.items()}


def _cells(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((name, str(value)) for name, value in row.items() if name != STUDY))
