"""What the sources have in common: works by the exact set of sources that found them, and what only one found.

The form is an UpSet plot (Lex et al. 2014, IEEE TVCG 20:1983): a column per set, its size on top, its sources as dots.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.style import COLOURS, GREY, INK, PALE

SHOWN = 12
REST = "other sets"
# Inches: a source's row, a set's column, the panel of columns, the sources' bars, their names at most, margins.
ROW, SET, BARS, YIELD, NAMES, MARGIN, AXIS = 0.25, 0.27, 1.4, 1.15, 1.4, 0.06, 0.5


def drawn(combinations: pd.DataFrame, yields: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(sets, sources) as numbers: `sources, works` of the largest sets, and per source `works, only_here`.

    `combinations` has `sources` (joined by "; ") and `works`, `yields` has `source, works, unique_works`. Sets beyond the largest ones are
    one row `REST`.
    """
    sets = combinations.assign(works=combinations["works"].astype(int))
    rest = sets.iloc[SHOWN:]
    sets = sets.head(SHOWN)
    if len(rest):
        sets = pd.concat(
            [sets, pd.DataFrame({"sources": [REST], "works": [rest["works"].sum()]})], ignore_index=True
        )
    sources = pd.DataFrame(
        {
            "source": yields["source"],
            "works": yields["works"].astype(int),
            "only_here": yields["unique_works"].astype(int),
        }
    )
    return sets[["sources", "works"]], sources


def draw_overlap(sets: pd.DataFrame, sources: pd.DataFrame, names: Mapping[str, str]) -> Figure:
    """The figure of what `drawn` gives; `names` are the sources' names in words, others stand as they are."""
    labels = ["\n".join(wrapped(names.get(source, source), 72 * NAMES, 7)) for source in sources["source"]]
    lines = [line for label in labels for line in label.split("\n")]
    labelled = max(width_of(line, 7) for line in lines) / 72 + 0.12
    row = ROW * max(label.count("\n") + 1 for label in labels) ** 0.5
    matrix_width = SET * (len(sets) + 1)
    width = MARGIN + labelled + YIELD + AXIS + matrix_width + MARGIN
    rows = row * len(sources)
    height = MARGIN + rows + 0.06 + BARS + 0.12
    figure = Figure(figsize=(width, height))

    def panel(x: float, y: float, w: float, h: float, **shared: Any) -> Axes:
        return figure.add_axes((x / width, y / height, w / width, h / height), **shared)

    right = MARGIN + labelled + YIELD + AXIS
    bars = panel(right, MARGIN + rows + 0.06, matrix_width, BARS)
    matrix = panel(right, MARGIN, matrix_width, rows, sharex=bars)
    _draw_sets(bars, sets)
    _draw_matrix(matrix, sets, list(sources["source"]))
    _draw_sources(panel(MARGIN + labelled, MARGIN, YIELD, rows), sources, labels)
    return figure


def _draw_sets(axes: Axes, sets: pd.DataFrame) -> None:
    places = range(len(sets))
    axes.bar(
        places, sets["works"], width=0.62, color=[GREY if name == REST else INK for name in sets["sources"]]
    )
    for place, works in zip(places, sets["works"], strict=True):
        axes.annotate(
            str(works),
            (place, works),
            (0, 2),
            textcoords="offset points",
            ha="center",
            va="bottom",
            fontsize=7,
        )
    axes.set_ylabel("Works")
    axes.set_ylim(0, max([1, *sets["works"]]) * 1.12)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(axis="x", bottom=False, labelbottom=False)


def _draw_matrix(axes: Axes, sets: pd.DataFrame, order: list[str]) -> None:
    rows = {source: row for row, source in enumerate(order)}
    for row in range(0, len(order), 2):
        axes.axhspan(row - 0.5, row + 0.5, color=PALE, linewidth=0, zorder=0)
    for place, joined in enumerate(sets["sources"]):
        there = sorted(rows[name] for name in joined.split("; ") if name in rows)
        if not there:
            axes.text(
                place,
                (len(order) - 1) / 2,
                joined,
                rotation=90,
                ha="center",
                va="center",
                fontsize=6,
                color=GREY,
            )
            continue
        absent = [row for row in rows.values() if row not in there]
        axes.scatter(
            [place] * len(absent), absent, s=16, color="white", edgecolor=GREY, linewidth=0.5, zorder=2
        )
        axes.plot([place, place], [there[0], there[-1]], color=INK, linewidth=1.4, zorder=2)
        axes.scatter([place] * len(there), there, s=26, color=INK, zorder=3)
    axes.set_xlim(-0.7, len(sets) - 0.3)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.axis("off")


def _draw_sources(axes: Axes, sources: pd.DataFrame, labels: list[str]) -> None:
    rows = range(len(sources))
    axes.barh(rows, sources["only_here"], height=0.62, color=COLOURS[0], label="only here")
    both = sources["works"] - sources["only_here"]
    axes.barh(rows, both, left=sources["only_here"], height=0.62, color=COLOURS[4], label="also in others")
    for row, works in zip(rows, sources["works"], strict=True):
        axes.annotate(str(works), (works, row), (2, 0), textcoords="offset points", va="center", fontsize=7)
    axes.set_xlim(0, max([1, *sources["works"]]) * 1.35)
    axes.set_ylim(len(sources) - 0.5, -0.5)
    axes.set_yticks(list(rows), labels, fontsize=7)
    axes.tick_params(axis="both", left=False, bottom=False, labelbottom=False)
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.legend(
        title="Works of each source", loc="lower left", bbox_to_anchor=(-0.6, 1.05), alignment="left",
        fontsize=7, title_fontsize=7, handlelength=1.0, borderaxespad=0.0,
    )  # fmt: skip
