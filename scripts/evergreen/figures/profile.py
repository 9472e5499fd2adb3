"""The likelihood profile of the between-study variance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from evergreen.figures.axes import figure_with_axes, number_axis
from evergreen.figures.key import Sign
from evergreen.figures.scales import level_of
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, DASHED, DOTTED, GREY
from evergreen.figures.wording import tau2
from evergreen.synthesis.result import PooledModel, Result
from evergreen.synthesis.result.analyses import Profile


def profile(result: Result, model: PooledModel, found: Profile, setting: Setting) -> Drawn:
    """Log-likelihood over tau² (restricted unless the estimator is ML), below its highest value.

    Values above the dotted line lie inside the profile-likelihood interval; the bar at the bottom is the interval that the result
    gives, which is that of the Q-profile.
    """
    grid, values = (np.array(numbers, dtype=float) for numbers in (found.tau2, found.log_likelihood))
    below = values - values.max()
    kind = "Restricted log-likelihood" if found.restricted else "Log-likelihood"
    assert model.tau2 is not None
    level = level_of(result.level)
    limits = (model.tau2_ci_low, model.tau2_ci_high)
    bounded = None not in limits
    best = f"Estimate by {model.tau2_method}: {tau2(model.tau2)}"
    inside = f"{level} interval by profile likelihood: where the curve is above"
    key = [
        Sign(best, GREY, dashes=DASHED, width=0.8),
        Sign(inside, GREY, dashes=DOTTED, width=0.8),
    ]
    if bounded:
        said = " to ".join(tau2(limit, model.tau2) for limit in limits)
        key.append(Sign(f"{level} interval by the Q-profile, as reported: {said}", COLOURS[1], width=2.0))
    figure, axes = figure_with_axes(330, 200, title=setting.title, key=key)
    cut = -float(special.gammaincinv(0.5, result.level))
    lowest = min(1.3 * cut, max(float(below.min()), 3 * cut)) * 1.05
    axes.set_ylim(lowest, 0.25)
    number_axis(axes, f"{kind}, below its maximum", vertical=True)
    axes.set_xlim(0, grid[-1])
    number_axis(axes, "Tau²")
    axes.plot(grid, below, color=COLOURS[0], linewidth=1.2)
    axes.axvline(model.tau2, color=GREY, linewidth=0.8, linestyle=DASHED)
    axes.axhline(cut, color=GREY, linewidth=0.8, linestyle=DOTTED)
    if limits[0] is not None and limits[1] is not None:
        bottom = lowest + 0.03 * (0.25 - lowest)
        end = min(limits[1], float(grid[-1]))
        axes.plot([limits[0], end], [bottom, bottom], color=COLOURS[1], linewidth=2.0)
        if end < limits[1]:  # it goes on beyond the page
            axes.plot(end, bottom, ">", color=COLOURS[1], markersize=5, clip_on=False)
    description = f"{kind} of values of tau² from 0 to {tau2(float(grid[-1]), model.tau2)}, highest at {tau2(model.tau2)}."
    return Drawn(figure, pd.DataFrame({"tau2": grid, "log_likelihood": values}), description=description)
