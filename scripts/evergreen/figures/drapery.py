"""The drapery plot: intervals of every confidence level at once, as p-value curves."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import special

from evergreen.figures.axes import effect_axis, figure_with_axes, number_axis, padded, room_of
from evergreen.figures.key import Sign
from evergreen.figures.names_above import Names
from evergreen.figures.scales import number, of_result
from evergreen.figures.series import effects
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, DASHED, GREY, INK, tint
from evergreen.figures.wording import kind_of, within
from evergreen.synthesis.result import PooledModel, Result

NEW = tint(COLOURS[4], 0.45)
LEVELS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
USUAL = (0.1, 0.05, 0.01)
"""P values that have a line."""


def drapery(result: Result, model: PooledModel, setting: Setting) -> Drawn:
    """P-value functions of the studies, of the pooled effect and of the effect of a new study (Rücker & Schwarzer 2021).

    Where a curve is above a horizontal line, the value lies inside the interval of that level.
    """
    y, v = effects(result)
    estimate, ci_low, ci_high = model.interval
    scale = of_result(result)
    se = np.sqrt(v)
    ends = [*(y - 2.2 * se), *(y + 2.2 * se), ci_low, ci_high, *filter(None, (model.pi_low, model.pi_high))]
    centre = [*y, estimate]
    typical = float(np.median(se))
    low = max(min(ends), min(centre) - 8 * typical)
    high = min(max(ends), max(centre) + 8 * typical)
    grid = np.linspace(low, high, 801)
    place = np.array([scale.position(float(value)) for value in grid])
    predicted = _prediction(model, result.level, grid)
    other = result.beside.model if result.beside else None
    named = (lambda one: f" ({kind_of(one)})") if other is not None else (lambda one: "")
    levels = sorted({*USUAL, round(1 - result.level, 12)}, reverse=True)
    key = [
        Sign("Study", GREY, width=0.6),
        Sign(f"Pooled effect{named(model)}", COLOURS[1], width=1.6),
        *([Sign(f"Pooled effect{named(other)}", COLOURS[0], width=1.6)] if other is not None else []),
        *([Sign("Effect of a new study", COLOURS[4], fill=NEW)] if predicted is not None else []),
        Sign(f"P = {', '.join(f'{p:.3g}' for p in levels)}", INK, dashes=DASHED, width=0.5),
    ]
    null = scale.null if scale.null is not None and low <= scale.null <= high else None
    if null is not None:
        key.append(Sign("No effect", INK, width=0.7))
    percent = [number(100 * (1 - p), 0) for p in LEVELS]
    labels = [study.label for study in result.studies]
    names = Names(labels, [scale.position(float(value)) for value in y])
    figure, axes = figure_with_axes(
        330, 215, title=setting.title, key=key, right=room_of(percent), above=names.height
    )
    axes.set_ylim(0, 1.02)
    number_axis(axes, "P value", vertical=True)
    effect_axis(axes, scale, *padded(place.tolist(), 0.0))
    if predicted is not None:
        axes.fill_between(place, 0, predicted, color=NEW, linewidth=0, zorder=0)
        axes.plot(place, predicted, color=COLOURS[4], linewidth=0.8, zorder=1)
    for curve in 2 * special.ndtr(-np.abs(grid[None] - y[:, None]) / se[:, None]):
        axes.plot(place, curve, color=GREY, linewidth=0.6, zorder=1)
    axes.plot(place, _curve(grid, estimate, model.se, model.df), color=COLOURS[1], linewidth=1.6, zorder=3)
    if null is not None:
        axes.plot([scale.position(null)] * 2, [0, 1], color=INK, linewidth=0.7, zorder=2)
    if other is not None:
        axes.plot(place, _curve(grid, other.interval[0], other.se, other.df), color=COLOURS[0], linewidth=1.6, zorder=3)  # fmt: skip
    for p in levels:
        axes.plot([place[0], place[-1]], [p, p], color=INK, linewidth=0.5, linestyle=DASHED, zorder=2)
    names.draw(axes)
    right = axes.secondary_yaxis("right")
    right.set_yticks(LEVELS, percent)
    right.spines["right"].set_visible(True)
    right.set_ylabel("Confidence level (%)")
    half = special.ndtri(0.5 + result.level / 2) * se
    columns = {"effect": [*y, estimate], "ci_low": [*(y - half), ci_low], "ci_high": [*(y + half), ci_high]}
    table = {name: [scale.back(float(value)) for value in values] for name, values in columns.items()}
    description = (
        f"P-value curves over the {within(scale.in_full)} of {len(labels)} studies, of the pooled effect"
        + (" and of a new study's effect." if predicted is not None else ".")
    )
    return Drawn(figure, pd.DataFrame({"study": [*labels, "pooled"], **table}), description=description)


def _curve(grid: np.ndarray, centre: float, se: float | None, df: float | None) -> np.ndarray:
    """Two-sided p values of the values of `grid`, normal or by Student's t."""
    assert se is not None
    distance = -np.abs(grid - centre) / se
    return np.asarray(2 * (special.ndtr(distance) if df is None else special.stdtr(df, distance)))


def _prediction(model: PooledModel, level: float, grid: np.ndarray) -> np.ndarray | None:
    """P values of the effect of a new study, of which the result has the interval at `level`; None where it has none."""
    if model.pi_low is None or model.pi_high is None:
        return None
    tail = 0.5 + level / 2
    critical = special.ndtri(tail) if model.pi_df is None else special.stdtrit(model.pi_df, tail)
    half = (model.pi_high - model.pi_low) / 2
    return _curve(grid, (model.pi_low + model.pi_high) / 2, half / float(critical), model.pi_df)
