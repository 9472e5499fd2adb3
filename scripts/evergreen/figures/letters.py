"""Lines of text: their width, known before anything is drawn, and many of them put on paper in one go."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.font_manager import FontProperties
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from evergreen.figures.clusters import ends_of
from evergreen.figures.glyphs import FONT, families
from evergreen.figures.pdf_text import draw_once
from evergreen.figures.style import INK

# The PNG's renderer puts letters on whole pixels, which makes a line up to about a percent wider.
WIDER = 1.01
UNIT = 100.0
EDGE = 4  # pixels before and after a line of text into which its letters may reach
ASCENT, DESCENT = 1.3, 0.5  # of the size: what letters with accents reach above and below their baseline

Align = Literal["left", "center", "right"]
SHARES: dict[Align, float] = {"left": 0.0, "center": 0.5, "right": 1.0}
"""Of the width of a line, how much stands before its place."""


@lru_cache(maxsize=256)
def font_of(
    size: float, bold: bool = False, italic: bool = False, fonts: tuple[str, ...] = (FONT,)
) -> FontProperties:
    """Size and face; `fonts` are asked for each glyph in their order (`glyphs.families`)."""
    return FontProperties(
        family=fonts, size=size, weight="bold" if bold else "normal", style="italic" if italic else "normal"
    )


def _advance(text: str, size: float, bold: bool, italic: bool) -> float:
    """Width of one line of text in points, as its outlines have it."""
    return _outlined(text, bold, italic) * (size / UNIT)


@lru_cache(maxsize=16384)
def _outlined(text: str, bold: bool, italic: bool) -> float:
    """The same in letters of the size that matplotlib measures outlines in; whatever the size, they are the same."""
    font = font_of(UNIT, bold, italic, families(text))
    return float(text_to_path.get_text_width_height_descent(text, font, False)[0])


@lru_cache(maxsize=16384)
def _stamp(text: str, size: float, bold: bool, italic: bool, dpi: float) -> tuple[np.ndarray, int]:
    """How much ink (0 to 255) each pixel of one line of text holds, from the lowest row up, and the rows under the baseline."""
    pixel = dpi / 72
    wide = math.ceil(WIDER * _advance(text, size, bold, italic) * pixel) + 2 * EDGE
    below, above = math.ceil(DESCENT * size * pixel), math.ceil(ASCENT * size * pixel)
    renderer = RendererAgg(wide, above + below, dpi)
    renderer.draw_text(renderer.new_gc(), EDGE, above, text, font_of(size, bold, italic, families(text)), 0.0)
    return np.array(renderer.buffer_rgba())[::-1, :, 3].copy(), below


def width_of(text: str, size: float, bold: bool = False, italic: bool = False) -> float:
    """Width of one line of text in points."""
    return WIDER * _advance(text, size, bold, italic) if text else 0.0


@dataclass(frozen=True, slots=True)
class Line:
    """One level line of text, `x` by `align` and its baseline at `y`, in the units of its axes."""

    x: float
    y: float
    text: str
    size: float
    align: Align = "left"
    bold: bool = False
    italic: bool = False
    color: str = INK

    @property
    def look(self) -> tuple[float, bool, bool]:
        return self.size, self.bold, self.italic


class Letters(Artist):
    """Level lines of text, drawn in their order.

    matplotlib makes an artist of every text, lays it out as a block of lines, measures it and renders its glyphs, each time
    that it is drawn; here a line is measured once, and its pixels are made once, for whole pixels of the picture to begin at.
    """

    zorder = 3.0  # as texts of matplotlib

    def __init__(self, *, zorder: float = zorder, url: str | None = None) -> None:
        super().__init__()
        self.set_zorder(zorder)
        self.set_url(url)
        self.lines: list[Line] = []
        self._anchor = Text(parse_math=False)  # tells the SVG where a line is anchored

    @property
    def written(self) -> list[str]:
        """What is written, for whoever asks which glyphs a figure needs."""
        return [line.text for line in self.lines]

    def draw(self, renderer: RendererBase) -> None:
        if not self.lines:
            return
        places = self.get_transform().transform([(line.x, line.y) for line in self.lines])
        put = self._stamped if isinstance(renderer, RendererAgg) else self._written
        pens: dict[str, GraphicsContextBase] = {}
        for line, (x, y) in zip(self.lines, places.tolist(), strict=True):
            pen = pens.get(line.color) or pens.setdefault(line.color, self._pen(renderer, line))
            put(renderer, pen, line, x, y)
        self.stale = False

    def _pen(self, renderer: RendererBase, line: Line) -> GraphicsContextBase:
        pen = renderer.new_gc()
        pen.set_foreground(line.color)
        pen.set_url(self.get_url())
        return pen

    def _stamped(self, renderer: Any, pen: GraphicsContextBase, line: Line, x: float, y: float) -> None:
        x -= SHARES[line.align] * _advance(line.text, *line.look) * renderer.dpi / 72
        ink, below = _stamp(line.text, *line.look, renderer.dpi)
        picture = np.empty((*ink.shape, 4), dtype=np.uint8)
        picture[:, :, :3] = _bytes_of(line.color)
        picture[:, :, 3] = ink
        renderer.draw_image(pen, round(x) - EDGE, round(y) - below, picture)

    def _written(
        self, renderer: RendererBase, pen: GraphicsContextBase, line: Line, x: float, y: float
    ) -> None:
        anchor = self._anchor
        anchor.set_position((x, y))
        anchor.set_horizontalalignment(line.align)
        if share := SHARES[line.align]:
            x -= share * float(renderer.points_to_pixels(_advance(line.text, *line.look)))  # type: ignore[arg-type]
        y = renderer.get_canvas_width_height()[1] - y if renderer.flipy() else y
        font = font_of(*line.look, families(line.text))
        draw = partial(renderer.draw_text, pen, x, y, line.text, font, 0.0, mtext=anchor)
        draw_once(renderer, pen, x, y, (line.text, line.look), draw)


@lru_cache(maxsize=64)
def _bytes_of(color: str) -> list[int]:
    return [round(255 * float(part)) for part in to_rgb(color)]


# Where a line may end within a word: behind a hyphen or a slash, and between characters of scripts that have no blanks, but never
# before a sign that closes.
MAY_END = re.compile(
    r"(?<=[-–—/_])(?=\w)|(?<=[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef])(?=[\u3005-\u3007\u3041-\u9fff\uf900-\ufaff])"
)


def parts_of(word: str) -> list[str]:
    """A word in the parts that may stand on different lines."""
    return MAY_END.split(word)


def widest_part(text: str, size: float, bold: bool = False) -> float:
    """Width of the widest part of a text that no line may end in: what a column needs at least."""
    parts = [part for word in re.split("[ \n]", text) for part in parts_of(word)]
    return max((width_of(part, size, bold) for part in parts), default=0.0)


def wrapped(text: str, width: float, size: float, bold: bool = False) -> list[str]:
    """Break text at blanks into lines no wider than `width` points; in a word that is wider alone, where a line may end in one,
    and between letters, each with all that belongs to it (`clusters`), if there is no such place."""
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
            *full, line = _filled(word, width, size, bold)
            lines += full
        lines.append(line)
    return lines


def _filled(word: str, width: float, size: float, bold: bool) -> list[str]:
    """A word on as many lines as it needs."""
    if width_of(word, size, bold) <= width:
        return [word]
    lines, line = [], ""
    for part in parts_of(word):
        if width_of(line + part, size, bold) <= width:
            line += part
            continue
        if line:
            lines.append(line)
        line = part
        while width_of(line, size, bold) > width and (ends := ends_of(line)):
            end = next((end for end in reversed(ends) if width_of(line[:end], size, bold) <= width), ends[0])
            lines.append(line[:end])
            line = line[end:]
    return [*lines, line]
