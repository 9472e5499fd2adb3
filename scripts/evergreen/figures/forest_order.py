"""The order of the studies in a forest plot."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from evergreen.screening.study_labels import by_name
from evergreen.sheets import NUMBER, folded
from evergreen.synthesis.result import LeftOut, Study

Row = Study | LeftOut
R = TypeVar("R", Study, LeftOut, Row)
ROUND = "round"
LAST = (1,)
"""Behind everything that has a place, in the order of names."""


def _by_number(value: float | None) -> tuple[Any, ...]:
    return LAST if value is None else (0, value)


def _by_column(column: str) -> Callable[[Row], tuple[Any, ...]]:
    def place(study: Row) -> tuple[Any, ...]:
        text = next((value for name, value in study.columns.items() if folded(name) == folded(column)), "")
        if not text:
            return LAST
        return (0, 0, float(text), ()) if NUMBER.fullmatch(text) else (0, 1, 0.0, by_name(text))

    return place


PLACES: dict[str, Callable[[Row], tuple[Any, ...]]] = {
    "name": lambda study: (),
    "year": lambda study: _by_number(study.year),
    "effect": lambda study: _by_number(study.yi if isinstance(study, Study) else None),
    "weight": lambda study: _by_number(
        -study.weight if isinstance(study, Study) and study.weight is not None else None
    ),
}
"""Places in the orders of `protocol.outcomes.ORDERS`; the heaviest study stands first, effects ascend."""


def ordered(studies: Iterable[R], order: str) -> list[R]:
    """Studies in an order of `PLACES` or by a study-level column; equal ones by name, those without a value last."""
    studies = list(studies)
    if order == ROUND:
        return studies  # as the result has them
    place = PLACES.get(order) or _by_column(order)
    return sorted(studies, key=lambda study: (place(study), by_name(study.label)))
