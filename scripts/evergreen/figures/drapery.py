"""The drapery plot: intervals of every confidence level at once, as p-value curves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from evergreen.figures.axes import effect_axis, figure_with_axes, padded
from evergreen.figures.scales import number, of_result
from evergreen.figures.series import effects
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, GREY, INK
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.pooled_models import PooledModel


def drapery(result: Result, model: PooledModel, setting: Setting) -> Drawn:
    """P-value functions of the studies and of the pooled effect (Rücker & Schwarzer 2021).

    Where a curve is above a horizontal line, the value lies inside the confidence interval of that level.
    """
    y, v = effects(result)
    estimate, ci_low, ci_high = model.interval
    scale = of_result(result)
    se = np.sqrt(v)
    ends = [*(y - 2.2 * se), *(y + 2.2 * se), ci_low, ci_high]
    centre = [*y, estimate]
    typical = float(np.median(se))
    low = max(min(ends), min(centre) - 8 * typical)
    high = min(max(ends), max(centre) + 8 * typical)
    grid = np.linspace(low, high, 801)
    place = np.array([scale.position(float(value)) for value in grid])
    title = f"Drapery plot: {setting.name}"
    figure, axes = figure_with_axes(330, 215, title=title, below=46, right=46)
    curves = 2 * special.ndtr(-np.abs(grid[None] - y[:, None]) / se[:, None])
    for i, curve in enumerate(curves):
        axes.plot(
            place, curve, color=GREY, linewidth=0.6, alpha=0.7, zorder=1, label="Study" if i == 0 else None
        )
    distance = np.abs(grid - estimate) / model.se
    pooled = 2 * (special.ndtr(-distance) if model.df is None else special.stdtr(model.df, -distance))
    axes.plot(place, pooled, color=COLOURS[1], linewidth=1.6, zorder=3, label="Pooled effect")
    if scale.null is not None and low <= scale.null <= high:
        x = scale.position(scale.null)
        axes.plot([x, x], [0, 1], color=INK, linewidth=0.7, zorder=2)
    effect_axis(axes, scale, *padded(place.tolist(), 0.0), length=270)
    axes.set_ylim(0, 1.02)
    axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1.0], [number(p, 1) for p in (0, 0.2, 0.4, 0.6, 0.8, 1.0)])
    axes.set_ylabel("P value")
    right = axes.secondary_yaxis("right")
    right.set_yticks(
        [0, 0.2, 0.4, 0.6, 0.8, 1.0], [number(100 * (1 - p), 0) for p in (0, 0.2, 0.4, 0.6, 0.8, 1.0)]
    )
    right.spines["right"].set_visible(True)
    right.set_ylabel("Confidence level (%)")
    axes.plot(
        [place[0], place[-1]],
        [0.05, 0.05],
        color=INK,
        linewidth=0.5,
        linestyle=(0, (4, 3)),
        zorder=2,
        label="P = 0.05",
    )
    axes.legend(loc="upper left", bbox_to_anchor=(0, -36 / 215), ncols=3, borderaxespad=0, borderpad=0)
    labels = [study.label for study in result.studies]
    half = special.ndtri(0.975) * se
    columns = {
        "effect": (y, estimate),
        "ci_low": (y - half, ci_low),
        "ci_high": (y + half, ci_high),
    }
    table = {
        name: [scale.back(float(value)) for value in (*own, whole)] for name, (own, whole) in columns.items()
    }
    return Drawn(figure, pd.DataFrame({"study": [*labels, "pooled"], **table}), title)
