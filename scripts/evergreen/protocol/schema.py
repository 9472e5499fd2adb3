"""The JSON schema of the protocol, for editors and other programs: `config/schemas/config.schema.yaml`."""

from __future__ import annotations

from typing import Any

import yaml
from pydantic.json_schema import GenerateJsonSchema

from evergreen.protocol.whole import Protocol

HEAD = """\
# The protocol of a review, for editors and other programs. `make protocol` makes it from scripts/evergreen/protocol/.
"""


class Generator(GenerateJsonSchema):
    """Pydantic's schema, without titles that repeat the keys and with the rules for keys that people choose."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def dict_schema(self, schema: Any) -> dict[str, Any]:
        made: dict[str, Any] = {"type": "object"}
        if "keys_schema" in schema and (keys := self.generate_inner(schema["keys_schema"])) != {
            "type": "string"
        }:
            made["propertyNames"] = keys
        if values := self.generate_inner(schema["values_schema"]):
            made["additionalProperties"] = values
        return made


def json_schema() -> dict[str, Any]:
    """The schema of what people write."""
    made = Protocol.model_json_schema(mode="validation", schema_generator=Generator)
    untitled(made)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Protocol of a review",
        **made,
    }


def untitled(schema: Any) -> None:
    """Take out the titles of parts, which repeat their names."""
    if isinstance(schema, dict):
        if isinstance(schema.get("title"), str) and "properties" in schema:
            del schema["title"]
        for part in schema.values():
            untitled(part)
    elif isinstance(schema, list):
        for part in schema:
            untitled(part)


def as_yaml() -> str:
    """The schema as the text of its file."""
    return HEAD + yaml.safe_dump(
        json_schema(), sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
    )
