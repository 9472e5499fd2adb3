"""What a forest plot consists of: a table with a graph in it, and the range of the graph's axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from evergreen.bias.tools import Tool
from evergreen.figures import scales
from evergreen.figures.forest_presets import PRESETS, Preset
from evergreen.figures.letters import Align


@dataclass(frozen=True)
class Cell:
    """Text of one cell. Pieces are aligned right, each in a column of its own; `after` hangs behind them."""

    pieces: tuple[str, ...]
    after: str = ""


@dataclass(frozen=True)
class Column:
    """A column; `most` is the width in points that the lines of a column of sentences have at most. Those with the highest `rank`
    give way first where a page has no room for all; 0 always stays."""

    key: str
    head: str
    group: str = ""
    align: Align = "right"
    circles: bool = False  # cells hold judgements of risk of bias
    most: float = 0.0
    rank: int = 0


@dataclass(frozen=True)
class Mark:
    """What a row shows in the graph; positions on the analysis scale. `pale` is the diamond of a model beside the one that pools."""

    kind: Literal["square", "diamond", "bar", "point"]
    estimate: float
    low: float
    high: float
    weight: float = 0.0
    pale: bool = False


@dataclass(frozen=True)
class Row:
    """A row: label, cells and mark, or a `text` across the columns left of the graph.

    `leads_to` is the address of the trail of its numbers as seen from the folder of results. `below` counts the rows below whose
    sentence column is empty: a long sentence of this row runs on beside them. A row that is `bound` stands on the page of the
    next one; `part` is the subgroup that it belongs to, whose name is repeated on the next page. `new` marks a study.
    """

    label: str = ""
    cells: dict[str, Cell] = field(default_factory=dict)
    mark: Mark | None = None
    bold: bool = False
    indent: float = 0.0
    text: str = ""
    space: float = 0.0  # above the row, in points
    leads_to: str = ""
    below: int = 0
    bound: bool = False
    part: str = ""
    new: bool = False


@dataclass(frozen=True)
class Graph:
    """`pooled` and `beside` are the effects of the model that pools and of the one beside it, drawn as lines."""

    scale: scales.Scale
    head: str
    pooled: float | None = None
    favours: tuple[str, str] | None = None
    caption: str = ""
    beside: float | None = None


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
    title: str = ""
    tool: Tool | None = None  # whose judgements the circles show
    preset: Preset = PRESETS["RevMan"]


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
