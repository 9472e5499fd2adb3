"""A page measured in points: text whose width is known before it is drawn, lines, shapes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, cast

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Polygon
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from evergreen.figures.style import FONT, INK

# The PNG's renderer puts letters on whole pixels, which makes a line up to about a percent wider.
WIDER = 1.01
EDGE = 4  # pixels before and after a line of text into which its letters may reach
ASCENT, DESCENT = 1.2, 0.4  # of the size: what letters with accents reach above and below their baseline


@lru_cache(maxsize=64)
def font_of(size: float, bold: bool = False, italic: bool = False) -> FontProperties:
    return FontProperties(
        family=FONT, size=size, weight="bold" if bold else "normal", style="italic" if italic else "normal"
    )


@lru_cache(maxsize=16384)
def _advance(text: str, size: float, bold: bool, italic: bool) -> float:
    """Width of one line of text in points, as its outlines have it."""
    return float(text_to_path.get_text_width_height_descent(text, font_of(size, bold, italic), False)[0])


@lru_cache(maxsize=4096)
def _stamp(text: str, size: float, bold: bool, italic: bool, dpi: float) -> tuple[np.ndarray, int]:
    """How much ink (0 to 255) each pixel of one line of text holds, from the lowest row up, and the rows under the baseline."""
    pixel = dpi / 72
    wide = math.ceil(WIDER * _advance(text, size, bold, italic) * pixel) + 2 * EDGE
    below, above = math.ceil(DESCENT * size * pixel), math.ceil(ASCENT * size * pixel)
    renderer = RendererAgg(wide, above + below, dpi)
    renderer.draw_text(renderer.new_gc(), EDGE, above, text, font_of(size, bold, italic), 0.0)
    return np.array(renderer.buffer_rgba())[::-1, :, 3].copy(), below


def width_of(text: str, size: float, bold: bool = False, italic: bool = False) -> float:
    """Width of one line of text in points."""
    return WIDER * _advance(text, size, bold, italic) if text else 0.0


class Letters(Text):
    """One level line of text on its baseline.

    matplotlib lays out every text as a block of lines, measures it and renders its glyphs, each time that it is drawn;
    here a line is measured once, and its pixels are made once, for whole pixels of the picture to begin at.
    """

    def __init__(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        align: str = "left",
        bold: bool = False,
        italic: bool = False,
        **style: Any,
    ) -> None:
        self._look = (size, bold, italic)
        super().__init__(
            x, y, text, fontproperties=font_of(*self._look), ha=align, va="baseline", parse_math=False, clip_on=False,
            **style,
        )  # fmt: skip

    def draw(self, renderer: RendererBase) -> None:
        x, y = map(float, self.get_transform().transform(self.get_unitless_position()))
        if share := {"left": 0.0, "center": 0.5, "right": 1.0}[self.get_horizontalalignment()]:
            x -= share * cast(float, renderer.points_to_pixels(_advance(self.get_text(), *self._look)))
        gc = renderer.new_gc()
        if isinstance(renderer, RendererAgg):
            ink, below = _stamp(self.get_text(), *self._look, renderer.dpi)
            picture = np.empty((*ink.shape, 4), dtype=np.uint8)
            picture[:, :, :3] = [round(255 * float(part)) for part in to_rgb(self.get_color())]
            picture[:, :, 3] = ink
            renderer.draw_image(gc, round(x) - EDGE, round(y) - below, picture)
        else:
            y = renderer.get_canvas_width_height()[1] - y if renderer.flipy() else y
            renderer.open_group("text", self.get_gid())
            gc.set_foreground(self.get_color())
            gc.set_url(self.get_url())
            renderer.draw_text(gc, x, y, self.get_text(), font_of(*self._look), 0.0, mtext=self)
            renderer.close_group("text")
        gc.restore()
        self.stale = False


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
    """A figure in points, x to the right, y downwards from the top.

    Its limits stand, so that artists are added without asking how far they reach.
    """

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
        **style: Any,
    ) -> Text | None:
        """One line of text whose baseline is at `y`."""
        if not text:
            return None
        letters = Letters(x, y, text, size=size, align=align, bold=bold, color=color, **style)
        self.axes.add_artist(letters)
        return letters

    def line(
        self, x: Sequence[float], y: Sequence[float], *, color: str = INK, width: float = 0.8, **style: Any
    ) -> None:
        self.axes.add_artist(
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
        self.axes.add_artist(
            Polygon(list(points), closed=True, facecolor=fill, edgecolor=edge, linewidth=width, **style)
        )
