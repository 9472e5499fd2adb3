"""What the columns of a sheet hold, by its schema, and which of a person's columns they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from evergreen.errors import InputError, refuse
from evergreen.schemas import schema as schema_of
from evergreen.sheets.labels import Choices, name_key

AWAITED = "_awaited"
"""Column of a sheet that was read, where its schema has labels: whether a row says nothing yet but which row it is."""
PLACE = ("_file", "_row", AWAITED)
"""Columns of a sheet that was read: where a row stands, and whether it waits. A person's column cannot be called so."""
NOTICE = "report_notice"
OWN_COLUMNS = (
    "extractors", "status", "in_conflict", "origin", "derived", "imputed", "not_derived", "converted", "round", "screening", "rob_overall", "risk_of_bias",
    "report_name", "report_year", NOTICE,
)  # fmt: skip
"""Columns that extraction and screening put beside those of an extraction sheet."""
_APART = "study-level: "
NO_CHOICES = Choices(())
AS_IN_THE_SCHEMA = ("filled_with", "minimum", "maximum", "whole", "label", "silent", "default", "description")
"""What a column takes from its schema under the same name."""


@dataclass(frozen=True)
class Column:
    """What one column of a sheet holds."""

    name: str
    kind: str  # text | number | integer | choice | p_value | date | record_id | cell
    choices: Choices = NO_CHOICES
    must_exist: bool = False
    must_be_filled: bool = False
    # The column that a row fills in where this one must be; "": each row.
    filled_with: str = ""
    minimum: float | None = None
    maximum: float | None = None
    # Counts people or events: a fraction only as an effective sample size, or as what imputation gives.
    whole: bool = False
    # Says which row it is, and nothing that somebody found.
    label: bool = False
    # That nothing was reported is the same as an empty cell.
    silent: bool = False
    # What an empty cell says; None where it says nothing.
    default: float | str | None = None
    description: str = ""

    @property
    def numeric(self) -> bool:
        return self.kind in ("number", "integer")


@cache
def columns_of(kind: str) -> tuple[Column, ...]:
    """Columns of the sheets of a kind, in the order of its schema."""
    schema = schema_of(kind)
    required = set(schema.get("required", []))
    columns = []
    for name, rule in schema["properties"].items():
        told = "choice" if "enum" in rule else rule.get("format", rule["type"])
        column_kind = "text" if told == "string" else told
        choices = Choices({key: rule.get("labels", {}).get(key, ()) for key in rule.get("enum", ())})
        must_be_filled = rule.get("minLength", 0) > 0
        more = {key: rule[key] for key in AS_IN_THE_SCHEMA if key in rule}
        columns.append(Column(name, column_kind, choices, name in required, must_be_filled, **more))
    return tuple(columns)


@cache
def by_name(kind: str) -> dict[str, Column]:
    """Columns of the sheets of a kind by their names."""
    return {column.name: column for column in columns_of(kind)}


@cache
def _of_the_product() -> frozenset[str]:
    return frozenset((*OWN_COLUMNS, *by_name("extraction")))


def apart(name: str) -> str:
    """A study-level column's name where it stands beside columns of the product: a person may call one `status` or `unit`."""
    return f"{_APART}{name}" if name_key(name) in _of_the_product() else name


def as_called(name: str) -> str:
    """What `apart` was given."""
    return name.removeprefix(_APART)


def in_words(name: str) -> str:
    """A person's column within a sentence: `first report` for `first_report`."""
    return as_called(name).replace("_", " ")


def needed(kind: str) -> list[str]:
    """Columns that a sheet must have."""
    return [column.name for column in columns_of(kind) if column.must_exist]


def _what_a_row_is(kind: str) -> str:
    """As a part of a sentence: `one row per study, outcome, time point and arm`."""
    said = schema_of(kind)["description"].partition(". ")[0].rstrip(".")
    return said[:1].lower() + said[1:]


def header_of(cells: Sequence[str], kind: str, path: Path) -> list[str]:
    """Names of the columns ("" for an unnamed one), those of the schema, and those that people may fill in beside it, as the product writes them.

    Raises InputError(s) where one is missing, there twice, misspelt, or has a name that the product keeps for itself.
    """
    known = by_name(kind)
    called = {*known, *(OWN_COLUMNS if kind == "extraction" else ())}
    names = [name_key(cell) if name_key(cell) in called else cell for cell in cells]
    errors: list[InputError] = []

    def fault(problem: str, column: str, todo: str) -> None:
        errors.append(InputError(problem, file=path, row=1, column=column, todo=todo))

    seen: set[str] = set()
    for name in filter(None, names):
        if name_key(name) in seen:
            fault(f"the column {name} is there twice", name, "Remove or rename one.")
        seen.add(name_key(name))
        if name in PLACE:
            fault(f"a column cannot be called {name}", name, "Rename it.")
    absent = [name for name in known if name not in names]
    unknown = [name for name in names if name and name not in known]
    suspects: dict[str, list[str]] = {}
    for name in unknown:  # two letters of a short name that changed places are as alike as this
        bare = name_key(name).replace(".", "")  # S.D.
        near = get_close_matches(bare, absent, n=1, cutoff=0.75)
        if near and _slips(bare, near[0]) <= max(1, len(bare) // 4):
            suspects.setdefault(near[0], []).append(name)
    for one, like in suspects.items():
        listed = ", ".join(like)
        if len(like) == 1:
            todo = f"Rename it to {one}, or to something that cannot be mistaken for it."
            fault(f"unknown column {listed}, close to {one}", listed, todo)
        else:  # a table of one row per study, with the columns of an arm beside those of the other
            todo = f"The sheet has {_what_a_row_is(kind)}: write {one} once, or rename what it is not."
            fault(f"unknown columns {listed}, all close to {one}", listed, todo)
    if missing := [name for name in absent if known[name].must_exist and name not in suspects]:
        listed, found = ", ".join(missing), ", ".join(filter(None, names))
        said = f"the column {listed} is missing" if len(missing) == 1 else f"the columns {listed} are missing"
        todo = f"Needed are {', '.join(needed(kind))}, in {_what_a_row_is(kind)}."
        fault(f"{said}; found are {found}", listed, todo)
    refuse(errors)
    return names


def _slips(name: str, other: str) -> int:
    """Slips of a hand between two names: a letter too many, missing, wrong, or changed with its neighbour. A `subscale` is none of `scale`."""
    from rapidfuzz.distance import OSA  # most sheets have no such name

    return OSA.distance(name, other)
