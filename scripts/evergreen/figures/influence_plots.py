"""What single studies do: deletion diagnostics, the Baujat plot, and the pooled effect in subsets of the studies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from evergreen.figures.axes import (
    effect_axis,
    figure_with_axes,
    label_points,
    name_lines,
    number_axis,
    padded,
    tried_ticks,
)
from evergreen.figures.canvas import HEIGHT, WIDTH, Page
from evergreen.figures.key import Sign
from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.links import link_points
from evergreen.figures.scales import Scale, of_result
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, DASHED, DOTTED, GREY, PALE
from evergreen.synthesis.result import Part, PooledModel, Result
from evergreen.synthesis.result.analyses import Influence, Subsets

SIZE, ROW, MARGIN, LINE = 8.0, 12.0, 8.0, 10.5

STRIPS, PANEL_GAP = 4, 13.0  # side by side
UNDER = 22.0  # points of the axis under a strip
LABEL_MOST = 150.0
MARGINAL = 34.0  # points of a histogram on the edge
NOTE = "Filled squares in orange: influential by {}Cook's distance, leverage or DFBETAS. Dashed: all studies or what is expected; dotted: bounds."


def _column(rows: Sequence[Part], name: str) -> np.ndarray:
    """One number of every row; NaN where there is none."""
    return np.array([getattr(row, name) for row in rows], dtype=float)


@dataclass(frozen=True)
class Strip:
    """One diagnostic: its name and that of its column in the table, its values study by study, where all studies or what is expected
    stand, bounds, and its range."""

    name: str
    column: str
    values: np.ndarray
    centre: float | None
    bounds: Sequence[float]

    @property
    def range(self) -> tuple[float, float]:
        reach = [float(v) for v in self.values if np.isfinite(v)] + [self.centre or 0.0]
        # A bound far from all studies would squeeze them together.
        span = max(reach) - min(reach) or 1.0
        near = [b for b in self.bounds if min(reach) - span <= b <= max(reach) + span]
        return padded([*reach, *near], 0.08)


def panel(found: Influence, whole: PooledModel, setting: Setting) -> Drawn:
    """Deletion diagnostics, one line per study, one strip per diagnostic; influential studies by colour and shape."""
    rows = found.studies
    without = [row.without for row in rows]
    influential = np.array([row.influential for row in rows])
    k = len(rows)
    dffits = 3 * math.sqrt(1 / (k - 1))
    if found.by_study:  # several effects have no residual in common, but the chi2 of theirs
        first = [
            Strip("Chi² of residuals", "chi2", _column(rows, "chi2"), None, []),
            Strip("DFBETAS", "dfbetas", _column(rows, "dfbetas"), 0.0, [-1.0, 1.0]),
        ]
    else:
        first = [
            Strip("Studentised residual", "rstudent", _column(rows, "rstudent"), 0.0, [-1.96, 1.96]),
            Strip("DFFITS", "dffits", _column(rows, "dffits"), 0.0, [-dffits, dffits]),
        ]
    strips = [
        *first,
        Strip("Cook's distance", "cook", _column(rows, "cook"), None, []),
        Strip("Covariance ratio", "cov_ratio", _column(rows, "cov_ratio"), 1.0, []),
        Strip("Tau² without it", "tau2_without", _column(without, "tau2"), whole.tau2 or 0.0, []),
        Strip("Q without it", "Q_without", _column(without, "Q"), whole.Q, []),
        Strip("Leverage", "hat", _column(rows, "hat"), 1 / k, [3 / k]),
        Strip("Weight (%)", "weight_percent", _column(rows, "weight"), 100 / k, []),
    ]
    labels = [row.label for row in rows]
    width = min(max(width_of(text, SIZE, True) for text in labels), LABEL_MOST)
    lines = [
        name_lines(text, width, SIZE, bold) for text, bold in zip(labels, influential.tolist(), strict=True)
    ]
    titles = wrapped(setting.title, WIDTH - 2 * MARGIN, SIZE + 1, True)
    notes = wrapped(NOTE.format("" if found.by_study else "DFFITS, "), WIDTH - 2 * MARGIN, SIZE)
    around = 2 * MARGIN + LINE * (len(titles) + len(notes)) + 2 * (2 * LINE + 10 + UNDER)
    pages = [
        _page(strips, lines, influential, places, titles, notes, width)
        for places in _chunks([ROW + LINE * (len(one) - 1) for one in lines], (HEIGHT - around) / 2)
    ]
    table = pd.DataFrame({"study": labels} | {strip.column: strip.values for strip in strips})
    return Drawn(
        pages[0].figure,
        table.assign(influential=influential),
        tuple(page.figure for page in pages[1:]),
        f"Eight diagnostics of what the result would be without each of {k} studies; {int(influential.sum())} are influential.",
    )


def _chunks(heights: Sequence[float], room: float) -> list[range]:
    """Places of the rows of each page, as many as `room` holds."""
    starts, used = [0], 0.0
    for i, height in enumerate(heights):
        if used and used + height > room:
            starts.append(i)
            used = 0.0
        used += height
    return [range(start, end) for start, end in pairwise([*starts, len(heights)])]


def _page(
    strips: Sequence[Strip],
    lines: Sequence[Sequence[str]],
    influential: np.ndarray,
    places: range,
    titles: Sequence[str],
    notes: Sequence[str],
    width: float,
) -> Page:
    """The studies at `places`, with two blocks of strips one below the other."""
    heights = [ROW + LINE * (len(lines[i]) - 1) for i in places]
    block = 2 * LINE + 10 + sum(heights) + UNDER
    blocks = [strips[i : i + STRIPS] for i in range(0, len(strips), STRIPS)]
    above = MARGIN + LINE * len(titles)
    page = Page(WIDTH, above + block * len(blocks) + LINE * len(notes) + MARGIN)
    for i, text in enumerate(titles):
        page.text(MARGIN, MARGIN + 8 + LINE * i, text, size=SIZE + 1, bold=True)
    left = MARGIN + width + 12
    across = (WIDTH - MARGIN - 6 - left + PANEL_GAP) / STRIPS - PANEL_GAP
    for number, part in enumerate(blocks):
        top = above + block * number + 2 * LINE + 6
        tops = np.cumsum([top, *heights])
        for i, at in zip(places, tops, strict=False):
            for j, text in enumerate(lines[i]):
                page.text(MARGIN, at + ROW / 2 + 2.8 + LINE * j, text, size=SIZE, bold=bool(influential[i]))
            page.line([left, WIDTH - MARGIN], [at + ROW / 2] * 2, color=PALE, width=0.5, zorder=0)
        for column, strip in enumerate(part):
            start = left + column * (across + PANEL_GAP)
            _draw_strip(page, strip, start, across, tops, influential, list(places))
    for i, text in enumerate(notes):
        page.text(MARGIN, above + block * len(blocks) + 8 + LINE * i, text, size=SIZE)
    return page


def _draw_strip(
    page: Page,
    strip: Strip,
    start: float,
    across: float,
    tops: np.ndarray,
    influential: np.ndarray,
    places: list[int],
) -> None:
    """The studies at `places`, whose rows begin at `tops`; the last of these is where they end."""
    (low, high), top, bottom = strip.range, float(tops[0]), float(tops[-1]) + 3

    def place(value: Any) -> Any:
        return start + (value - low) / (high - low) * across

    for i, text in enumerate(reversed(wrapped(strip.name, across, SIZE, True))):
        page.text(start + across / 2, top - 5 - LINE * i, text, size=SIZE, bold=True, align="center")
    page.line([start, start + across], [bottom, bottom], width=0.6)
    for value, text in _ends(low, high, across):
        page.line([place(value)] * 2, [bottom, bottom + 3], width=0.6)
        page.text(place(value), bottom + 11.5, text, size=SIZE - 1, align="center")
    marks = [(strip.centre, DASHED)] if strip.centre is not None else []
    for value, dashes in [*marks, *((bound, DOTTED) for bound in strip.bounds if low <= bound <= high)]:
        page.line([place(value)] * 2, [top, bottom], color=GREY, width=0.6, linestyle=dashes, zorder=1)
    values, middles = strip.values[places], tops[:-1] + ROW / 2
    for chosen, color, marker in ((~influential, COLOURS[0], "o"), (influential, COLOURS[1], "s")):
        seen = chosen[places] & np.isfinite(values)
        page.axes.scatter(
            place(values[seen]), middles[seen], s=13, linewidth=0, zorder=3, color=color, marker=marker
        )


def _ends(low: float, high: float, across: float) -> list[tuple[float, str]]:
    """Ticks of a narrow strip, whose numbers do not touch each other or those of the next strip."""
    for marks, places, free in tried_ticks(
        Scale("", ""), low, high, across, 4, lambda text: width_of(text, SIZE - 1) / 2
    ):
        inside = all(h - p < PANEL_GAP / 2 and p + h - across < PANEL_GAP / 2 for p, h in places)
        if inside and all(space > 3 for space in free):
            return marks
    return marks[len(marks) // 2 :][:1]


def baujat(result: Result, found: Influence, setting: Setting) -> Drawn:
    """Contribution of each study to heterogeneity against its influence on the pooled effect (Baujat et al. 2002)."""
    x, influence_on_mean = _column(found.studies, "baujat_x"), _column(found.studies, "baujat_y")
    labels = [row.label for row in found.studies]
    figure, axes = figure_with_axes(330, 225, title=setting.title)
    axes.set_xlim(0, 1.12 * max(x.max(), 1e-12))
    axes.set_ylim(0, 1.12 * max(influence_on_mean.max(), 1e-12))
    number_axis(axes, "Influence on the pooled effect", vertical=True)
    number_axis(axes, "Contribution to heterogeneity")
    axes.scatter(x, influence_on_mean, s=18, color=COLOURS[0], linewidth=0, zorder=3, clip_on=False)
    order = np.argsort(-(x / max(x.max(), 1e-300) + influence_on_mean / max(influence_on_mean.max(), 1e-300)))
    label_points(axes, x, influence_on_mean, labels, order.tolist())
    link_points(axes, x, influence_on_mean, [row.rows[0] for row in found.studies], result.outcome)
    table = pd.DataFrame({"study": labels, "heterogeneity": x, "influence": influence_on_mean})
    description = f"What each of {len(labels)} studies contributes to heterogeneity against its influence on the pooled effect; most to both: {labels[order[0]]}."
    return Drawn(figure, table, description=description)


def gosh(result: Result, found: Influence, asked: Subsets, setting: Setting) -> Drawn:
    """Pooled effect and I² in subsets of the studies (Olkin, Dahabreh & Trikalinos 2012), with how often each is there.

    All subsets of two studies or more, or the sample that the result names. Subsets that hold the
    study which changes the pooled effect most are coloured.
    """
    points = asked.points
    estimates, shares = (np.array(numbers, dtype=float) for numbers in (points.estimate, points.I2))
    holds = np.array([mark == "1" for mark in points.holds])
    name = found.studies[asked.strongest].label
    scale = of_result(result)
    place = np.array([scale.position(estimate) for estimate in estimates.tolist()])
    note = f"{'A sample of' if asked.drawn else 'All'} {len(place):,} subsets of at least two studies. On the edges: how many subsets there are."
    groups = (
        (~holds, COLOURS[0], f"without {name}", "solid"),
        (holds, COLOURS[5], f"with {name}", (0, (3, 1))),
    )
    key = [Sign(label, color, marker="o") for _, color, label, _ in groups]
    figure, axes = figure_with_axes(
        330, 200, title=setting.title, note=note, key=key, above=MARGINAL + 4, right=MARGINAL + 12
    )
    axes.set_ylim(-4, 104)
    number_axis(axes, "I² (%)", vertical=True)
    effect_axis(axes, scale, *padded(place.tolist()))
    box, (wide, high) = axes.get_position(), 72 * figure.get_size_inches()
    upper = figure.add_axes((box.x0, box.y1 + 4 / high, box.width, MARGINAL / high), sharex=axes)
    beside = figure.add_axes((box.x1 + 4 / wide, box.y0, MARGINAL / wide, box.height), sharey=axes)
    ranges = axes.get_xlim(), (0.0, 100.0)
    for mask, color, _, dashes in groups:
        axes.scatter(place[mask], shares[mask], s=5, color=color, alpha=0.45, linewidth=0, rasterized=True)
        for edge, numbers, reach, along in (
            (upper, place, ranges[0], False),
            (beside, shares, ranges[1], True),
        ):
            edge.hist(
                numbers[mask], bins=30, range=reach, histtype="step", color=color, linewidth=0.9, linestyle=dashes,
                orientation="horizontal" if along else "vertical",
            )  # fmt: skip
    for edge in (upper, beside):
        edge.set_axis_off()
    table = pd.DataFrame(
        {
            "studies": points.studies,
            "effect": [scale.back(estimate) for estimate in estimates.tolist()],
            "analysis_effect": estimates,
            "I2": shares,
            f"with {name}": holds,
        }
    )
    description = f"{scale.name} and I² in {len(place):,} subsets of the studies, with and without {name}."
    return Drawn(figure, table, description=description)
