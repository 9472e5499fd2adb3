"""What all parts of the protocol share: how a part is read, ids, days, names, and how a constraint, or one between keys, speaks."""

from __future__ import annotations

import ast
import inspect
import sys
from functools import cache
from itertools import pairwise, takewhile
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from evergreen.protocol.patterns import ENDPOINT, ID
from evergreen.sheets import days
from evergreen.sheets.days import DAY

ADJUDICATION = "adjudication"
"""Name of the sheet beside those of people; nobody may be called so."""
BOUNDS = (
    ("ge", "greater_than_equal", "minimum", "at least"),
    ("gt", "greater_than", "exclusiveMinimum", "above"),
    ("le", "less_than_equal", "maximum", "at most"),
    ("lt", "less_than", "exclusiveMaximum", "below"),
)
"""What a bound is called, its fault, its key in a JSON schema, and its word."""
TODO_OF_PATTERN = {
    ID: "Use a letter first, then letters, digits and underscores.",
    DAY: days.HOW,
    ENDPOINT: "Allowed: embedded, live, or a loopback URL such as http://127.0.0.1:8000.",
}


class Part(BaseModel):
    """A part of the protocol. Keys that it does not know are refused, and a value is never turned into another type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, defer_build=True)


KeyPath = tuple[str | int, ...]
"""Keys and positions that lead to a value."""


class Fault(NamedTuple):
    """A rule that the protocol breaks, of a key or between keys."""

    path: KeyPath
    """To what is to be mended."""
    problem: str
    todo: str = ""


def part() -> Any:
    """A part that need not be written: each of its keys has its default."""
    return Field({}, validate_default=True)


def told(*, unit: str = "", default: str = "") -> dict[str, Any]:
    """What the reference says of a key besides its sentence: its unit, and a default that depends on other keys, in words."""
    return {name: text for name, text in (("x-unit", unit), ("x-default", default)) if text}


def optional(default: Any, *, unit: str = "", otherwise: str = "", **more: Any) -> Any:
    """A key that need not be written: its default, its unit and its bounds; its sentence stands below it. Where the default depends on
    other keys, it may be a function of those above, and `otherwise` says it in words."""
    more["default_factory" if callable(default) else "default"] = default
    return Field(json_schema_extra=told(unit=unit, default=otherwise), **more)


def sentences(model: type[BaseModel]) -> dict[str, str]:
    """What each key of a part is: the text below it in the class, or in one that it goes on from."""
    found: dict[str, str] = {}
    for one in takewhile(lambda one: one is not BaseModel, model.__mro__):
        for key, said in pairwise(_classes(one.__module__).get(one.__name__, ())):
            match key, said:
                case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                    found.setdefault(name, " ".join(text.split()))
    return found


@cache
def _classes(module: str) -> dict[str, list[ast.stmt]]:
    """{class: what stands in it} as a module is written."""
    written = ast.parse(inspect.getsource(sys.modules[module])).body
    return {one.name: one.body for one in written if isinstance(one, ast.ClassDef)}


def refused(problem: str, todo: str = "") -> PydanticCustomError:
    """A constraint's refusal; `problem` goes on after the key, as in "is 'x', a reserved name"."""
    # Braces in a person's words are no places to fill in.
    return PydanticCustomError("refused", "{problem}", {"problem": problem, "todo": todo})


def _not_reserved(name: str) -> str:
    if name == ADJUDICATION:
        raise refused(f"is {name!r}, a reserved name", "Choose another.")
    return name


def _of_the_calendar(day: str) -> str:
    if not days.of_the_calendar(day):
        raise refused(f"is {day!r}, not a day of the calendar", days.HOW)
    return day


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    for name in names:
        if names.count(name) > 1:
            raise refused(f"has {name} {names.count(name)} times", "Name each once.")
    return names


def _some(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise refused("is an empty list", "Name some, or leave it out.")
    return names


def _listed(value: Any) -> Any:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list | tuple):
        raise refused(f"is {'empty' if value is None else repr(value)} but must be a text or a list of texts",
                      "" if isinstance(value, dict) or value is None else "Put it in quotes.")  # fmt: skip
    return value


def _number_as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Id = Annotated[
    str,
    Field(pattern=ID),
    AfterValidator(_not_reserved),
    WithJsonSchema({"type": "string", "pattern": ID, "not": {"const": ADJUDICATION}}),
]
Day = Annotated[str, Field(pattern=DAY), AfterValidator(_of_the_calendar)]
Numbered = Annotated[str, BeforeValidator(_number_as_text, json_schema_input_type=str | int)]
"""A text that may be written as a number, such as a PMID."""
Value = TypeVar("Value")
Listed = Annotated[tuple[Value, ...], Field(strict=False)]
"""Values of a kind, as a list."""
Texts = Listed[str]
Ids = Annotated[Listed[Id], Field(json_schema_extra={"uniqueItems": True}), AfterValidator(_each_once)]
SomeIds = Annotated[Ids, Field(json_schema_extra={"uniqueItems": True, "minItems": 1}), AfterValidator(_some)]
Names = Annotated[Texts, BeforeValidator(_listed, json_schema_input_type=str | list[str])]
"""One name or several."""


def one_or_several(kind: Any) -> BeforeValidator:
    """A single value of a kind stands for a list of one."""
    return BeforeValidator(
        lambda value: value if isinstance(value, list | tuple) else [value],
        json_schema_input_type=kind | tuple[kind, ...],
    )


def several(kind: Any) -> Any:
    """The type of a key that takes a value of a kind or a list of them; it holds all of them."""
    return Annotated[Listed[kind], one_or_several(kind)]
