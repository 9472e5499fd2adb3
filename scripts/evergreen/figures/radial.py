"""The radial (Galbraith) plot: standardised effects against precision."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from evergreen.figures import scales
from evergreen.figures.axes import figure_with_axes, label_points, number_axis
from evergreen.figures.series import effects
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, GREY, PALE
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.pooled_models import PooledModel


def radial(result: Result, model: PooledModel, setting: Setting) -> Drawn:
    """Galbraith (1988): a study's effect is the slope from the origin to its point, read off the right-hand axis.

    With a random-effects model the variance of a study includes tau2. The band holds 95% of studies.
    """
    y, v = effects(result)
    scale = scales.of_result(result)
    pooled = model.interval[0]
    spread = np.sqrt(v + (model.tau2 or 0.0))
    x, z = 1 / spread, y / spread
    half = float(special.ndtri(0.975))
    reach = 1.08 * x.max()
    title = f"Radial plot: {setting.name}"
    figure, axes = figure_with_axes(330, 225, title=title, left=52, right=64, below=46)
    slopes = [*y, pooled, 0.0 if scale.null is None else scale.null]
    ends = [
        reach * min(slopes),
        reach * max(slopes),
        -half,
        half,
        *z,
        reach * pooled - half,
        reach * pooled + half,
    ]
    room = 0.05 * (max(ends) - min(ends))
    axes.set_xlim(0, reach)
    axes.set_ylim(min(ends) - room, max(ends) + room)
    axes.fill(
        [0, reach, reach, 0],
        [-half, reach * pooled - half, reach * pooled + half, half],
        color=PALE,
        linewidth=0,
        zorder=0,
        label="95% of studies",
    )
    axes.plot([0, reach], [0, reach * pooled], color=GREY, linewidth=1.0, zorder=1, label="Pooled effect")
    axes.scatter(x, z, s=18, color=COLOURS[0], linewidth=0, zorder=3)
    axes.set_xlabel("Precision (1 / standard error" + (", with tau²)" if model.tau2 else ")"))
    axes.set_ylabel("Effect / standard error")
    number_axis(axes)
    number_axis(axes, vertical=True)
    right = axes.secondary_yaxis("right")
    low, high = (value / reach for value in axes.get_ylim())
    shown = scale if scale.ratio else scales.Scale(scale.analysis_name, scale.short)
    marks = [(v, text) for v, text in scales.ticks(shown, low, high, 7)]
    right.set_yticks([reach * v for v, _ in marks], [text for _, text in marks])
    right.spines["right"].set_visible(True)
    right.set_ylabel(shown.name + (" (log scale)" if shown.ratio else ""))
    labels = [study.label for study in result.studies]
    label_points(
        axes, x, z, labels, np.argsort(-np.abs(z - x * pooled)), lines=[([0, reach], [0, reach * pooled])]
    )
    axes.legend(loc="upper left", bbox_to_anchor=(0, -36 / 225), ncols=2, borderaxespad=0, borderpad=0)
    table = pd.DataFrame({"study": labels, "precision": x, "standardised_effect": z})
    return Drawn(figure, table, title)
