"""The bubble plot of a meta-regression with one numeric moderator."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evergreen.figures.axes import effect_axis, figure_with_axes, label_points, number_axis, padded
from evergreen.figures.scales import of_result
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, INK
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.analyses import Line


def bubble(result: Result, found: Line, setting: Setting, moderator: str) -> Drawn:
    """Effects against a moderator with the fitted line and its confidence band; areas by weight."""
    grid, mean, low, high = (
        np.array(values, dtype=float) for values in (found.at, found.mean, found.ci_low, found.ci_high)
    )
    x, y, weights = np.array([(one.x, one.yi, one.weight) for one in found.studies], dtype=float).T
    scale = of_result(result)

    def place(numbers: np.ndarray) -> list[float]:
        return [scale.position(float(value)) for value in numbers]

    title = f"Meta-regression on {moderator}: {setting.name}"
    figure, axes = figure_with_axes(330, 225, title=title, left=52)
    axes.set_xlim(grid[0], grid[-1])
    effect_axis(axes, scale, *padded([*place(y), *place(mean)], 0.12), vertical=True, length=225)
    axes.fill_between(grid, place(low), place(high), color=COLOURS[0], alpha=0.15, linewidth=0, zorder=0)
    axes.plot(grid, place(mean), color=COLOURS[0], linewidth=1.2, zorder=2)
    lines = [(grid, place(mean))]
    if scale.null is not None:
        lines.append((grid[[0, -1]], [scale.position(scale.null)] * 2))
        axes.axhline(scale.position(scale.null), color=INK, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    areas = 130 * weights / weights.max()
    axes.scatter(
        x, place(y), s=areas, color=COLOURS[0], alpha=0.45, edgecolor=COLOURS[0], linewidth=0.6, zorder=3
    )
    axes.set_xlabel(moderator[:1].upper() + moderator[1:].replace("_", " "))
    number_axis(axes)
    labels = [one.label for one in found.studies]
    label_points(axes, x.tolist(), place(y), labels, np.argsort(-weights), areas=areas, lines=lines)
    table = pd.DataFrame(
        {
            "study": labels,
            moderator: x,
            "effect": [scale.back(float(e)) for e in y],
            "analysis_effect": y,
            "weight_percent": weights,
        }
    )
    return Drawn(figure, table, title)
