"""Places of a drawing that lead to where their numbers come from.

An SVG has them; a PDF or a picture is what it is without.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from numpy.typing import ArrayLike

TRAIL = "where its numbers come from"
AROUND = 5.0  # points around the middle of a study's point that lead to its trail


class Links(Artist):
    """Places that lead somewhere: left upper corner in the units of the axes, width and height in points, address, title.

    The corner is moved by `shift` points to the left and up.
    """

    zorder = 9.0

    def __init__(self, shift: float = 0.0) -> None:
        super().__init__()
        self.places: list[tuple[float, float, float, float, str, str]] = []
        self._shift = shift

    def draw(self, renderer: RendererBase) -> None:
        pen = getattr(renderer, "writer", None)
        if pen is not None and self.places:
            corners = self.get_transform().transform([place[:2] for place in self.places])
            high = renderer.get_canvas_width_height()[1]
            for (x, y), (_, _, width, height, url, title) in zip(corners.tolist(), self.places, strict=True):
                box = {"x": x - self._shift, "y": high - y - self._shift, "width": width, "height": height}
                places = {name: f"{value:.2f}" for name, value in box.items()}
                pen.start("a", attrib={"xlink:href": url})
                pen.element("title", text=title)
                pen.element("rect", attrib={**places, "style": "fill-opacity: 0"})
                pen.end("a")
        self.stale = False


def trail_of(outcome: str, label: str = "", *, further: bool = False) -> str:
    """Address of a row's trail as seen from an outcome's folder of figures, or from its folder `further`."""
    from evergreen.synthesis.result.trail_places import page_of  # brings all of a result's types along

    return f"{'../' * (3 if further else 2)}report/{page_of(outcome, label)}"


def link_points(
    axes: Axes, x: ArrayLike, y: ArrayLike, labels: Sequence[str], outcome: str, *, further: bool = True
) -> None:
    """Let the points of studies lead to the trails of their numbers."""
    links = Links(AROUND)
    for px, py, label in zip(np.asarray(x, dtype=float), np.asarray(y, dtype=float), labels, strict=True):
        url = trail_of(outcome, label, further=further)
        links.places.append((float(px), float(py), 2 * AROUND, 2 * AROUND, url, f"{label}: {TRAIL}"))
    axes.add_artist(links)
