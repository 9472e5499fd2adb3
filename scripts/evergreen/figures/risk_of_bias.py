"""Risk of bias as readers know it: the summary (studies by domains, circles) and the graph (stacked bars)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import pandas as pd
from matplotlib.figure import Figure

from evergreen.bias.tools import OVERALL, Domain, Tool
from evergreen.figures.bias_lines import Line, applies, lines_of, shown_domains
from evergreen.figures.bias_marks import colour_of, draw_mark, ink_on
from evergreen.figures.canvas import Page
from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.style import FONT, GREY, INK, PALE

SIZE = 8.0
MARGIN = 12.0
RADIUS = 7.5
ROW, COLUMN = 21.0, 24.0
HEADER_WIDTH = 170.0
MOST_ROWS, MOST_PANELS, PANEL_GAP = 36, 20, 22.0
BAR, BAR_GAP, BARS_WIDTH = 13.0, 7.0, 260.0
LABEL_WIDTH = 185.0
OPEN = "not judged yet"


def summary(judgements: pd.DataFrame, tool: Tool, names: Mapping[str, str] = MappingProxyType({})) -> Figure:
    """Risk-of-bias summary: one line per study, one column per domain.

    Where results are judged, studies stand under their outcome, whose name `names` may tell. More lines than fit on
    a page go on in a second panel beside the first, up to `MOST_PANELS`; a last line says how many there are besides.
    """
    everything = lines_of(judgements)
    lines = everything[: MOST_ROWS * MOST_PANELS]
    if not lines:
        return _nothing()
    domains = shown_domains(tool, lines)
    panels = panels_of(lines, names)
    heads = _labels(domains, HEADER_WIDTH)
    header = max(_width(domain, head) for domain, head in zip(domains, heads, strict=True)) + 10
    studies = max(width_of(line.study, SIZE) for line in lines) + 12
    grid = studies + COLUMN * len(domains)
    titles = [entry for panel in panels for entry in panel if isinstance(entry, str)]
    panel_width = max([grid, *(width_of(title, SIZE, bold=True) for title in titles)])
    shown = [
        line.levels.get(domain.id, "")
        for line in lines
        for domain in domains
        if applies(tool, domain, line) and not _counted_only(tool, domain)
    ]
    entries = legend_entries(tool, shown)
    inside = max(
        panel_width * len(panels) + PANEL_GAP * (len(panels) - 1), _legend_width(entries, panel_width)
    )
    top, body = MARGIN + header, ROW * max(len(panel) for panel in panels)
    below = top + body + 16 + _legend_height(entries, inside)
    left_out = len(everything) - len(lines)
    page = Page(inside + 2 * MARGIN, below + MARGIN + (12 if left_out else 0))
    if left_out:
        page.text(MARGIN, below + 8, f"{left_out:,} more lines stand in summary.csv.", size=7.0, color=GREY)
    for number, panel in enumerate(panels):
        left = MARGIN + number * (panel_width + PANEL_GAP)
        _draw_panel(page, panel, left, left + studies, top, list(zip(domains, heads, strict=True)), tool)
    _draw_legend(page, entries, MARGIN, top + body + 16, inside, tool)
    return page.figure


def _nothing() -> Figure:
    """What stands where a figure will be, until somebody has judged something."""
    page = Page(260.0, 40.0)
    page.text(MARGIN, 24.0, "No risk of bias has been judged yet.", size=SIZE, color=GREY)
    return page.figure


def panels_of(
    lines: Sequence[Line], names: Mapping[str, str] = MappingProxyType({})
) -> list[list[str | Line]]:
    """Lines and the titles of their outcomes, in panels of about equal length with at most `MOST_ROWS` entries."""
    titled = [(line.title(names), line) for line in lines]
    total = len(lines) + len({title for title, _ in titled if title})
    length = math.ceil(total / math.ceil(total / MOST_ROWS))
    panels: list[list[str | Line]] = [[]]
    current = ""
    for title, line in titled:
        needed = 1 + (title != current)
        if panels[-1] and len(panels[-1]) + needed > length:
            panels.append([])
            if title and title == current:
                panels[-1].append(f"{title} (continued)")
        if title != current:
            panels[-1].append(title)
            current = title
        panels[-1].append(line)
    return panels


def _draw_panel(
    page: Page,
    panel: Sequence[str | Line],
    left: float,
    grid: float,
    top: float,
    domains: Sequence[tuple[Domain, list[str]]],
    tool: Tool,
) -> None:
    """One panel: labels of the domains above, studies left of `grid`, circles right of it."""
    right = grid + COLUMN * len(domains)
    if domains[-1][0].id == OVERALL:
        x, bottom = right - COLUMN, top + ROW * len(panel)
        page.shape([(x, top), (right, top), (right, bottom), (x, bottom)], fill=PALE)
    for column, (domain, head) in enumerate(domains):
        for part, text in enumerate(head):
            x = grid + COLUMN * (column + 0.5) + (part - (len(head) - 1) / 2) * (SIZE + 1.5)
            page.axes.text(
                x, top - 6, text, fontsize=SIZE, rotation=90, ha="center", va="bottom", color=INK, family=FONT,
                weight="bold" if domain.id == OVERALL else "normal", parse_math=False,
            )  # fmt: skip
    for number, entry in enumerate(panel):
        y = top + ROW * number
        strong = number == 0 or isinstance(entry, str)
        page.line([left, right], [y, y], color=GREY if strong else PALE, width=0.5)
        if isinstance(entry, str):
            page.text(left, y + ROW / 2 + SIZE * 0.36, entry, size=SIZE, bold=True)
            continue
        page.text(grid - 10, y + ROW / 2 + SIZE * 0.36, entry.study, size=SIZE, align="right")
        for column, (domain, _) in enumerate(domains):
            x, level = grid + COLUMN * (column + 0.5), entry.levels.get(domain.id, "")
            if domain.id == OVERALL and tool.marks == "stars":
                page.text(x, y + ROW / 2 + SIZE * 0.36, level, size=SIZE, bold=True, align="center")
            elif applies(tool, domain, entry):
                draw_mark(page, x, y + ROW / 2, RADIUS, level, tool)
    page.line([left, right], [top + ROW * len(panel)] * 2, color=GREY, width=0.5)


def graph(judgements: pd.DataFrame, tool: Tool) -> Figure:
    """Risk-of-bias graph: for each domain the share of studies (or results) at each level, best on the left."""
    lines = lines_of(judgements)
    if not lines:
        return _nothing()
    domains = [domain for domain in shown_domains(tool, lines) if not _counted_only(tool, domain)]
    counts = graph_table(judgements, tool).set_index(["domain", "judgement"])["count"]
    labels = _labels(domains, LABEL_WIDTH)
    left = MARGIN + max(_width(domain, label) for domain, label in zip(domains, labels, strict=True)) + 10
    right = left + BARS_WIDTH
    heights = [max(BAR, len(label) * (SIZE + 2)) + BAR_GAP for label in labels]
    levels = [*tool.levels, OPEN]
    used = [level for level in levels if any(counts.get((domain.id, level), 0) for domain in domains)]
    entries = legend_entries(tool, ["" if level == OPEN else level for level in used])
    axis = MARGIN + sum(heights) + 2
    page = Page(right + MARGIN + 8, axis + 40 + _legend_height(entries, right - MARGIN) + MARGIN)
    for share in (0, 25, 50, 75, 100):
        x = left + BARS_WIDTH * share / 100
        page.line([x, x], [MARGIN, axis], color=PALE if share not in (0, 100) else GREY, width=0.5)
        page.line([x, x], [axis, axis + 3], width=0.6)
        page.text(x, axis + 12, f"{share}%", size=7.0, align="center")
    y = MARGIN
    for domain, label, height in zip(domains, labels, heights, strict=True):
        middle = y + (height - BAR_GAP) / 2
        for part, text in enumerate(label):
            offset = (part - (len(label) - 1) / 2) * (SIZE + 2)
            page.text(
                left - 8,
                middle + offset + SIZE * 0.36,
                text,
                size=SIZE,
                align="right",
                bold=domain.id == OVERALL,
            )
        x = left
        for level in levels:
            count = int(counts.get((domain.id, level), 0))
            if not count:
                continue
            wide = BARS_WIDTH * count / sum(int(counts.get((domain.id, one), 0)) for one in levels)
            fill = colour_of(tool, "" if level == OPEN else level)
            page.shape(
                [(x, middle - BAR / 2), (x + wide, middle - BAR / 2), (x + wide, middle + BAR / 2), (x, middle + BAR / 2)],
                fill=fill, edge=INK, width=0.5, hatch="////" if level == OPEN else None, zorder=3,
            )  # fmt: skip
            if wide > width_of(str(count), 7.0) + 4 and level != OPEN:
                page.text(
                    x + wide / 2,
                    middle + 2.6,
                    str(count),
                    size=7.0,
                    align="center",
                    color=ink_on(fill),
                    zorder=4,
                )
            x += wide
        y += height
    page.line([left, right], [axis, axis], width=0.6)
    page.text((left + right) / 2, axis + 26, _counted(lines), size=7.0, align="center", color=GREY)
    _draw_legend(page, entries, MARGIN, axis + 44, right - MARGIN, tool, bars=tool.marks == "stars")
    return page.figure


def _counted_only(tool: Tool, domain: Domain) -> bool:
    """A total of stars has no levels."""
    return domain.id == OVERALL and tool.marks == "stars"


def _labels(domains: Sequence[Domain], width: float) -> list[list[str]]:
    """Names of the domains in lines; where one is too wide, what stands in brackets goes to a line of its own in all."""
    if all(width_of(domain.name, SIZE, bold=domain.id == OVERALL) <= width for domain in domains):
        return [[domain.name] for domain in domains]
    return [
        wrapped(domain.name.replace(" (", "\n("), width, SIZE, bold=domain.id == OVERALL)
        for domain in domains
    ]


def _width(domain: Domain, label: Sequence[str]) -> float:
    return max(width_of(text, SIZE, bold=domain.id == OVERALL) for text in label)


def _counted(lines: Sequence[Line]) -> str:
    studies = len({line.study for line in lines})
    if any(line.title() for line in lines):
        return f"Share of {len(lines)} results of {studies} studies; numbers in the bars count results"
    return f"Share of {studies} studies; numbers in the bars count studies"


def summary_table(judgements: pd.DataFrame, tool: Tool) -> pd.DataFrame:
    """The numbers of the summary, in the form that the R package robvis reads: Study, one column per domain, Overall."""
    lines = lines_of(judgements)
    domains = [domain for domain in shown_domains(tool, lines) if domain.id != OVERALL]
    heads = [domain.id if tool.id != "rob1" else ROBVIS_ROB1[domain.id] for domain in domains]
    rows = []
    for line in lines:
        title = line.title()
        name = f"{line.study}: {title}" if title else line.study
        levels = [line.levels.get(domain.id, "").capitalize() for domain in domains]
        rows.append([name, *levels, line.levels.get(OVERALL, "").capitalize()])
    return pd.DataFrame(rows, columns=["Study", *heads, "Overall"])


ROBVIS_ROB1 = {
    "sequence_generation": "Random.sequence.generation",
    "allocation_concealment": "Allocation.concealment",
    "blinding_participants": "Blinding.of.participants.and.personnel",
    "blinding_assessment": "Blinding.of.outcome.assessment",
    "incomplete_data": "Incomplete.outcome.data",
    "selective_reporting": "Selective.reporting",
    "other_bias": "Other.sources.of.bias",
}


def graph_table(judgements: pd.DataFrame, tool: Tool) -> pd.DataFrame:
    """The numbers of the graph: domain, name, judgement, count, percent; every level of every domain."""
    lines = lines_of(judgements)
    rows = []
    for domain in shown_domains(tool, lines):
        if _counted_only(tool, domain):
            continue
        given = [line.levels.get(domain.id, "") or OPEN for line in lines if applies(tool, domain, line)]
        for level in [*tool.levels, OPEN]:
            count = given.count(level)
            rows.append([domain.id, domain.name, level, count, 100 * count / max(len(given), 1)])
    return pd.DataFrame(rows, columns=["domain", "name", "judgement", "count", "percent"])


def legend_entries(tool: Tool, levels: Sequence[str]) -> list[tuple[str, str]]:
    """(level, label) of the legend: all levels of the tool, and the empty circle where it occurs."""
    ending = " risk" if tool.levels == ("low", "unclear", "high") else ""
    entries = [(level, f"{level.capitalize()}{ending}") for level in tool.levels]
    return [*entries, ("", OPEN.capitalize())] if "" in levels else entries


def _legend_rows(entries: Sequence[tuple[str, str]], width: float) -> list[list[tuple[str, str]]]:
    rows: list[list[tuple[str, str]]] = [[]]
    used = 0.0
    for entry in entries:
        wide = _entry_width(entry[1])
        if rows[-1] and used + wide > width:
            rows.append([])
            used = 0.0
        rows[-1].append(entry)
        used += wide
    return rows


def _entry_width(label: str) -> float:
    return 16 + width_of(label, 7.0) + 14


def _legend_height(entries: Sequence[tuple[str, str]], width: float) -> float:
    return 15.0 * len(_legend_rows(entries, width))


def _legend_width(entries: Sequence[tuple[str, str]], width: float) -> float:
    return max(sum(_entry_width(label) for _, label in row) for row in _legend_rows(entries, width))


def _draw_legend(
    page: Page,
    entries: Sequence[tuple[str, str]],
    x: float,
    y: float,
    width: float,
    tool: Tool,
    *,
    bars: bool = False,
) -> None:
    """The marks of the levels, or with `bars` their colours where marks have others."""
    for row in _legend_rows(entries, width):
        at = x
        for level, label in row:
            if bars:
                corners = [(at + 1, y - 4), (at + 12, y - 4), (at + 12, y + 4), (at + 1, y + 4)]
                hatch = None if level else "////"
                page.shape(corners, fill=colour_of(tool, level), edge=INK, width=0.5, hatch=hatch)
            else:
                draw_mark(page, at + 6, y, 5.5, level, tool)
            page.text(at + 16, y + 2.6, label, size=7.0)
            at += _entry_width(label)
        y += 15.0
