"""The trail of every number of an outcome, as a table; those of all outcomes are `results/provenance.parquet`.

A row is one cell of one extractor's sheet behind one number of one study's effect. A number that was converted ends at the cells
of all its inputs. A pooled number ends where the effects of its studies do.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.extraction.check import RESULT, Row
from evergreen.extraction.comparing import as_text
from evergreen.extraction.row_values import marked, record_of, rows_of_donors
from evergreen.metaanalysis.conversion_rules import DERIVED, IMPUTED, OF_ROW, REPORTED, STANDS_IN
from evergreen.metaanalysis.measures import KINDS, MEASURES
from evergreen.report.exchange.slice_rows import PLACE, rows_of
from evergreen.report.provenance.reports import Reports
from evergreen.report.provenance.sheets import Sheets, of_protocol
from evergreen.sheets import folded
from evergreen.synthesis.arms import ARM_NUMBERS
from evergreen.synthesis.reported import BEHIND, used
from evergreen.synthesis.result import LeftOut, Result, Study

COLUMNS = (
    "outcome", "name", "measure", "label", "study", "round", "left_out", "effect", "variance", "weight_percent",
    *PLACE, "number", "value", "state", "conversion", "formula", "formula_source", "assumption",
    "of_group", "of_arm", "column", "cell", "status", "file", "row", "extractor", "written", "settled_by", "settled_as", "settled_in",
    "settled_note", "row_kept_by", "queries", "record_id", "work_id", "report", "address", "where", "searches",
)  # fmt: skip
OF_MADE = {
    "conversion": "conversion",
    "formula": "how",
    "formula_source": "source",
    "assumption": "assumption",
}
"""Columns of a number that was converted, by what its conversions call them."""
NUMERIC = ("effect", "variance", "weight_percent")
CONTRAST = "contrast"
COUNTS = ("n", "events")


def table(result: Result, name: str, rows: Sequence[Row], sheets: Sheets, reports: Reports) -> pd.DataFrame:
    """The trails of an outcome called `name`, in the order of its studies and their rows; `rows` are its slice, with numbers as floats."""
    whole = {"outcome": result.outcome, "name": name}
    frame = tables.frame_of(list(_Outcome(result, rows, sheets, reports).lines(whole)), COLUMNS)
    for column in COLUMNS:
        kind: Any = "float64" if column in NUMERIC else "int64" if column == "row" else "str"
        frame[column] = frame[column].astype(kind)
    return frame


@dataclass(frozen=True)
class _Number:
    """A number as it is used, and the conversions that lead to it, the last one first."""

    name: str
    made: tuple[Mapping[str, Any], ...] = ()


class _Outcome:
    def __init__(self, result: Result, rows: Sequence[Row], sheets: Sheets, reports: Reports) -> None:
        self.result, self.sheets, self.reports = result, sheets, reports
        self.slice = rows
        self.of_study: dict[str, list[Row]] = {}
        for row in rows:
            self.of_study.setdefault(folded(row["study"]), []).append(row)

    def lines(self, whole: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The lines of the table of one outcome; `whole` is the same in all of them."""
        empty = dict.fromkeys(COLUMNS, "") | dict.fromkeys(NUMERIC, math.nan) | {"row": 0}
        empty |= {**whole, "measure": self.result.measure}
        for study, own in rows_of(self.result, self.slice):
            of_study = empty | _of_study(study)
            for row in own:
                said = self.sheets.of_row(row)
                of_row = of_study | {key: row[key] for key in PLACE} | said
                of_row |= self.reports.of(said["record_id"], study.study)
                numbers = self._numbers(study, row)
                for name in numbers:
                    for line in self._leaves(row, row, name, _Number(name)):
                        yield of_row | line
                if not numbers:  # what is said in words only stands there all the same
                    for cell in self.sheets.cells(row, ""):
                        yield of_row | cell

    def _numbers(self, study: Study | LeftOut, row: Row) -> list[str]:
        """The columns of a row whose numbers the study's effect is made of; of a study left out all that it reports."""
        if isinstance(study, LeftOut):
            return [name for name in (*ARM_NUMBERS, *BEHIND) if _filled(row, name)]
        contrast = any(one.group == CONTRAST for one in study.rows)
        needed = KINDS[MEASURES[self.result.measure].kind].numbers
        if row["group"] == CONTRAST or (not needed and not contrast):
            return [name for name in used(row) if _filled(row, name)]
        return [name for name in (COUNTS if contrast else needed) if _filled(row, name)]

    def _leaves(self, row: Row, at: Row, column: str, number: _Number) -> Iterator[dict[str, Any]]:
        """The cells that a number of `row` comes from; `at` is the row, of the study, whose `column` is looked at."""
        entry = next((one for one in record_of(at) if one["column"] == column and "inputs" in one), None)
        if entry is None:
            said = self._said(row, number, at, column)
            for cell in self.sheets.cells(at, column):
                yield said | cell
            return
        deeper = _Number(number.name, (*number.made, entry))
        for name, value in entry["inputs"].items():
            other, stands_in = self._row_of(at, name), STANDS_IN.get(name, name)
            if _filled(other, stands_in):
                yield from self._leaves(row, other, stands_in, deeper)
            elif stands_in == "donor_sd":
                for donor in rows_of_donors(at, self.slice):
                    yield from self._leaves(row, donor, "sd", deeper)
                    yield from self._leaves(row, donor, "n", deeper)
            elif name not in STANDS_IN and name in at:
                yield self._said(row, deeper, at, column) | of_protocol(stands_in, value)

    def _row_of(self, at: Row, name: str) -> Row:
        """The row in which an input of a conversion stands: its own, but for what a difference between the groups says."""
        group = OF_ROW.get(name)
        if group is None:
            return at
        beside = self.of_study[folded(at["study"])]
        same = [one for one in beside if all(folded(one[name]) == folded(at[name]) for name in RESULT)]
        return next((one for one in same if one["group"] == group), at)

    def _said(self, row: Row, number: _Number, at: Row, column: str) -> dict[str, Any]:
        """The number, and how it came about."""
        made = number.made
        said = {
            "number": number.name, "value": as_text(row[number.name]), "state": made[0]["state"] if made else REPORTED,
            "of_group": at["group"], "of_arm": at["arm"],
        }  # fmt: skip
        if made:
            told = {
                name: dict.fromkeys(one[key] for one in made if one[key]) for name, key in OF_MADE.items()
            }
            return said | {name: "; ".join(texts) for name, texts in told.items()}
        merged = self.sheets.merged(at)
        for state in (IMPUTED, DERIVED):
            if column in marked(merged.get(state, "")):
                return said | {"state": state, "formula": f"as the extractors say: {merged[state]}"}
        return said


def _filled(row: Row, column: str) -> bool:
    value = row.get(column, "")
    return value not in ("", None) and value == value  # and no NaN


def _of_study(study: Study | LeftOut) -> dict[str, Any]:
    own: dict[str, Any] = {"label": study.label, "study": study.study, "round": study.round or ""}
    if isinstance(study, LeftOut):
        return own | {"left_out": study.reason}
    weight = math.nan if study.weight is None else study.weight
    return own | {"effect": study.yi, "variance": study.vi, "weight_percent": weight}
