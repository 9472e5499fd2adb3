"""The columns of a forest plot measured: how wide each is, where its pieces end, what columns share a head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

from evergreen.figures.forest_table import Column, Row
from evergreen.figures.letters import widest_part, width_of, wrapped


@dataclass(frozen=True)
class Type:
    """The size of letters and the distances that follow from it, in points."""

    size: float = 8.0
    row: float = 13.0
    line: float = 10.5
    below_lines: float = 2.0  # that part a row of several lines from the next
    ascent: float = 2.8  # from the middle of a row down to the baseline of its text
    gap: float = 10.0  # between columns
    circle_gap: float = 2.0
    circle: float = 11.0
    radius: float = 4.6
    square: float = 10.5  # side of the heaviest study's square
    diamond: float = 4.6
    arrow: float = 4.0
    head: float = 82.0  # what the head of a column is wrapped to: of several pieces, of one, of a group
    narrow_head: float = 44.0
    group_head: float = 60.0

    @classmethod
    def of(cls, size: float) -> Type:
        """The distances for letters of another size."""
        return cls(*(length * size / cls.size for length in astuple(cls())))


@dataclass(frozen=True)
class Placed:
    """A column with its measures: left edge, right edge of each piece, lines of its head."""

    column: Column
    width: float  # with what hangs behind the cells
    inner: float  # without it: cells and head end here
    content: float  # widest cell
    rights: tuple[float, ...]  # where each piece of a cell ends, from the left edge of the content
    head: list[str]


def measured(column: Column, rows: Sequence[Row], type_: Type) -> Placed:
    """A column as wide as its cells in the rows, and its head, need."""
    size = type_.size
    cells = [(row.cells[column.key], row.bold) for row in rows if column.key in row.cells]
    if column.circles:
        return Placed(column, type_.circle, type_.circle, type_.circle, (type_.circle / 2,), [column.head])
    if column.most:
        lines = [line for cell, _ in cells for line in wrapped(cell.pieces[0], column.most, size)]
        width = max(width_of(text, size, text == column.head) for text in [*lines, column.head])
        return Placed(column, width, width, width, (0.0,), [column.head])
    count = max((len(c.pieces) for c, _ in cells), default=1)
    widths = [0.0] * count
    whole = 0.0
    for cell, bold in cells:
        if len(cell.pieces) == count:
            for i, piece in enumerate(cell.pieces):
                widths[i] = max(widths[i], width_of(piece, size, bold))
        else:
            whole = max(whole, width_of(" ".join(cell.pieces), size, bold))
    space = width_of(" ", size) + 0.6
    content = max(sum(widths) + space * (count - 1), whole)
    hanging = max((width_of(c.after, size) for c, _ in cells), default=0.0)
    rights = tuple(content - sum(widths[i + 1 :]) - space * (count - 1 - i) for i in range(count))
    word = widest_part(column.head, size, True)
    head = wrapped(
        column.head, max(content, word, type_.head if count > 1 else type_.narrow_head), size, True
    )
    inner = max(content, *(width_of(h, size, True) for h in head))
    return Placed(column, inner + hanging, inner, content, rights, head)


def widen_for_groups(placed: list[Placed], type_: Type) -> None:
    """Make neighbouring columns wide enough for the head that they share."""
    size = type_.size
    for group, members in groups(placed):
        if not group:
            continue
        width = span(placed, members, type_)
        lines = wrapped(group, max(width, type_.group_head, widest_part(group, size, True)), size, True)
        lacking = max(width_of(line, size, True) for line in lines) - width
        if lacking > 0:
            share = lacking / len(members)
            for i in members:
                p = placed[i]
                placed[i] = replace(p, width=p.width + share, inner=p.inner + share)


def left_edges(placed: Sequence[Placed], start: float, type_: Type) -> list[float]:
    """Left edges of columns that begin behind `start`."""
    lefts: list[float] = []
    for i, p in enumerate(placed):
        together = i and p.column.circles and placed[i - 1].column.circles
        start += type_.circle_gap if together else type_.gap
        lefts.append(start)
        start += p.width
    return lefts


def right_end(placed: Sequence[Placed], start: float, type_: Type) -> float:
    """Right edge of the last of columns that begin behind `start`."""
    return left_edges(placed, start, type_)[-1] + placed[-1].width if placed else start


def span(placed: Sequence[Placed], members: Sequence[int], type_: Type) -> float:
    """Width from the first to the last of some neighbouring columns."""
    lefts = left_edges(placed, 0.0, type_)
    return lefts[members[-1]] + placed[members[-1]].width - lefts[members[0]]


def groups(placed: Sequence[Placed]) -> list[tuple[str, list[int]]]:
    """Neighbouring columns of one group, as (group, indices); "" for columns without a group."""
    runs: list[tuple[str, list[int]]] = []
    for i, p in enumerate(placed):
        if runs and runs[-1][0] == p.column.group:
            runs[-1][1].append(i)
        else:
            runs.append((p.column.group, [i]))
    return runs
