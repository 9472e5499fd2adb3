"""What is seen in axes: texts, each as an artist of matplotlib's own, which measures without this project's code, and shapes."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.path import Path
from matplotlib.text import Text

from evergreen.figures.canvas import Strokes
from evergreen.figures.glyphs import families
from evergreen.figures.letters import Letters, Line


def texts_of(axes: Axes) -> list[Text]:
    """Texts of `axes`, and the lines of its layers of letters."""
    layers = [child for child in axes.get_children() if isinstance(child, Letters)]
    return [*axes.texts, *(_text(line, layer, axes) for layer in layers for line in layer.lines)]


def _text(line: Line, layer: Letters, axes: Axes) -> Text:
    text = Text(
        line.x, line.y, line.text, fontsize=line.size, fontfamily=list(families(line.text)), ha=line.align, va="baseline", color=line.color,
        fontweight="bold" if line.bold else "normal", fontstyle="italic" if line.italic else "normal", parse_math=False,
        url=layer.get_url(), transform=layer.get_transform(),
    )  # fmt: skip
    text.set_figure(axes.figure)
    return text


def shapes_of(axes: Axes, fill: str) -> list[Path]:
    """The filled shapes of one colour."""
    layers = [child for child in axes.get_children() if isinstance(child, Strokes)]
    return [Path(points) for layer in layers for look, points in layer.strokes if look.fill == fill]
