"""Agreement of reviewers: what they said against each other, and the statistics with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evergreen.figures.style import COLOURS, GREY, INK, PAGE

PARTS = {"all": "", "pilot": ", pilot", "main": ", main list"}
STATISTICS = (("kappa", "Cohen's kappa", "o"), ("pabak", "PABAK", "s"), ("ac1", "Gwet's AC1", "D"))
TABLES_PER_ROW = 3
ROW = 0.42  # inches that a pair takes in the panel of statistics


def agreement_figure(comparison: Mapping[str, Any]) -> Figure:
    """Cross tables of all pairs (first votes, three categories) above their statistics (two categories).

    `comparison` as `screening.comparison.compare` gives it. Kappa has its interval; what is not estimable is said in words.
    Build and save inside `style()`.
    """
    tables = [pair for pair in comparison["pairs"] if pair["table"] == "3x3" and pair["part"] == "all"]
    rows = [pair for pair in comparison["pairs"] if pair["table"] == "2x2"]
    if not rows:
        figure = Figure(figsize=(PAGE / 2, 0.8))
        figure.text(0.5, 0.5, "One reviewer: nothing to compare.", ha="center", va="center", color=GREY)
        return figure
    lines = -(-len(tables) // TABLES_PER_ROW)
    heights = [1.9 * lines, 0.75 + ROW * len(rows)]
    figure = Figure(figsize=(PAGE, sum(heights) + 0.2), layout="constrained")
    upper, lower = figure.subfigures(2, 1, height_ratios=heights)  # type: ignore[misc]
    columns = min(TABLES_PER_ROW, len(tables))
    grid = upper.subplots(lines, max(columns, 2), squeeze=False)
    for axes, pair in zip(grid.flat, tables, strict=False):
        _cross_table(axes, pair)
    for axes in list(grid.flat)[len(tables) :]:
        axes.set_axis_off()
    together = (
        "include and unsure together"
        if comparison["stage"] == "title_abstract"
        else "include against exclude"
    )
    _statistics(
        lower.subplots(),
        rows,
        f"Agreement beyond chance ({comparison['level']:.0%} interval of kappa; {together}){_of_all(comparison['groups'])}",
    )
    return figure


def _of_all(groups: list[Mapping[str, Any]]) -> str:
    """A line on all reviewers together, for three or more."""
    for group in groups:
        if group["part"] == "all" and group["table"] == "2x2":
            said = [
                ("Fleiss' kappa", group["fleiss_kappa"]),
                ("Krippendorff's alpha", group["krippendorff_alpha"]),
            ]
            found = [f"{name} {value:.2f}" for name, value in said if value is not None]
            return "\nAll reviewers: " + "; ".join([*found, *filter(None, [group["remark"]])])
    return ""


def _cross_table(axes: Axes, pair: Mapping[str, Any]) -> None:
    counts = np.array(pair["counts"])
    # Shades by square root: the exclusions that both agree on are most of a list and would leave the rest white.
    axes.imshow(np.sqrt(counts), cmap="Blues", vmin=0, vmax=1.6 * max(1.0, float(np.sqrt(counts.max()))))
    for (line, column), number in np.ndenumerate(counts):
        axes.text(column, line, str(number), ha="center", va="center", color=INK)
    words = pair["categories"]
    axes.set_xticks(range(len(words)), words)
    axes.set_yticks(range(len(words)), words)
    axes.set_xlabel(pair["second"])
    axes.set_ylabel(pair["first"])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _statistics(axes: Axes, rows: list[Any], label_of_axis: str) -> None:
    for line, pair in enumerate(rows):
        if pair["n"] == 0 or pair["kappa"] is None:
            axes.text(0.01, line - 0.32, pair["remark"], fontsize=6, color=GREY, va="center")
        for (name, _, marker), colour, shift in zip(STATISTICS, COLOURS, (-0.18, 0.02, 0.22), strict=False):
            if pair[name] is None:
                continue
            if name == "kappa":
                axes.plot([pair["kappa_low"], pair["kappa_high"]], [line + shift] * 2, color=colour)
            axes.plot(pair[name], line + shift, marker, color=colour, markersize=4)
    for (_, label, marker), colour in zip(STATISTICS, COLOURS, strict=False):
        axes.plot([], [], marker, color=colour, markersize=4, label=label)
    axes.set_yticks(
        range(len(rows)),
        [f"{pair['first']} and {pair['second']}{PARTS[pair['part']]} (n = {pair['n']})" for pair in rows],
    )
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(
        min(0.0, *(pair["kappa_low"] for pair in rows if pair["kappa_low"] is not None), 0.0) - 0.02, 1.02
    )
    axes.set_xlabel(label_of_axis)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(STATISTICS), borderaxespad=0.2)
    axes.tick_params(axis="y", length=0)
