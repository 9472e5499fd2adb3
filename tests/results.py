"""Results as pooling makes them, of what a test says; for the rest there is nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_origin

import pandas as pd

from evergreen.extraction.derive import derive
from evergreen.extraction.merge import merge_extraction, texts
from evergreen.extraction.slices import Slices
from evergreen.protocol.loading import complete
from evergreen.protocol.outcomes import Outcome
from evergreen.sheets import read_sheet
from evergreen.synthesis import outcome as synthesis
from evergreen.synthesis.result import InverseVariance, LeftOut, NotDone, Part, Result, Study
from evergreen.synthesis.result.study_rows import Preparation

P = TypeVar("P", bound=Part)
NOTHING: dict[Any, Any] = {str: "", int: 0, float: 1.0, bool: False, tuple: (), Mapping: {}}


def part(kind: type[P], /, **keys: Any) -> P:
    """A part of a result; of as many studies as effects, where nothing else is said."""
    if "k" in keys and (field := kind.model_fields.get("studies")) and field.annotation is int:
        keys = {"studies": keys["k"], **keys}
    for name, field in kind.model_fields.items():
        if field.is_required() and name not in keys:
            keys[name] = NOTHING.get(get_origin(field.annotation) or field.annotation)
    return kind.model_validate(keys)


def changed(one: P, /, **keys: Any) -> P:
    """The same part with other values."""
    return type(one).model_validate({**dict(one), **keys})


def study(name: str, **keys: Any) -> Study:
    """A study that is pooled."""
    return part(Study, **{"study": name, "label": name, **keys})


def left_out(name: str, **keys: Any) -> LeftOut:
    """A study that is not pooled."""
    return part(LeftOut, **{"study": name, "label": name, **keys})


def model(**keys: Any) -> InverseVariance:
    """A pooled effect of a random-effects model."""
    return part(InverseVariance, **{"model": "random", "test": "z", "asked": "z", **keys})


def result(**keys: Any) -> Result:
    """The result of an outcome."""
    none = NotDone(not_done="not asked for")
    known: dict[str, Any] = {"preparation": part(Preparation)}
    known |= {"outcome": "pain", "measure": "MD", "level": 0.95, "k": len(keys.get("studies", ()))}
    return part(Result, **{**known, "cumulative": {"not_done": none.not_done}, "small_study": none, **keys})


def written(rows: pd.DataFrame | list[dict[str, Any]], outcome: Outcome) -> dict[str, Any]:
    """The result of pooling `rows`, as it stands in its file."""
    return synthesis.result(rows, outcome).written()


def of_sheet(path: Path, rows: Iterable[Mapping[str, object]], **keys: Any) -> Result:
    """The result of an outcome of a sheet: `rows` as a person writes them into the file at `path`, `keys` of the outcome."""
    rows = list(rows)
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    keys = {"id": "x", "measure": "GEN", "scale": "analysis", **keys}
    (outcome,) = complete({"review": {"title": "T"}, "outcomes": [keys]}).outcomes
    merged = derive(merge_extraction({"AB": read_sheet(path, "extraction")}).rows, {"x": "analysis"})
    return synthesis.result(Slices(texts(merged)).of("x"), outcome)
