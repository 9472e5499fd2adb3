"""Draw the PRISMA flow chart: boxes as large as their measured text, arrows that meet them, nothing cut.

All lengths are in points (1/72 inch), with the origin in the lower left corner.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Polygon

from evergreen.figures.clusters import ends_of
from evergreen.figures.letters import WIDER, Letters, Line, width_of
from evergreen.figures.style import COLUMN, COLUMN_AND_HALF, GREY, INK, PAGE
from evergreen.prisma.chart import (
    MAIN,
    OTHER,
    OTHER_OUT,
    OUT,
    PREVIOUS,
    SECTIONS,
    TITLES,
    Arrow,
    Box,
    Chart,
)

SIZE, LINE, NOTE_SIZE, NOTE_LINE = 7.0, 8.8, 6.0, 7.6
PAD, INDENT, PARAGRAPH = 4.0, 6.0, 2.0
GAP, ROW_GAP, STACK_GAP = 15.0, 14.0, 6.0
BAR, BAR_GAP, MARGIN = 14.0, 6.0, 2.0
HEAD_LENGTH, HEAD_WIDTH = 4.5, 3.6
TITLE_FILL, BAR_FILL, GREY_FILL = "#ffc74d", "#c3d7ee", "#e6e6e6"
FILLS = {"title": TITLE_FILL, "other_title": GREY_FILL, "plain": "white", "grey": GREY_FILL, "open": "white"}
# Shares of the width that the columns take: the first that fits on a printed page, with more room for long lists of
# reasons where there is need.
SHARES = (
    {PREVIOUS: 0.86, MAIN: 1.0, OUT: 1.08, OTHER: 0.94, OTHER_OUT: 0.94},
    {PREVIOUS: 0.80, MAIN: 1.0, OUT: 1.25, OTHER: 0.85, OTHER_OUT: 1.15},
    {PREVIOUS: 0.72, MAIN: 1.2, OUT: 1.35, OTHER: 0.75, OTHER_OUT: 1.30},
)
PAGE_HEIGHT = 72 * 9.4
RECORDS = "flow.html"  # the page that has the records of each box
ORDINARY = 16  # letters of a word that is not to be broken


@dataclass(frozen=True)
class Run:
    """Words of one style in one line; `x` from the left edge of the text."""

    text: str
    x: float
    bold: bool
    italic: bool


Lines = tuple[tuple[tuple[Run, ...], float], ...]
"""Lines of a box: (runs, distance of the baseline from the top edge)."""


@dataclass(frozen=True)
class Placed:
    """A box with its place and its lines."""

    box: Box
    x: float
    y: float
    width: float
    height: float
    lines: Lines

    @property
    def middle(self) -> float:
        return self.y + self.height / 2

    @property
    def centre(self) -> float:
        return self.x + self.width / 2


def draw_flow(chart: Chart) -> Figure:
    """The chart as a figure; each box links to its records in the page beside it.

    One column of a journal (3.35 in) holds the chart of databases and registers, one and a half (5 in) a chart with previous
    studies, and a page (7 in) a chart with other methods: so the text is 7 points wherever it is printed.
    """
    width = 72 * (
        PAGE if OTHER in chart.columns else COLUMN_AND_HALF if PREVIOUS in chart.columns else COLUMN
    )
    notes = [line for note in chart.notes for line in wrapped([(0, note)], width - 2 * MARGIN, NOTE_SIZE)]
    notes_height = len(notes) * NOTE_LINE + (8 if notes else 0)
    placed, height = _fitting(_placed(chart, width, notes_height, shares) for shares in SHARES)
    figure = Figure(figsize=(width / 72, height / 72))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(0, height)
    axes.set_axis_off()
    _draw_sections(axes, chart, placed)
    for arrow in chart.arrows:
        _draw_arrow(axes, arrow, placed)
    for item in placed.values():
        _draw_box(axes, item)
    for i, (indent, runs) in enumerate(notes):
        y = notes_height - 8 - NOTE_SIZE - i * NOTE_LINE + 2
        _draw_runs(axes, runs, MARGIN + indent, y, NOTE_SIZE, GREY)
    return figure


def _fitting(layouts: Iterable[tuple[dict[str, Placed], float]]) -> tuple[dict[str, Placed], float]:
    """The first layout that a page holds, else the lowest."""
    tried = []
    for layout in layouts:
        if layout[1] <= PAGE_HEIGHT:
            return layout
        tried.append(layout)
    return min(tried, key=lambda layout: layout[1])


def describe(svg: str, chart: Chart) -> str:
    """The saved chart with each box's whole text as its title: what a screen reader says and a search finds."""
    for box in chart.boxes:
        svg = svg.replace(
            f'<g id="box-{box.name}">', f'<g id="box-{box.name}"><title>{escape(box.text)}</title>'
        )
    return svg


def wrapped(
    lines: Sequence[tuple[int, str]], width: float, size: float = SIZE, bold: bool = False
) -> list[tuple[float, tuple[Run, ...]]]:
    """Lines broken to `width`: (indent, runs) each; a count `(n = 12)` stays in one piece, a long word is broken."""
    result: list[tuple[float, tuple[Run, ...]]] = []
    space = width_of(" ", size, bold, False)
    for level, text in lines:
        # The second line of an indented entry hangs a little, so that entries stay apart.
        indent, hang = level * INDENT, INDENT / 2 if level else 0.0
        row: list[Run] = []
        end, room = 0.0, width - indent
        for word, is_bold, is_italic in _words(text, bold):
            for piece in _pieces(word, width - level * INDENT - hang, size, is_bold, is_italic):
                length = width_of(piece, size, is_bold, is_italic)
                if row and end + space + length > room:
                    result.append((indent, _joined(row)))
                    row, end = [], 0.0
                    indent, room = level * INDENT + hang, width - level * INDENT - hang
                start = end + space if row else 0.0
                row.append(Run(piece, start / WIDER, is_bold, is_italic))
                end = start + length
        result.append((indent, _joined(row)))
    return result


def _words(text: str, bold: bool) -> list[tuple[str, bool, bool]]:
    found = []
    for word in re.findall(r"\(n = [\d,]+\)|\S+", text):
        if match := re.fullmatch(r"\*\*(.+)\*\*(\S*)", word):
            found.append((match[1] + match[2], True, False))
        elif match := re.fullmatch(r"\*(.+)\*(\S*)", word):
            found.append((match[1] + match[2], bold, True))
        else:
            found.append((word, bold, False))
    return found


def _pieces(word: str, room: float, size: float, bold: bool, italic: bool) -> list[str]:
    pieces = [""]
    for start, end in pairwise([0, *ends_of(word), len(word)]):
        if pieces[-1] and width_of(pieces[-1] + word[start:end], size, bold, italic) > room:
            pieces.append("")
        pieces[-1] += word[start:end]
    return pieces


def _joined(row: list[Run]) -> tuple[Run, ...]:
    """Neighbouring words of one style as one run, so that the text of a line can be selected and searched."""
    runs: list[Run] = []
    for run in row:
        if runs and (runs[-1].bold, runs[-1].italic) == (run.bold, run.italic):
            runs[-1] = Run(f"{runs[-1].text} {run.text}", runs[-1].x, run.bold, run.italic)
        else:
            runs.append(run)
    return tuple(runs)


def _placed(
    chart: Chart, width: float, notes_height: float, shares: Mapping[int, float]
) -> tuple[dict[str, Placed], float]:
    """Boxes by name with their places, and the height of the figure."""
    columns = chart.columns
    free = width - 2 * MARGIN - BAR - BAR_GAP - GAP * (len(columns) - 1)
    widths = _widths(chart, free, shares)
    left, x = {}, MARGIN + BAR + BAR_GAP
    for column in columns:
        left[column] = x
        x += widths[column] + GAP

    def span(box: Box) -> tuple[float, float]:
        start, length = left[box.column], widths[box.column]
        beside = {MAIN: OUT, OTHER: OTHER_OUT}.get(box.column)
        if box.row == TITLES and beside in left:
            length = left[beside] + widths[beside] - start
        return start, length

    sized = {box.name: _sized(box, span(box)[1]) for box in chart.boxes}
    tops: dict[int, float] = {}
    bottoms: dict[int, float] = {}
    offsets: dict[str, float] = {}
    for row in chart.rows:
        # The boxes of a row share its middle line; an open box hangs below the one beside it.
        hanging: dict[int, float] = {}
        for box in sorted((box for box in chart.boxes if box.row == row), key=lambda box: box.kind == "open"):
            size = sized[box.name][0]
            low = hanging.get(box.column)
            offsets[box.name] = -size / 2 if low is None else low - STACK_GAP - size
            hanging[box.column] = offsets[box.name]
            tops[row] = max(tops.get(row, 0.0), offsets[box.name] + size)
            bottoms[row] = min(bottoms.get(row, 0.0), offsets[box.name])
    for label, first, last in SECTIONS:
        rows = [row for row in chart.rows if first <= row <= last]
        tall = sum(tops[row] - bottoms[row] for row in rows) + ROW_GAP * (len(rows) - 1)
        missing = width_of(label, SIZE, True, False) + 2 * PAD - tall
        if missing > 0:
            tops[rows[0]] += missing / 2
            bottoms[rows[0]] -= missing / 2
    height = 2 * MARGIN + notes_height + ROW_GAP * (len(chart.rows) - 1)
    height += sum(tops[row] - bottoms[row] for row in chart.rows)
    middles, y = {}, height - MARGIN
    for row in chart.rows:
        middles[row] = y - tops[row]
        y -= tops[row] - bottoms[row] + ROW_GAP
    placed = {}
    for box in chart.boxes:
        start, length = span(box)
        size, lines = sized[box.name]
        placed[box.name] = Placed(box, start, middles[box.row] + offsets[box.name], length, size, lines)
    return placed, height


def _widths(chart: Chart, free: float, shares: Mapping[int, float]) -> dict[int, float]:
    """Widths of the columns by their shares of `free`, but none so narrow that a word of ordinary length is broken."""
    least = dict.fromkeys(chart.columns, 0.0)
    for box in chart.boxes:
        for level, text in box.lines if box.row != TITLES else ():
            edges = 2 * PAD + level * INDENT + (INDENT / 2 if level else 0.0)
            for word, bold, italic in _words(text, False):
                if len(word) <= ORDINARY:
                    least[box.column] = max(least[box.column], edges + width_of(word, SIZE, bold, italic))
    room = min(1.0, free / sum(least.values()))
    widths: dict[int, float] = {}
    while wide := [column for column in chart.columns if column not in widths]:
        share = (free - sum(widths.values())) / sum(shares[column] for column in wide)
        narrow = {
            column: room * least[column] for column in wide if shares[column] * share < room * least[column]
        }
        widths |= narrow or {column: shares[column] * share for column in wide}
    return widths


def _sized(box: Box, width: float) -> tuple[float, Lines]:
    """Height of a box and its lines with their baselines, shifted to their indents."""
    is_title = box.row == TITLES
    lines = []
    depth, room = PAD, width - 2 * PAD
    for i, line in enumerate(box.lines):
        if i and not line[0] and not box.lines[i - 1][0]:
            depth += PARAGRAPH
        for indent, runs in _balanced(line, room) if is_title else wrapped([line], room):
            start = indent
            if is_title:
                last = runs[-1]
                start = (room - last.x - width_of(last.text, SIZE, last.bold, last.italic)) / 2
            moved = tuple(Run(run.text, start + run.x, run.bold, run.italic) for run in runs)
            lines.append((moved, depth + SIZE))
            depth += LINE
    return depth + PAD - (LINE - SIZE) / 2, tuple(lines)


def _balanced(line: tuple[int, str], width: float) -> list[tuple[float, tuple[Run, ...]]]:
    """A title in the same number of lines, as even as they can be."""
    count = len(wrapped([line], width, bold=True))
    while width > 10 and len(wrapped([line], width - 2, bold=True)) == count:
        width -= 2
    return wrapped([line], width, bold=True)


def _draw_box(axes: Axes, item: Placed) -> None:
    box = item.box
    round_corners = box.row == TITLES
    url = None if round_corners else f"{RECORDS}#{box.name}"
    corner = 4.0 if round_corners else 0.0
    patch = FancyBboxPatch(
        (item.x + corner, item.y + corner), item.width - 2 * corner, item.height - 2 * corner,
        boxstyle=f"round,pad={corner},rounding_size={corner}" if round_corners else "square,pad=0",
        facecolor=FILLS[box.kind], edgecolor="none" if round_corners else INK if box.kind == "plain" else GREY,
        linewidth=0.7, linestyle=(0, (3, 2)) if box.kind == "open" else "solid", gid=f"box-{box.name}",
        url=url,
    )  # fmt: skip
    axes.add_patch(patch)
    for runs, depth in item.lines:
        _draw_runs(axes, runs, item.x + PAD, item.y + item.height - depth, SIZE, INK, url)


def _draw_runs(
    axes: Axes, runs: Sequence[Run], x: float, y: float, size: float, colour: str, url: str | None = None
) -> None:
    letters = Letters(url=url)
    letters.lines += [
        Line(x + run.x, y, run.text, size, "left", run.bold, run.italic, colour) for run in runs
    ]
    axes.add_artist(letters)


def _draw_sections(axes: Axes, chart: Chart, placed: dict[str, Placed]) -> None:
    """The bars on the left that name the phases."""
    for label, first, last in SECTIONS:
        inside = [item for item in placed.values() if first <= item.box.row <= last]
        low = min(item.y for item in inside)
        high = max(item.y + item.height for item in inside)
        missing = max(width_of(label, SIZE, True, False) + 2 * PAD - (high - low), 0)
        low, high = low - missing / 2, high + missing / 2
        corner = 3.0
        axes.add_patch(
            FancyBboxPatch(
                (MARGIN + corner, low + corner), BAR - 2 * corner, high - low - 2 * corner,
                boxstyle=f"round,pad={corner},rounding_size={corner}", facecolor=BAR_FILL, edgecolor="none",
                gid=f"section-{label.lower()}",
            )
        )  # fmt: skip
        axes.text(
            MARGIN + BAR / 2, (low + high) / 2, label, rotation=90, ha="center", va="center", fontsize=SIZE,
            fontweight="bold", color=INK,
        )  # fmt: skip


def _draw_arrow(axes: Axes, arrow: Arrow, placed: dict[str, Placed]) -> None:
    """A line from edge to edge with a head that touches the second box."""
    a, b = placed[arrow.start], placed[arrow.end]
    right = a.x + a.width
    points = {
        "right": [(right, b.middle), (b.x, b.middle)],
        "down": [(a.centre, a.y), (a.centre, b.y + b.height)],
        "branch": [(right + GAP / 2, a.middle), (right + GAP / 2, b.middle), (b.x, b.middle)],
        "down_right": [(a.centre, a.y), (a.centre, b.middle), (b.x, b.middle)],
        "down_left": [(a.centre, a.y), (a.centre, b.middle), (b.x + b.width, b.middle)],
    }[arrow.way]
    (x0, y0), (x1, y1) = points[-2:]
    length = abs(x1 - x0) + abs(y1 - y0)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    base = (x1 - dx * HEAD_LENGTH, y1 - dy * HEAD_LENGTH)
    line = [*points[:-1], base]
    axes.plot(
        *zip(*line, strict=True), color=INK, linewidth=0.8, solid_joinstyle="miter", solid_capstyle="butt"
    )
    half = HEAD_WIDTH / 2
    head = [(x1, y1), (base[0] - dy * half, base[1] + dx * half), (base[0] + dy * half, base[1] - dx * half)]
    axes.add_patch(
        Polygon(head, closed=True, facecolor=INK, edgecolor="none", gid=f"arrow-{arrow.start}-{arrow.end}")
    )
