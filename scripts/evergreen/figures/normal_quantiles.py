"""The normal Q-Q plot: whether the studies' residuals are spread as the model has it (Wang & Bushman 1998)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from evergreen.figures.axes import figure_with_axes, label_points, number_axis, padded
from evergreen.figures.key import Sign
from evergreen.figures.links import link_points
from evergreen.figures.scales import level_of
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, GREY, PALE
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.analyses import Influence


def quantiles(k: int) -> np.ndarray:
    """Standard normal quantiles (k) at which k residuals in their order are expected (Blom up to ten, Hazen above, as in R's ppoints)."""
    shift = 3 / 8 if k <= 10 else 1 / 2
    return np.asarray(special.ndtri((np.arange(1, k + 1) - shift) / (k + 1 - 2 * shift)))


def band(k: int, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Limits (k each) between which each of k ordered standard normal values is with probability `level`: its distribution is a beta."""
    i = np.arange(1, k + 1)
    low, high = (special.betaincinv(i, k + 1 - i, tail) for tail in ((1 - level) / 2, (1 + level) / 2))
    return np.asarray(special.ndtri(low)), np.asarray(special.ndtri(high))


def normal_quantiles(result: Result, found: Influence, setting: Setting) -> Drawn:
    """Studentised deleted residuals in their order against the quantiles of the normal distribution."""
    rows = [(row.rstudent, row.label) for row in found.studies if row.rstudent is not None]
    residual, labels = zip(*sorted(rows), strict=True)
    y, k = np.array(residual, dtype=float), len(rows)
    x = quantiles(k)
    low, high = band(k, result.level)
    level = level_of(result.level)
    key = [
        Sign("As the model has it", GREY, width=0.8),
        Sign(f"{level} of residuals of that rank", PALE, fill=PALE),
    ]
    figure, axes = figure_with_axes(330, 225, title=setting.title, key=key)
    axes.set_ylim(*padded([*y, *low, *high]))
    number_axis(axes, "Studentised deleted residual", vertical=True)
    axes.set_xlim(*padded(x.tolist()))
    number_axis(axes, "Normal quantile")
    axes.fill_between(x, low, high, color=PALE, linewidth=0, zorder=0)
    line = (x[[0, -1]], x[[0, -1]])
    axes.plot(*line, color=GREY, linewidth=0.8, zorder=1)
    axes.scatter(x, y, s=18, color=COLOURS[0], linewidth=0, zorder=3, clip_on=False)
    outside = np.maximum(low - y, y - high)
    label_points(axes, x, y, labels, np.argsort(-outside).tolist(), lines=[line])
    link_points(axes, x, y, labels, result.outcome)
    table = pd.DataFrame({"study": labels, "residual": y, "quantile": x, "low": low, "high": high})
    description = f"Residuals of {k} studies in their order against normal quantiles; {int((outside > 0).sum())} are outside the band."
    return Drawn(figure, table, description=description)
