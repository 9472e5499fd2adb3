"""The protocol read: YAML with its rows, dates as text, checked, defaults filled, every fault with its place."""

from __future__ import annotations

import copy
import datetime
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evergreen import yaml_text
from evergreen.errors import InputError, refuse
from evergreen.protocol import outcomes, places, screening, sources, spelling
from evergreen.protocol.comments import behind_texts
from evergreen.protocol.faults import faults_of, yaml_boolean
from evergreen.protocol.keys import key
from evergreen.protocol.part import Fault, KeyPath
from evergreen.protocol.whole import Protocol

FILE = "config/config.yaml"
Rows = Callable[[KeyPath], int | None]


def load(path: str | Path, given: Mapping[str, Any] | None = None) -> Protocol:
    """Read and check the protocol at `path`; what is `given` besides (`--config`) outranks what the file says.

    Raises InputError(s) that name the row, the key, what is wrong and what is allowed.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(
            "the protocol is missing.",
            file=path,
            todo="Start one: evergreen new FOLDER",
        )
    written, given = yaml_text.read_placed(path), given or {}

    def rows(place: KeyPath) -> int | None:
        return None if _names(given, place) else written.row(place)

    # config/config.yaml: the review's directory is the one above config/.
    return complete(_merged(written.content, given), file=path, root=path.absolute().parent.parent, rows=rows)


def of_run(path: str | Path | None, given: Mapping[str, Any]) -> Protocol:
    """The protocol of a run: that of the file with what is `given` besides, or without a file what is given."""
    return complete(given) if path is None else load(path, given)


def cut_off(path: str | Path) -> list[list[str]]:
    """[key and row, text, comment] of texts that readers see and that a comment stands behind: ` #` in a text without quotes ends it."""
    return [
        [f"`{key(place)}` (row {row})", text, comment] for place, row, text, comment in behind_texts(path)
    ]


def as_written(path: str | Path | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the author of a protocol wrote, with what is `given` besides, days as texts; without what defaults fill in."""
    written: dict[str, Any] = _plain(_merged({} if path is None else yaml_text.read(path), given), (), [])
    return written


def otherwise(path: str | Path, given: Mapping[str, Any]) -> list[str]:
    """Keys under which `given` says something else than the file does."""
    if not given:
        return []
    whole, own = as_written(path, given), as_written(path, {})
    return sorted(name for name in map(str, given) if whole[name] != own.get(name))


def complete(
    raw: Mapping[str, Any],
    *,
    file: str | Path = FILE,
    root: str | Path = ".",
    rows: Rows = lambda place: None,
) -> Protocol:
    """Normalise, check and fill a protocol that was already parsed; `raw` is left as it is.

    `root` is the review's directory, which the paths in the protocol must not leave; `rows` says in which row of the file a
    key stands, where it stands in one.
    """

    def refuse_all(faults: Iterator[Fault]) -> None:
        found = [
            InputError(fault.problem, file=file, row=rows(fault.path), todo=fault.todo) for fault in faults
        ]
        refuse(sorted(found, key=lambda error: error.row or 0))

    booleans: list[Fault] = []
    plain = _plain(raw, (), booleans)
    refuse_all(iter(booleans))
    try:
        read = Protocol.model_validate(plain)
    except ValidationError as error:
        refuse_all(faults_of(error))
        raise
    refuse_all(_relations(read, root))

    def filled(outcome: outcomes.Outcome) -> outcomes.Outcome:
        own = {"analysis": outcome.analysis.over(read.analysis), "order": outcome.order or read.figures.order}
        return outcome.model_copy(update=own)

    return read.model_copy(update={"outcomes": tuple(map(filled, read.outcomes))})


def _relations(protocol: Protocol, root: str | Path) -> Iterator[Fault]:
    """What no key says alone."""
    yield from _order(protocol)
    yield from sources.faults(protocol.sources, protocol.rounds, protocol.entrez)
    yield from sources.faults_of_methods(protocol.other_methods, protocol.sources, protocol.rounds)
    yield from screening.faults(protocol.screening, protocol.rounds)
    yield from screening.faults_of_changes(
        protocol.amendments, protocol.people, protocol.screening, protocol.everybody
    )
    yield from outcomes.faults(protocol.outcomes)
    yield from spelling.faults(protocol)
    yield from places.faults(protocol, root=root)


def _order(protocol: Protocol) -> Iterator[Fault]:
    for number, (earlier, later) in enumerate(pairwise(protocol.rounds), start=1):
        if later <= earlier:
            yield Fault(
                ("rounds", number),
                f"`rounds`: {later} stands after {earlier}",
                "Put the rounds in ascending order, each once.",
            )


def _plain(value: Any, path: KeyPath, faults: list[Fault]) -> Any:
    """Copy with dates as text; a boolean key is YAML's NO, YES, ON: refused."""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()[:10]
    if isinstance(value, Mapping):
        result = {}
        for name, item in value.items():
            if isinstance(name, bool):
                faults.append(yaml_boolean((*path, str(name)), f"`{key(path) or 'a key'}` holds", name))
                continue
            text = name.isoformat()[:10] if isinstance(name, datetime.date) else str(name)
            result[text] = _plain(item, (*path, text), faults)
        return result
    if isinstance(value, list | tuple):
        return [_plain(item, (*path, number), faults) for number, item in enumerate(value)]
    return copy.copy(value)


def _merged(written: Any, given: Mapping[str, Any]) -> Any:
    """What is written with what is given besides, key by key."""
    merged = dict(written) if isinstance(written, Mapping) else {}
    for name, value in given.items():
        merged[name] = _merged(merged.get(name), value) if isinstance(value, Mapping) else value
    return merged


def _names(given: Mapping[str, Any], place: KeyPath) -> bool:
    """Whether `given` says what stands at a place."""
    value: Any = given
    for part in place:
        if not isinstance(value, Mapping):
            return True
        if part not in value:
            return False
        value = value[part]
    return True
