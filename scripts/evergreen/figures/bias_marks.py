"""The mark of one judgement: a coloured circle with a symbol, or stars."""

from __future__ import annotations

import math
from functools import lru_cache

from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from evergreen.bias.tools import Tool
from evergreen.figures.canvas import Look, Page
from evergreen.figures.glyphs import FONT
from evergreen.figures.style import GREY, INK

# Green, yellow and red as in RevMan, of so different lightness that they stay apart in grey.
COLOURS = {
    "green": "#46a35e", "lime": "#a5cf5a", "yellow": "#f6d743", "red": "#b3261e", "dark": "#5a1212", "blue": "#7db3de",
    "pale": "#e9e9e9",
}  # fmt: skip
NONE = "#ffffff"
DARK = {COLOURS["red"], COLOURS["dark"]}
"""Colours on which white is read."""
GOLD = "#c8920b"
TOTAL = 8.0  # points of a number of stars


def colour_of(tool: Tool, level: str) -> str:
    return COLOURS[tool.colours[tool.levels.index(level)]] if level else NONE


def ink_on(colour: str) -> str:
    """What is read on a colour."""
    return "white" if colour in DARK else INK


@lru_cache(maxsize=64)
def _symbol(text: str, size: float) -> Path:
    """A symbol around (0, 0), centred by its own ink, for a minus or a question mark does not stand in the middle of its line."""
    shape = TextPath((0, 0), text, size=size, prop=FontProperties(family=FONT, weight="bold"))
    box = shape.get_extents()
    return Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2).transform_path(shape)


@lru_cache(maxsize=8)
def _star(radius: float) -> Path:
    """A star of five points around (0, 0), one of them upwards."""
    lengths = (radius, radius * 0.4) * 5
    corners = [
        (far * math.sin(math.pi * n / 5), far * math.cos(math.pi * n / 5)) for n, far in enumerate(lengths)
    ]
    return Path([*corners, corners[0]], closed=True)


def draw_mark(page: Page, x: float, y: float, radius: float, level: str, tool: Tool) -> None:
    """The mark of one judgement at (x, y); an empty circle where there is no judgement, and of a total of stars their number."""
    if level and level not in tool.levels:
        size = min(TOTAL, 1.75 * radius)
        page.text(x, y + size * 0.36, level, size=size, bold=True, align="center")
        return
    symbol = tool.symbols[tool.levels.index(level)] if level else ""
    if level and tool.marks == "stars":
        stars = symbol.count("★")
        for number in range(stars):
            place = x + (number - (stars - 1) / 2) * radius * 1.3
            page.mark(f"star {radius}", place, y, _star(radius * 0.72), Look(GOLD, None, 0.0))
        if not stars:
            page.mark(f"{symbol} {radius}", x, y, _symbol(symbol, radius * 1.4), Look(GREY, None, 0.0))
        return
    colour, edge = colour_of(tool, level), INK if level else GREY
    circle = Affine2D().scale(radius).transform_path(Path.unit_circle())
    page.mark(f"circle {radius} {colour} {edge}", x, y, circle, Look(colour, edge, 0.6))
    if level:
        size = radius * (1.75 if len(symbol) == 1 else 1.1)
        ink = ink_on(colour)
        page.mark(f"{symbol} {radius} {ink}", x, y, _symbol(symbol, size), Look(ink, None, 0.0))
