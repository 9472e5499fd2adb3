"""The risk-of-bias graph (stacked bars), and the numbers of graph and summary."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pandas as pd
from matplotlib.figure import Figure

from evergreen.bias.tools import OVERALL, Tool
from evergreen.counting import plural
from evergreen.figures.bias_legend import (
    MARGIN,
    OPEN,
    SIZE,
    counted_only,
    draw_legend,
    head_lines,
    legend_entries,
    legend_height,
    nothing,
    width_of_head,
)
from evergreen.figures.bias_lines import Line, applies, domains_of_lines, lines_of
from evergreen.figures.bias_marks import colour_of, ink_on
from evergreen.figures.canvas import Page, box
from evergreen.figures.letters import width_of
from evergreen.figures.style import GREY, INK, PALE

BAR, BAR_GAP, BARS_WIDTH = 13.0, 7.0, 260.0
LABEL_WIDTH = 185.0


def graph(judgements: pd.DataFrame, tool: Tool) -> Figure:
    """Risk-of-bias graph: for each domain the share of studies (or results) at each level, best on the left."""
    lines = lines_of(judgements)
    if not lines:
        return nothing()
    domains = [domain for domain in domains_of_lines(tool, lines) if not counted_only(tool, domain)]
    counts = graph_table(judgements, tool).set_index(["domain", "judgement"])["count"]
    labels = head_lines(domains, LABEL_WIDTH)
    left = MARGIN + max(map(width_of_head, domains, labels)) + 10
    right = left + BARS_WIDTH
    heights = [max(BAR, len(label) * (SIZE + 2)) + BAR_GAP for label in labels]
    levels = [*tool.levels, OPEN]
    used = [level for level in levels if any(counts.get((domain.id, level), 0) for domain in domains)]
    entries = legend_entries(tool, ["" if level == OPEN else level for level in used])
    axis = MARGIN + sum(heights) + 2
    page = Page(right + MARGIN + 8, axis + 40 + legend_height(entries, right - MARGIN) + MARGIN)
    for share in (0, 25, 50, 75, 100):
        x = left + BARS_WIDTH * share / 100
        page.line([x, x], [MARGIN, axis], color=PALE if share not in (0, 100) else GREY, width=0.5)
        page.line([x, x], [axis, axis + 3], width=0.6)
        page.text(x, axis + 12, f"{share}%", size=7.0, align="center")
    y = MARGIN
    for domain, label, height in zip(domains, labels, heights, strict=True):
        middle = y + (height - BAR_GAP) / 2
        for part, text in enumerate(label):
            at = middle + (part - (len(label) - 1) / 2) * (SIZE + 2) + SIZE * 0.36
            page.text(left - 8, at, text, size=SIZE, align="right", bold=domain.id == OVERALL)
        x = left
        for level in levels:
            count = int(counts.get((domain.id, level), 0))
            if not count:
                continue
            wide = BARS_WIDTH * count / sum(int(counts.get((domain.id, one), 0)) for one in levels)
            fill = colour_of(tool, "" if level == OPEN else level)
            bar = box(x, middle - BAR / 2, x + wide, middle + BAR / 2)
            page.shape(bar, fill=fill, edge=INK, width=0.5, hatch="////" if level == OPEN else None, zorder=3)
            said, place = str(count), x + wide / 2
            if wide > width_of(said, 7.0) + 4 and level != OPEN:
                page.text(place, middle + 2.6, said, size=7.0, align="center", color=ink_on(fill), zorder=4)
            x += wide
        y += height
    page.line([left, right], [axis, axis], width=0.6)
    page.text(
        (left + right) / 2,
        axis + 26,
        _counted(lines, {int(counts[domain.id].sum()) for domain in domains}),
        size=7.0,
        align="center",
        color=GREY,
    )
    draw_legend(page, entries, MARGIN, axis + 44, right - MARGIN, tool, bars=tool.marks == "stars")
    return page.figure


def _counted(lines: Sequence[Line], judged: Collection[int]) -> str:
    """Of what the shares are; `judged` are the lines that each domain has, for some are only in a variant of the tool."""
    of = "Share of up to" if len(judged) > 1 else "Share of"
    studies = plural(len({line.study for line in lines}), "study", "studies")
    if any(line.title() for line in lines):
        return f"{of} {plural(len(lines), 'result')} of {studies}; numbers in the bars count results"
    return f"{of} {studies}; numbers in the bars count studies"


def summary_table(judgements: pd.DataFrame, tool: Tool) -> pd.DataFrame:
    """The numbers of the summary, in the form that the R package robvis reads: Study, one column per domain, Overall."""
    lines = lines_of(judgements)
    domains = [domain for domain in domains_of_lines(tool, lines) if domain.id != OVERALL]
    heads = [tool.robvis.get(domain.id, domain.id) for domain in domains]
    rows = []
    for line in lines:
        title = line.title()
        name = f"{line.study}: {title}" if title else line.study
        levels = [line.levels.get(domain.id, "").capitalize() for domain in domains]
        rows.append([name, *levels, line.levels.get(OVERALL, "").capitalize()])
    return pd.DataFrame(rows, columns=["Study", *heads, "Overall"])


def graph_table(judgements: pd.DataFrame, tool: Tool) -> pd.DataFrame:
    """The numbers of the graph: domain, name, judgement, count, percent; every level of every domain."""
    lines = lines_of(judgements)
    rows = []
    for domain in domains_of_lines(tool, lines):
        if counted_only(tool, domain):
            continue
        given = [line.levels.get(domain.id, "") or OPEN for line in lines if applies(tool, domain, line)]
        for level in [*tool.levels, OPEN]:
            count = given.count(level)
            rows.append([domain.id, domain.name, level, count, 100 * count / max(len(given), 1)])
    return pd.DataFrame(rows, columns=["domain", "name", "judgement", "count", "percent"])
