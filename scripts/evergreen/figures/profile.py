"""The likelihood profile of the between-study variance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from evergreen.figures.axes import figure_with_axes, number_axis
from evergreen.figures.series import effects
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, GREY
from evergreen.synthesis.model import fit_stack
from evergreen.synthesis.stack import stack

POINTS = 121


def profile(result: Mapping[str, Any], setting: Setting) -> Drawn:
    """Log-likelihood over tau² (restricted unless the estimator is ML), below its highest value.

    Values above the dotted line lie inside the profile-likelihood interval.
    """
    y, v = effects(result)
    model = result["model"]
    restricted = model["tau2_method"] != "ML"
    estimate = float(model["tau2"])
    farthest = max(4 * estimate, 1.3 * (model.get("tau2_ci_high") or 0.0), float(np.median(v)))
    # A wide interval would leave the top of the curve to a few pixels.
    farthest = min(farthest, max(12 * estimate, 25 * float(np.median(v))))
    grid = np.linspace(0, farthest, POINTS)
    fitted = fit_stack(stack(np.tile(y, (POINTS, 1)), np.tile(v, (POINTS, 1))), tau2=grid)
    values = fitted.loglik_restricted if restricted else fitted.loglik
    below = values - values.max()
    kind = "Restricted log-likelihood" if restricted else "Log-likelihood"
    title = f"Profile of tau²: {setting.name}"
    figure, axes = figure_with_axes(330, 200, title=title, below=46)
    cut = -float(special.gammaincinv(0.5, result["level"]))
    axes.set_xlim(0, farthest)
    axes.set_ylim(min(1.3 * cut, max(float(below.min()), 3 * cut)) * 1.05, 0.25)
    axes.plot(grid, below, color=COLOURS[0], linewidth=1.2)
    axes.axvline(
        estimate, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), label=f"Estimate ({model['tau2_method']})"
    )
    axes.axhline(
        cut, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)), label=f"{100 * result['level']:g}% interval"
    )
    axes.set_xlabel("Tau²")
    axes.set_ylabel(f"{kind}, below its maximum")
    number_axis(axes)
    number_axis(axes, vertical=True)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -36 / 200), ncols=2, borderaxespad=0, borderpad=0)
    return Drawn(figure, pd.DataFrame({"tau2": grid, "log_likelihood": values}), title)
