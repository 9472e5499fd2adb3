"""The rows of the extraction that a result was made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evergreen.extraction.check import RESULT, Row
from evergreen.sheets import folded
from evergreen.synthesis.result import LeftOut, Result, Study

PLACE = (*RESULT, "group", "arm")
"""Columns that tell the rows of a study and an outcome apart."""


def rows_of(result: Result, rows: Sequence[Row]) -> Iterator[tuple[Study | LeftOut, list[Row]]]:
    """Each study of a result with its rows of the slice, in the order of the sheet."""
    at = {(folded(row["study"]), *_place(row)): row for row in rows}
    for study in result.every:
        yield study, [at[(folded(study.study), *_place(row.model_dump()))] for row in study.rows]


def _place(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(folded(row[key]) for key in PLACE)
