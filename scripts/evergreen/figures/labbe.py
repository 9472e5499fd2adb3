"""The L'Abbé plot: risk with the intervention against risk in the control group."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from evergreen.figures.axes import figure_with_axes, label_points, number_axis
from evergreen.figures.key import Sign
from evergreen.figures.links import link_points
from evergreen.figures.scales import scale_of
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, DASHED, GREY, INK, tint
from evergreen.metaanalysis.absolute_risk import risk_with_intervention
from evergreen.synthesis.result import Arm, PooledModel, Result


def labbe(result: Result, model: PooledModel, setting: Setting) -> Drawn:
    """Event rates of both groups (L'Abbé, Detsky & O'Rourke 1987); areas are proportional to the weights.

    The solid diagonal is no effect, the dashed curve the pooled effect.
    """
    studies = [study for study in result.studies if study.arms]
    control = np.array([_risk(study.arms["control"]) for study in studies])
    treated = np.array([_risk(study.arms["intervention"]) for study in studies])
    key = [
        Sign("No effect", INK, width=0.7),
        Sign("Pooled effect", GREY, dashes=DASHED, width=0.9),
        Sign("Study, its area by weight", COLOURS[0], marker="o", fill=tint(COLOURS[0], 0.45)),
    ]
    figure, axes = figure_with_axes(300, 245, title=setting.title, key=key)
    highest = min(1.0, 1.1 * (max(*control, *treated) or 0.01))
    axes.set_xlim(-0.02 * highest, highest)
    axes.set_ylim(-0.02 * highest, highest)
    number_axis(axes, f"Risk: {setting.intervention}", vertical=True)
    number_axis(axes, f"Risk: {setting.control}")
    axes.plot([0, highest], [0, highest], color=INK, linewidth=0.7, zorder=1)
    curve = np.linspace(1e-4 * highest, min(highest, 1 - 1e-6), 200)
    effect = scale_of(result.measure).back(model.interval[0])
    pooled = [risk_with_intervention(result.measure, effect, float(risk)) for risk in curve]
    axes.plot(curve, pooled, color=GREY, linewidth=0.9, linestyle=DASHED, zorder=1)
    weights = np.array([study.weight or 1.0 for study in studies])
    areas = 150 * weights / weights.max()
    largest_first = np.argsort(-weights)
    axes.scatter(
        control[largest_first], treated[largest_first], s=areas[largest_first], color=tint(COLOURS[0], 0.45), linewidth=0.6,
        edgecolor=COLOURS[0], zorder=3, clip_on=False,
    )  # fmt: skip
    labels = [study.label for study in studies]
    lines: list[tuple[ArrayLike, ArrayLike]] = [([0, highest], [0, highest]), (curve, pooled)]
    label_points(axes, control, treated, labels, largest_first.tolist(), areas=areas, lines=lines)
    link_points(axes, control, treated, labels, result.outcome)
    table = pd.DataFrame(
        {"study": labels, "risk_control": control, "risk_intervention": treated, "weight_percent": weights}
    )
    description = f"Risk with {setting.intervention} against risk with {setting.control} in {len(studies)} studies, with the diagonal of no effect and the curve of the pooled effect."
    return Drawn(figure, table, description=description)


def _risk(arm: Arm) -> float:
    assert arm.events is not None
    assert arm.n is not None
    return arm.events / arm.n
