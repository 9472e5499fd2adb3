"""Figures with two axes: room for title and note measured beforehand, effect axes with the right ticks."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator
from numpy.typing import ArrayLike

from evergreen.figures import scales
from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.style import FONT

SIZE = 8.0
LINE = 10.5
LEFT, RIGHT = 46.0, 12.0
MOST_LABELS = 60  # names in a plot of points; more could not be read


def figure_with_axes(
    width: float,
    height: float,
    *,
    title: str = "",
    note: str = "",
    below: float = 34.0,
    left: float = LEFT,
    right: float = RIGHT,
) -> tuple[Figure, Axes]:
    """A figure `width` points wide whose axes are `height` points high, with a title above and a note below.

    `below` is the room for ticks, label and legend under the axes.
    """
    titles = wrapped(title, width - 16, SIZE + 1, True) if title else []
    notes = wrapped(note, width - 16, SIZE) if note else []
    above = 8 + LINE * 1.15 * len(titles) + (4 if titles else 0)
    under = below + LINE * len(notes) + (10 if notes else 4)
    total = above + height + under
    figure = Figure(figsize=(width / 72, total / 72))
    axes = figure.add_axes((left / width, under / total, (width - left - right) / width, height / total))
    for i, text in enumerate(titles):
        _write(figure, width, total, 8, total - 8 - LINE * 1.15 * i - 7, text, SIZE + 1, True)
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


def effect_axis(
    axes: Axes, scale: scales.Scale, low: float, high: float, *, vertical: bool = False, length: float = 240.0
) -> None:
    """Limits, ticks and label of an axis that shows effects; `low` and `high` are axis positions."""
    axis = axes.yaxis if vertical else axes.xaxis
    (axes.set_ylim if vertical else axes.set_xlim)(low, high)
    marks = _fitting(scale, low, high, length, vertical)
    axis.set_ticks([v for v, _ in marks], [text for _, text in marks])
    axis.set_minor_locator(NullLocator())
    (axes.set_ylabel if vertical else axes.set_xlabel)(scale.name + (" (log scale)" if scale.ratio else ""))


def _fitting(
    scale: scales.Scale, low: float, high: float, length: float, vertical: bool
) -> list[tuple[float, str]]:
    for most in (8, 7, 6, 5, 4, 3, 2):
        marks = scales.ticks(scale, low, high, most)
        places = [(v - low) / (high - low) * length for v, _ in marks]
        halves = [SIZE * 0.7 if vertical else width_of(text, SIZE) / 2 for _, text in marks]
        if all(
            b - hb - a - ha >= 4 for a, ha, b, hb in zip(places, halves, places[1:], halves[1:], strict=False)
        ):
            return marks
    return marks[:1]


def number_axis(axes: Axes, *, vertical: bool = False) -> None:
    """Ticks of an ordinary axis with true minus signs and equal decimals, within its limits."""
    axis = axes.yaxis if vertical else axes.xaxis
    low, high = sorted(axes.get_ylim() if vertical else axes.get_xlim())
    marks = scales.ticks(scales.Scale("", ""), low, high, 6)
    axis.set_ticks([v for v, _ in marks], [text for _, text in marks])


def padded(values: Sequence[float], share: float = 0.05) -> tuple[float, float]:
    """Range of `values` with some room on both sides; never empty."""
    low, high = min(values), max(values)
    room = share * (high - low) or max(abs(high), 1.0) * 0.1
    return low - room, high + room


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

    `areas` are the markers' in square points, `lines` the curves to keep clear of. A label without a free place
    is left out: it stands in the table beside the figure. Limits must be set before.
    """
    figure = axes.figure
    to_points = 72 / figure.dpi
    points = np.column_stack([np.asarray(x, dtype=float), np.asarray(y, dtype=float)])
    places = axes.transData.transform(points) * to_points
    frame = np.asarray(axes.get_window_extent().extents) * to_points
    radii = (
        np.full(len(labels), 3.0)
        if areas is None
        else np.sqrt(np.asarray(areas, dtype=float) / math.pi) + 0.5
    )
    taken = [(px - r, py - r, px + r, py + r) for (px, py), r in zip(places, radii, strict=True)]
    for curve in lines:
        ends = axes.transData.transform(np.column_stack(curve)) * to_points
        for (ax, ay), (bx, by) in itertools.pairwise(ends):
            for share in np.linspace(0, 1, max(2, math.ceil(math.hypot(bx - ax, by - ay) / 3))):
                cx, cy = ax + share * (bx - ax), ay + share * (by - ay)
                taken.append((cx - 0.5, cy - 0.5, cx + 0.5, cy + 0.5))
    height = SIZE - 0.5
    for i in list(order)[:MOST_LABELS]:
        px, py = places[i]
        wide = width_of(labels[i], SIZE - 1)
        r = radii[i]
        for dx, dy, align in (
            (r + 2, 0, "left"), (-r - 2, 0, "right"), (0, r + 5, "center"), (0, -r - 5, "center"),
            (r + 1, r + 4, "left"), (-r - 1, r + 4, "right"), (r + 1, -r - 4, "left"), (-r - 1, -r - 4, "right"),
        ):  # fmt: skip
            left = px + dx - {"left": 0.0, "right": wide, "center": wide / 2}[align]
            box = (left, py + dy - height / 2, left + wide, py + dy + height / 2)
            inside = box[0] >= frame[0] and box[1] >= frame[1] and box[2] <= frame[2] and box[3] <= frame[3]
            if inside and not any(
                b[0] < box[2] and box[0] < b[2] and b[1] < box[3] and box[1] < b[3] for b in taken
            ):
                axes.annotate(
                    labels[i], tuple(points[i]), xytext=(dx, dy), textcoords="offset points", ha=align,
                    va="center_baseline", fontsize=SIZE - 1, parse_math=False,
                )  # fmt: skip
                taken.append(box)
                break
