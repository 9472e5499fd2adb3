"""How two states differ: each difference once, with old and new value and, of what people wrote, with whose it is."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from typing import Any, Literal

from evergreen.states.kinds import KINDS, Kind
from evergreen.states.names_of_now import by_names_of_now
from evergreen.states.state import Row, Rows, State
from evergreen.states.studies_renamed import STUDY, renames, with_names
from evergreen.states.vote_words import in_same_words
from evergreen.tables import grouped

SAME = 1e-9
"""Relative difference below which two computed numbers are one: processors differ in the last digits."""


@dataclass(frozen=True)
class Change:
    """One difference. `where` is the key of its row; of a row that was added or removed `column` is "", and the other side holds its
    filled cells."""

    kind: str
    how: Literal["altered", "added", "removed"]
    where: Row
    column: str
    old: Any
    new: Any
    who: str


@dataclass(frozen=True)
class Comparison:
    """Two states beside each other. `effects` are the pairs of rows of the outcomes whose pooled effect differs, None where an outcome is
    not in a state."""

    before: dict[str, str]
    after: dict[str, str]
    changes: tuple[Change, ...]
    effects: tuple[tuple[Row | None, Row | None], ...]
    left_out: tuple[str, ...]
    """Parts that only one of the states has, and that were not compared."""
    called: dict[str, str] = field(default_factory=dict)
    """What studies are called by their first reports, the later state first."""
    outcomes: dict[str, str] = field(default_factory=dict)
    """The names of outcomes by their ids, likewise."""

    def of(self, kind: str) -> list[Change]:
        """The changes of one part."""
        return [change for change in self.changes if change.kind == kind]

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """How many rows or cells of each part were altered, added, removed."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for change in self.changes:
            found[change.kind][change.how] += 1
        return {kind: dict(sorted(counts.items())) for kind, counts in found.items()}

    def written(self) -> dict[str, Any]:
        """The comparison as values for JSON."""
        return {**asdict(self), "counts": self.counts}


def compare(before: State, after: State) -> Comparison:
    """What differs in the parts that both states have, in the order of the parts; people and studies that were renamed are compared under
    their new names."""
    before, after = by_names_of_now(*in_same_words(before, after))
    names = renames(before, after)
    was, before = before, with_names(before, names)
    changes, one_sided = [], []
    for kind in KINDS:
        if kind.id == "studies":
            changes += [
                Change(kind.id, "altered", {STUDY: old}, STUDY, old, new, "") for old, new in names.items()
            ]
        if (kind.id in before.parts) != (kind.id in after.parts):
            one_sided.append(kind.id)
        elif kind.id in before.parts:
            changes += _of_kind(kind, before.parts[kind.id], after.parts[kind.id])
    altered = {change.where["outcome"] for change in changes if change.kind == "effects"}
    old, new = ({row["outcome"]: row for row in state.parts.get("effects", ())} for state in (before, after))
    pairs = tuple((old.get(name), new.get(name)) for name in {**new, **old} if name in altered)
    said = [{"name": one.name, "of": one.of, "searched": one.searched} for one in (before, after)]
    called = {
        row["study"]: row["report_name"]
        for state in (was, before, after)
        for row in state.parts.get("studies", ())
        if row.get("report_name")
    }
    outcomes = {name: row["name"] for name, row in {**old, **new}.items() if row.get("name")}
    return Comparison(said[0], said[1], tuple(changes), pairs, tuple(one_sided), called, outcomes)


def _of_kind(kind: Kind, before: Rows, after: Rows) -> list[Change]:
    old, new = (grouped(rows, partial(_labels_of, kind.key)) for rows in (before, after))
    altered: list[Change] = []
    gone: list[Row] = []
    come: list[Row] = []
    for key in sorted({*old, *new}):
        one, other = _unequal(kind, old.get(key, []), new.get(key, []))
        both = min(len(one), len(other))
        for was, now in zip(one[:both], other[:both], strict=True):
            altered += _cells(kind, was, now)
        gone += one[both:]
        come += other[both:]
    if kind.labelled:
        altered += _renamed(kind, gone, come)
    altered += [_whole(kind, "removed", row) for row in gone]
    return altered + [_whole(kind, "added", row) for row in come]


def _labels_of(names: Iterable[str], row: Row) -> tuple[str, ...]:
    return tuple(str(row.get(name, "")) for name in names)


def _unequal(kind: Kind, before: list[Row], after: list[Row]) -> tuple[list[Row], list[Row]]:
    """The rows of one key without those that stand on both sides."""
    rest, left = list(after), []
    for row in before:
        twin = next((other for other in rest if not any(_differing(kind, row, other))), None)
        if twin is None:
            left.append(row)
        else:
            rest.remove(twin)
    return left, rest


def _differing(kind: Kind, was: Row, now: Row) -> Iterator[str]:
    for name in dict.fromkeys((*was, *now)):
        if name not in kind.aside and name not in kind.key and not _same(was.get(name), now.get(name)):
            yield name


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return math.isclose(one, other, rel_tol=SAME, abs_tol=1e-12)
    return (one in ("", None) and other in ("", None)) or one == other


def _cells(kind: Kind, was: Row, now: Row) -> Iterable[Change]:
    where, who = _key(kind, now), _who(kind, now) or _who(kind, was)
    for name in _differing(kind, was, now):
        yield _altered(kind, where, name, was, now, who)


def _altered(kind: Kind, where: Row, name: str, was: Row, now: Row, who: str) -> Change:
    return Change(kind.id, "altered", where, name, was.get(name, ""), now.get(name, ""), who)


def _renamed(kind: Kind, gone: list[Row], come: list[Row]) -> list[Change]:
    """Changes of rows whose labels were written anew, which are taken out of both lists: one for each label and cell.

    A row is found again by its cells, where just one row had and has them; else by its other labels, where one label differs and
    three of four cells are the same.
    """
    found: list[Change] = []
    for was, now in [*_by_cells(kind, gone, come), *_by_labels(kind, gone, come)]:
        labels = [name for name in kind.key if was.get(name, "") != now.get(name, "")]
        where = _key(kind, was)
        found += [_altered(kind, where, name, was, now, _who(kind, now)) for name in labels]
        found += [replace(change, where=where) for change in _cells(kind, was, now)]
    return found


Pairs = Iterator[tuple[Row, Row]]


def _by_cells(kind: Kind, gone: list[Row], come: list[Row]) -> Pairs:
    for was, now in _single(gone, come, partial(_cells_of, kind)):
        if _cells_of(kind, was)[1]:
            yield _taken(gone, was), _taken(come, now)


def _by_labels(kind: Kind, gone: list[Row], come: list[Row]) -> Pairs:
    for name in kind.key:
        if name == kind.who:
            continue
        rest = [label for label in kind.key if label != name]
        for was, now in _single(gone, come, partial(_labels_of, rest)):
            filled = {key for row in (was, now) for key, _ in _cells_of(kind, row)[1]}
            if 4 * len(list(_differing(kind, was, now))) <= len(filled):
                yield _taken(gone, was), _taken(come, now)


def _single(gone: Iterable[Row], come: Iterable[Row], by: Callable[[Row], Any]) -> Pairs:
    """The rows of both lists that are alike by something, where just one of each is."""
    old, new = grouped(gone, by), grouped(come, by)
    for key, rows in old.items():
        others = new.get(key, [])
        if len(rows) == len(others) == 1:
            yield rows[0], others[0]


def _taken(rows: list[Row], row: Row) -> Row:
    rows.pop(next(place for place, other in enumerate(rows) if other is row))
    return row


def _cells_of(kind: Kind, row: Row) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Whose the row is, and its filled cells."""
    cells = (
        (name, str(value)) for name, value in row.items() if name not in kind.key and value not in ("", None)
    )
    return _who(kind, row), tuple(sorted(cells))


def _whole(kind: Kind, how: Literal["added", "removed"], row: Row) -> Change:
    said = {name: value for name, value in row.items() if value not in ("", None)}
    cells = {name: value for name, value in said.items() if name not in (*kind.key, *kind.aside)}
    old, new = (cells, None) if how == "removed" else (None, cells)
    return Change(kind.id, how, _key(kind, row), "", old, new, _who(kind, row))


def _key(kind: Kind, row: Row) -> dict[str, str]:
    return {name: str(row[name]) for name in kind.key if row.get(name)}


def _who(kind: Kind, row: Row) -> str:
    return str(row.get(kind.who, "")) if kind.who else ""
