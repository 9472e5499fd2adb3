"""References for people, made of a schema: a table for each part of it. That of the protocol is `docs/protocol.md`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from evergreen.protocol.analysis import Changes, Settings
from evergreen.protocol.part import BOUNDS
from evergreen.protocol.patterns import ENDPOINT, ID
from evergreen.protocol.schema import Schema, json_schema, one_of_several, part_named, present
from evergreen.protocol.whole import Protocol
from evergreen.sheets.days import DAY

HEAD = """\
# The protocol, key by key

`config/config.yaml` is the protocol of a review. A key that is not listed here is refused by name, and so is a value that a key does not
take. `config/schemas/config.schema.yaml` says the same to editors and other programs. Both are made by `make protocol` from
`scripts/evergreen/protocol/`, where each key stands once.

Only `review.title` has to be written. With `outcomes` it is the smallest protocol that can pool, with `rounds` and `sources` the smallest that can
deduplicate.

An *id* begins with a letter and goes on with letters, digits and underscores; `adjudication` is none. A *date* is YYYY-MM-DD, in quotes or not.
A number is written in plain digits: `0412` and `12:30`, which YAML takes for 266 and 750, are refused.
"""
SETTINGS = ", ".join(f"`{name}`" for name in Settings.model_fields)
CHANGES = f"Each key takes a value or a list of values: {SETTINGS} as in `analysis`, and besides"
TYPES = {
    "string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null",
}  # fmt: skip
PATTERNS = {ID: "id", DAY: "date", ENDPOINT: "embedded, live or URL"}


def as_markdown() -> str:
    """The reference of the protocol as the text of its file."""
    return HEAD + "".join(_section(name, paths) for name, paths in sections().items())


def sections() -> dict[str, list[str]]:
    """Every part of the protocol, those of a part behind it, with the paths under which it stands."""
    found: dict[str, list[str]] = {}

    def walk(name: str, path: str) -> None:
        found.setdefault(name, []).append(path)
        for key, schema in part(name)["properties"].items():
            below, inner = _part_below(schema)
            if inner:
                walk(inner, ".".join(filter(None, (path, key + below))))

    walk(Protocol.__name__, "")
    return found


def part(name: str) -> Schema:
    """The schema of a part of the protocol."""
    whole: Schema = json_schema()
    return whole if name == Protocol.__name__ else whole["$defs"][name]


def _part_below(schema: Schema) -> tuple[str, str]:
    """How a part lies under a key, itself, in a list (`[]`) or under keys that people choose (`.<id>`), and which; else "" twice."""
    schema = present(schema)
    ways = {
        "": schema,
        "[]": schema.get("items") or one_of_several(schema),
        ".<id>": schema.get("additionalProperties"),
    }
    return next(
        ((way, part_named(inner)) for way, inner in ways.items() if inner and part_named(inner)), ("", "")
    )


def sentence(schema: Schema) -> str:
    """What a key is: its own sentence, or that of the part under it."""
    _, inner = _part_below(schema)
    return schema.get("description") or (part(inner)["description"] if inner else "")


def _section(name: str, paths: list[str]) -> str:
    own, top = part(name), name == Protocol.__name__
    rows = [
        (f"`{key}`", sentence(schema), _allowed(schema), _default(schema, key in own.get("required", ())), schema.get("x-unit", ""))
        for key, schema in own["properties"].items()
        if name != Changes.__name__ or key not in Settings.model_fields
    ]  # fmt: skip
    said = "" if top else own["description"] + (f"\n\n{CHANGES}" if name == Changes.__name__ else "")
    title = "At the top" if top else ", ".join(f"`{path}`" for path in paths)
    return section(title, said, ("key", "what", "allowed", "default", "unit"), rows)


def section(title: str, said: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A part of a reference: what is said of it, and its keys as rows below their heads."""
    table = [heads, ["---"] * len(heads), *rows]
    lines = [f"| {' | '.join(row)} |" for row in table]
    return "\n".join([f"\n## {title}\n", *([f"{said}\n"] if said else []), *lines, ""])


def _allowed(schema: Schema) -> str:
    return "see below" if _part_below(schema)[1] else kind(present(schema))


def _default(schema: Schema, required: bool) -> str:
    default = schema.get("default")
    if required or "x-default" in schema or default in ({}, [], "", None):
        return "must be written" if required else schema.get("x-default", "")
    return f"`{json.dumps(default) if isinstance(default, bool) else default}`"


def kind(schema: Schema) -> str:
    """What may stand under a key, in words; a part of the schema as a link to its section."""
    if name := part_named(schema):
        return f"[{name}](#{name.lower()})"
    if (one := one_of_several(schema)) is not None:
        return f"{kind(one)} or a list of them"
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(map(kind, choices)))
    if values := [schema["const"]] if "const" in schema else schema.get("enum"):
        return ", ".join(f"`{value}`" for value in values)
    if schema.get("type") == "array":
        return f"list: {kind(schema['items'])}"
    if schema.get("type") == "object":
        names = kind(schema["propertyNames"]) if "propertyNames" in schema else "name"
        return f"{names} to {kind(schema.get('additionalProperties', {}))}"
    own = PATTERNS.get(schema.get("pattern", "")) or TYPES.get(schema.get("type", ""), "anything")
    return ", ".join([own, *(f"{word} {schema[name]:g}" for _, _, name, word in BOUNDS if name in schema)])
