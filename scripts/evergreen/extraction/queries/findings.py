"""What a check finds, and what a kind of finding is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from evergreen.extraction.queries.evidence import Evidence, Row

Severity = Literal["error", "warning"]
NO_QUERY = "no_query"
"""Kind of the rows for answers whose query is not asked: the value was changed, or the id is misspelt."""
OF_ONE_STUDY = ("same_numbers", "study_spelt_otherwise")
"""Kinds that ask whether two studies are one; until somebody says so, both count."""


@dataclass(frozen=True)
class Kind:
    """A kind of query, as data.

    An `error` is what cannot be true of a study, whatever the truth is; a `warning` is what hardly ever is. `raised` says in a
    sentence when it is raised (docs/queries.md), `asks` is the sentence of a query, with places for what a check found.
    """

    name: str
    severity: Severity
    raised: str
    asks: str
    source: str


@dataclass(frozen=True)
class Finding:
    """A suspect cell: `value` as it stands there, `expected` as far as something is; `facts` fill the sentence of its kind.

    `with_` names what the cell is compared with where that is a part of the question, such as another study: it is a part of
    the query's identity. `certain`: an error whatever the severity of its kind is, for the row's own numbers prove it.
    """

    kind: Kind
    row: Row
    column: str
    value: str
    expected: str
    reason: str
    with_: str = ""
    certain: bool = False

    @property
    def severity(self) -> Severity:
        return "error" if self.certain else self.kind.severity


Check = Callable[["Evidence"], Iterator[Finding]]


@dataclass(frozen=True)
class Family:
    """Checks of one subject, with the kinds that they may find."""

    title: str
    kinds: tuple[Kind, ...]
    check: Check


def found(
    kind: Kind,
    row: Row,
    column: str,
    expected: str = "",
    *,
    value: str | None = None,
    with_: str = "",
    certain: bool = False,
    **facts: object,
) -> Finding:
    """A finding, with the sentence of its kind filled in; `value` where it is another than the number in the column."""
    said = row.text(column) if value is None else value
    reason = kind.asks.format(column=column, value=said, expected=expected, with_=with_, **facts)
    return Finding(kind, row, column, said, expected, reason, with_, certain)


def shown(number: float) -> str:
    """A computed number as a query shows it, to four significant digits."""
    return f"{number:.4g}"
