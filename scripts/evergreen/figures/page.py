"""A page measured in points: text whose width is known before it is drawn, lines, shapes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from evergreen.figures.style import FONT, INK

# The PNG's renderer puts letters on whole pixels, which makes a line up to about a percent wider.
WIDER = 1.01


@lru_cache(maxsize=8192)
def width_of(text: str, size: float, bold: bool = False, italic: bool = False) -> float:
    """Width of one line of text in points."""
    if not text:
        return 0.0
    font = FontProperties(
        family=FONT, size=size, weight="bold" if bold else "normal", style="italic" if italic else "normal"
    )
    return WIDER * float(text_to_path.get_text_width_height_descent(text, font, False)[0])


def wrapped(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Break text at spaces into lines no wider than `width` points; a word that is wider alone is broken too."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):  # not at no-break spaces
            longer = f"{line} {word}" if line else word
            if width_of(longer, size, bold) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            while width_of(word, size, bold) > width and len(word) > 1:
                end = len(word) - 1
                while end > 1 and width_of(word[:end], size, bold) > width:
                    end -= 1
                lines.append(word[:end])
                word = word[end:]
            line = word
        lines.append(line)
    return lines


class Page:
    """A figure in points, x to the right, y downwards from the top."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.figure = Figure(figsize=(width / 72, height / 72))
        self.axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self.axes.set_xlim(0, width)
        self.axes.set_ylim(height, 0)
        self.axes.set_axis_off()

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        align: str = "left",
        bold: bool = False,
        color: str = INK,
    ) -> Text | None:
        """One line of text whose baseline is at `y`."""
        if not text:
            return None
        return self.axes.text(
            x, y, text, fontsize=size, ha=align, va="baseline", color=color, family=FONT,
            weight="bold" if bold else "normal", parse_math=False,
        )  # fmt: skip

    def line(
        self, x: Sequence[float], y: Sequence[float], *, color: str = INK, width: float = 0.8, **style: Any
    ) -> None:
        self.axes.add_line(
            Line2D(list(x), list(y), color=color, linewidth=width, solid_capstyle="butt", **style)
        )

    def shape(
        self,
        points: Sequence[tuple[float, float]],
        *,
        fill: str,
        edge: str = "none",
        width: float = 0.6,
        **style: Any,
    ) -> None:
        """A filled polygon."""
        self.axes.add_patch(
            Polygon(list(points), closed=True, facecolor=fill, edgecolor=edge, linewidth=width, **style)
        )
