"""People and sources that are called otherwise in the later of two states, as its protocol says: their votes, cells, judgements and records are no
others."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from evergreen.sheets import folded
from evergreen.states.kinds import KINDS
from evergreen.states.state import FORMERLY, PROTOCOL, Row, State, with_rows
from evergreen.states.vote_words import names_of

WHO = {kind.who for kind in KINDS if kind.who} | {"decided_by"}
"""Columns that name people, several between semicolons."""
IDS = {"record_id", "work_id", "record_a", "record_b", "study"}
"""Columns of ids, which begin with their source; a report that nobody assigned is a study called so."""


def by_names_of_now(before: State, after: State) -> tuple[State, State]:
    """The states with everybody and every source called as the protocol of the later one says."""
    people = {folded(former): now for former, now in _formerly(after, "people.")}
    sources = dict(_formerly(after, "sources."))
    if not people and not sources:
        return before, after

    def person(names: str) -> str:
        return "; ".join(people.get(folded(one), one) for one in names.split("; "))

    def record(name: str) -> str:
        source, colon, number = name.partition(":")
        return f"{sources.get(source, source)}{colon}{number}" if colon else name

    def key(name: str) -> str:
        head, *rest = name.split(".")
        return (
            ".".join([head, sources.get(rest[0], rest[0]), *rest[1:]]) if head == "sources" and rest else name
        )

    called: dict[str, Callable[[str], str]] = {
        **dict.fromkeys(WHO, person), **dict.fromkeys(IDS, record), "source": lambda name: sources.get(name, name), "key": key,
    }  # fmt: skip

    def altered(_: str, row: Row) -> Row:
        return {**row, **{name: called[name](str(row[name])) for name in called.keys() & row.keys()}}

    return with_rows(before, altered), with_rows(after, altered)


def _formerly(state: State, part: str) -> Iterator[tuple[str, str]]:
    """(name of before, name of now) of whom or what a part of the protocol says to have been called otherwise."""
    end = f".{FORMERLY}"
    for row in state.parts.get(PROTOCOL, state.parts.get(FORMERLY, ())):
        if row["key"].startswith(part) and row["key"].endswith(end):
            now = row["key"].removeprefix(part).removesuffix(end)
            yield from ((former, now) for former in names_of(row["value"]))
