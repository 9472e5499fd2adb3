"""Funnel plots: effect against standard error, for the studies of one outcome."""

from __future__ import annotations

import math
from dataclasses import replace

import pandas as pd
from matplotlib.axes import Axes
from scipy import special

from evergreen.figures.axes import effect_axis, figure_with_axes, number_axis
from evergreen.figures.scales import Scale, number, of_result
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, GREY, INK
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.analyses import Filled

WIDTH, HEIGHT = 330.0, 225.0
FEW = 10  # studies below which asymmetry is not judged (Cochrane Handbook 13.3.5.4)
# Two-sided p values that bound the shaded regions (Peters et al. 2008), darkest first.
REGIONS = ((0.10, 0.05, "#b5b5b5"), (0.05, 0.01, "#d6d6d6"), (0.01, 0.0, "#efefef"))


def funnel(
    result: Result,
    setting: Setting,
    *,
    contours: bool = False,
    filled: Filled | None = None,
) -> Drawn:
    """Funnel plot of the pooled studies.

    Dashed lines show where studies are expected (at the review's level) around the pooled effect if it were common
    to all; with `contours`, regions of significance around no effect are shaded instead. of `filled`
    the studies that trim and fill adds are drawn open, and the lines stand around the pooled effect with them.
    """
    scale = _straight(of_result(result))
    studies, added = result.studies, filled.filled if filled else ()
    effects = [*((one.yi, one.vi) for one in studies), *((one.yi, one.vi) for one in added)]
    points = [(yi, math.sqrt(vi)) for yi, vi in effects]
    centre = filled.model.interval[0] if filled else _centre(result)
    largest = 1.08 * max(error for _, error in points)
    half = -float(special.ndtri((1 - result.level) / 2)) * largest
    low = min([centre - half, *(y for y, _ in points)]) - 0.04 * largest
    high = max([centre + half, *(y for y, _ in points)]) + 0.04 * largest
    if contours and scale.null is not None:
        reach = max(scale.null - low, high - scale.null)
        low, high = scale.null - reach, scale.null + reach
    kind = (
        "Contour-enhanced funnel plot"
        if contours
        else "Funnel plot with trim and fill"
        if filled
        else "Funnel plot"
    )
    figure, axes = figure_with_axes(
        WIDTH,
        HEIGHT,
        title=f"{kind}: {setting.name}",
        note=_note(len(studies), filled, scale),
        below=36 + 24 if contours or filled else 48,
    )
    axes.set_ylim(largest, 0)
    effect_axis(axes, scale, low, high, length=WIDTH - 60)
    axes.set_ylabel(f"Standard error ({scale.analysis_name[0].lower()}{scale.analysis_name[1:]})")
    number_axis(axes, vertical=True)
    if contours and scale.null is not None:
        for outer, inner, color in REGIONS:
            _region(axes, scale.null, outer, inner, largest, high - scale.null, color)
        axes.plot([scale.null] * 2, [0, largest], color=INK, linewidth=0.7, zorder=1)
    else:
        axes.plot(
            [centre - half, centre, centre + half], [largest, 0, largest], color=GREY, linewidth=0.8,
            linestyle=(0, (4, 3)), zorder=1, label=f"{100 * result.level:g}% around the pooled effect",
        )  # fmt: skip
        axes.plot([centre, centre], [0, largest], color=GREY, linewidth=0.8, zorder=1)
    for part, label, face, edge in (
        (points[: len(studies)], "Study", COLOURS[0], "white"),
        (points[len(studies) :], "Added by trim and fill", "white", COLOURS[1]),
    ):
        if part:
            x, y = zip(*part, strict=True)
            axes.scatter(x, y, s=20, facecolor=face, edgecolor=edge, linewidth=0.8, zorder=3, label=label)
    axes.legend(
        loc="upper left", bbox_to_anchor=(0, -36 / HEIGHT), ncols=2, borderaxespad=0, borderpad=0,
        handletextpad=0.6, columnspacing=1.6,
    )  # fmt: skip
    names = [study.label for study in studies] + ["added by trim and fill"] * len(added)
    own = of_result(result)
    rows = [(name, own.back(y), y, error) for name, (y, error) in zip(names, points, strict=True)]
    table = pd.DataFrame(rows, columns=["study", "effect", "analysis_effect", "standard_error"])
    return Drawn(figure, table, f"{kind}: {setting.name}")


def _straight(scale: Scale) -> Scale:
    """The scale on which the sides of the funnel are straight: a logarithmic axis, or the analysis scale itself."""
    if scale.ratio or scale.back(0.5) == 0.5:
        return scale
    return replace(Scale(scale.analysis_name, scale.short), null=scale.null)


def _note(k: int, filled: Filled | None, scale: Scale) -> str:
    if filled:
        studies = "study is" if filled.missing == 1 else "studies are"
        return (
            f"Trim and fill: {filled.missing} {studies} added on the {filled.side}; the pooled effect is then "
            f"{number(scale.back(filled.model.interval[0]), 2)}."
        )
    if k >= FEW:
        return ""
    return f"{k} {'study' if k == 1 else 'studies'}: with fewer than {FEW}, asymmetry cannot be judged."


def _centre(result: Result) -> float:
    """The pooled effect, or the inverse-variance mean where nothing was pooled."""
    if result.pooled is not None:
        return result.pooled.interval[0]
    weights = [1 / study.vi for study in result.studies]
    weighted = [weight * study.yi for weight, study in zip(weights, result.studies, strict=True)]
    return math.fsum(weighted) / math.fsum(weights)


def _region(
    axes: Axes, null: float, outer: float, inner: float, largest: float, reach: float, color: str
) -> None:
    """Shade, on both sides of no effect, where `inner` < p <= `outer`."""
    near = -float(special.ndtri(outer / 2)) * largest
    label = f"{inner:g} < p ≤ {outer:g}" if inner else f"p ≤ {outer:g}"
    for side in (-1, 1):
        if inner:
            far = -float(special.ndtri(inner / 2)) * largest
            x, y = [null, null + side * near, null + side * far], [0.0, largest, largest]
        else:  # everything up to the edge
            edge = null + side * max(reach, near)
            x, y = [null, null + side * near, edge, edge], [0.0, largest, largest, 0.0]
        axes.fill(x, y, color=color, linewidth=0, zorder=0, label=label if side == 1 else None)
