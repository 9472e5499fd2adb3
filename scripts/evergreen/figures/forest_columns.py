"""The columns of a forest plot measured: how wide each is, where its pieces end, what columns share a head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evergreen.figures.forest_table import Column, Row
from evergreen.figures.letters import width_of, wrapped

SIZE = 8.0
GAP = 10.0
CIRCLE_GAP = 2.0


@dataclass(frozen=True)
class Placed:
    """A column with its measures: left edge, right edge of each piece, lines of its head."""

    column: Column
    width: float  # with what hangs behind the cells
    inner: float  # without it: cells and head end here
    content: float  # widest cell
    rights: tuple[float, ...]  # where each piece of a cell ends, from the left edge of the content
    head: list[str]


def measured(column: Column, rows: Sequence[Row]) -> Placed:
    """A column as wide as its cells in the rows, and its head, need."""
    cells = [(row.cells[column.key], row.bold) for row in rows if column.key in row.cells]
    if column.circles:
        return Placed(column, 11.0, 11.0, 11.0, (5.5,), [column.head])
    if column.most:
        lines = [line for cell, _ in cells for line in wrapped(cell.pieces[0], column.most, SIZE)]
        width = max(width_of(text, SIZE, text == column.head) for text in [*lines, column.head])
        return Placed(column, width, width, width, (0.0,), [column.head])
    count = max((len(c.pieces) for c, _ in cells), default=1)
    widths = [0.0] * count
    whole = 0.0
    for cell, bold in cells:
        if len(cell.pieces) == count:
            for i, piece in enumerate(cell.pieces):
                widths[i] = max(widths[i], width_of(piece, SIZE, bold))
        else:
            whole = max(whole, sum(width_of(p, SIZE, bold) for p in cell.pieces))
    space = width_of(" ", SIZE) + 0.6
    content = max(sum(widths) + space * (count - 1), whole)
    hanging = max((width_of(c.after, SIZE) for c, _ in cells), default=0.0)
    rights = tuple(content - sum(widths[i + 1 :]) - space * (count - 1 - i) for i in range(count))
    word = max(width_of(word, SIZE, True) for word in column.head.split())
    head = wrapped(column.head, max(content, word, 82.0 if count > 1 else 44.0), SIZE, True)
    inner = max(content, *(width_of(h, SIZE, True) for h in head))
    return Placed(column, inner + hanging, inner, content, rights, head)


def widen_for_groups(placed: list[Placed]) -> None:
    """Make neighbouring columns wide enough for the head that they share."""
    for group, members in groups(placed):
        if not group:
            continue
        width = span(placed, members)
        lines = wrapped(group, max(width, 60.0), SIZE, True)
        lacking = max(width_of(line, SIZE, True) for line in lines) - width
        if lacking > 0:
            share = lacking / len(members)
            for i in members:
                p = placed[i]
                placed[i] = replace(p, width=p.width + share, inner=p.inner + share)


def left_edges(placed: Sequence[Placed], start: float) -> list[float]:
    """Left edges of columns that begin behind `start`."""
    lefts: list[float] = []
    for p in placed:
        start += CIRCLE_GAP if p.column.circles and lefts else GAP
        lefts.append(start)
        start += p.width
    return lefts


def right_end(placed: Sequence[Placed], start: float) -> float:
    """Right edge of the last of columns that begin behind `start`."""
    return left_edges(placed, start)[-1] + placed[-1].width if placed else start


def span(placed: Sequence[Placed], members: Sequence[int]) -> float:
    """Width from the first to the last of some neighbouring columns."""
    lefts = left_edges(placed, 0.0)
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
