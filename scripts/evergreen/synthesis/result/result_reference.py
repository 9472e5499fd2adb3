"""The reference of a result for people: `docs/result.md`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evergreen.synthesis.result.outcome_result import Result
from evergreen.synthesis.result.result_schema import json_schema

HEAD = """\
# The result of an outcome, key by key

Pooling writes `results/synthesis/<outcome>.json`; figures, report, exports and the comparison with metafor read it and compute nothing again.
[result.schema.json](result.schema.json) says the same to other programs. Both are made by `make result` from
`scripts/evergreen/synthesis/result/`, where each key stands once.

Every key is always there. Where there is no such number or part it is `null`, a text `""`, a list `[]`, a mapping `{}`; a number is never NaN
or infinite. Of the numbers of an arm those are written that are known. Numbers have full double precision. Effects, their limits and standard
errors are on the *analysis scale*: for ratios the natural logarithm, for other measures with a transformation what was transformed
([pooling.md](pooling.md)), else the effect itself.
"""
TYPES = {
    "string": "text", "integer": "whole number", "number": "number", "boolean": "true or false", "null": "null", "object": "mapping",
}  # fmt: skip


def as_markdown() -> str:
    """The reference as the text of its file."""
    schema = json_schema()
    parts = {Result.__name__: schema, **schema["$defs"]}
    return HEAD + "".join(
        _section(name, parts[name]) for name in dict.fromkeys(_order(Result.__name__, parts))
    )


def _order(name: str, parts: dict[str, Any]) -> Iterator[str]:
    """The parts as they are met from the top, each before those in it."""
    yield name
    inner = list(dict.fromkeys(_named({key: value for key, value in parts[name].items() if key != "$defs"})))
    for one in inner:
        yield from _order(one, parts)


def _named(schema: Any) -> Iterator[str]:
    """The parts that a schema refers to."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield schema["$ref"].rpartition("/")[2]
        for key, value in schema.items():
            if key != "discriminator":
                yield from _named(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _named(value)


def _section(name: str, part: dict[str, Any]) -> str:
    rows = [
        f"| `{key}` | {value.get('description', '')} | {_kind(value)} | {value.get('x-unit', '')} |"
        for key, value in part["properties"].items()
    ]
    if isinstance(others := part.get("additionalProperties"), dict):
        rows.insert(0, f"| any other | | {_kind(others)} | |")
    table = ["| key | what | value | unit |", "| --- | --- | --- | --- |", *rows]
    return "\n".join([f"\n## {name}\n\n{part.get('description', '').strip()}\n", *table, ""])


def _kind(schema: dict[str, Any]) -> str:
    """What stands under a key, in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if choices := schema.get("anyOf") or schema.get("oneOf"):
        return " or ".join(dict.fromkeys(map(_kind, choices)))
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return " or ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list: {_kind(schema['items'])}"
    if isinstance(inner := schema.get("additionalProperties"), dict):
        return f"by name: {_kind(inner)}"
    return TYPES[schema["type"]] if "type" in schema else "anything"
