"""The bubble plot of a meta-regression with one numeric moderator."""

from __future__ import annotations

import numpy as np
import pandas as pd

from evergreen.counting import listed, studies_of
from evergreen.figures.axes import effect_axis, figure_with_axes, label_points, number_axis, padded
from evergreen.figures.key import Sign
from evergreen.figures.links import link_points
from evergreen.figures.scales import level_of, of_result
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, DOTTED, INK, tint
from evergreen.figures.wording import capital, within
from evergreen.sheets.columns import in_words
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.analyses import Line, Moderators

BAND = tint(COLOURS[0], 0.22)


def bubble(result: Result, found: Line, setting: Setting, moderator: str) -> Drawn:
    """Effects against a moderator with the fitted line, its confidence band and the limits of a new study's effect; areas by weight."""
    grid, mean, low, high, lowest, highest = (
        np.array(values, dtype=float)
        for values in (found.at, found.mean, found.ci_low, found.ci_high, found.pi_low, found.pi_high)
    )
    x, y, weights = np.array([(one.x, one.yi, one.weight) for one in found.studies], dtype=float).T
    scale = of_result(result)
    name = capital(in_words(moderator))
    level = level_of(result.level)

    def place(numbers: np.ndarray) -> list[float]:
        return [scale.position(float(value)) for value in numbers]

    key = [
        Sign("Effect expected", COLOURS[0], width=1.2),
        Sign(f"{level} confidence band", COLOURS[0], fill=BAND),
        *([Sign(f"{level} prediction band: effect of a new study", COLOURS[0], dashes=DOTTED)] if len(lowest) else []),
        Sign("Study, its area by weight", COLOURS[0], marker="o", fill=tint(COLOURS[0], 0.45)),
    ]  # fmt: skip
    if scale.null is not None:
        key.append(Sign("No effect", INK, width=0.6))
    figure, axes = figure_with_axes(330, 225, title=setting.title, key=key)
    # A prediction band far wider than all effects would leave them to a strip.
    seen = [*place(y), *place(mean), *place(low), *place(high)]
    ends = padded(seen, 0.12)
    room = ends[1] - ends[0]
    bands = [*place(lowest), *place(highest)]
    ends = max(min([ends[0], *bands]), ends[0] - room), min(max([ends[1], *bands]), ends[1] + room)
    effect_axis(axes, scale, *ends, vertical=True)
    axes.set_xlim(grid[0], grid[-1])
    number_axis(axes, name)
    axes.fill_between(grid, place(low), place(high), color=BAND, linewidth=0, zorder=0)
    lines = [(grid, place(mean))]
    for limits in (lowest, highest) if len(lowest) else ():
        axes.plot(grid, place(limits), color=COLOURS[0], linewidth=0.9, linestyle=DOTTED, zorder=1)
    axes.plot(grid, place(mean), color=COLOURS[0], linewidth=1.2, zorder=2)
    if scale.null is not None:
        lines.append((grid[[0, -1]], [scale.position(scale.null)] * 2))
        axes.axhline(scale.position(scale.null), color=INK, linewidth=0.6, zorder=1)
    areas = 130 * weights / weights.max()
    largest_first = np.argsort(-weights)
    axes.scatter(
        x[largest_first], np.array(place(y))[largest_first], s=areas[largest_first], color=tint(COLOURS[0], 0.45),
        edgecolor=COLOURS[0], linewidth=0.6, zorder=3, clip_on=False,
    )  # fmt: skip
    labels = [one.label for one in found.studies]
    label_points(axes, x.tolist(), place(y), labels, largest_first.tolist(), areas=areas, lines=lines)
    link_points(axes, x, place(y), labels, result.outcome)
    table = pd.DataFrame(
        {
            "study": labels,
            moderator: x,
            "effect": [scale.back(float(e)) for e in y],
            "analysis_effect": y,
            "weight_percent": weights,
        }
    )
    count = result.moderators.studies if isinstance(result.moderators, Moderators) else len(labels)
    drawn = ["the line of the meta-regression", f"its {level} confidence band"]
    drawn += [f"the {level} prediction band"] if len(lowest) else []
    description = f"{studies_of(count, len(labels))} by {in_words(moderator)} and {within(scale.in_full)}, with {listed(drawn)}."
    return Drawn(figure, table, description=description)
