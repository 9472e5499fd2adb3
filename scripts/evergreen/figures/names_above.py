"""Names that stand upright above axes, each led to its place on the axis."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from evergreen.figures.axes import NAME_LINE, TICK, length_of, say_named, told_apart
from evergreen.figures.letters import width_of
from evergreen.figures.style import GREY

LEAD, GAP = 12.0, 2.0  # points of the line that leads to a name, and between two of them
LONGEST = 100.0  # points of a line of a name
ROOM = 250.0  # points that all of them may take side by side


class Names:
    """Names of places on a level axis; none where they find no room side by side, for a table has them.

    `height` are the points that they take above the axes.
    """

    def __init__(self, names: Sequence[str], places: Sequence[float]) -> None:
        self._all = len(names)
        order = sorted(range(len(names)), key=lambda i: (places[i], i))
        apart = told_apart(names, LONGEST)
        order = [i for i in order if names[i] in apart]
        self._lines = [apart[names[i]] for i in order]
        self._places = [places[i] for i in order]
        self._wide = [NAME_LINE * len(lines) + GAP for lines in self._lines]
        if sum(self._wide) > ROOM:
            self._places, self._lines, self._wide = [], [], []
        longest = max((width_of(line, TICK) for lines in self._lines for line in lines), default=-LEAD)
        self.height = longest + LEAD + (GAP if self._lines else 0.0)

    def draw(self, axes: Axes) -> None:
        """Write them above the axes, whose limits and label are set, in the order of their places and as near to these as they may be."""
        say_named(axes, len(self._lines), self._all)
        low, high = axes.get_xlim()
        length, up = length_of(axes), length_of(axes, vertical=True)
        wanted = [(place - low) / (high - low) * length for place in self._places]
        middles: list[float] = []
        edge = 0.0
        for at, wide in zip(wanted, self._wide, strict=True):
            middles.append(max(at, edge + wide / 2))
            edge = middles[-1] + wide / 2
        edge = length
        for i in reversed(range(len(middles))):
            middles[i] = min(middles[i], edge - self._wide[i] / 2)
            edge = middles[i] - self._wide[i] / 2
        for at, middle, lines in zip(wanted, middles, self._lines, strict=True):
            axes.plot(
                [at / length, middle / length], [1.0, 1.0 + (LEAD - GAP) / up], color=GREY, linewidth=0.4,
                transform=axes.transAxes, clip_on=False,
            )  # fmt: skip
            for j, text in enumerate(lines):
                x = middle + NAME_LINE * (j - (len(lines) - 1) / 2)
                axes.text(
                    x / length, 1.0 + LEAD / up, text, fontsize=TICK, rotation=90, ha="center", va="bottom", parse_math=False,
                    transform=axes.transAxes,
                )  # fmt: skip
