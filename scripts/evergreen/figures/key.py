"""The key of a figure: signs with their words, measured and wrapped under the axes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D, Transform

from evergreen.figures.canvas import Dashes
from evergreen.figures.glyphs import FONT
from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.style import INK

SIZE, LINE = 7.0, 10.0
SIGN, GAP = 16.0, 14.0  # points that a sign takes, and between two entries


@dataclass(frozen=True)
class Sign:
    """What an entry of the key shows: a point with `marker`, an area of the colour `fill`, else a line."""

    label: str
    color: str
    marker: str = ""
    fill: str | None = None
    dashes: Dashes | None = None
    width: float = 1.0


def rows_of(signs: Sequence[Sign], width: float) -> list[list[tuple[float, Sign, list[str]]]]:
    """Rows of (place from the left, sign, lines of its words) that fit into `width` points."""
    rows: list[list[tuple[float, Sign, list[str]]]] = []
    used = 0.0
    for sign in signs:
        lines = wrapped(sign.label, width - SIGN, SIZE)
        across = SIGN + max(width_of(line, SIZE) for line in lines)
        if not rows or used + across > width:
            rows.append([])
            used = 0.0
        rows[-1].append((used, sign, lines))
        used += across + GAP
    return rows


def height_of(signs: Sequence[Sign], width: float) -> float:
    """Points that the key takes from top to bottom."""
    return LINE * sum(max(len(lines) for _, _, lines in row) for row in rows_of(signs, width))


def draw_key(figure: Figure, signs: Sequence[Sign], left: float, top: float, width: float) -> None:
    """The key with its left upper corner at `left` and `top` points from those of the figure."""
    wide, high = (72 * inches for inches in figure.get_size_inches())
    points = Affine2D().scale(1 / wide, -1 / high).translate(0, 1) + figure.transFigure
    y = top
    for row in rows_of(signs, width):
        for place, sign, lines in row:
            x, middle = left + place, y + LINE / 2
            _draw_sign(figure, sign, x, middle, points)
            for i, text in enumerate(lines):
                figure.text(
                    x + SIGN, middle + SIZE * 0.36 + LINE * i, text, fontsize=SIZE, va="baseline", family=FONT,
                    color=INK, parse_math=False, transform=points,
                )  # fmt: skip
        y += LINE * max(len(lines) for _, _, lines in row)


def _draw_sign(figure: Figure, sign: Sign, x: float, middle: float, points: Transform) -> None:
    if sign.marker:
        face = sign.fill or sign.color
        figure.add_artist(
            Line2D(
                [x + 5], [middle], marker=sign.marker, markersize=4.5, markerfacecolor=face, markeredgecolor=sign.color,
                markeredgewidth=0.8, linestyle="none", transform=points,
            )
        )  # fmt: skip
    elif sign.fill is not None:
        figure.add_artist(
            Rectangle((x, middle - 3.5), 11, 7, facecolor=sign.fill, edgecolor=sign.color, linewidth=0.5, transform=points)
        )  # fmt: skip
    else:
        figure.add_artist(
            Line2D(
                [x, x + 12], [middle, middle], color=sign.color, linewidth=sign.width, linestyle=sign.dashes or "solid",
                transform=points,
            )
        )  # fmt: skip
