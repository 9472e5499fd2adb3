"""The JSON schema of a result, for other programs: `docs/result.schema.json`."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from evergreen.protocol.schema import schema_of
from evergreen.synthesis.result.outcome_result import Result
from evergreen.synthesis.result.study_rows import Arm, ReportedArm

KNOWN_ONLY = {Arm.__name__, ReportedArm.__name__}
"""Parts of which only those numbers are written that are known."""


@cache
def json_schema() -> dict[str, Any]:
    """The schema of what is written: every key is there, null where there is nothing."""
    comment = "Made by `make result` from scripts/evergreen/synthesis/result/."
    made = schema_of(Result, "Result of an outcome", **{"$comment": comment})
    parts = {Result.__name__: made, **made["$defs"]}
    for name, part in parts.items():
        part["required"] = []
        for key, value in part["properties"].items():
            value.pop("default", None)
            if name in KNOWN_ONLY and value.pop("anyOf", None):
                value["type"] = "number"
            else:
                part["required"].append(key)
    return made


def as_json() -> str:
    """The schema as the text of its file."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
