"""A forest plot on its page: laid out from measured text, then drawn."""

from __future__ import annotations

import math

from matplotlib.figure import Figure

from evergreen.figures import scales
from evergreen.figures.bias_marks import draw_mark
from evergreen.figures.canvas import Page
from evergreen.figures.forest_columns import (
    GAP,
    SIZE,
    Placed,
    groups,
    left_edges,
    measured,
    right_end,
    span,
    widen_for_groups,
)
from evergreen.figures.forest_table import Cell, Graph, Mark, Row, Table, limits
from evergreen.figures.letters import Align, width_of, wrapped
from evergreen.figures.style import COLOURS, GREY, INK

ROW = 13.0
LINE = 10.5
MARGIN = 8.0
ASCENT = 2.8  # from the middle of a row down to the baseline of its text
LABEL_MOST = 165.0
GRAPH_WIDTH, GRAPH_LEAST = 186.0, 125.0
PAGE_WIDTH = 504.0  # two journal columns, 178 mm
LEAST_WIDTH = 380.0
SQUARE = 10.5  # side of the heaviest study's square
DIAMOND = 4.6
ARROW = 4.0
TRAIL = "where its numbers come from"
RADIUS = 4.6  # of a judgement of risk of bias


def draw(table: Table) -> Figure:
    """Lay out and draw; the figure is as wide and high as its content needs."""
    return _Layout(table).drawn()


class _Layout:
    def __init__(self, table: Table) -> None:
        self.table = table
        self.before = [measured(c, table.rows) for c in table.before]
        self.after = [measured(c, table.rows) for c in table.after]
        widen_for_groups(self.before)
        widen_for_groups(self.after)
        self.label_width = self._label_width()
        left = right_end(self.before, MARGIN + self.label_width)
        right = right_end(self.after, 0.0) + MARGIN
        self.graph_left = left + GAP + 4
        self.graph_width = 0.0
        if table.graph is not None:
            spare = PAGE_WIDTH - self.graph_left - right
            self.graph_width = min(max(spare, GRAPH_LEAST), GRAPH_WIDTH)
            self.graph_width = max(self.graph_width, self._favours_least())
        self.graph_right = self.graph_left + self.graph_width if table.graph else left
        texts = [*((n, SIZE, False) for n in table.notes), (table.title, SIZE + 1, True)]
        least = min(LEAST_WIDTH, max(width_of(*text) for text in texts) + 2 * MARGIN)
        self.width = max(self.graph_right + (4 if table.graph else 0) + right, least)
        self.title = wrapped(table.title, self.width - 2 * MARGIN, SIZE + 1, True) if table.title else []
        self.span = (self.graph_left - GAP if table.graph else self.width - MARGIN) - MARGIN
        if table.graph is not None:
            self.low, self.high = limits(table)

    # --- measures

    def _label_width(self) -> float:
        widths = [width_of(row.label, SIZE, row.bold) + row.indent for row in self.table.rows if row.label]
        widest = max([*widths, width_of(self.table.head, SIZE, True)])
        return max(
            min(widest, LABEL_MOST),
            max((width_of(w, SIZE, True) for w in self.table.head.split()), default=0),
        )

    def _favours_least(self) -> float:
        graph = self.table.graph
        if graph is None or graph.favours is None:
            return 0.0
        words = [word for side in graph.favours for word in side.split()]
        return 2 * min(max(width_of(word, SIZE) for word in words) + 6, 110.0)

    def _x(self, value: float) -> float:
        """Page position of a number of the analysis scale; beyond the graph's edges where it is cut."""
        assert self.table.graph is not None
        share = (self.table.graph.scale.position(value) - self.low) / (self.high - self.low)
        return self.graph_left + min(max(share, -1e6), 1e6) * self.graph_width

    def _lines_of(self, row: Row) -> list[str]:
        if row.text:
            return wrapped(row.text, self.span, SIZE, row.bold)
        if row.label and not row.cells and row.mark is None:  # a heading may run over the empty columns
            return wrapped(row.label, self.span, SIZE, row.bold)
        return wrapped(row.label, self.label_width - row.indent, SIZE, row.bold)

    def _height(self, row: Row) -> float:
        sentences = [
            LINE * (len(wrapped(row.cells[p.column.key].pieces[0], p.column.most, SIZE)) - 1)
            - ROW * row.below
            for p in [*self.before, *self.after]
            if p.column.most and p.column.key in row.cells
        ]
        return ROW + max([LINE * (len(self._lines_of(row)) - 1), *sentences])

    # --- drawing

    def drawn(self) -> Figure:
        table = self.table
        head_lines = self._head_lines()
        head_bottom = MARGIN + (LINE * (len(self.title) + 0.6) if self.title else 0) + LINE * head_lines + 4
        tops: list[float] = []
        y = head_bottom + 5
        for row in table.rows:
            y += row.space
            tops.append(y)
            y += self._height(row)
        rows_bottom = y
        beside = [line for text in table.beside_axis for line in wrapped(text, self.span, SIZE)]
        parallel = table.graph is not None and self.span >= 235
        axis_height = self._axis_height() if table.graph is not None else 0.0
        beside_top = rows_bottom + 4 if parallel or table.graph is None else rows_bottom + axis_height + 4
        if not parallel:
            beside = [
                line for text in table.beside_axis for line in wrapped(text, self.width - 2 * MARGIN, SIZE)
            ]
        bottom = max(beside_top + LINE * len(beside), rows_bottom + axis_height)
        notes = [line for text in table.notes for line in wrapped(text, self.width - 2 * MARGIN, SIZE)]
        notes_top = bottom + (7 if notes else 0)
        page = Page(self.width, notes_top + LINE * len(notes) + MARGIN)
        for i, text in enumerate(self.title):
            page.text(MARGIN, MARGIN + 8 + LINE * i, text, size=SIZE + 1, bold=True)
        self._draw_head(page, head_bottom)
        if table.graph is not None:
            self._draw_lines(page, head_bottom, rows_bottom, tops)
        for row, top in zip(table.rows, tops, strict=True):
            self._draw_row(page, row, top)
        if table.graph is not None:
            self._draw_axis(page, rows_bottom)
        for i, text in enumerate(beside):
            page.text(MARGIN, beside_top + LINE * i + 8, text, size=SIZE)
        for i, text in enumerate(notes):
            page.text(MARGIN, notes_top + LINE * i + 8, text, size=SIZE)
        return page.figure

    def _head_lines(self) -> int:
        lines = [len(self._head_of_labels()), len(self._graph_head())]
        for placed in (self.before, self.after):
            for group, members in groups(placed):
                above = len(self._group_lines(placed, group, members)) if group else 0
                lines.append(above + max(len(placed[i].head) for i in members))
        return max(lines)

    def _head_of_labels(self) -> list[str]:
        return wrapped(self.table.head, self.label_width, SIZE, True)

    def _graph_head(self) -> list[str]:
        return wrapped(self.table.graph.head, self.graph_width, SIZE, True) if self.table.graph else []

    def _group_lines(self, placed: list[Placed], group: str, members: list[int]) -> list[str]:
        return wrapped(group, span(placed, members) + 0.1, SIZE, True)

    def _both(self) -> list[tuple[list[Placed], list[float]]]:
        return [
            (self.before, left_edges(self.before, MARGIN + self.label_width)),
            (self.after, left_edges(self.after, self.graph_right + 4)),
        ]

    def _draw_head(self, page: Page, bottom: float) -> None:
        def stack(lines: list[str], x: float, align: Align, last: float) -> None:
            for i, text in enumerate(reversed(lines)):
                page.text(x, last - LINE * i, text, size=SIZE, align=align, bold=True)

        base = bottom - 4
        stack(self._head_of_labels(), MARGIN, "left", base)
        if self.table.graph is not None:
            stack(self._graph_head(), self.graph_left + self.graph_width / 2, "center", base)
        for placed, lefts in self._both():
            for p, left in zip(placed, lefts, strict=True):
                if p.column.align == "center" or p.column.circles:
                    stack(p.head, left + p.inner / 2, "center", base)
                elif p.column.align == "left":
                    stack(p.head, left, "left", base)
                else:
                    stack(p.head, left + p.inner, "right", base)
            for group, members in groups(placed):
                if group:
                    start, end = lefts[members[0]], lefts[members[-1]] + placed[members[-1]].width
                    above = base - LINE * max(len(placed[i].head) for i in members)
                    stack(self._group_lines(placed, group, members), (start + end) / 2, "center", above)
                    page.line([start, end], [above + 2.6] * 2, width=0.4)
        page.line([MARGIN, self.width - MARGIN], [bottom, bottom], width=0.7)

    def _draw_lines(self, page: Page, top: float, bottom: float, tops: list[float]) -> None:
        graph = self.table.graph
        assert graph is not None
        if graph.scale.null is not None:
            x = self._x(graph.scale.null)
            page.line([x, x], [top, bottom], width=0.7, zorder=1)
        if graph.pooled is not None:
            x = self._x(graph.pooled)
            lowest = max(
                y + ROW / 2
                for r, y in zip(self.table.rows, tops, strict=True)
                if r.mark and r.mark.kind == "diamond"
            )
            page.line([x, x], [top, lowest], width=0.6, color=GREY, linestyle=(0, (1.5, 2)), zorder=1)

    def _draw_row(self, page: Page, row: Row, top: float) -> None:
        lines = self._lines_of(row)
        for i, text in enumerate(lines):
            page.text(MARGIN + row.indent, top + ROW / 2 + LINE * i + ASCENT, text, size=SIZE, bold=row.bold)
        middle = top + ROW / 2
        for placed, lefts in self._both():
            for p, left in zip(placed, lefts, strict=True):
                if (cell := row.cells.get(p.column.key)) is not None:
                    self._draw_cell(page, p, cell, left, middle, row.bold)
        if row.mark is not None:
            self._draw_mark(page, row.mark, middle)
        if row.leads_to:
            across = self.width - 2 * MARGIN
            page.link(MARGIN, top, across, self._height(row), row.leads_to, f"{row.label}: {TRAIL}")
        if self.table.rules:
            y = top + self._height(row)
            page.line([MARGIN, self.graph_left - GAP], [y, y], width=0.3, color="#bbbbbb")

    def _draw_cell(self, page: Page, p: Placed, cell: Cell, left: float, middle: float, bold: bool) -> None:
        y = middle + ASCENT
        if p.column.circles:
            assert self.table.tool is not None
            draw_mark(page, left + p.rights[0], middle, RADIUS, cell.pieces[0], self.table.tool)
            return
        if p.column.most:
            for i, text in enumerate(wrapped(cell.pieces[0], p.column.most, SIZE)):
                page.text(left, y + LINE * i, text, size=SIZE)
            return
        shift = (p.inner - p.content) / (2 if p.column.align == "center" else 1)
        if len(cell.pieces) < len(p.rights):
            page.text(left + shift + p.content, y, " ".join(cell.pieces), size=SIZE, align="right", bold=bold)
            return
        for piece, right in zip(cell.pieces, p.rights, strict=True):
            page.text(left + shift + right, y, piece, size=SIZE, align="right", bold=bold)
        page.text(left + shift + p.content, y, cell.after, size=SIZE)

    def _draw_mark(self, page: Page, mark: Mark, y: float) -> None:
        first, last = self.graph_left, self.graph_left + self.graph_width
        low, middle, high = (self._x(v) for v in (mark.low, mark.estimate, mark.high))
        start, end = max(low, first), min(high, last)
        if mark.kind == "diamond":
            _diamond(page, low, middle, high, first, last, y, self.table.diamond)
        elif mark.kind == "bar":
            page.shape([(start, y - 1.6), (end, y - 1.6), (end, y + 1.6), (start, y + 1.6)], fill=COLOURS[1])
        else:
            side = SQUARE * math.sqrt(mark.weight / self._heaviest()) if mark.weight > 0 else 3.6
            side = max(side, 1.2)
            page.shape(
                [(middle - side / 2, y - side / 2), (middle + side / 2, y - side / 2),
                 (middle + side / 2, y + side / 2), (middle - side / 2, y + side / 2)],
                fill=self.table.square,
            )  # fmt: skip
            # The interval crosses its square, white where it lies inside and could not be seen.
            page.line(
                [start, end], [y, y], width=0.8, color="white" if end - start < side + 1 else INK, zorder=3
            )
        color = COLOURS[1] if mark.kind == "bar" else self.table.diamond if mark.kind == "diamond" else INK
        if low < first - 1e-6:
            page.shape([(first - ARROW, y), (first, y - 2.6), (first, y + 2.6)], fill=color)
        if high > last + 1e-6:
            page.shape([(last + ARROW, y), (last, y - 2.6), (last, y + 2.6)], fill=color)

    def _heaviest(self) -> float:
        return max(row.mark.weight for row in self.table.rows if row.mark is not None)

    def _favours_lines(self) -> tuple[list[str], list[str]]:
        graph = self.table.graph
        if graph is None or graph.favours is None:
            return [], []
        left, right = graph.favours
        half = self.graph_width / 2 - 4
        return wrapped(left, half, SIZE), wrapped(right, half, SIZE)

    def _axis_height(self) -> float:
        left, right = self._favours_lines()
        caption = 1 if self.table.graph and self.table.graph.caption else 0
        return 17 + LINE * (max(len(left), len(right)) + caption) + 2

    def _draw_axis(self, page: Page, y: float) -> None:
        graph = self.table.graph
        assert graph is not None
        first, last = self.graph_left, self.graph_left + self.graph_width
        page.line([first, last], [y, y], width=0.7)
        for value, label in self._ticks(graph):
            x = first + (value - self.low) / (self.high - self.low) * self.graph_width
            page.line([x, x], [y, y + 3.2], width=0.7)
            page.text(x, y + 12.5, label, size=SIZE, align="center")
        left, right = self._favours_lines()
        below = y + 12.5 + LINE
        for i, text in enumerate(left):
            page.text(first, below + LINE * i, text, size=SIZE)
        for i, text in enumerate(right):
            page.text(last, below + LINE * i, text, size=SIZE, align="right")
        if graph.caption:
            last_line = below + LINE * max(len(left), len(right))
            page.text((first + last) / 2, last_line, graph.caption, size=SIZE, align="center")

    def _ticks(self, graph: Graph) -> list[tuple[float, str]]:
        """As many ticks as fit without their labels touching."""
        for most in (7, 6, 5, 4, 3, 2):
            marks = scales.ticks(graph.scale, self.low, self.high, most)
            xs = [(v - self.low) / (self.high - self.low) * self.graph_width for v, _ in marks]
            halves = [width_of(text, SIZE) / 2 for _, text in marks]
            free = [xs[i + 1] - halves[i + 1] - xs[i] - halves[i] for i in range(len(xs) - 1)]
            if all(space >= 5 for space in free):
                return marks
        return marks[:1]


def _diamond(
    page: Page, low: float, middle: float, high: float, first: float, last: float, y: float, fill: str
) -> None:
    """The summary diamond from `low` to `high`, cut at the edges of the graph."""
    points: list[tuple[float, float]] = []

    def height(x: float) -> float:
        share = (x - low) / (middle - low) if x < middle else (high - x) / (high - middle)
        return DIAMOND * share

    points += [(first, y - height(first)), (first, y + height(first))] if low < first else [(low, y)]
    points.append((middle, y + DIAMOND))
    points += [(last, y + height(last)), (last, y - height(last))] if high > last else [(high, y)]
    points.append((middle, y - DIAMOND))
    page.shape(points, fill=fill, edge=INK, width=0.5)
