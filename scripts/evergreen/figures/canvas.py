"""A page measured in points, on which text, lines and shapes are put."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from evergreen.figures.letters import Align, Letters, Line
from evergreen.figures.style import INK

Dashes = tuple[float, tuple[float, ...]]
"""(start, lengths of dashes and gaps), in widths of the line."""
UNDER, OVER = 1.0, 2.0  # where shapes and lines lie without a word; texts lie at 3


@dataclass(frozen=True, slots=True)
class Look:
    """Of a shape its `fill`, None for a line; colour (None: no line) and width (points) of the pen."""

    fill: str | None
    pen: str | None
    width: float
    dashes: Dashes | None = None


class Strokes(Artist):
    """Lines and shapes, drawn in their order; to make an artist of each, as matplotlib has it, takes longer than drawing them."""

    def __init__(self, zorder: float) -> None:
        super().__init__()
        self.set_zorder(zorder)
        self.strokes: list[tuple[Look, Sequence[tuple[float, float]]]] = []

    def draw(self, renderer: RendererBase) -> None:
        pens: dict[Look, GraphicsContextBase] = {}
        where = np.concatenate([points for _, points in self.strokes])
        places = np.split(
            self.get_transform().transform(where), np.cumsum([len(points) for _, points in self.strokes])[:-1]
        )
        for (look, _), points in zip(self.strokes, places, strict=True):
            pen = pens.get(look) or pens.setdefault(look, _pen(renderer, look))
            face = None if look.fill is None else to_rgba(look.fill)
            renderer.draw_path(pen, Path(points, closed=face is not None), PLACED, face)
        self.stale = False


class Links(Artist):
    """Places on the page that lead somewhere, in a drawing that can: an SVG has them, a PDF or a picture is what it is without."""

    zorder = 9.0

    def __init__(self) -> None:
        super().__init__()
        self.places: list[tuple[float, float, float, float, str, str]] = []

    def draw(self, renderer: RendererBase) -> None:
        pen = getattr(renderer, "writer", None)
        if pen is not None:
            for x, y, width, height, url, title in self.places:
                box = {name: f"{value:.2f}" for name, value in zip(("x", "y", "width", "height"), (x, y, width, height), strict=True)}  # fmt: skip
                pen.start("a", attrib={"xlink:href": url})
                pen.element("title", text=title)
                pen.element("rect", attrib={**box, "style": "fill-opacity: 0"})
                pen.end("a")
        self.stale = False


PLACED = IdentityTransform()


def _pen(renderer: RendererBase, look: Look) -> GraphicsContextBase:
    pen = renderer.new_gc()
    pen.set_linewidth(look.width if look.pen else 0.0)
    pen.set_capstyle("butt")
    pen.set_joinstyle("miter")
    if look.pen:
        pen.set_foreground(look.pen)
    if look.dashes:
        start, lengths = look.dashes
        pen.set_dashes(start * look.width, [length * look.width for length in lengths])
    return pen


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
        self._letters: dict[float, Letters] = {}
        self._strokes: dict[float, Strokes] = {}
        self._links: Links | None = None

    def link(self, x: float, y: float, width: float, height: float, url: str, title: str) -> None:
        """A place, its left upper corner at `x` and `y`, that leads to an address as seen from the folder of the figure."""
        if self._links is None:
            self._links = Links()
            self.axes.add_artist(self._links)
        self._links.places.append((x, y, width, height, url, title))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float,
        align: Align = "left",
        bold: bool = False,
        color: str = INK,
        zorder: float = Letters.zorder,
    ) -> None:
        """One line of text whose baseline is at `y`."""
        if not text:
            return
        if zorder not in self._letters:
            self._letters[zorder] = Letters(zorder=zorder)
            self.axes.add_artist(self._letters[zorder])
        self._letters[zorder].lines.append(Line(x, y, text, size, align, bold, False, color))

    def line(
        self,
        x: Sequence[float],
        y: Sequence[float],
        *,
        color: str = INK,
        width: float = 0.8,
        linestyle: Dashes | None = None,
        zorder: float = OVER,
    ) -> None:
        self._stroke(Look(None, color, width, linestyle), list(zip(x, y, strict=True)), zorder)

    def shape(
        self,
        points: Sequence[tuple[float, float]],
        *,
        fill: str,
        edge: str | None = None,
        width: float = 0.6,
        zorder: float = UNDER,
        hatch: str | None = None,
    ) -> None:
        """A filled polygon."""
        if hatch:
            self.axes.add_artist(
                Polygon(
                    list(points), closed=True, facecolor=fill, edgecolor=edge or "none", linewidth=width, zorder=zorder,
                    hatch=hatch,
                )
            )  # fmt: skip
            return
        self._stroke(Look(fill, edge, width), [*points, points[0]], zorder)

    def _stroke(self, look: Look, points: Sequence[tuple[float, float]], zorder: float) -> None:
        if zorder not in self._strokes:
            self._strokes[zorder] = Strokes(zorder)
            self.axes.add_artist(self._strokes[zorder])
        self._strokes[zorder].strokes.append((look, points))
