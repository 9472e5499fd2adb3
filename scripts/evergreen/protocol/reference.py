"""The reference of the keys for people: `docs/protocol.md`."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator

from evergreen.protocol.analysis import Changes, Settings
from evergreen.protocol.keys import bare, fields, is_mapping, model_of, takes_several
from evergreen.protocol.part import DAY, ENDPOINT, ID, Part
from evergreen.protocol.whole import Protocol

HEAD = """\
# The protocol, key by key

`config/config.yaml` is the protocol of a review. A key that is not listed here is refused by name, and so is a value that a key does not
take. `config/schemas/config.schema.yaml` says the same to editors and other programs. Both are made by `make protocol` from
`scripts/evergreen/protocol/`, where each key stands once.

Only `review.title` has to be written. With `outcomes` it is the smallest protocol that can pool, with `rounds` and `sources` the smallest that can
deduplicate.
"""
TYPES = {str: "text", int: "whole number", float: "number", bool: "true or false"}
WRITTEN_AS = {str | list[str]: "text or list of texts", str | int: "text or whole number"}
BOUNDS = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
PATTERNS = {ID: "id", DAY: "date", ENDPOINT: "embedded, live or URL"}
IDS = """
An *id* begins with a letter and goes on with letters, digits and underscores; `adjudication` is none. A *date* is YYYY-MM-DD, in quotes or not.
"""


def as_markdown() -> str:
    """The reference as the text of its file."""
    return HEAD + IDS + "".join(_section(paths, model) for model, paths in sections().items())


def sections() -> dict[type[Part], list[str]]:
    """Every part of the protocol, those of a part behind it, with the paths under which it stands."""
    found: dict[type[Part], list[str]] = {}

    def walk(model: type[Part], path: str) -> None:
        found.setdefault(model, []).append(path)
        for name, field in fields(model):
            below, part = _part_below(field.rebuild_annotation())
            if part is not None:
                walk(part, ".".join(filter(None, (path, name + below))))

    walk(Protocol, "")
    return found


def _part_below(kind: Any) -> tuple[str, type[Part] | None]:
    """How a part lies under a key: itself, in a list (`[]`) or under keys that people choose (`.<id>`)."""
    if model := model_of(kind):
        return "", model
    arguments = get_args(bare(kind))
    if get_origin(bare(kind)) is tuple:
        return "[]", model_of(arguments[0])
    return (".<id>", model_of(arguments[1])) if is_mapping(kind) else ("", None)


def _section(paths: list[str], model: type[Part]) -> str:
    if model is Protocol:
        heading = "\n## At the top\n"
    else:
        heading = f"\n## {', '.join(f'`{path}`' for path in paths)}\n\n{(model.__doc__ or '').strip()}\n"
    if model is Changes:
        return f"{heading}\n{_changes()}"
    rows = [
        f"| `{name}` | {_sentence(field)} | {allowed(field.rebuild_annotation())} | {_default(field)} | {_told(field, 'x-unit')} |"
        for name, field in fields(model)
    ]
    table = ["| key | what | allowed | default | unit |", "| --- | --- | --- | --- | --- |", *rows]
    return "\n".join([heading, *table, ""])


def _changes() -> str:
    """Settings are described where they are set; what else can be changed is said here."""
    others = [
        f"* `{name}`: {field.description} {_capital(allowed(field.rebuild_annotation()))}."
        for name, field in fields(Changes)
        if name not in Settings.model_fields
    ]
    settings = ", ".join(f"`{name}`" for name, _ in fields(Settings))
    start = f"Each key takes a value or a list of values: {settings} as in `analysis`, and besides"
    return "\n".join([start, "", *others, ""])


def _sentence(field: Any) -> str:
    _, part = _part_below(field.rebuild_annotation())
    return field.description or (part.__doc__ if part else "") or ""


def allowed(kind: Any) -> str:
    """What a key of type `kind` takes, in words."""
    if takes_several(kind):
        return allowed(get_args(bare(kind))[0])
    if _part_below(kind)[1] is not None:
        return "see below"
    notes, plain = list(_notes(kind)), bare(kind)
    for note in notes:
        if isinstance(note, BeforeValidator) and note.json_schema_input_type in WRITTEN_AS:
            return WRITTEN_AS[note.json_schema_input_type]
    arguments = get_args(plain)
    if get_origin(plain) is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if get_origin(plain) is tuple:
        return f"list: {allowed(arguments[0])}"
    if is_mapping(plain):
        return f"{allowed(arguments[0])} to {allowed(arguments[1])}"
    pattern = next((PATTERNS[note.pattern] for note in notes if getattr(note, "pattern", None)), None)
    bounds = [
        f"{word} {getattr(note, name):g}"
        for note in notes
        for name, word in BOUNDS.items()
        if getattr(note, name, None) is not None
    ]
    return ", ".join([pattern or TYPES.get(plain, "mapping"), *bounds])


def _notes(kind: Any) -> Iterator[Any]:
    """The notes of a type, those inside "or nothing" and inside a field of pydantic's too."""
    if get_origin(kind) is Annotated:
        for note in kind.__metadata__:
            yield from (note, *getattr(note, "metadata", ()))
        yield from _notes(get_args(kind)[0])
    elif get_origin(kind) in (Union, UnionType):
        for one in get_args(kind):
            yield from _notes(one)


def _default(field: Any) -> str:
    if words := _told(field, "x-default"):
        return words
    if field.is_required():
        return "must be written"
    if field.default in ({}, (), "", None):
        return ""
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"


def _told(field: Any, name: str) -> str:
    return (field.json_schema_extra or {}).get(name, "")


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
