"""Figures with two axes: room for title and note measured beforehand, effect axes with the right ticks."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from evergreen.figures import scales
from evergreen.figures.page import width_of, wrapped
from evergreen.figures.style import FONT

SIZE = 8.0
LINE = 10.5
LEFT, RIGHT = 46.0, 12.0


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
