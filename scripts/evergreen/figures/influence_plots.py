"""What single studies do: deletion diagnostics, the Baujat plot, and the pooled effect in subsets of the studies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from evergreen.figures.axes import effect_axis, figure_with_axes, label_points, number_axis, padded
from evergreen.figures.canvas import Page
from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.scales import Scale, of_result, ticks
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, GREY, INK, PALE
from evergreen.synthesis.result import Result
from evergreen.synthesis.result.analyses import Influence, Subsets
from evergreen.synthesis.result.pooled_models import PooledModel
from evergreen.synthesis.result.result_part import Part

SIZE, ROW, MARGIN, LINE = 8.0, 12.0, 8.0, 10.5
PANEL, PANEL_GAP = 62.0, 13.0
LABEL_MOST = 150.0


DIAGNOSTICS = ("rstudent", "dffits", "cook", "cov_ratio", "hat", "weight")


def _column(rows: Sequence[Part], name: str) -> np.ndarray:
    """One number of every row; NaN where there is none."""
    return np.array([getattr(row, name) for row in rows], dtype=float)


def panel(found: Influence, whole: PooledModel, setting: Setting) -> Drawn:
    """Deletion diagnostics, one line per study, one strip per diagnostic; influential studies in colour."""
    rows_of = found.studies
    values_of = {name: _column(rows_of, name) for name in DIAGNOSTICS}
    without = [row.without for row in rows_of]
    influential = np.array([row.influential for row in rows_of])
    k = len(rows_of)
    strips = [
        ("Studentised residual", values_of["rstudent"], 0.0, [-1.96, 1.96]),
        ("DFFITS", values_of["dffits"], 0.0, [-3 * math.sqrt(1 / (k - 1)), 3 * math.sqrt(1 / (k - 1))]),
        ("Cook's distance", values_of["cook"], None, []),
        ("Covariance ratio", values_of["cov_ratio"], 1.0, []),
        ("Tau² without it", _column(without, "tau2"), whole.tau2 or 0.0, []),
        ("Q without it", _column(without, "Q"), whole.Q, []),
        ("Leverage", values_of["hat"], 1 / k, [3 / k]),
        ("Weight (%)", values_of["weight"], 100 / k, []),
    ]
    labels = [row.label for row in rows_of]
    width = min(max(width_of(text, SIZE) for text in labels), LABEL_MOST)
    rows = [wrapped(text, width, SIZE) for text in labels]
    heads = [wrapped(name, PANEL, SIZE, True) for name, *_ in strips]
    top = MARGIN + 16 + LINE * max(map(len, heads)) + 6
    tops = np.cumsum([top, *(ROW + LINE * (len(lines) - 1) for lines in rows)])
    bottom = float(tops[-1]) + 3
    note = "Orange: influential by DFFITS, Cook's distance, leverage or DFBETAS. Dashed: all studies or what is expected; dotted: bounds."
    left = MARGIN + width + 12
    total = left + len(strips) * (PANEL + PANEL_GAP) - PANEL_GAP + MARGIN + 6
    notes = wrapped(note, total - 2 * MARGIN, SIZE)
    page = Page(total, bottom + 24 + LINE * len(notes) + MARGIN)
    page.text(MARGIN, MARGIN + 8, f"Influence of single studies: {setting.name}", size=SIZE + 1, bold=True)
    for i, lines in enumerate(rows):
        color = COLOURS[1] if influential[i] else INK
        for j, text in enumerate(lines):
            page.text(MARGIN, tops[i] + ROW / 2 + 2.8 + LINE * j, text, size=SIZE, color=color)
        page.line([left, total - MARGIN], [tops[i] + ROW / 2] * 2, color=PALE, width=0.5, zorder=0)
    for column, (name, values, centre, bounds) in enumerate(strips):
        start = left + column * (PANEL + PANEL_GAP)
        for i, text in enumerate(reversed(wrapped(name, PANEL, SIZE, True))):
            page.text(start + PANEL / 2, top - 5 - LINE * i, text, size=SIZE, bold=True, align="center")
        shown = [float(v) for v in values if np.isfinite(v)]
        reach = [*shown, *([centre] if centre is not None else [0.0])]
        # A bound far from all studies would squeeze them together.
        span = max(reach) - min(reach) or 1.0
        reach += [b for b in bounds if min(reach) - span <= b <= max(reach) + span]
        low, high = padded(reach, 0.08)

        def place(value: Any, start: float = start, low: float = low, high: float = high) -> Any:
            return start + (value - low) / (high - low) * PANEL

        page.line([start, start + PANEL], [bottom, bottom], width=0.6)
        for value, text in _ends(low, high):
            page.line([place(value)] * 2, [bottom, bottom + 3], width=0.6)
            page.text(place(value), bottom + 11.5, text, size=SIZE - 1, align="center")
        if centre is not None:
            page.line(
                [place(centre)] * 2, [top, bottom], color=GREY, width=0.6, linestyle=(0, (4, 3)), zorder=1
            )
        for bound in bounds:
            if low <= bound <= high:
                page.line(
                    [place(bound)] * 2, [top, bottom], color=GREY, width=0.6, linestyle=(0, (1, 2)), zorder=1
                )
        middles = tops[:-1] + ROW / 2
        for chosen, color in ((~influential, COLOURS[0]), (influential, COLOURS[1])):
            seen = chosen & np.isfinite(values)
            page.axes.scatter(place(values[seen]), middles[seen], s=11, linewidth=0, zorder=3, color=color)
    for i, text in enumerate(notes):
        page.text(MARGIN, bottom + 28 + LINE * i, text, size=SIZE)
    names = ["rstudent", "dffits", "cook", "cov_ratio", "tau2_without", "Q_without", "hat", "weight_percent"]
    table = pd.DataFrame({"study": labels} | {n: v for n, (_, v, *_) in zip(names, strips, strict=True)})
    return Drawn(
        page.figure,
        table.assign(influential=influential),
        f"Influence of single studies: {setting.name}",
    )


def _ends(low: float, high: float) -> list[tuple[float, str]]:
    """Two or three ticks of a narrow strip, whose labels do not touch."""
    for most in (4, 3, 2):
        marks = ticks(Scale("", ""), low, high, most)
        places = [(v - low) / (high - low) * PANEL for v, _ in marks]
        halves = [width_of(text, SIZE - 1) / 2 for _, text in marks]
        if all(places[i + 1] - halves[i + 1] - places[i] - halves[i] > 3 for i in range(len(marks) - 1)):
            break
    else:
        marks = [marks[0], marks[-1]]
    return marks


def baujat(found: Influence, setting: Setting) -> Drawn:
    """Contribution of each study to heterogeneity against its influence on the pooled effect (Baujat et al. 2002)."""
    x, influence_on_mean = _column(found.studies, "baujat_x"), _column(found.studies, "baujat_y")
    labels = [row.label for row in found.studies]
    figure, axes = figure_with_axes(330, 225, title=f"Baujat plot: {setting.name}")
    axes.set_xlim(0, 1.12 * max(x.max(), 1e-12))
    axes.set_ylim(0, 1.12 * max(influence_on_mean.max(), 1e-12))
    axes.scatter(x, influence_on_mean, s=18, color=COLOURS[0], linewidth=0, zorder=3)
    axes.set_xlabel("Contribution to heterogeneity")
    axes.set_ylabel("Influence on the pooled effect")
    number_axis(axes)
    number_axis(axes, vertical=True)
    order = np.argsort(-(x / x.max() + influence_on_mean / max(influence_on_mean.max(), 1e-300)))
    label_points(axes, x, influence_on_mean, labels, order)
    table = pd.DataFrame({"study": labels, "heterogeneity": x, "influence": influence_on_mean})
    return Drawn(figure, table, f"Baujat plot: {setting.name}")


def gosh(result: Result, asked: Subsets, setting: Setting) -> Drawn:
    """Pooled effect and I² in subsets of the studies (Olkin, Dahabreh & Trikalinos 2012).

    All subsets of two studies or more, or the sample that the result names. Subsets that hold the
    study which changes the pooled effect most are coloured.
    """
    points = asked.points
    estimates, shares = (np.array(numbers, dtype=float) for numbers in (points.estimate, points.I2))
    holds = np.array([mark == "1" for mark in points.holds])
    name = result.studies[asked.strongest].label
    scale = of_result(result)
    place = np.array([scale.position(estimate) for estimate in estimates.tolist()])
    note = f"{'A sample of' if asked.drawn else 'All'} {len(place):,} subsets of at least two studies."
    figure, axes = figure_with_axes(
        330, 225, title=f"Subsets of the studies (GOSH): {setting.name}", note=note, below=62
    )
    for mask, color, label in ((~holds, COLOURS[0], f"without {name}"), (holds, COLOURS[1], f"with {name}")):
        axes.scatter(
            place[mask],
            shares[mask],
            s=5,
            color=color,
            alpha=0.35,
            linewidth=0,
            rasterized=True,
            label=label,
        )
    effect_axis(axes, scale, *padded(place.tolist()), length=270)
    axes.set_ylim(-4, 104)
    axes.set_ylabel("I² (%)")
    number_axis(axes, vertical=True)
    axes.legend(
        loc="upper left",
        bbox_to_anchor=(0, -36 / 225),
        ncols=1,
        borderaxespad=0,
        borderpad=0,
        handletextpad=0.4,
        markerscale=2,
    )
    table = pd.DataFrame(
        {
            "studies": points.studies,
            "effect": [scale.back(estimate) for estimate in estimates.tolist()],
            "analysis_effect": estimates,
            "I2": shares,
            f"with {name}": holds,
        }
    )
    return Drawn(figure, table, f"Subsets of the studies (GOSH): {setting.name}")
