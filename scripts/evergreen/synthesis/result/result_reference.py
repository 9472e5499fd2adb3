"""The reference of a result for people: `docs/result.md`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from evergreen.protocol.reference import kind, section
from evergreen.protocol.schema import Schema
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


def as_markdown() -> str:
    """The reference as the text of its file."""
    schema = json_schema()
    parts = {Result.__name__: schema, **schema["$defs"]}
    return HEAD + "".join(
        _section(name, parts[name]) for name in dict.fromkeys(_order(Result.__name__, parts))
    )


def _order(name: str, parts: Mapping[str, Schema]) -> Iterator[str]:
    """The parts as they are met from the top, each before those in it."""
    yield name
    own = {key: value for key, value in parts[name].items() if key != "$defs"}
    for inner in re.findall(r'"\$ref": "#/\$defs/(\w+)"', json.dumps(own)):
        yield from _order(inner, parts)


def _section(name: str, part: Schema) -> str:
    rows = [
        (f"`{key}`", value.get("description", ""), kind(value), value.get("x-unit", ""))
        for key, value in part["properties"].items()
    ]
    if others := part["additionalProperties"]:
        rows.insert(0, ("any other", "", kind(others), ""))
    return section(name, part["description"], ("key", "what", "value", "unit"), rows)
