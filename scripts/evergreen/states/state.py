"""A state of a review as one value: rows by part, its pooled effects as of each round, and what it is a state of."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from evergreen.errors import InputError
from evergreen.steps.drafts import replaced

FORM = 1
PROTOCOL = "protocol"
"""The part that every state has and no view of a round."""
FORMERLY = "formerly"
"""What a view of a round has of it: the keys that say how people and sources were called."""
Row = Mapping[str, Any]
Rows = tuple[Row, ...]


@dataclass(frozen=True)
class State:
    """Rows by the id of their kind (`kinds.KINDS`); texts as people wrote them, numbers of results at full precision.

    `name` is what a reader calls it, `of` says what it was read from, `searched` the day of the last search. `looks` has the rows of the
    effects as of each round.
    """

    name: str
    of: str
    searched: str
    parts: Mapping[str, Rows] = field(default_factory=dict)
    looks: Mapping[str, Rows] = field(default_factory=dict)


def with_rows(state: State, altered: Callable[[str, Row], Row]) -> State:
    """A state with other rows: what `altered` makes of the part and each of its rows."""
    parts = {part: tuple(altered(part, row) for row in rows) for part, rows in state.parts.items()}
    return replace(state, parts=parts)


def as_of(state: State, day: str) -> State:
    """The state as of the round of a day: what the searches until then found and what was pooled of it.

    Votes, cells and judgements have no round, and what people rate is of today: a view of a round says nothing of them.
    """
    parts = {
        name: tuple(row for row in state.parts.get(name, ()) if row["round"] and row["round"] <= day)
        for name in ("records", "decisions", "studies")
    }
    parts[FORMERLY] = tuple(
        row for row in state.parts.get(PROTOCOL, ()) if row["key"].endswith(f".{FORMERLY}")
    )
    works = {row["work_id"] for row in parts["records"]}
    studies = {row["study"] for row in parts["studies"]}
    parts["reports"] = tuple(
        row for row in state.parts.get("reports", ()) if row["study"] in studies and row["work_id"] in works
    )
    latest: dict[str, Row] = {}
    for look in sorted(one for one in state.looks if one <= day):
        latest |= {row["outcome"]: row for row in state.looks[look]}
    parts["effects"] = tuple(latest[name] for name in sorted(latest))
    return replace(state, name=day, of=f"the round of {day}", searched=day, parts=parts, looks={})


def alike(one: State, other: State) -> tuple[State, State]:
    """Two states to be compared: beside a view of a round the other is the view of its last round, under its own name."""
    views = [PROTOCOL not in state.parts for state in (one, other)]
    if views[0] == views[1]:
        return one, other
    found = [
        state
        if view
        else replace(as_of(state, state.searched), name=state.name, of=f"{state.of}, as of its last round")
        for state, view in zip((one, other), views, strict=True)
    ]
    return found[0], found[1]


def write(state: State, path: Path) -> None:
    """Write a state compressed; the same state gives the same bytes."""
    text = json.dumps({"form": FORM, **asdict(state)}, ensure_ascii=False, separators=(",", ":"))
    with replaced(path) as draft:
        draft.write_bytes(gzip.compress(text.encode(), mtime=0))


def read(path: Path) -> State:
    """A state that `write` wrote. Raises InputError where it is none."""
    try:
        content = json.loads(gzip.decompress(path.read_bytes()))
        if content.pop("form") != FORM:
            raise ValueError("written by another version of Evergreen")
        parts, looks = (
            {part: tuple(rows) for part, rows in content[name].items()} for name in ("parts", "looks")
        )
        return State(content["name"], content["of"], content["searched"], parts, looks)
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"no frozen state of a review ({error})",
            file=path,
            todo="Restore the file from version control.",
        ) from None
