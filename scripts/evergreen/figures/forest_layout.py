"""A forest plot on paper: columns measured until they fit the width of a page, rows cut into pages with repeated heads."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from evergreen.counting import listed, noun
from evergreen.figures import forest_columns
from evergreen.figures.canvas import HEIGHT, WIDTH
from evergreen.figures.forest_table import Column, Row, Table, limits
from evergreen.figures.letters import widest_part, width_of, wrapped
from evergreen.tables import grouped

MARGIN = 8.0
LEAST_WIDTH = 380.0
LABEL_MOST = 165.0
GRAPH_WIDTH, GRAPH_LEAST = 186.0, 110.0
# Letters in points, and what labels that are longer are wrapped to at least: smaller letters are not read in print.
FIRST = 8.0
TRIED = ((FIRST, 125.0), (7.5, 125.0), (7.0, 125.0), (7.0, 90.0), (6.5, 90.0), (6.0, 90.0), (6.0, 60.0))
SQUEEZED = (1.0, 0.75, 0.5)  # columns of sentences, as a share of their width
BESIDE_LEAST = 180.0  # room left of the axis from which lines stand beside it
AFTER_GRAPH = 4.0


@dataclass(frozen=True)
class Sheet:
    """One page: its rows with their upper edges, and the lines below them; `number` counts from 1."""

    number: int
    rows: tuple[tuple[Row, float], ...]
    rows_bottom: float
    height: float
    beside: tuple[str, ...] = ()
    beside_top: float = 0.0
    notes: tuple[str, ...] = ()
    notes_top: float = 0.0


class Layout:
    """A table with all its measures, in points."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.low, self.high = limits(table) if table.graph is not None else (0.0, 0.0)
        self._fit()
        texts = [
            *((note, self.type.size, False) for note in self.notes),
            (table.title, self.type.size + 1, True),
        ]
        least = min(LEAST_WIDTH, max(width_of(*text) for text in texts) + 2 * MARGIN)
        self.width = max(self.graph_right + (AFTER_GRAPH if table.graph else 0) + self._right, least)
        self.span = (self.graph_left - self.type.gap if table.graph else self.width - MARGIN) - MARGIN

    # --- the width

    def _fit(self) -> None:
        """The largest letters with which the columns fit the page; then without those that may give way, the least needed first."""
        columns = [*self.table.before, *self.table.after]
        ranks = sorted({column.rank for column in columns if column.rank}, reverse=True)
        shares = SQUEEZED if any(column.most for column in columns) else SQUEEZED[:1]
        attempts = [(*one, share, 99) for one, share in itertools.product(TRIED, shares)]
        attempts += [(*TRIED[-1], shares[-1], rank) for rank in ranks]
        for size, least, share, below in attempts:
            self._measure(size, least, share, below)
            if self._spare >= 0:
                break
        gone = [one for one in columns if one.rank >= below]
        self.notes = [
            *self.table.notes,
            *(_elsewhere(own) for own in grouped(gone, lambda one: one.circles).values()),
        ]
        self._share_out()

    def _measure(self, size: float, least: float, share: float, below: int) -> None:
        """The columns in letters of a size, labels of at least a width (in letters of 8 points) unless they need less, those of
        sentences with a share of their width, without ranks from `below` on."""
        self.type = forest_columns.Type.of(size)

        def placed(columns: Sequence[Column]) -> list[forest_columns.Placed]:
            kept = [replace(one, most=one.most * share) for one in columns if one.rank < below]
            made = [forest_columns.measured(one, self.table.rows, self.type) for one in kept]
            forest_columns.widen_for_groups(made, self.type)
            return made

        self.before, self.after = placed(self.table.before), placed(self.table.after)
        self._right = forest_columns.right_end(self.after, 0.0, self.type) + MARGIN
        self._between = forest_columns.right_end(self.before, 0.0, self.type)
        if self.table.graph is not None:
            self._between += self.type.gap + 4 + AFTER_GRAPH
        # indented labels and the head of the column
        labels = [(row.label, row.bold, row.indent) for row in self.table.rows if _labelled(row)]
        labels.append((self.table.head, True, 0.0))
        widest = max(width_of(text, size, bold) + indent for text, bold, indent in labels)
        scale = size / FIRST
        most = LABEL_MOST * scale
        # what is wider than any column of labels is broken in any case
        parts = [widest_part(text, size, bold) + indent for text, bold, indent in labels]
        word = max([part for part in parts if part <= most], default=most)
        self._label_most = min(max(word, widest), most)
        self._label_least = min(max(word, min(widest, least * scale)), self._label_most)
        self._graph_least = max(GRAPH_LEAST * scale, self._favours_least()) if self.table.graph else 0.0
        room = WIDTH - MARGIN - self._between - self._right
        self._spare = room - self._label_least - self._graph_least

    def _share_out(self) -> None:
        """What is left of the width goes to the labels first, then to the graph."""
        spare = max(self._spare, 0.0)
        self.label_width = min(self._label_most, self._label_least + spare)
        left = spare - (self.label_width - self._label_least)
        self.before_end = forest_columns.right_end(self.before, MARGIN + self.label_width, self.type)
        self.graph_left = self.before_end + self.type.gap + 4
        self.graph_width = 0.0
        if self.table.graph is not None:
            self.graph_width = min(self._graph_least + left, max(GRAPH_WIDTH, self._graph_least))
        self.graph_right = self.graph_left + self.graph_width if self.table.graph else self.before_end

    def _favours_least(self) -> float:
        graph = self.table.graph
        if graph is None or graph.favours is None:
            return 0.0
        return max(widest_part(side, self.type.size, self.above) for side in graph.favours) + 2

    # --- lines of text

    @cached_property
    def head_of_labels(self) -> list[str]:
        return wrapped(self.table.head, self.label_width, self.type.size, True)

    @cached_property
    def graph_head(self) -> list[str]:
        graph = self.table.graph
        return wrapped(graph.head, self.graph_width, self.type.size, True) if graph and graph.head else []

    @cached_property
    def favours(self) -> tuple[list[str], list[str]]:
        """The lines for the left and the right side of the axis, one above the other where half the axis is too narrow for a word."""
        graph = self.table.graph
        if graph is None or graph.favours is None:
            return [], []
        half, bold = self.graph_width / 2 - 4, self.above
        stacked = max(widest_part(side, self.type.size, bold) for side in graph.favours) > half
        first, second = (
            wrapped(side, self.graph_width if stacked else half, self.type.size, bold)
            for side in graph.favours
        )
        if stacked:
            first, second = [*first, *[""] * len(second)], [*[""] * len(first), *second]
        return first, second

    @property
    def above(self) -> bool:
        """Whether the sides of the axis are named in its head."""
        return self.table.preset.favours == "above"

    def group_lines(self, placed: list[forest_columns.Placed], group: str, members: list[int]) -> list[str]:
        return wrapped(group, forest_columns.span(placed, members, self.type) + 0.1, self.type.size, True)

    def lines_of(self, row: Row) -> list[str]:
        """The lines of a row's text or label."""
        # a text and a heading may run over the empty columns
        room = self.label_width if _labelled(row) and not row.text else self.span
        return wrapped(row.text or row.label, room - row.indent, self.type.size, row.bold)

    def title_of(self, number: int, of: int) -> list[str]:
        """The lines of a page's title."""
        text = self.table.title + (f" (page\u00a0{number}\u00a0of\u00a0{of})" if of > 1 else "")
        return wrapped(text, self.width - 2 * MARGIN, self.type.size + 1, True) if text else []

    # --- the height

    def height_of(self, row: Row) -> float:
        """Height of a row without the space above it."""
        sentences = [
            self.type.line * (len(wrapped(row.cells[p.column.key].pieces[0], p.column.most, self.type.size)) - 1)
            - self.type.row * row.below
            for p in [*self.before, *self.after]
            if p.column.most and p.column.key in row.cells
        ]  # fmt: skip
        lines = len(self.lines_of(row))
        return self.type.row + max(
            [self.type.line * (lines - 1) + (self.type.below_lines if lines > 1 else 0), *sentences]
        )

    @cached_property
    def head_lines(self) -> int:
        """Lines of the heads of the columns."""
        named = max(map(len, self.favours)) if self.above else 0
        lines = [len(self.head_of_labels), len(self.graph_head) + named]
        for placed in (self.before, self.after):
            for group, members in forest_columns.groups(placed):
                above = len(self.group_lines(placed, group, members)) if group else 0
                lines.append(above + max(len(placed[i].head) for i in members))
        return max(lines)

    def head_bottom(self, title: Sequence[str]) -> float:
        """Lower edge of title and heads."""
        line = self.type.line
        return MARGIN + (line * (len(title) + 0.6) if title else 0) + line * self.head_lines + 4

    @property
    def axis_height(self) -> float:
        graph = self.table.graph
        if graph is None:
            return 0.0
        sides = 0 if self.above else max(map(len, self.favours))
        return 2.1 * self.type.size + self.type.line * (sides + bool(graph.caption)) + 2

    @property
    def parallel(self) -> bool:
        """Whether there is room for lines beside the axis."""
        return self.table.graph is not None and self.span >= BESIDE_LEAST

    def sheets(self) -> list[Sheet]:
        """The pages; one where everything fits."""
        whole = self._cut(1)
        return whole if len(whole) == 1 else self._cut(len(whole))

    def _cut(self, of: int) -> list[Sheet]:
        top = self.head_bottom(self.title_of(of, of)) + 5
        pages = list(self._pages(HEIGHT - MARGIN - self.axis_height - top))
        sheets = []
        for number, rows in enumerate(pages, start=1):
            y, placed = top, []
            for position, row in enumerate(rows):
                y += row.space if position else 0
                placed.append((row, y))
                y += self.height_of(row)
            sheets.append(Sheet(number, tuple(placed), y, y + self.axis_height + MARGIN))
        return [*sheets[:-1], *self._ended(sheets[-1], of)]

    def _pages(self, room: float) -> Iterator[list[Row]]:
        """Rows by page: bound ones together as far as a page holds them, the name of a subgroup again where it goes on."""
        page: list[Row] = []
        used = 0.0
        for block in _blocks(self.table.rows):
            heights = [row.space + self.height_of(row) for row in block]
            together = sum(heights) <= room - 2 * self.type.row
            for position, (row, height) in enumerate(zip(block, heights, strict=True)):
                needed = sum(heights) if together and not position else height
                if page and used + needed > room and not (together and position):
                    yield page
                    page, used = [], 0.0
                    if row.part and row.label != row.part:
                        page.append(Row(f"{row.part} (continued)", bold=True, part=row.part))
                        used = self.height_of(page[0])
                page.append(row)
                used += height
        yield page

    def _ended(self, last: Sheet, of: int) -> Iterator[Sheet]:
        """The last page with lines beside or below the axis and notes, which go on on further pages where it is full."""
        table, line, size = self.table, self.type.line, self.type.size
        across = self.width - 2 * MARGIN
        room = self.span if self.parallel else across
        beside = [one for text in table.beside_axis for one in wrapped(text, room, size)]
        waiting = [one for text in self.notes for one in wrapped(text, across, size)]
        parallel = self.parallel and last.rows_bottom + 4 + line * len(beside) + MARGIN <= HEIGHT
        below = last.rows_bottom + (4 if parallel or table.graph is None else self.axis_height + 4)
        bottom = max(below + line * len(beside), last.rows_bottom + self.axis_height)
        if bottom + MARGIN > HEIGHT:  # the lines beside the axis go on on the next page, before the notes
            waiting = [one for text in table.beside_axis for one in wrapped(text, across, size)] + waiting
            beside, bottom = [], last.rows_bottom + self.axis_height
        top = bottom + 7
        most = int((HEIGHT - MARGIN - top) / line)
        # a line alone does not end a page
        fitting = waiting[: max(most, 0)] if most >= min(len(waiting), 2) else []
        height = (top + line * len(fitting) if fitting else bottom) + MARGIN
        yield replace(
            last, beside=tuple(beside), beside_top=below, notes=tuple(fitting), notes_top=top, height=height
        )
        waiting, number = waiting[len(fitting) :], last.number
        while waiting:
            number += 1
            top = MARGIN + line * (len(self.title_of(of, of)) + 0.6)
            fitting = waiting[: int((HEIGHT - MARGIN - top) / line)]
            waiting = waiting[len(fitting) :]
            yield Sheet(
                number, (), top, top + line * len(fitting) + MARGIN, notes=tuple(fitting), notes_top=top
            )


def _elsewhere(gone: Sequence[Column]) -> str:
    """Where the columns stand that gave way: numbers, or judgements."""
    heads = {
        group: dict.fromkeys(one.head for one in own)
        for group, own in grouped(gone, lambda one: one.group).items()
    }
    named = listed(f"{listed(own)} ({group})" if group else listed(own) for group, own in heads.items())
    stand = noun(sum(map(len, heads.values())), "stands", "stand")
    where = "risk-of-bias summary" if gone[0].circles else "table of numbers beside this figure"
    return f"For lack of room {named} {stand} in the {where}."


def _labelled(row: Row) -> bool:
    """Whether a row has a label in the column of labels."""
    return bool(row.label) and (bool(row.cells) or row.mark is not None)


def _blocks(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Rows that stand on one page together."""
    block: list[Row] = []
    for row in rows:
        block.append(row)
        if not row.bound:
            yield block
            block = []
    if block:
        yield block
