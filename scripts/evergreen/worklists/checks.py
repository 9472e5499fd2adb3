"""What a cell may hold, as formulas of a spreadsheet: bounds of its column, and rules of its row, where they stand for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evergreen.extraction.constraints import Constraint
from evergreen.extraction.expressions import formula
from evergreen.sheets.columns import Column

NOT_REPORTED = "NR"
"""What a person writes who looked and found nothing."""
LONGEST = 255
"""Signs that spreadsheet programs take in the formula of a check."""


def check_of(column: Column, rules: Sequence[Constraint], cells: Mapping[str, str]) -> str | None:
    """The formula that holds while a cell of the column may stay as it is; None for texts and choices.

    `cells` are the cells of the first row by column, such as `G2`.
    """
    cell = cells[column.name]
    empty = f'{cell}="",{cell}="{NOT_REPORTED}"'
    if column.kind == "p_value":
        return f'=IF(ISNUMBER({cell}),AND({cell}>=0,{cell}<=1),OR({empty},LEFT({cell})="<",LEFT({cell})=">"))'
    if not column.numeric:
        return None
    parts = [
        *_bounds(column, cell),
        *(_where(rule, cells, column.name) for rule in rules if column.name in rule.needs),
    ]
    return f"=IF(ISNUMBER({cell}),AND({','.join(parts) or '1'}),OR({empty}))"


def fault_of(rule: Constraint, cells: Mapping[str, str]) -> str:
    """The formula that holds in a row that breaks a rule."""
    return f"=NOT({_where(rule, cells)})"


def _bounds(column: Column, cell: str) -> list[str]:
    low = [] if column.minimum is None else [f"{cell}>={column.minimum:g}"]
    return low + ([] if column.maximum is None else [f"{cell}<={column.maximum:g}"])


def _where(rule: Constraint, cells: Mapping[str, str], known: str = "") -> str:
    """The rule where its numbers stand, in the column `known` for certain. Programs compute every argument of OR and AND, of IF only the
    one that counts."""
    needed = [cells[name] for name in rule.needs if name != known]
    conditions = [f"COUNT({','.join(needed)})={len(needed)}"] if needed else []
    if rule.unless:
        conditions.append(f"COUNT({','.join(cells[name] for name in rule.unless)})=0")
    holds = formula(rule.tree, cells)
    if len(conditions) > 1:
        conditions = [f"({one})" for one in conditions]
    return f"IF({'*'.join(conditions)},{holds},1)" if conditions else holds


def in_words(column: Column) -> str:
    """What a column may hold, in words."""
    if column.kind == "choice":
        return ", ".join(column.choices.labels)
    if column.kind == "p_value":
        return "0 to 1, or a bound such as <0.001"
    if not column.numeric:
        return "text"
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f"number from {low:g} to {high:g}"
    return "number" if low is None else f"number, {low:g} or more"
