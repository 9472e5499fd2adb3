"""The L'Abbé plot: risk with the intervention against risk in the control group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from evergreen.figures.axes import figure_with_axes, label_points, number_axis
from evergreen.figures.scales import scale_of
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, GREY, INK
from evergreen.metaanalysis.absolute_risk import risk_with_intervention


def labbe(result: Mapping[str, Any], setting: Setting) -> Drawn:
    """Event rates of both groups (L'Abbé, Detsky & O'Rourke 1987); areas are proportional to the weights.

    The solid diagonal is no effect, the dashed curve the pooled effect.
    """
    studies = [s for s in result["studies"] if s.get("arms")]
    control = [s["arms"]["control"]["events"] / s["arms"]["control"]["n"] for s in studies]
    treated = [s["arms"]["intervention"]["events"] / s["arms"]["intervention"]["n"] for s in studies]
    title = f"L'Abbé plot: {setting.name}"
    figure, axes = figure_with_axes(300, 245, title=title, below=46)
    highest = min(1.0, 1.1 * max(*control, *treated, 0.01))
    axes.set_xlim(-0.02 * highest, highest)
    axes.set_ylim(-0.02 * highest, highest)
    axes.plot([0, highest], [0, highest], color=INK, linewidth=0.7, zorder=1, label="No effect")
    curve = np.linspace(1e-6, min(highest, 1 - 1e-6), 200)
    measure = result["measure"]
    effect = scale_of(measure).back(result["model"]["estimate"])
    pooled = [risk_with_intervention(measure, effect, float(risk)) for risk in curve]
    axes.plot(
        curve, pooled, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=1, label="Pooled effect"
    )
    weights = np.array([s.get("weight") or 1.0 for s in studies])
    areas = 150 * weights / weights.max()
    axes.scatter(
        control, treated, s=areas, color=COLOURS[0], alpha=0.45, linewidth=0.6, edgecolor=COLOURS[0], zorder=3
    )
    axes.set_xlabel(f"Risk: {setting.control}")
    axes.set_ylabel(f"Risk: {setting.intervention}")
    number_axis(axes)
    number_axis(axes, vertical=True)
    labels = [str(s.get("label") or s["study"]) for s in studies]
    lines: list[tuple[ArrayLike, ArrayLike]] = [([0, highest], [0, highest]), (curve, pooled)]
    label_points(axes, control, treated, labels, np.argsort(-weights), areas=areas, lines=lines)
    axes.legend(loc="upper left", bbox_to_anchor=(0, -36 / 245), ncols=2, borderaxespad=0, borderpad=0)
    table = pd.DataFrame(
        {"study": labels, "risk_control": control, "risk_intervention": treated, "weight_percent": weights}
    )
    return Drawn(figure, table, title)
