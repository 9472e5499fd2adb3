"""What a forest plot consists of: a table with a graph in it, and the range of the graph's axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from evergreen.bias.tools import Tool
from evergreen.figures import scales
from evergreen.figures.letters import Align
from evergreen.figures.style import COLOURS, INK


@dataclass(frozen=True)
class Cell:
    """Text of one cell. Pieces are aligned right, each in a column of its own; `after` hangs behind them."""

    pieces: tuple[str, ...]
    after: str = ""


def interval(scale: scales.Scale, estimate: float, low: float, high: float, decimals: int) -> Cell:
    """`0.49 [0.34, 0.70]` in pieces, on the shown scale."""
    shown = [scales.number(scale.back(v), decimals) for v in (estimate, low, high)]
    return Cell((shown[0], f"[{shown[1]},", f"{shown[2]}]"))


@dataclass(frozen=True)
class Column:
    key: str
    head: str
    group: str = ""
    align: Align = "right"
    circles: bool = False  # cells hold judgements of risk of bias
    most: float = 0.0  # a column of sentences, broken into lines of at most this width in points


@dataclass(frozen=True)
class Mark:
    """What a row shows in the graph; positions on the analysis scale."""

    kind: Literal["square", "diamond", "bar", "point"]
    estimate: float
    low: float
    high: float
    weight: float = 0.0


@dataclass(frozen=True)
class Row:
    label: str = ""
    cells: dict[str, Cell] = field(default_factory=dict)
    mark: Mark | None = None
    bold: bool = False
    indent: float = 0.0
    text: str = ""  # a sentence across the columns left of the graph, instead of a label and cells
    space: float = 0.0  # above the row, in points
    leads_to: str = ""  # address of the trail of its numbers
    below: int = (
        0  # rows below whose sentence column is empty: a long sentence of this row runs on beside them
    )


@dataclass(frozen=True)
class Graph:
    scale: scales.Scale
    head: str
    pooled: float | None = None
    favours: tuple[str, str] | None = None
    caption: str = ""


@dataclass(frozen=True)
class Table:
    """Columns before and after the graph, rows from top to bottom, lines beside the axis, notes below."""

    head: str
    before: Sequence[Column]
    after: Sequence[Column]
    rows: Sequence[Row]
    graph: Graph | None
    beside_axis: Sequence[str] = ()
    notes: Sequence[str] = ()
    rules: bool = False  # a thin line under every row
    diamond: str = INK
    square: str = COLOURS[0]
    title: str = ""
    tool: Tool | None = None  # whose judgements the circles show


def limits(table: Table) -> tuple[float, float]:
    """Range of the axis, in axis positions: all intervals, but an extreme one does not squeeze the rest.

    An interval that reaches further beyond the estimates than one and a half times their span, or six typical
    half-widths, is cut and gets an arrow.
    """
    assert table.graph is not None
    place = table.graph.scale.position
    marks = [row.mark for row in table.rows if row.mark is not None]
    core = [place(m.estimate) for m in marks if m.kind != "bar"]
    if table.graph.scale.null is not None:
        core.append(place(table.graph.scale.null))
    halves = sorted((place(m.high) - place(m.low)) / 2 for m in marks if m.kind != "bar")
    halves = [h for h in halves if math.isfinite(h)]
    typical = halves[len(halves) // 2] if halves else 1.0
    low, high = min(core), max(core)
    margin = max(1.5 * (high - low), 6 * typical)
    ends = [(place(m.low), place(m.high)) for m in marks]
    first = max(low - margin, min([low, *(e for e, _ in ends)]))
    last = min(high + margin, max([high, *(e for _, e in ends)]))
    if last - first < 1e-12:
        first, last = first - 1.0, last + 1.0
    space = 0.03 * (last - first)
    return first - space, last + space
