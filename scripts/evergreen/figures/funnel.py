"""Funnel plots: effect against standard error, for the studies of one outcome."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from matplotlib.axes import Axes
from scipy import special

from evergreen.counting import plural, studies_of
from evergreen.figures.axes import MOST_LABELS, effect_axis, figure_with_axes, label_points, number_axis
from evergreen.figures.key import Sign
from evergreen.figures.links import link_points
from evergreen.figures.scales import Scale, level_of, of_result
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, DASHED, DOTTED, GREY, INK, MARKERS
from evergreen.figures.wording import kind_of, within
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.analyses import Filled

WIDTH, HEIGHT = 330.0, 225.0
FEW = 10  # studies below which asymmetry is not judged (Cochrane Handbook 13.3.5.4)
# Two-sided p values that bound the regions (Peters et al. 2008), from no effect outwards.
REGIONS = ((1.0, 0.10, "#ffffff"), (0.10, 0.05, "#b5b5b5"), (0.05, 0.01, "#d6d6d6"), (0.01, 0.0, "#efefef"))
Line = tuple[list[float], list[float]]
ELSE = "not stated"  # level of the studies that have no value in a column


def funnel(
    result: Result,
    setting: Setting,
    *,
    contours: bool = False,
    filled: Filled | None = None,
    by: str | None = None,
) -> Drawn:
    """Funnel plot of the pooled studies.

    Dashed lines show where studies are expected (at the review's level) around the pooled effect if it were common
    to all; with `contours`, regions of significance around no effect are shaded behind them. Where a common effect and random
    effects are asked for, both have a line. Of `filled`
    the studies that trim and fill adds are drawn open, and the lines stand around the pooled effect with them. Studies have
    the sign of their level in the study-level column `by`.
    """
    shown = of_result(result)
    scale = _straight(shown)
    studies, added = result.studies, filled.filled if filled else ()
    effects = [*((one.yi, one.vi) for one in studies), *((one.yi, one.vi) for one in added)]
    points = [(yi, math.sqrt(vi)) for yi, vi in effects]
    centre = filled.model.interval[0] if filled else _centre(result)
    largest = 1.08 * max(error for _, error in points)
    half = -float(special.ndtri((1 - result.level) / 2)) * largest
    ends = [centre - half, centre + half, *(y for y, _ in points)]
    room = 0.04 * (max(ends) - min(ends))
    low, high = min(ends) - room, max(ends) + room
    null = scale.null if contours else None
    if null is not None:
        reach = max(null - low, high - null)
        low, high = null - reach, null + reach
    levels = _levels(result, by)
    looks = _signs(list(dict.fromkeys(levels)))
    signs = [Sign(level, color, marker=marker) for level, color, marker in looks]
    if added:
        signs.append(Sign("Added by trim and fill", COLOURS[1], marker="s", fill="white"))
    if null is not None:
        signs += [Sign(_region_name(outer, inner), GREY, fill=color) for outer, inner, color in REGIONS]
    signs.append(Sign(f"{level_of(result.level)} around the pooled effect", GREY, dashes=DASHED, width=0.8))
    other = result.beside.model if result.beside and not filled else None
    if other is not None:
        signs.append(Sign(f"Pooled effect ({kind_of(other)})", GREY, dashes=DOTTED, width=0.9))
    note = _note(result.count, filled, shown)
    figure, axes = figure_with_axes(WIDTH, HEIGHT, title=setting.title, note=note, key=signs)
    axes.set_ylim(largest, 0)
    number_axis(axes, f"Standard error ({within(shown.analysis_name)})", vertical=True)
    effect_axis(axes, scale, low, high)
    if null is not None:
        for outer, inner, color in REGIONS:
            _region(axes, null, outer, inner, largest, high - null, color)
        axes.plot([null] * 2, [0, largest], color=INK, linewidth=0.7, zorder=1)
    sides: Line = ([centre - half, centre, centre + half], [largest, 0, largest])
    axes.plot(*sides, color=GREY, linewidth=0.8, linestyle=DASHED, zorder=1)
    axes.plot([centre, centre], [0, largest], color=GREY, linewidth=0.8, zorder=1)
    if other is not None:
        axes.plot(
            [other.interval[0]] * 2, [0, largest], color=GREY, linewidth=0.9, linestyle=DOTTED, zorder=1
        )
    own = points[: len(studies)]
    for level, color, marker in looks:
        there = [point for point, one in zip(own, levels, strict=True) if one == level]
        _scatter(axes, there, marker, color, "white")
    _scatter(axes, points[len(studies) :], "s", "white", COLOURS[1])
    labels = [one.label for one in studies]
    x, y = zip(*own, strict=True)
    if not filled and len(studies) <= MOST_LABELS:
        farthest = sorted(range(len(own)), key=lambda i: -abs(own[i][0] - centre))
        keep_clear: list[Line] = [sides, ([centre, centre], [0.0, largest])]
        label_points(axes, x, y, labels, farthest, lines=keep_clear)
    link_points(axes, x, y, labels, result.outcome, further=bool(contours or filled or by))
    names = labels + ["added by trim and fill"] * len(added)
    rows = [(name, shown.back(y), y, error) for name, (y, error) in zip(names, points, strict=True)]
    table = pd.DataFrame(rows, columns=["study", "effect", "analysis_effect", "standard_error"])
    if by:
        table[by] = levels
    besides = f", and {plural(len(added), 'study', 'studies')} that trim and fill adds" if filled else ""
    description = (
        f"{shown.name} of {studies_of(result.count, len(studies))} against standard errors, {'regions of significance around no effect and ' if null is not None else ''}lines around the pooled effect"
        f"{besides}."
    )
    return Drawn(figure, table, description=description)


def _levels(result: Result, by: str | None) -> list[str]:
    """What each study's sign stands for."""
    if by is None:
        return ["Study"] * len(result.studies)
    return [study.columns.get(by, "") or ELSE for study in result.studies]


def _signs(levels: Sequence[str]) -> list[tuple[str, str, str]]:
    """(level, colour, marker): shapes and colours have different periods, so that no two of 42 levels are alike."""
    return [
        (level, COLOURS[i % (len(COLOURS) - 1)], MARKERS[i % len(MARKERS)]) for i, level in enumerate(levels)
    ]


def _scatter(axes: Axes, points: Sequence[tuple[float, float]], marker: str, face: str, edge: str) -> None:
    if points:
        x, y = zip(*points, strict=True)
        axes.scatter(
            x, y, s=20, marker=marker, facecolor=face, edgecolor=edge, linewidth=0.8, zorder=3, clip_on=False
        )


def _straight(scale: Scale) -> Scale:
    """The scale on which the sides of the funnel are straight: a logarithmic axis, or the analysis scale itself."""
    if scale.ratio or scale.back(0.5) == 0.5:
        return scale
    return replace(Scale(scale.analysis_name, scale.short), null=scale.null)


def _note(k: int, filled: Filled | None, scale: Scale) -> str:
    if filled:
        return (
            f"Trim and fill: {plural(filled.missing, 'study is', 'studies are')} added on the {filled.side}; the pooled effect is then "
            f"{scale.text(filled.model.interval[0])}."
        )
    if k >= FEW:
        return ""
    return f"{plural(k, 'study', 'studies')}: with fewer than {FEW}, asymmetry cannot be judged."


def _centre(result: Result) -> float:
    """The pooled effect, or the inverse-variance mean where nothing was pooled."""
    if result.pooled is not None:
        return result.pooled.interval[0]
    weights = [1 / study.vi for study in result.studies]
    weighted = [weight * study.yi for weight, study in zip(weights, result.studies, strict=True)]
    return math.fsum(weighted) / math.fsum(weights)


def _region_name(outer: float, inner: float) -> str:
    if outer == 1:
        return f"P > {inner:.2f}"
    return f"{inner:.2f} < P ≤ {outer:.2f}" if inner else f"P ≤ {outer:.2f}"


def _region(
    axes: Axes, null: float, outer: float, inner: float, largest: float, reach: float, color: str
) -> None:
    """Shade, on both sides of no effect, where `inner` < p <= `outer`."""
    near = -float(special.ndtri(outer / 2)) * largest
    for side in (-1, 1):
        if inner:
            far = -float(special.ndtri(inner / 2)) * largest
            x, y = [null, null + side * near, null + side * far], [0.0, largest, largest]
        else:  # everything up to the edge
            edge = null + side * max(reach, near)
            x, y = [null, null + side * near, edge, edge], [0.0, largest, largest, 0.0]
        axes.fill(x, y, color=color, linewidth=0, zorder=0)
