"""The keys of the protocol, found in its schema: what lies under a key, and what may stand there."""

from __future__ import annotations

from evergreen.protocol.part import KeyPath
from evergreen.protocol.schema import Schema, json_schema, one_of_several, part_named, present


def key(path: KeyPath) -> str:
    """A path as people write it: `outcomes[0].analysis.tau2`. Where a value may stand or several, they are one key."""
    text, schema = "", json_schema()
    for part in path:
        if isinstance(part, str):
            text += f".{part}" if text else part
        elif not one_of_several(schema):
            text += f"[{part}]"
        schema = _below(schema, part)
    return text


def known_at(path: KeyPath) -> list[str]:
    """The keys that may stand under `path`."""
    schema = json_schema()
    for part in path:
        schema = _below(schema, part)
    return list(schema.get("properties", ()))


def part_with(name: str, path: KeyPath) -> str:
    """The part under `path` that knows the key `name`; "" where none does."""
    return next((part for part in known_at(path) if name in known_at((*path, part))), "")


def _below(schema: Schema, part: str | int) -> Schema:
    """What may stand under a key or at a position, where `schema` is what stands there."""
    if isinstance(part, int):
        found = one_of_several(schema) or schema.get("items", {})
    else:
        found = schema.get("properties", {}).get(part) or schema.get("additionalProperties") or {}
    found = present(found)
    return json_schema()["$defs"][part_named(found)] if part_named(found) else found
