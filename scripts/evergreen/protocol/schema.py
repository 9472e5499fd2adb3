"""JSON schemas of what models say, for editors and other programs; that of the protocol is `config/schemas/config.schema.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from evergreen.protocol.part import sentences
from evergreen.protocol.whole import Protocol

HEAD = """\
# The protocol of a review, for editors and other programs. `make protocol` makes it from scripts/evergreen/protocol/.
"""
Schema = Mapping[str, Any]


class Generator(GenerateJsonSchema):
    """Pydantic's schema, without titles that repeat the names of keys and parts, and with the rules for keys that people choose."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def model_schema(self, schema: Any) -> dict[str, Any]:
        made: dict[str, Any] = super().model_schema(schema)
        made.pop("title", None)
        model: type[BaseModel] = schema["cls"]
        for name, said in sentences(model).items():
            made["properties"][model.model_fields[name].alias or name].setdefault("description", said)
        return made

    def dict_schema(self, schema: Any) -> dict[str, Any]:
        made: dict[str, Any] = {"type": "object"}
        if "keys_schema" in schema and (keys := self.generate_inner(schema["keys_schema"])) != {
            "type": "string"
        }:
            made["propertyNames"] = keys
        if values := self.generate_inner(schema["values_schema"]):
            made["additionalProperties"] = values
        return made


def schema_of(model: type[BaseModel], title: str, **more: str) -> dict[str, Any]:
    """The schema of what a model reads; `more` are further keys at its head."""
    made = model.model_json_schema(schema_generator=Generator)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **more, **made}


@cache
def json_schema() -> Schema:
    """The schema of the protocol that people write."""
    return schema_of(Protocol, "Protocol of a review")


def part_named(schema: Schema) -> str:
    """The part that a schema refers to; "" where it refers to none."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def present(schema: Schema) -> Schema:
    """What may stand under a key under which nothing may stand as well."""
    choices = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    return choices[0] if len(choices) == 1 else schema


def one_of_several(schema: Schema) -> Schema | None:
    """What a key that takes a value or a list of such values takes; None of any other key."""
    one, *others = schema.get("anyOf", [None])
    return one if others == [{"type": "array", "items": one}] else None


def as_yaml() -> str:
    """The schema of the protocol as the text of its file."""
    return HEAD + yaml.safe_dump(
        json_schema(), sort_keys=False, allow_unicode=True, width=120, default_flow_style=None
    )


def write(made: Mapping[str, Callable[[], str]]) -> None:
    """Write texts to files of the project."""
    for path, text in made.items():
        (ROOT / path).write_text(text(), encoding="utf-8")


ROOT = Path(__file__).resolve().parents[3]
