"""When two cells of two people say the same (numbers as numbers, text as labels, numbers that were rounded to fewer decimals), and when
two rows that are called otherwise may be one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from evergreen import tables
from evergreen.errors import InputError
from evergreen.extraction.check import Row, filled, place_of
from evergreen.sheets import NUMBER, columns_of, folded, name_key
from evergreen.sheets.columns import PLACE
from evergreen.sheets.labels import loosely
from evergreen.sheets.numbers import decimals, plain

if TYPE_CHECKING:
    import pandas as pd

# A half at the last decimal is rounded up by some and down by others, and computed with.
SLACK = 1e-9


DEFAULTS = {column.name: column.default for column in columns_of("extraction") if column.default is not None}
"""What an empty cell of a column says, where it says something."""


def same(one: float | str, other: float | str) -> bool:
    """Whether two cells say the same."""
    if isinstance(one, str) and isinstance(other, str) and NUMBER.fullmatch(one) and NUMBER.fullmatch(other):
        one, other = float(one), float(other)  # in a column of a person's own
    if isinstance(one, int | float) and isinstance(other, int | float):
        return math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return folded(one) == folded(other)


def meant(text: str) -> float | str:
    """A text of a person's own column as it is compared: a number however many zeros it is written with, else a label."""
    return float(text) if NUMBER.fullmatch(text) else folded(text)


def passed_over(worksheet: pd.DataFrame, read: pd.DataFrame, file: str) -> list[InputError]:
    """Errors for what a workbook's worksheet `Studies` says, and the sheet of study-level columns in `file`, which is read in its place, does not."""
    known = {
        (folded(row["study"]), name_key(column)): meant(value)
        for row in tables.rows(read)
        for column, value in row.items()
        if column not in PLACE
    }
    return [
        InputError(
            f"this is read from {file}, which does not say it", **place_of(row), column=f"{column} of the worksheet Studies",
            todo="Write it there or take it out here; or move that file elsewhere: then the worksheet is read.",
        )
        for row in filled(tables.rows(worksheet))
        for column, value in row.items()
        if column not in (*PLACE, "study") and value and known.get((folded(row["study"]), name_key(column))) != meant(value)
    ]  # fmt: skip


def empty(value: float | str) -> bool:
    """Whether a cell says nothing."""
    return value == "" or (isinstance(value, float) and math.isnan(value))


def meaning(value: float | str, column: str, measure: str) -> float | str:
    """What a cell of a column says, also where it is empty, of an outcome that is pooled as a measure; "" where that is not known."""
    known = {**DEFAULTS, "estimate_measure": measure}
    return known.get(column, value) if empty(value) else value


def as_text(value: float | str) -> str:
    """A cell as a person would write it: whole numbers without a point, nothing for nothing."""
    return plain(value) if isinstance(value, float) else str(value)


def by_each(values: Mapping[str, str]) -> str:
    """What each person says, as tables of conflicts have it."""
    return "; ".join(f"{person}={value}" for person, value in values.items())


class Rounding:
    """To how many decimals each person states the numbers of a column, in a study's rows of an outcome.

    Zeros at the end of a number are lost to spreadsheet programs, but tables print a column alike: 12.3 among 12.34 and 11.25 is 12.30,
    and stands for no 12.34. `rows`: all rows of all people, who are told apart by name.
    """

    def __init__(self, rows: Mapping[str, Iterable[Row]]) -> None:
        self._beside: dict[tuple[str, str, str], list[Row]] = {}
        for person, own in rows.items():
            for row in own:
                key = (person, folded(row["study"]), folded(row.get("outcome", "")))
                self._beside.setdefault(key, []).append(row)

    def _stated(self, person: str, row: Row, column: str) -> int:
        key = (person, folded(row["study"]), folded(row.get("outcome", "")))
        values = (float(one[column]) for one in self._beside[key])
        return max((decimals(value) for value in values if not math.isnan(value)), default=0)

    def kept(self, by_person: Mapping[str, Row], column: str) -> float | None:
        """The most precise of people's numbers for a cell, where all others are it, rounded; else None."""
        said = {person: float(row[column]) for person, row in by_person.items()}
        if any(math.isnan(value) for value in said.values()):
            return None
        stated = {person: self._stated(person, row, column) for person, row in by_person.items()}
        finest = max(stated.values())
        best = [said[person] for person, places in stated.items() if places == finest]
        for person, value in said.items():
            half = 0.5 * 10.0 ** -stated[person] if stated[person] < finest else 0.0
            if any(abs(value - one) > half + SLACK * max(abs(one), half) for one in best):
                return None
        return min(best)


class Near:
    """Rows of one person whose time point and arm another one may have spelt otherwise: they are asked, never joined."""

    def __init__(self, found: Mapping[tuple[str, ...], Mapping[str, Row]]) -> None:
        self._found = found

    @cached_property
    def _by_outcome(self) -> dict[tuple[str, ...], list[tuple[str, ...]]]:
        return tables.grouped(self._found, lambda key: key[:2])

    def question(self, key: tuple[str, ...], by_person: Mapping[str, Row], absent: Iterable[str]) -> str:
        """Whether a row that `absent` do not have is one that they have under other labels; "" where none is like it."""
        if len(key) < 4:  # rows of studies have no such labels
            return ""
        alike = [
            self._found[other]
            for other in self._by_outcome[key[:2]]
            if other != key
            and not self._found[other].keys() & by_person.keys()
            and self._found[other].keys() & set(absent)
            and all(loosely(one) == loosely(label) for one, label in zip(other[2:], key[2:], strict=True))
        ]
        said = [f"{_labels(_first(rows))} of {', '.join(rows)}" for rows in alike]
        return f"Is it {' or '.join(said)}? Then spell them alike." if said else ""


def opposite(alone: Mapping[tuple[str, ...], Mapping[str, Row]]) -> list[tuple[str, ...]]:
    """The keys of rows beside which others have one of the same group that their people lack, and which may be the same row: of one result
    under another arm, or of one arm under another result that is spelt otherwise or not said. One row under two names would count twice.
    `alone` are the rows, {person: row} of each, that some of those who have begun their outcome lack."""
    groups = tables.grouped(alone, lambda key: (*key[:2], folded(_first(alone[key])["group"])))
    return [
        key
        for same in groups.values()
        for key in same
        if any(may_be(key, other) and not alone[other].keys() & alone[key].keys() for other in same)
    ]


def may_be(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether rows with these keys may be one: they are of one result, or their arms and their results are called alike."""
    results = list(zip((one[2], *one[4:]), (other[2], *other[4:]), strict=True))
    if all(a == b for a, b in results):
        return True
    alike = (not a or not b or loosely(a) == loosely(b) for a, b in results)
    return loosely(one[3]) == loosely(other[3]) and all(alike)


def _first(rows: Mapping[str, Row]) -> Row:
    return next(iter(rows.values()))


def _labels(row: Row) -> str:
    return ", ".join(filter(None, (row["timepoint"], row["arm"])))
