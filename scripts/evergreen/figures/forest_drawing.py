"""A forest plot drawn on its pages, as its layout measured it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.figure import Figure

from evergreen.figures.axes import tried_ticks
from evergreen.figures.bias_marks import draw_mark
from evergreen.figures.canvas import Page, box
from evergreen.figures.forest_columns import Placed, groups, left_edges
from evergreen.figures.forest_layout import AFTER_GRAPH, MARGIN, Layout, Sheet
from evergreen.figures.forest_table import Cell, Mark, Row, Table
from evergreen.figures.letters import SHARES, Align, width_of, wrapped
from evergreen.figures.links import TRAIL
from evergreen.figures.style import COLOURS, GREY, INK

NEW = "▸"
NEW_COLOUR = COLOURS[1]
BESIDE = "#ffffff"  # inside the diamond of the model beside the one that pools
RULE = "#bbbbbb"


def draw(table: Table, up: Sequence[str] = ("../../",)) -> list[Figure]:
    """Lay out and draw: a figure for each page, none larger than a page, as high and wide as its content needs.

    `up` leads from the folder of the first page, and of the pages behind it if that is another, to the folder of results.
    """
    layout = Layout(table)
    sheets = layout.sheets()
    return [
        _Drawing(layout, sheet, len(sheets), up[0] if sheet.number == 1 else up[-1]).drawn()
        for sheet in sheets
    ]


class _Drawing:
    """One page."""

    def __init__(self, layout: Layout, sheet: Sheet, of: int, up: str) -> None:
        self.layout, self.sheet, self.up = layout, sheet, up
        self.table, self.type, self.preset = layout.table, layout.type, layout.table.preset
        self.size = self.type.size
        self.title = layout.title_of(sheet.number, of)
        self.first, self.last = layout.graph_left, layout.graph_left + layout.graph_width
        self.page = Page(layout.width, sheet.height)
        self.sides = [
            (layout.before, left_edges(layout.before, MARGIN + layout.label_width, self.type)),
            (layout.after, left_edges(layout.after, layout.graph_right + AFTER_GRAPH, self.type)),
        ]
        self.heaviest = max((row.mark.weight for row in self.table.rows if row.mark), default=0.0)

    def drawn(self) -> Figure:
        sheet, line = self.sheet, self.type.line
        for i, text in enumerate(self.title):
            self.page.text(MARGIN, MARGIN + 8 + line * i, text, size=self.size + 1, bold=True)
        if sheet.rows:
            head_bottom = self.layout.head_bottom(self.title)
            self._head(head_bottom)
            if self.table.graph is not None:
                self._lines(head_bottom)
                self._axis(sheet.rows_bottom)
            for row, top in sheet.rows:
                self._row(row, top)
        for lines, top in ((sheet.beside, sheet.beside_top), (sheet.notes, sheet.notes_top)):
            for i, text in enumerate(lines):
                self.page.text(MARGIN, top + line * i + self.size, text, size=self.size)
        return self.page.figure

    def _stack(self, lines: Sequence[str], x: float, align: Align, last: float) -> None:
        """Lines of a head, the lowest at `last`."""
        for i, text in enumerate(reversed(lines)):
            self.page.text(x, last - self.type.line * i, text, size=self.size, align=align, bold=True)

    def _head(self, bottom: float) -> None:
        layout, base = self.layout, bottom - 4
        self._stack(layout.head_of_labels, MARGIN, "left", base)
        if self.table.graph is not None:
            named = layout.favours if layout.above else ([], [])
            self._stack(named[0], self.first, "left", base)
            self._stack(named[1], self.last, "right", base)
            above = base - self.type.line * max(map(len, named))
            self._stack(layout.graph_head, (self.first + self.last) / 2, "center", above)
        for placed, lefts in self.sides:
            for p, left in zip(placed, lefts, strict=True):
                align: Align = "center" if p.column.circles else p.column.align
                x = left + SHARES[align] * p.inner
                self._stack(p.head, x, align, base)
            for group, members in groups(placed):
                if group:
                    start, end = lefts[members[0]], lefts[members[-1]] + placed[members[-1]].width
                    above = base - self.type.line * max(len(placed[i].head) for i in members)
                    self._stack(
                        layout.group_lines(placed, group, members), (start + end) / 2, "center", above
                    )
                    self.page.line([start, end], [above + 2.6] * 2, width=0.4)
        if self.preset.line_below_head:
            self.page.line([MARGIN, layout.width - MARGIN], [bottom, bottom], width=0.7)

    def _x(self, value: float) -> float:
        """Page position of a number of the analysis scale; beyond the graph's edges where it is cut."""
        assert self.table.graph is not None
        low, high = self.layout.low, self.layout.high
        share = (self.table.graph.scale.position(value) - low) / (high - low)
        return self.first + min(max(share, -1e6), 1e6) * self.layout.graph_width

    def _lines(self, top: float) -> None:
        """The line of no effect, and those of the pooled effects down to the lowest diamond."""
        graph = self.table.graph
        assert graph is not None
        bottom = self.sheet.rows_bottom
        if graph.scale.null is not None:
            self.page.line([self._x(graph.scale.null)] * 2, [top, bottom], width=0.7, zorder=1)
        lowest = [row for row in self.table.rows if row.mark and row.mark.kind == "diamond"][-1:]
        places = {id(row): y for row, y in self.sheet.rows}
        if not lowest:
            return
        if id(lowest[0]) in places:
            bottom = places[id(lowest[0])] + self.type.row / 2
        elif self._behind(lowest[0]):
            return
        for value, dashes in ((graph.pooled, (1.5, 2.0)), (graph.beside, (4.0, 2.0))):
            if value is not None and self.first <= (x := self._x(value)) <= self.last:
                ends = [x, x], [top, bottom]
                self.page.line(*ends, width=0.6, color=GREY, linestyle=(0, dashes), zorder=1)

    def _behind(self, row: Row) -> bool:
        """Whether this page lies behind the one that a row is on."""
        order = {id(one): place for place, one in enumerate(self.table.rows)}
        here = [order[id(one)] for one, _ in self.sheet.rows if id(one) in order]
        return bool(here) and here[0] > order[id(row)]

    def _row(self, row: Row, top: float) -> None:
        middle, line = top + self.type.row / 2, self.type.line
        if row.new:
            self.page.text(1.6, middle + self.type.ascent, NEW, size=self.size, color=NEW_COLOUR)
        for i, text in enumerate(self.layout.lines_of(row)):
            y = middle + line * i + self.type.ascent
            self.page.text(MARGIN + row.indent, y, text, size=self.size, bold=row.bold)
        for placed, lefts in self.sides:
            for p, left in zip(placed, lefts, strict=True):
                if (cell := row.cells.get(p.column.key)) is not None:
                    self._cell(p, cell, left, middle, row.bold)
        if row.mark is not None:
            self._mark(row.mark, middle)
        height = self.layout.height_of(row)
        if row.leads_to:
            across = self.layout.width - 2 * MARGIN
            self.page.link(MARGIN, top, across, height, self.up + row.leads_to, f"{row.label}: {TRAIL}")
        if self.preset.rules and self.table.graph is not None:
            y = top + height
            self.page.line([MARGIN, self.first - self.type.gap], [y, y], width=0.3, color=RULE)

    def _cell(self, p: Placed, cell: Cell, left: float, middle: float, bold: bool) -> None:
        y, size = middle + self.type.ascent, self.size
        if p.column.circles:
            x, tool = left + p.rights[0], self.table.tool
            assert tool is not None
            draw_mark(self.page, x, middle, self.type.radius, cell.pieces[0], tool)
            return
        if p.column.most:
            for i, text in enumerate(wrapped(cell.pieces[0], p.column.most, size)):
                self.page.text(left, y + self.type.line * i, text, size=size)
            return
        start = left + SHARES[p.column.align] * (p.inner - p.content)
        if len(cell.pieces) < len(p.rights):
            text = " ".join(cell.pieces)
            self.page.text(start + p.content, y, text, size=size, align="right", bold=bold)
            return
        for piece, right in zip(cell.pieces, p.rights, strict=True):
            self.page.text(start + right, y, piece, size=size, align="right", bold=bold)
        self.page.text(start + p.content, y, cell.after, size=size)

    def _mark(self, mark: Mark, y: float) -> None:
        low, middle, high = (self._x(v) for v in (mark.low, mark.estimate, mark.high))
        start, end = min(max(low, self.first), self.last), max(min(high, self.last), self.first)
        own = self.preset.diamond
        if mark.kind == "diamond":
            self._diamond(low, middle, high, y, BESIDE if mark.pale else own)
        elif mark.kind == "bar":
            half = 1.6 * self.size / 8
            self.page.shape(box(start, y - half, end, y + half), fill=COLOURS[1])
        else:
            side = self.type.square * math.sqrt(mark.weight / self.heaviest) if mark.weight > 0 else 3.6
            half = max(side, 1.2) / 2
            if self.first <= middle <= self.last:
                square = box(middle - half, y - half, middle + half, y + half)
                self.page.shape(square, fill=self.preset.square)
            # The interval crosses its square, white where it lies inside and could not be seen.
            inside = end - start < 2 * half + 1
            self.page.line([start, end], [y, y], width=0.8, color="white" if inside else INK, zorder=3)
        color = COLOURS[1] if mark.kind == "bar" else own if mark.kind == "diamond" else INK
        for cut, edge, length in (
            (low < self.first - 1e-6, self.first, -self.type.arrow),
            (high > self.last + 1e-6, self.last, self.type.arrow),
        ):
            if cut:
                self.page.shape([(edge + length, y), (edge, y - 2.6), (edge, y + 2.6)], fill=color)

    def _diamond(self, low: float, middle: float, high: float, y: float, fill: str) -> None:
        """The summary diamond from `low` to `high`, cut at the edges of the graph."""
        first, last = self.first, self.last

        def half(x: float) -> float:
            share = (x - low) / (middle - low) if x < middle else (high - x) / (high - middle)
            return self.type.diamond * share

        points = [(first, y - half(first)), (first, y + half(first))] if low < first else [(low, y)]
        points.append((middle, y + self.type.diamond))
        points += [(last, y + half(last)), (last, y - half(last))] if high > last else [(high, y)]
        points.append((middle, y - self.type.diamond))
        self.page.shape(points, fill=fill, edge=INK, width=0.5)

    def _axis(self, y: float) -> None:
        graph = self.table.graph
        assert graph is not None
        first, last, size, line = self.first, self.last, self.size, self.type.line
        self.page.line([first, last], [y, y], width=0.7)
        for value, label in self._ticks():
            x = (
                first
                + (value - self.layout.low) / (self.layout.high - self.layout.low) * self.layout.graph_width
            )
            self.page.line([x, x], [y, y + 3.2], width=0.7)
            self.page.text(x, y + 4.5 + size, label, size=size, align="center")
        below = y + 4.5 + size + line
        left, right = ([], []) if self.layout.above else self.layout.favours
        for i, text in enumerate(left):
            self.page.text(first, below + line * i, text, size=size)
        for i, text in enumerate(right):
            self.page.text(last, below + line * i, text, size=size, align="right")
        if graph.caption:
            lowest = below + line * max(len(left), len(right))
            self.page.text((first + last) / 2, lowest, graph.caption, size=size, align="center")

    def _ticks(self) -> list[tuple[float, str]]:
        """As many ticks as fit without their labels touching, or standing out over the page."""
        assert self.table.graph is not None
        low, high, wide = self.layout.low, self.layout.high, self.layout.graph_width

        def half(text: str) -> float:
            return width_of(text, self.size) / 2

        for marks, places, free in tried_ticks(self.table.graph.scale, low, high, wide, 7, half):
            inside = all(
                self.first + x - h >= 2 and self.first + x + h <= self.layout.width - 2 for x, h in places
            )
            if inside and all(space >= 5 for space in free):
                return marks
        return marks[:1]
