"""The likelihood profile of the between-study variance."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from evergreen.figures.axes import figure_with_axes, number_axis
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, GREY
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.analyses import Profile
from evergreen.synthesis.result.pooled_models import PooledModel


def profile(result: Result, model: PooledModel, found: Profile, setting: Setting) -> Drawn:
    """Log-likelihood over tau² (restricted unless the estimator is ML), below its highest value.

    Values above the dotted line lie inside the profile-likelihood interval.
    """
    grid, values = (np.array(numbers, dtype=float) for numbers in (found.tau2, found.log_likelihood))
    below = values - values.max()
    kind = "Restricted log-likelihood" if found.restricted else "Log-likelihood"
    title = f"Profile of tau²: {setting.name}"
    figure, axes = figure_with_axes(330, 200, title=title, below=46)
    cut = -float(special.gammaincinv(0.5, result.level))
    axes.set_xlim(0, grid[-1])
    axes.set_ylim(min(1.3 * cut, max(float(below.min()), 3 * cut)) * 1.05, 0.25)
    axes.plot(grid, below, color=COLOURS[0], linewidth=1.2)
    assert model.tau2 is not None
    axes.axvline(
        model.tau2, color=GREY, linewidth=0.8, linestyle=(0, (4, 3)), label=f"Estimate ({model.tau2_method})"
    )
    axes.axhline(
        cut, color=GREY, linewidth=0.8, linestyle=(0, (1, 2)), label=f"{100 * result.level:g}% interval"
    )
    axes.set_xlabel("Tau²")
    axes.set_ylabel(f"{kind}, below its maximum")
    number_axis(axes)
    number_axis(axes, vertical=True)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -36 / 200), ncols=2, borderaxespad=0, borderpad=0)
    return Drawn(figure, pd.DataFrame({"tau2": grid, "log_likelihood": values}), title)
