"""What a list to fill in consists of, whatever is asked: workbook, CSV and page are made of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from evergreen.extraction.constraints import Constraint
from evergreen.sheets.columns import Column

if TYPE_CHECKING:
    import pandas as pd

Cells = dict[str, str]


@dataclass(frozen=True)
class Row:
    """A row: its cells by column, "" where nothing stands; `allowed` are the choices of single cells, `hints` what to enter there."""

    cells: Cells
    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    hints: Mapping[str, str] = field(default_factory=dict)
    # The columns that its outcome needs most.
    first: tuple[str, ...] = ()
    # Under which heading the page shows it.
    part: str = ""
    # Whether it stands in the person's own sheet.
    own: bool = False
    # Whether it need not be filled where other rows say enough: a judgement that answers lead to.
    follows: bool = False


@dataclass(frozen=True)
class Sheet:
    """Rows under columns; `rules` hold in each row."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    rules: tuple[Constraint, ...] = ()
    # The columns by which rows are told apart.
    key: tuple[str, ...] = ("study",)

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.columns]

    @property
    def first(self) -> frozenset[str]:
        """The columns that any row needs most."""
        return frozenset(name for row in self.rows for name in row.first)

    def frame(self) -> pd.DataFrame:
        """The rows as texts."""
        import pandas as pd

        return pd.DataFrame([row.cells for row in self.rows], columns=self.names, dtype="str").fillna("")


@dataclass(frozen=True)
class WorkList:
    """What one person has to fill in.

    `studies` are shown by name with the citations of their reports, in the order of the list. `destination` is where the filled
    sheet belongs, `register_destination` where the study-level columns do, both without the suffix.
    """

    title: str
    task: str
    person: str
    destination: str
    sheet: Sheet
    studies: Mapping[str, Sequence[str]]
    register: Sheet | None = None
    register_destination: str = ""


def columns_with_own(schema: Sequence[Column], own: Sequence[str]) -> tuple[Column, ...]:
    """The columns of a schema, then those that only the person's own sheet has."""
    known = {column.name for column in schema}
    return (*schema, *(Column(name, "text") for name in own if name not in known))
