"""The risk-of-bias summary: studies by domains, a coloured circle for each judgement, on as many pages as it takes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd
from matplotlib.figure import Figure

from evergreen.bias.tools import OVERALL, Domain, Tool
from evergreen.figures.bias_legend import (
    MARGIN,
    SIZE,
    counted_only,
    draw_legend,
    head_lines,
    legend_entries,
    legend_height,
    legend_width,
    nothing,
    width_of_head,
)
from evergreen.figures.bias_lines import Line, applies, domains_of_lines, lines_of
from evergreen.figures.bias_marks import draw_mark
from evergreen.figures.canvas import HEIGHT, WIDTH, Page, box
from evergreen.figures.glyphs import FONT
from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.style import GREY, INK, PALE
from evergreen.protocol.outcomes import Outcome, read_by

RADIUS, ROW, COLUMN = 7.5, 21.0, 24.0
LINE = SIZE + 2
HEADER_WIDTH, HEADER_MOST = 170.0, 330.0
LEAST_NAME, LEAST_COLUMN = 90.0, 15.0  # points of names and of a column where a page has two panels
PANEL_GAP, GAP = 22.0, 12.0
PAGE_LINE = 14.0  # points of the line that says which page it is


@dataclass(frozen=True)
class Entry:
    """What stands in one row of a panel: a line of judgements, or None under the title of an outcome; its words in lines."""

    words: Sequence[str]
    height: float
    line: Line | None = None


@dataclass(frozen=True)
class Grid:
    """The form of all panels: points of the names and of a column, domains with the lines of their heads, height of the heads."""

    names: float
    column: float
    domains: Sequence[tuple[Domain, list[str]]]
    head: float
    tool: Tool

    @property
    def row(self) -> float:
        """Points from one line to the next."""
        return min(ROW, 0.9 * self.column)

    def entry(self, words: Sequence[str], line: Line | None = None) -> Entry:
        return Entry(words, max(self.row, LINE * len(words) + 4), line)

    @property
    def width(self) -> float:
        return self.names + GAP + self.column * len(self.domains)


def summary(judgements: pd.DataFrame, tool: Tool, outcomes: Sequence[Outcome] = ()) -> tuple[Figure, ...]:
    """Risk-of-bias summary: one line per study, one column per domain; the pages, of at most 178 x 240 mm each.

    Where results are judged, studies stand under their outcome, by the name and in the order of the `outcomes` that read it. More lines than fit
    into a panel go on in one beside it, and on further pages, each with the names of the domains above.
    """

    def place(line: Line) -> int:
        reading = read_by(outcomes, line.outcome)
        return -1 if not line.outcome else outcomes.index(reading[0]) if reading else len(outcomes)

    lines = sorted(lines_of(judgements), key=place)
    if not lines:
        return (nothing(),)
    grid = _grid(lines, tool)
    shown = [
        line.levels.get(domain.id, "")
        for line in lines
        for domain, _ in grid.domains
        if applies(tool, domain, line) and not counted_only(tool, domain)
    ]
    legend = legend_entries(tool, shown)
    room = HEIGHT - 2 * MARGIN - grid.head - 16 - legend_height(legend, WIDTH - 2 * MARGIN) - PAGE_LINE
    beside = max(1, math.floor((WIDTH - 2 * MARGIN + PANEL_GAP) / (grid.width + PANEL_GAP)))
    panels = panels_of(entries_of(lines, outcomes, grid), room, beside)
    pages = [panels[start : start + beside] for start in range(0, len(panels), beside)]
    return tuple(_page(page, grid, legend, number, len(pages)) for number, page in enumerate(pages, start=1))


def _grid(lines: Sequence[Line], tool: Tool) -> Grid:
    domains = domains_of_lines(tool, lines)
    free = WIDTH - 2 * MARGIN - GAP
    column = min(COLUMN, (free - LEAST_NAME) / len(domains))
    longest = max(width_of(line.study, SIZE) for line in lines)

    def of(column: float, free: float) -> Grid:
        headed = list(zip(domains, _heads(domains, column), strict=True))
        head = max(width_of_head(*one) for one in headed) + 10
        return Grid(min(longest, free - column * len(domains)), column, headed, head, tool)

    grid = of(column, free)
    half = (WIDTH - 2 * MARGIN - PANEL_GAP) / 2 - GAP
    narrow = min(column, (half - min(longest, LEAST_NAME)) / len(domains))
    too_long = len(lines) * ROW > HEIGHT - 2 * MARGIN - grid.head - 60
    return of(narrow, half) if too_long and narrow >= LEAST_COLUMN else grid  # two panels side by side


def _heads(domains: Sequence[Domain], column: float) -> list[list[str]]:
    """Names of the domains, which stand upright side by side: in as many lines as their column is wide."""
    most, width = max(1, math.floor(column / (SIZE + 1.5))), HEADER_WIDTH
    heads = head_lines(domains, width)
    while max(map(len, heads)) > most and width < HEADER_MOST:
        width += 20
        heads = head_lines(domains, width)
    return heads


def entries_of(lines: Sequence[Line], outcomes: Sequence[Outcome], grid: Grid) -> list[Entry]:
    """Lines, and before the first of each outcome its title."""
    found: list[Entry] = []
    current = ""
    for line in lines:
        title = line.title(outcomes)
        if title != current:
            found.append(grid.entry(wrapped(title, grid.width, SIZE, True)))
            current = title
        found.append(grid.entry(wrapped(line.study, grid.names + 0.01, SIZE), line))
    return found


def panels_of(entries: Sequence[Entry], room: float, beside: int = 1) -> list[list[Entry]]:
    """Entries in panels of at most `room` points; of about equal length where they fit on one page of `beside` panels.

    No title stands last in a panel, and a panel within an outcome begins with its title.
    """
    total = sum(entry.height for entry in entries)
    count = math.ceil(total / room)
    limit = min(room, total / count + 3 * ROW) if 1 < count <= beside else room
    panels: list[list[Entry]] = [[]]
    used, title = 0.0, None
    for i, entry in enumerate(entries):
        needed = entry.height + (entries[i + 1].height if entry.line is None else 0.0)
        if panels[-1] and used + needed > limit:
            panels.append([])
            used = 0.0
            if entry.line is not None and title is not None:
                again = replace(title, words=[*title.words[:-1], f"{title.words[-1]} (continued)"])
                panels[-1].append(again)
                used = again.height
        title = entry if entry.line is None else title
        panels[-1].append(entry)
        used += entry.height
    return panels


def _page(
    panels: Sequence[Sequence[Entry]], grid: Grid, legend: Sequence[tuple[str, str]], number: int, of: int
) -> Figure:
    """One page; of several each says which it is."""
    width = grid.width * len(panels) + PANEL_GAP * (len(panels) - 1)
    inside = max(width, legend_width(legend, max(grid.width, WIDTH - 2 * MARGIN if of > 1 else grid.width)))
    top = MARGIN + grid.head
    body = max(sum(entry.height for entry in panel) for panel in panels)
    below = top + body + 16 + legend_height(legend, inside)
    page = Page(inside + 2 * MARGIN, below + MARGIN + (PAGE_LINE if of > 1 else 0))
    for place, panel in enumerate(panels):
        _draw_panel(page, panel, grid, MARGIN + place * (grid.width + PANEL_GAP), top)
    draw_legend(page, legend, MARGIN, top + body + 16, inside, grid.tool)
    if of > 1:
        page.text(MARGIN, below + 8, f"Page {number} of {of}", size=7.0, color=GREY)
    return page.figure


def _draw_panel(page: Page, panel: Sequence[Entry], grid: Grid, left: float, top: float) -> None:
    """One panel: labels of the domains above, studies on the left, circles on the right."""
    first, right = left + grid.names + GAP, left + grid.width
    bottom = top + sum(entry.height for entry in panel)
    if grid.domains[-1][0].id == OVERALL:
        x = right - grid.column
        page.shape(box(x, top, right, bottom), fill=PALE)
    for column, (domain, head) in enumerate(grid.domains):
        for part, text in enumerate(head):
            x = first + grid.column * (column + 0.5) + (part - (len(head) - 1) / 2) * (SIZE + 1.5)
            page.axes.text(
                x, top - 6, text, fontsize=SIZE, rotation=90, ha="center", va="bottom", color=INK, family=FONT,
                weight="bold" if domain.id == OVERALL else "normal", parse_math=False,
            )  # fmt: skip
    y = top
    radius = min(RADIUS, grid.column * 0.31)
    for number, entry in enumerate(panel):
        middle = y + entry.height / 2
        strong = number == 0 or entry.line is None
        page.line([left, right], [y, y], color=GREY if strong else PALE, width=0.5)
        for part, text in enumerate(entry.words):
            at = middle + SIZE * 0.36 + (part - (len(entry.words) - 1) / 2) * LINE
            if entry.line is None:
                page.text(left, at, text, size=SIZE, bold=True)
            else:
                page.text(first - 10, at, text, size=SIZE, align="right")
        if entry.line is not None:
            _draw_marks(page, entry.line, grid, first, middle, radius)
        y += entry.height
    page.line([left, right], [bottom, bottom], color=GREY, width=0.5)


def _draw_marks(page: Page, line: Line, grid: Grid, first: float, middle: float, radius: float) -> None:
    for column, (domain, _) in enumerate(grid.domains):
        if applies(grid.tool, domain, line):
            x, level = first + grid.column * (column + 0.5), line.levels.get(domain.id, "")
            draw_mark(page, x, middle, radius, level, grid.tool)
