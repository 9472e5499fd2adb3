"""A page measured in points, on which text, lines and shapes are put."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Polygon
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, IdentityTransform

from evergreen.figures.letters import Align, Letters, Line
from evergreen.figures.links import Links
from evergreen.figures.style import INK

A = TypeVar("A", bound=Artist)
Dashes = tuple[float, tuple[float, ...]]
"""(start, lengths of dashes and gaps), in widths of the line."""
WIDTH, HEIGHT = 504.0, 680.0  # points of a page that journals print, two columns wide (178 x 240 mm)
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


class Marks(Artist):
    """Signs that are put in many places, each drawn once and used again: (shape around 0, look) and where its middles are."""

    def __init__(self, zorder: float) -> None:
        super().__init__()
        self.set_zorder(zorder)
        self.places: dict[str, tuple[Path, Look, list[tuple[float, float]]]] = {}

    def draw(self, renderer: RendererBase) -> None:
        scale = Affine2D().scale(float(renderer.points_to_pixels(1.0)))  # type: ignore[arg-type]
        for shape, look, places in self.places.values():
            where = Path(self.get_transform().transform(places))
            face = None if look.fill is None else to_rgba(look.fill)
            renderer.draw_markers(_pen(renderer, look), shape, scale, where, PLACED, face)
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


def box(x0: float, y0: float, x1: float, y1: float) -> list[tuple[float, float]]:
    """The corners of a level rectangle."""
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


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
        self._layers: dict[tuple[str, float], Any] = {}

    def _layer(self, name: str, make: Callable[[], A], zorder: float = 0.0) -> A:
        """What draws things of a kind at one depth, made when the first of them comes."""
        if (name, zorder) not in self._layers:
            self._layers[name, zorder] = self.axes.add_artist(make())
        return self._layers[name, zorder]

    def mark(self, name: str, x: float, y: float, shape: Path, look: Look) -> None:
        """The sign `name` with its middle at `x` and `y`; `shape` is in points around (0, 0), y upwards. Signs lie in the order in
        which their names come first."""
        marks = self._layer("marks", lambda: Marks(UNDER))
        marks.places.setdefault(name, (shape, look, []))[2].append((x, y))

    def link(self, x: float, y: float, width: float, height: float, url: str, title: str) -> None:
        """A place, its left upper corner at `x` and `y`, that leads to an address as seen from the folder of the figure."""
        self._layer("links", Links).places.append((x, y, width, height, url, title))

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
        if text:
            letters = self._layer("letters", lambda: Letters(zorder=zorder), zorder)
            letters.lines.append(Line(x, y, text, size, align, bold, False, color))

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
        self._layer("strokes", lambda: Strokes(zorder), zorder).strokes.append((look, points))
