"""What an adjudicator settled: the rows of an adjudication sheet, by the cell of the merge that each is of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evergreen import tables
from evergreen.errors import InputError, refuse
from evergreen.extraction.check import Row, key_of, place_of
from evergreen.extraction.comparing import same
from evergreen.sheets import labels, name_key
from evergreen.sheets.columns import apart
from evergreen.sheets.numbers import Convention, Unreadable, not_reported

if TYPE_CHECKING:
    import pandas as pd

KEEP, DROP = "keep", "drop"
SETTLED_ROW = labels.Choices((KEEP, DROP))


@dataclass(frozen=True)
class Kind:
    """What a sheet's columns mean to the merge."""

    key: tuple[str, ...]
    compared: tuple[str, ...]
    numbers: frozenset[str] = frozenset()
    # A person may name columns that describe a study as the product names its own.
    apart: bool = False
    # Of the compared those of people's own, which nobody has to have.
    own: frozenset[str] = frozenset()
    # Texts that an adjudicator settles as NR are empty.
    silent: frozenset[str] = frozenset()
    # {outcome: the measure that it is pooled as}, which is that of estimates that say none.
    measures: Mapping[str, str] = field(default_factory=dict)

    def carried(self, column: str) -> str:
        """What a column is called among the merged rows."""
        return apart(column) if self.apart and column not in self.key else column


def decisions_of(adjudication: pd.DataFrame | None, kind: Kind) -> dict[tuple[str, ...], dict[str, Row]]:
    """{key: {column: row of the adjudication sheet}}, of the rows that settle something of the kind (studies have no outcome); refuses unknown
    columns, values and contradictions."""
    decisions: dict[tuple[str, ...], dict[str, Row]] = {}
    errors = []

    def fault(row: Row, problem: str, column: str, todo: str) -> None:
        errors.append(InputError(problem, **place_of(row), column=column, todo=todo))

    called = {name_key(column): column for column in (*kind.compared, "row")}
    for row in [] if adjudication is None else tables.rows(adjudication):
        if not row["value"] or bool(row["outcome"]) != ("outcome" in kind.key):
            continue
        column = called.get(name_key(row["column"]))
        if column is None:
            problem = f"{row['column']!r} is not a column that extractors can disagree on"
            fault(row, problem, "column", f"Allowed: {', '.join((*kind.compared, 'row'))}.")
            continue
        decision = {**row, "column": column}
        if column == "row":
            settled = SETTLED_ROW.read(row["value"])
            if settled is None:
                fault(row, f"{row['value']!r} does not settle a row", "value", "Write keep or drop.")
                continue
            decision["value"] = settled
        try:
            value = value_of(decision, column, kind)
        except InputError as error:
            errors.append(error)
            continue
        own = decisions.setdefault(key_of(row, kind.key), {})
        earlier = own.get(column)
        if earlier is not None and not same(value_of(earlier, column, kind), value):
            problem = f"this cell was settled as {earlier['value']!r} in row {earlier['_row']} already"
            fault(row, problem, "value", "Keep one of the two.")
        elif earlier is None or _said_by(decision) < _said_by(earlier):
            own[column] = decision
    refuse(errors)
    return decisions


def _said_by(decision: Row) -> tuple[str, ...]:
    """What decides which of two rows that settle a cell alike is shown."""
    return tuple(str(decision[name]) for name in ("value", "adjudicator", "note"))


def value_of(decision: Row, column: str, kind: Kind) -> float | str:
    """The adjudicated value, a float for a number column (NaN when it says that nothing was reported)."""
    text = str(decision["value"])
    if column not in kind.numbers:
        return "" if column in kind.silent and not_reported(text) else text
    try:
        return Convention().read(text)  # the door has read it by the sheet's own convention
    except Unreadable as error:
        raise InputError(
            error.problem, **place_of(decision), column="value",
            todo=f"The column {column} holds numbers. {error.todo}",
        ) from None  # fmt: skip
