"""Agreement of reviewers: what they said against each other, and the statistics with their intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from evergreen.figures.agreement_matrix import matrix
from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.scales import level_of, number
from evergreen.figures.style import COLOURS, GREY, INK, PAGE

STAGES = {"title_abstract": "titles and abstracts", "full_text": "full texts"}
PARTS = {"all": "", "pilot": ", pilot", "main": ", main list"}
STATISTICS = (("kappa", "Cohen's kappa", "o"), ("pabak", "PABAK", "s"), ("ac1", "Gwet's AC1", "D"))
TABLES_PER_ROW = 3
SQUARE = 1.5  # inches of a cross table's side
HIGHEST = 240 / 25.4  # inches of a page that journals print
ROW = 0.42  # inches that a pair takes in the panel of statistics
TICKS, LABEL, TITLE = 7.0, 8.0, 9.0  # points, as `style` has them
# Inches: margin, between tick labels and axes, an axis label with its distance, under an axis with two lines of label, a legend.
MARGIN, GAP, NAME, UNDER, LEGEND, HEAD = 0.06, 0.08, 0.22, 0.52, 0.24, 0.3
KAPPA = "κ\u00a0=\u00a0{} [{}, {}]"  # beside the interval that it is read off


def agreement_figure(comparison: Mapping[str, Any]) -> Figure:
    """Cross tables of all pairs (first votes, three categories) above their statistics (two categories); where a page does not hold
    these, a square of all reviewers (`agreement_matrix`).

    `comparison` as `screening.comparison.compare` gives it. Kappa has its interval; what is not estimable is said in words.
    Build and save inside `style()`. Every place comes from measured text: matplotlib's own layout solves its equations in the
    order of memory addresses, so that the last digits differ from run to run.
    """
    tables = [pair for pair in comparison["pairs"] if pair["table"] == "3x3" and pair["part"] == "all"]
    rows = [pair for pair in comparison["pairs"] if pair["table"] == "2x2"]
    title = title_of(comparison["stage"])
    if not rows:
        figure = Figure(figsize=(PAGE / 2, 0.8))
        figure.text(0.5, 0.75, title, ha="center", va="center", weight="bold", fontsize=TITLE)
        figure.text(0.5, 0.35, "One reviewer: nothing to compare.", ha="center", va="center", color=GREY)
        return figure
    labels = [_label(pair) for pair in rows]
    ticks = max((_widest(pair["categories"]) for pair in tables), default=0)
    before = MARGIN + _extent(pair["first"] for pair in tables) + GAP + ticks
    per_row = min(TABLES_PER_ROW, int(PAGE / (before + SQUARE)))
    line_height = SQUARE + 0.2 + _extent(pair["second"] for pair in tables) + MARGIN
    upper = line_height * -(-len(tables) // per_row)
    lower = LEGEND + ROW * len(rows)
    height = HEAD + upper + lower + UNDER + MARGIN
    if height > HIGHEST:
        whole = [pair for pair in rows if pair["part"] == "all"]
        counted = f"Votes as {_categories(comparison)}, intervals at {level_of(comparison['level'])}."
        apart = "" if len(whole) == len(rows) else "Pilot and main list apart: see the table."
        notes = [counted, _of_all(comparison["groups"]).strip(), apart]
        return matrix(whole, title, [*filter(None, notes)])
    figure = Figure(figsize=(PAGE, height))
    figure.text(MARGIN / PAGE, 1 - 0.18 / height, title, va="baseline", weight="bold", fontsize=TITLE)

    def panel(left: float, top: float, width: float, high: float) -> Axes:
        return figure.add_axes((left / PAGE, 1 - (top + high) / height, width / PAGE, high / height))

    for place, pair in enumerate(tables):
        line, column = divmod(place, per_row)
        left = before + column * PAGE / per_row
        _cross_table(panel(left, HEAD + line * line_height, SQUARE, SQUARE), pair)
    left = MARGIN + GAP + _widest([line for label in labels for line in label.split("\n")])
    told = [_kappa(pair) for pair in rows]
    beside = _widest(told) + GAP
    across = PAGE - MARGIN - beside - left
    statistics = panel(left, HEAD + upper + LEGEND, across, ROW * len(rows))
    for line, text in enumerate(told):
        x, below = (left + across + GAP) / PAGE, HEAD + upper + LEGEND + ROW * (line + 0.5)
        figure.text(x, 1 - below / height, text, va="center", fontsize=TICKS, parse_math=False)
    said = f"Agreement beyond chance ({level_of(comparison['level'])} interval of kappa; {_categories(comparison)})"
    _statistics(statistics, rows, labels, said + _of_all(comparison["groups"]))
    return figure


def _categories(comparison: Mapping[str, Any]) -> str:
    """How votes are counted in two categories."""
    early = comparison["stage"] == "title_abstract"
    return "include and unsure together" if early else "include against exclude"


def title_of(stage: str) -> str:
    """What the figure of a stage is called."""
    return f"Agreement of the reviewers on {STAGES[stage]}"


def _kappa(pair: Mapping[str, Any]) -> str:
    """Kappa of a pair with its interval; "" where it is not estimable, which the remark says."""
    if not pair["n"] or pair["kappa"] is None:
        return ""
    return KAPPA.format(*(number(pair[name], 2) for name in ("kappa", "kappa_low", "kappa_high")))


def _label(pair: Mapping[str, Any]) -> str:
    """Who is compared on what, in lines that leave two thirds of the page to the statistics."""
    said = f"{pair['first']} and {pair['second']}{PARTS[pair['part']]} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{pair['n']})"
    return "\n".join(wrapped(said, 72 * PAGE / 3, TICKS))


def _name(reviewer: str) -> str:
    """A reviewer in lines as long as the side of a cross table."""
    return "\n".join(wrapped(reviewer, 72 * SQUARE, LABEL))


def _extent(reviewers: Iterable[str]) -> float:
    """Inches across the lines of the longest name."""
    return NAME + max((LABEL * 1.25 / 72 * _name(reviewer).count("\n") for reviewer in reviewers), default=0)


def _widest(texts: Sequence[str]) -> float:
    """Inches that lines of the size of tick labels take."""
    return max(width_of(text, TICKS) for text in texts) / 72


def _of_all(groups: list[Mapping[str, Any]]) -> str:
    """A line on all reviewers together, for three or more."""
    for group in groups:
        if group["part"] == "all" and group["table"] == "2x2":
            said = {
                "Fleiss' kappa": group["fleiss_kappa"],
                "Krippendorff's alpha": group["krippendorff_alpha"],
            }
            known = [f"{name} {value:.2f}" for name, value in said.items() if value is not None]
            found = [text.replace("-", "\N{MINUS SIGN}") for text in known]
            return "\nAll reviewers: " + "; ".join([*found, *filter(None, [group["remark"]])])
    return ""


def _cross_table(axes: Axes, pair: Mapping[str, Any]) -> None:
    counts = np.array(pair["counts"])
    # Shades by square root: the exclusions that both agree on are most of a list and would leave the rest white.
    axes.imshow(np.sqrt(counts), cmap="Blues", vmin=0, vmax=1.6 * max(1.0, float(np.sqrt(counts.max()))))
    for (line, column), count in np.ndenumerate(counts):
        axes.text(column, line, str(count), ha="center", va="center", color=INK)
    words = pair["categories"]
    axes.set_xticks(range(len(words)), words)
    axes.set_yticks(range(len(words)), words)
    axes.set_xlabel(_name(pair["second"]), parse_math=False)
    axes.set_ylabel(_name(pair["first"]), parse_math=False)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _statistics(
    axes: Axes, rows: Sequence[Mapping[str, Any]], labels: Sequence[str], label_of_axis: str
) -> None:
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
    axes.set_yticks(range(len(rows)), labels, parse_math=False)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    lowest = min([0.0, *(pair["kappa_low"] for pair in rows if pair["kappa_low"] is not None)])
    axes.set_xlim(lowest - 0.02, 1.02)
    axes.set_xlabel(label_of_axis)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=len(STATISTICS), borderaxespad=0.2)
    axes.tick_params(axis="y", length=0)
