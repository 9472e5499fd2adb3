"""Figures with two axes: room for title, key and note measured beforehand, axes with the right ticks, names beside points."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy.typing import ArrayLike, NDArray

from evergreen.figures import scales
from evergreen.figures.clusters import ends_of
from evergreen.figures.glyphs import FONT
from evergreen.figures.key import Sign, draw_key, height_of
from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.style import GREY

SIZE = 8.0
TICK = 7.0
LINE = 10.5
LEFT, RIGHT = 46.0, 12.0
AXIS = 34.0  # points of ticks and label under the axes
TITLE_AND_TICKS = 27.0  # points of an upright axis' label, its ticks and the distances around them
MOST_LABELS = 60  # names in a plot of points; more could not be read
NAME_WIDTH, NAME_LINES, NAME_LINE = 110.0, 2, 8.4  # a name beside a point, in points
NARROW = 66.0  # where a name of one line has no place
FEW_POINTS = 15  # of more, lines from names to points could not be followed
LEADS = (0.0, 12.0, 24.0, 40.0, 60.0, 85.0)  # points between a name and its point, those of 0 without a line
SIDES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1))  # of a point, the best first
ALIGNED = {1: "left", 0: "center", -1: "right"}

Box = tuple[float, float, float, float]
Array = NDArray[np.float64]


def figure_with_axes(
    width: float,
    height: float,
    *,
    title: str = "",
    note: str = "",
    key: Sequence[Sign] = (),
    axis: float = AXIS,
    right: float = RIGHT,
    above: float = 0.0,
) -> tuple[Figure, Axes]:
    """A figure `width` points wide whose axes are `height` points high, with a title above, a key and a note below.

    `axis` is the room for ticks and label under the axes, `above` that for further axes between title and axes.
    """
    titles = wrapped(title, width - 16, SIZE + 1, True) if title else []
    notes = wrapped(note, width - 16, SIZE) if note else []
    top = 8 + LINE * 1.15 * len(titles) + (4 if titles else 0)
    keys = height_of(key, width - 16)
    under = axis + keys + LINE * len(notes) + (10 if notes or key else 4)
    total = top + above + height + under
    figure = Figure(figsize=(width / 72, total / 72))
    axes = figure.add_axes((LEFT / width, under / total, (width - LEFT - right) / width, height / total))
    for i, text in enumerate(titles):
        _write(figure, width, total, 8, total - 8 - LINE * 1.15 * i - 7, text, SIZE + 1, True)
    draw_key(figure, key, 8, top + above + height + axis, width - 16)
    for i, text in enumerate(notes):
        _write(figure, width, total, 8, 6 + LINE * (len(notes) - 1 - i), text, SIZE, False)
    return figure, axes


def _write(
    figure: Figure, width: float, height: float, x: float, y: float, text: str, size: float, bold: bool
) -> None:
    figure.text(
        x / width, y / height, text, fontsize=size, va="baseline", family=FONT,
        weight="bold" if bold else "normal", parse_math=False,
    )  # fmt: skip


def effect_axis(axes: Axes, scale: scales.Scale, low: float, high: float, *, vertical: bool = False) -> None:
    """Limits, ticks and label of an axis that shows effects; `low` and `high` are axis positions."""
    (axes.set_ylim if vertical else axes.set_xlim)(low, high)
    _marked(axes, scale, low, high, vertical, scale.axis_name)


def number_axis(axes: Axes, label: str = "", *, vertical: bool = False, whole: bool = False) -> None:
    """Ticks and label of an ordinary axis with true minus signs and equal decimals, within its limits; `whole` numbers only if asked."""
    low, high = sorted(axes.get_ylim() if vertical else axes.get_xlim())
    _marked(axes, scales.Scale("", ""), low, high, vertical, label, whole)


def _marked(
    axes: Axes, scale: scales.Scale, low: float, high: float, vertical: bool, label: str, whole: bool = False
) -> None:
    """Ticks whose numbers keep apart. An upright axis moves as far as its widest number needs: so it comes before the level one."""
    axis = axes.yaxis if vertical else axes.xaxis
    marks = _fitting(scale, low, high, length_of(axes, vertical), vertical)
    if whole:
        marks = [(v, scales.number(v, 0)) for v, _ in marks if v == round(v)]
    axis.set_ticks([v for v, _ in marks], [text for _, text in marks])
    axis.set_minor_locator(NullLocator())
    length = length_of(axes, vertical)
    lines = wrapped(label, length, SIZE)
    (axes.set_ylabel if vertical else axes.set_xlabel)("\n".join(lines), parse_math=False)
    if vertical:
        _make_room(axes, [text for _, text in marks], label.count("\n") + len(lines) - 1)


def _make_room(axes: Axes, texts: Sequence[str], further_lines: int) -> None:
    needed = room_of(texts) + LINE * further_lines
    place, width = axes.get_position(), 72 * _inches(axes)[0]
    if needed > place.x0 * width:
        axes.set_position((needed / width, place.y0, place.x1 - needed / width, place.height))


def room_of(texts: Sequence[str]) -> float:
    """Points that an upright axis with these numbers takes."""
    return TITLE_AND_TICKS + max((width_of(text, TICK) for text in texts), default=0.0)


def _inches(axes: Axes) -> tuple[float, float]:
    figure = axes.get_figure(root=True)
    assert figure is not None
    wide, high = figure.get_size_inches()
    return float(wide), float(high)


def length_of(axes: Axes, vertical: bool = False) -> float:
    """Points that the axes are long."""
    place, size = axes.get_position(), _inches(axes)
    return 72 * (place.height * size[1] if vertical else place.width * size[0])


def tried_ticks(
    scale: scales.Scale, low: float, high: float, length: float, most: int, half: Callable[[str], float]
) -> Iterator[tuple[list[tuple[float, str]], list[tuple[float, float]], list[float]]]:
    """Ticks of an axis `length` points long, at most so many and fewer each time, and one alone last: (axis position, text); (place in points,
    half of what the text takes); free points between neighbours."""
    found = [scales.ticks(scale, low, high, count) for count in range(most, 1, -1)]
    several = [marks for marks in found if len(marks) > 1]
    outermost = [marks[:: len(marks) - 1] for marks in several]
    for marks in [*several, *outermost, *(marks for marks in found if len(marks) < 2)]:
        places = [((v - low) / (high - low) * length, half(text)) for v, text in marks]
        yield marks, places, [b - hb - a - ha for (a, ha), (b, hb) in itertools.pairwise(places)]


def _fitting(
    scale: scales.Scale, low: float, high: float, length: float, vertical: bool
) -> list[tuple[float, str]]:
    def half(text: str) -> float:
        return SIZE * 0.7 if vertical else width_of(text, SIZE) / 2

    for marks, _, free in tried_ticks(scale, low, high, length, 8, half):
        if all(space >= 4 for space in free):
            return marks
    return marks[:1]


def padded(values: Sequence[float], share: float = 0.05) -> tuple[float, float]:
    """Range of `values` with some room on both sides; never empty."""
    low, high = min(values), max(values)
    room = share * (high - low) if high > low else 0.1 * (abs(high) or 1.0)
    return low - room, high + room


def name_lines(name: str, width: float = NAME_WIDTH, size: float = TICK, bold: bool = False) -> list[str]:
    """A name in at most two lines; what does not fit is cut with an ellipsis, for the table has it in full."""
    lines = wrapped(name, width, size, bold)
    if len(lines) <= NAME_LINES:
        return lines
    last = lines[NAME_LINES - 1]
    while last and width_of(f"{last}…", size, bold) > width:
        last = last[: max(ends_of(last), default=0)]
    return [*lines[: NAME_LINES - 1], f"{last.rstrip()}…"]


def told_apart(names: Iterable[str], width: float = NAME_WIDTH) -> dict[str, list[str]]:
    """The lines of each name, but for long ones that would be cut to the same."""
    cut = {name: name_lines(name, width) for name in names}
    seen = Counter(map(tuple, cut.values()))
    return {name: lines for name, lines in cut.items() if seen[tuple(lines)] == 1}


def label_points(
    axes: Axes,
    x: ArrayLike,
    y: ArrayLike,
    labels: Sequence[str],
    order: Iterable[int],
    *,
    areas: ArrayLike | None = None,
    lines: Sequence[tuple[ArrayLike, ArrayLike]] = (),
) -> None:
    """Write labels beside points, those first in `order` first, where they meet no point, no line and no other label.

    `areas` are the markers' in square points, `lines` the curves to keep clear of. Of few points a label without a free place beside
    its own stands farther away, with a line to it. One without any is left out, and so are long ones that would be cut to the same:
    they stand in the table beside the figure. Limits must be set before.
    """
    to_points = 72 / axes.figure.dpi
    points = np.column_stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)])
    places = axes.transData.transform(points) * to_points
    frame = np.asarray(axes.get_window_extent().extents) * to_points
    radii = np.full(len(labels), 3.0)
    if areas is not None:
        radii = np.sqrt(np.asarray(areas, dtype=float) / math.pi) + 0.5
    marks = np.column_stack([places - radii[:, None], places + radii[:, None]])
    away = np.linalg.norm(places[:, None] - places[None], axis=2)
    # A point that lies on others is named outside of all of them.
    on = away < radii
    edges = np.where(on, away + radii, 0.0).max(axis=1)
    curves = [axes.transData.transform(np.column_stack(curve)) * to_points for curve in lines]
    dots = [dot for ends in curves for pair in itertools.pairwise(ends) for dot in _along(*pair)]
    boxes = np.vstack([marks, *(np.concatenate([dot - 0.5, dot + 0.5]) for dot in dots)])
    written: list[Box] = []
    apart, narrow = told_apart(labels), told_apart(labels, NARROW)
    leads = LEADS if len(labels) <= FEW_POINTS else LEADS[:1]
    for i in [place for place in order if labels[place] in apart][:MOST_LABELS]:
        shapes = [apart[labels[i]]]
        if (lines_of := narrow.get(labels[i])) and "…" not in lines_of[-1]:
            shapes.append(lines_of)
        others = np.vstack([marks[~on[i]], *written])
        for lead, named, (across, upwards) in itertools.product(leads, shapes, SIDES):
            wide = max(width_of(line, TICK) for line in named)
            half = (NAME_LINE * (len(named) - 1) + TICK + 0.5) / 2
            dx = across * (edges[i] + lead + (2.0 if not upwards else 1.0))
            dy = upwards * (edges[i] + lead + 1.5 + half)
            left = places[i][0] + dx - wide * (1 - across) / 2
            box = (left, places[i][1] + dy - half, left + wide, places[i][1] + dy + half)
            inside = box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]
            if not inside or _meets(boxes, box):
                continue
            end = np.clip(places[i], box[:2], box[2:])
            way = _along(places[i], end) if lead else np.empty((0, 2))
            if any(_meets(others, (*dot, *dot)) for dot in way):
                continue
            if lead:
                ends = axes.transData.inverted().transform(np.array([places[i], end]) / to_points)
                axes.plot(*ends.T, color=GREY, linewidth=0.5, zorder=0.5, scalex=False, scaley=False)
            _write_name(axes, points[i], named, dx, dy, ALIGNED[across])
            boxes = np.vstack([boxes, box, np.hstack([way - 0.5, way + 0.5])])
            written.append(box)
            break
    say_named(axes, len(written), len(labels))


def _write_name(axes: Axes, point: Array, named: Sequence[str], dx: float, dy: float, align: str) -> None:
    """The lines of a name, whose middle is `dx` and `dy` points from its point."""
    # Line by line: a line of a block of matplotlib's is as high as the fonts of its letters ask for.
    for j, text in enumerate(named):
        shift = dy + NAME_LINE * ((len(named) - 1) / 2 - j)
        axes.annotate(
            text, tuple(point), xytext=(dx, shift - TICK * 0.36), textcoords="offset points", ha=align, va="baseline",
            fontsize=TICK, parse_math=False,
        )  # fmt: skip


def _along(start: Array, end: Array) -> Array:
    """Places on the way from one to the other, three points apart at most."""
    shares = np.linspace(0, 1, max(2, math.ceil(math.hypot(*(end - start)) / 3)))
    return start + shares[:, None] * (end - start)


def _meets(boxes: Array, box: Box) -> bool:
    """Whether `box` meets one of `boxes` (k x 4): left, bottom, right, top."""
    left, bottom, right, top = boxes.T
    return bool(np.any((left < box[2]) & (box[0] < right) & (bottom < box[3]) & (box[1] < top)))


def say_named(axes: Axes, named: int, points: int) -> None:
    """How many points have their names, where not all have, at the end of the level axis' own name; that begins with the axis where both
    have no room otherwise."""
    said, name = f"{named} of {points} named", axes.get_xlabel()
    free = length_of(axes) - max(width_of(line, SIZE) for line in name.split("\n"))
    needed = width_of(said, TICK) + 4
    if named == points or free <= needed:
        return
    if free / 2 <= needed:
        axes.set_xlabel(name, loc="left", parse_math=False)
    axes.annotate(
        said, (1.0, 0.0), xytext=(0, 6 - AXIS), xycoords="axes fraction", textcoords="offset points", ha="right", va="baseline",
        fontsize=TICK, color=GREY, parse_math=False,
    )  # fmt: skip
