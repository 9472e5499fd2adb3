"""The keys of the protocol, found in its models: what lies under a key, and what may stand there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BeforeValidator

from evergreen.protocol.part import OneOrSeveral, Part
from evergreen.protocol.relations import Path
from evergreen.protocol.whole import Protocol


def key(path: Path) -> str:
    """A path as people write it: `outcomes[0].analysis.tau2`. A list of values of a key is one key."""
    text, kind = "", Protocol
    for part in path:
        if not isinstance(part, int):
            text += f".{part}" if text else part
        elif not takes_several(kind):
            text += f"[{part}]"
        kind = within(kind, part)
    return text


def known_at(path: Path) -> list[str]:
    """The keys that may stand under `path`."""
    kind: Any = Protocol
    for part in path:
        kind = within(kind, part)
    model = model_of(kind)
    return [name for name, _ in fields(model)] if model else []


def part_with(name: str, path: Path) -> str:
    """The part under `path` that knows the key `name`; "" where none does."""
    return next((part for part in known_at(path) if name in known_at((*path, part))), "")


def fields(model: type[Part]) -> Iterator[tuple[str, Any]]:
    """(key, its field) of a part, as people write it."""
    for name, field in model.model_fields.items():
        yield field.alias or name, field


def within(kind: Any, part: str | int) -> Any:
    """The type of what lies under a key or at a position of a value of type `kind`."""
    if model := model_of(kind):
        return next((field.rebuild_annotation() for name, field in fields(model) if name == part), Any)
    arguments = get_args(bare(kind))
    if get_origin(bare(kind)) is tuple:
        return arguments[0]
    return arguments[1] if len(arguments) == 2 else Any


def model_of(kind: Any) -> type[Part] | None:
    """The part that a value of type `kind` is, or is checked by."""
    for note in getattr(kind, "__metadata__", ()):
        if isinstance(note, BeforeValidator):
            written = note.json_schema_input_type
            if isinstance(written, type) and issubclass(written, Part):
                return written
    kind = bare(kind)
    return kind if isinstance(kind, type) and issubclass(kind, Part) else None


def takes_several(kind: Any) -> bool:
    """Whether a key of type `kind` takes a value or a list of them."""
    return any(isinstance(note, OneOrSeveral) for note in getattr(kind, "__metadata__", ()))


def bare(kind: Any) -> Any:
    """A type without its notes, and without "or nothing"."""
    while get_origin(kind) is Annotated:
        kind = get_args(kind)[0]
    if get_origin(kind) in (Union, UnionType):
        kinds = [one for one in get_args(kind) if one is not NoneType]
        return bare(kinds[0]) if len(kinds) == 1 else kind
    return kind


def is_mapping(kind: Any) -> bool:
    """Whether a person chooses the keys of a value of type `kind`."""
    origin = get_origin(bare(kind))
    return isinstance(origin, type) and issubclass(origin, Mapping)
