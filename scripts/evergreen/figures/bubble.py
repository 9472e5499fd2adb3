"""The bubble plot of a meta-regression with one numeric moderator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from evergreen.figures.axes import effect_axis, figure_with_axes, label_points, number_axis, padded
from evergreen.figures.scales import scale_of
from evergreen.figures.series import effects, pooling
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, INK
from evergreen.synthesis import meta_regression
from evergreen.synthesis.model import fit


def texts_of(result: Mapping[str, Any], moderator: str) -> list[str]:
    """The moderator of each pooled study as the sheet has it, "" where it is missing."""
    return [str((study.get("columns") or {}).get(moderator, "")) for study in result["studies"]]


def values_of(result: Mapping[str, Any], moderator: str) -> list[float | None]:
    """The moderator of each pooled study; None where it is missing or no number."""
    found: list[float | None] = []
    for text in texts_of(result, moderator):
        try:
            found.append(float(text))
        except ValueError:
            found.append(None)
    return found


def bubble(result: Mapping[str, Any], setting: Setting, moderator: str) -> Drawn:
    """Effects against a moderator with the fitted line and its confidence band; areas by weight."""
    values = values_of(result, moderator)
    keep = np.array([value is not None for value in values])
    x = np.array([value for value in values if value is not None], dtype=float)
    y, v = (part[keep] for part in effects(result))
    settings = pooling(result)
    fitted = fit(y, v, np.column_stack([np.ones(len(x)), x]), **settings)
    grid = np.linspace(*padded(x.tolist(), 0.04), 101)
    line = meta_regression.predict(fitted, np.column_stack([np.ones(len(grid)), grid]))
    scale = scale_of(result["measure"], ratio=setting.ratio, studies=result.get("studies") or [])

    def place(numbers: np.ndarray) -> list[float]:
        return [scale.position(float(value)) for value in numbers]

    title = f"Meta-regression on {moderator}: {setting.name}"
    figure, axes = figure_with_axes(330, 225, title=title, left=52)
    axes.set_xlim(grid[0], grid[-1])
    effect_axis(axes, scale, *padded([*place(y), *place(line.mean)], 0.12), vertical=True, length=225)
    axes.fill_between(
        grid, place(line.ci_low), place(line.ci_high), color=COLOURS[0], alpha=0.15, linewidth=0, zorder=0
    )
    axes.plot(grid, place(line.mean), color=COLOURS[0], linewidth=1.2, zorder=2)
    lines = [(grid, place(line.mean))]
    if scale.null is not None:
        lines.append((grid[[0, -1]], [scale.position(scale.null)] * 2))
        axes.axhline(scale.position(scale.null), color=INK, linewidth=0.6, linestyle=(0, (1, 2)), zorder=1)
    weights = fitted.weight
    areas = 130 * weights / weights.max()
    axes.scatter(
        x, place(y), s=areas, color=COLOURS[0], alpha=0.45, edgecolor=COLOURS[0], linewidth=0.6, zorder=3
    )
    axes.set_xlabel(moderator[:1].upper() + moderator[1:].replace("_", " "))
    number_axis(axes)
    labels = [
        str(s.get("label") or s["study"]) for s, kept in zip(result["studies"], keep, strict=True) if kept
    ]
    label_points(axes, x.tolist(), place(y), labels, np.argsort(-weights), areas=areas, lines=lines)
    table = pd.DataFrame(
        {
            "study": labels,
            moderator: x,
            "effect": [scale.back(float(e)) for e in y],
            "analysis_effect": y,
            "weight_percent": weights,
        }
    )
    return Drawn(figure, table, title)
