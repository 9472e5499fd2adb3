"""Funnel plots: effect against standard error, for studies of one outcome."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from scipy.stats import norm

from evergreen.figures.axes import SIZE, effect_axis, figure_with_axes, number_axis
from evergreen.figures.forest import Drawn, Setting
from evergreen.figures.scales import scale_of
from evergreen.figures.style import COLOURS, GREY, INK

WIDTH, HEIGHT = 330.0, 225.0
FEW = 10  # studies below which asymmetry is not judged (Cochrane Handbook 13.3.5.4)
# Two-sided p values that bound the shaded regions (Peters et al. 2008), darkest first.
REGIONS = ((0.10, 0.05, "#b5b5b5"), (0.05, 0.01, "#d6d6d6"), (0.01, 0.0, "#efefef"))


def funnel(
    result: Mapping[str, Any],
    setting: Setting,
    *,
    contours: bool = False,
    filled: Sequence[Mapping[str, float]] = (),
) -> Drawn:
    """Funnel plot of the pooled studies.

    With `contours`, regions of significance around no effect are shaded; without, dashed lines show where
    95% of studies are expected around the pooled effect if it were common to all. `filled` are the studies
    that trim and fill adds (`yi`, `vi`), drawn open.
    """
    scale = scale_of(result["measure"], ratio=setting.ratio)
    studies = result["studies"]
    errors = [math.sqrt(s["vi"]) for s in [*studies, *filled]]
    effects = [s["yi"] for s in [*studies, *filled]]
    largest = 1.08 * max(errors)
    centre = _centre(result)
    z = float(norm.ppf(0.975))
    # Away from the log the funnel is drawn on the analysis scale: its sides are straight there only.
    shown = (
        scale
        if scale.ratio or scale.back(0.5) == 0.5
        else type(scale)(scale.analysis_name, scale.short, scale.null)
    )
    low = min([*effects, centre - z * largest]) - 0.04 * largest
    high = max([*effects, centre + z * largest]) + 0.04 * largest
    if shown.null is not None and contours:
        reach = max(abs(low - shown.null), abs(high - shown.null))
        low, high = shown.null - reach, shown.null + reach
    few = len(studies) < FEW
    note = f"{len(studies)} studies: with fewer than {FEW}, asymmetry cannot be judged." if few else ""
    kind = (
        "Contour-enhanced funnel plot"
        if contours
        else "Funnel plot with trim and fill"
        if filled
        else "Funnel plot"
    )
    handles = (3 if contours else 1) + 1 + bool(filled)
    figure, axes = figure_with_axes(
        WIDTH, HEIGHT, title=f"{kind}: {setting.name}", note=note, below=36 + LEGEND * math.ceil(handles / 2)
    )
    axes.set_ylim(largest, 0)
    effect_axis(axes, shown, low, high, length=WIDTH - 60)
    axes.set_ylabel(f"Standard error ({shown.analysis_name[0].lower()}{shown.analysis_name[1:]})")
    number_axis(axes, vertical=True)
    if contours and shown.null is not None:
        for outer, inner, color in REGIONS:
            _region(
                axes,
                shown.null,
                outer,
                inner,
                largest,
                max(abs(low - shown.null), abs(high - shown.null)),
                color,
            )
        axes.plot([shown.null, shown.null], [0, largest], color=INK, linewidth=0.7, zorder=1)
    else:
        axes.plot([centre - z * largest, centre, centre + z * largest], [largest, 0, largest], color=GREY,
                  linewidth=0.8, linestyle=(0, (4, 3)), zorder=1, label="95% around the pooled effect")  # fmt: skip
        axes.plot([centre, centre], [0, largest], color=GREY, linewidth=0.8, zorder=1)
    count = len(studies)
    axes.scatter(
        effects[:count],
        errors[:count],
        s=20,
        color=COLOURS[0],
        edgecolor="white",
        linewidth=0.5,
        zorder=3,
        label="Study",
        clip_on=False,
    )
    if filled:
        axes.scatter(
            effects[count:],
            errors[count:],
            s=20,
            facecolor="white",
            edgecolor=COLOURS[1],
            linewidth=1.0,
            zorder=3,
            label="Added by trim and fill",
        )
    axes.legend(
        loc="upper left", bbox_to_anchor=(0, -36 / HEIGHT), ncols=2, borderaxespad=0, handletextpad=0.6,
        columnspacing=1.6, fontsize=SIZE - 1, borderpad=0,
    )  # fmt: skip
    table = pd.DataFrame(
        {
            "study": [s["study"] for s in studies] + ["added by trim and fill"] * len(filled),
            "effect": [scale.back(v) for v in effects],
            "analysis_effect": effects,
            "standard_error": errors,
        }
    )
    return Drawn(figure, table, f"{kind}: {setting.name}")


LEGEND = 12.0


def _centre(result: Mapping[str, Any]) -> float:
    """The pooled effect, or the inverse-variance mean where nothing was pooled."""
    pooled = (result.get("model") or {}).get("estimate")
    if pooled is not None:
        return float(pooled)
    weights = [1 / s["vi"] for s in result["studies"]]
    return math.fsum(w * s["yi"] for w, s in zip(weights, result["studies"], strict=True)) / math.fsum(
        weights
    )


def _region(
    axes: Any, null: float, outer: float, inner: float, largest: float, reach: float, color: str
) -> None:
    """Shade, on both sides of no effect, where `inner` < p <= `outer`."""
    near = float(norm.isf(outer / 2)) * largest
    # p = 0 is infinitely far away: everything up to the edge.
    far = float(norm.isf(inner / 2)) * largest if inner else None
    label = f"{inner:g} < p ≤ {outer:g}" if inner else f"p ≤ {outer:g}"
    for side in (-1, 1):
        if far is None:
            x = [null, null + side * near, null + side * max(reach, near), null + side * max(reach, near)]
            y = [0, largest, largest, 0]
        else:
            x, y = [null, null + side * near, null + side * far], [0, largest, largest]
        axes.fill(x, y, color=color, linewidth=0, zorder=0, label=label if side == 1 else None)
