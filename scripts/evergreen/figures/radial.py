"""The radial (Galbraith) plot: standardised effects against precision."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from evergreen.figures import scales
from evergreen.figures.axes import figure_with_axes, label_points, number_axis, padded, room_of
from evergreen.figures.key import Sign
from evergreen.figures.links import link_points
from evergreen.figures.series import effects
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, GREY, PALE
from evergreen.synthesis.result import PooledModel, Result


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
    slopes = [*y, pooled, 0.0 if scale.null is None else scale.null]
    bar = [reach * bound for bound in model.interval[1:]]
    top, bottom = reach * pooled + half, reach * pooled - half
    low, high = padded([reach * min(slopes), reach * max(slopes), -half, half, *z, bottom, top, *bar])
    shown = scale if scale.ratio else scales.Scale(scale.analysis_name, scale.short)
    marks = scales.ticks(shown, low / reach, high / reach, 7)
    texts = [text for _, text in marks]
    key = [
        Sign("Pooled effect", GREY, width=1.0),
        Sign(f"Its {scales.level_of(result.level)} interval", COLOURS[1], width=2.5),
        Sign("95% of studies", PALE, fill=PALE),
    ]
    figure, axes = figure_with_axes(330, 225, title=setting.title, key=key, right=room_of(texts))
    axes.set_ylim(low, high)
    number_axis(axes, "Effect / standard error", vertical=True)
    axes.set_xlim(0, reach)
    number_axis(axes, "Precision (1 / standard error" + (", with tau²)" if model.tau2 else ")"))
    axes.fill([0, reach, reach, 0], [-half, bottom, top, half], color=PALE, linewidth=0, zorder=0)
    axes.plot([0, reach], [0, reach * pooled], color=GREY, linewidth=1.0, zorder=1)
    # The interval of the pooled effect, on the axis that has effects.
    axes.plot([reach, reach], bar, color=COLOURS[1], linewidth=2.5, zorder=4, clip_on=False, solid_capstyle="butt")  # fmt: skip
    axes.scatter(x, z, s=18, color=COLOURS[0], linewidth=0, zorder=3, clip_on=False)
    right = axes.secondary_yaxis("right")
    right.set_yticks([reach * v for v, _ in marks], texts)
    right.spines["right"].set_visible(True)
    right.set_ylabel(shown.axis_name)
    labels = [study.label for study in result.studies]
    farthest = np.argsort(-np.abs(z - x * pooled))
    label_points(axes, x, z, labels, farthest, lines=[([0, reach], [0, reach * pooled])])
    link_points(axes, x, z, labels, result.outcome)
    table = pd.DataFrame({"study": labels, "precision": x, "standardised_effect": z})
    description = f"Effects of {len(labels)} studies divided by their standard errors against their precision; the slope of the line is the pooled effect."
    return Drawn(figure, table, description=description)
