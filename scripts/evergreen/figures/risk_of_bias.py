"""Risk of bias as readers know it: the summary (studies by domains, circles) and the graph (stacked bars)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Circle, PathPatch
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D

from evergreen import tables
from evergreen.bias.tools import OVERALL, Domain, Tool
from evergreen.figures.page import Page, width_of, wrapped
from evergreen.figures.style import FONT, GREY, INK, PALE

SIZE = 8.0
MARGIN = 12.0
RADIUS = 7.5
ROW, COLUMN = 21.0, 24.0
HEADER_WIDTH = 170.0
BAR, BAR_GAP, BARS_WIDTH = 13.0, 7.0, 260.0
LABEL_WIDTH = 185.0
# Green, yellow and red as in RevMan, of so different lightness that they stay apart in grey.
GREEN, YELLOW, RED, DARK, BLUE, NONE = "#46a35e", "#f6d743", "#b3261e", "#5a1212", "#7db3de", "#ffffff"
PALETTES = {
    2: (GREEN, RED),
    3: (GREEN, YELLOW, RED),
    4: (GREEN, YELLOW, RED, DARK),
    5: (GREEN, YELLOW, BLUE, RED, DARK),
}
OPEN = "not judged yet"
# Tools whose overall judgement belongs in the figure; RoB 1 and QUADAS-2 have none.
WITH_OVERALL = ("rob2", "robins-i")


@dataclass(frozen=True)
class Line:
    """One line of the summary: a study, or one of its results."""

    study: str
    outcome: str
    levels: dict[str, str]


def lines_of(judgements: pd.DataFrame) -> list[Line]:
    """Studies, or results ordered by outcome and study, with {domain id: level}."""
    lines: dict[tuple[str, str], dict[str, str]] = {}
    for row in tables.rows(judgements):
        lines.setdefault((row["outcome"], row["study"]), {})[row["domain"]] = row["judgement"]
    return [Line(study, outcome, lines[outcome, study]) for outcome, study in sorted(lines)]


def shown_domains(tool: Tool, lines: Sequence[Line]) -> list[Domain]:
    """Domains in the order of the tool; items outside the risk of bias only where they were judged."""
    used = {domain for line in lines for domain, level in line.levels.items() if level}
    domains = [domain for domain in tool.domains if domain.counts or domain.id in used]
    return [*domains, Domain(OVERALL, "Overall risk of bias")] if tool.id in WITH_OVERALL else domains


def colour_of(tool: Tool, level: str) -> str:
    return PALETTES[len(tool.levels)][tool.levels.index(level)] if level else NONE


def draw_circle(page: Page, x: float, y: float, radius: float, level: str, tool: Tool) -> None:
    """The circle of one judgement with its symbol; an empty circle where there is no judgement."""
    edge = INK if level else GREY
    page.axes.add_patch(
        Circle((x, y), radius, facecolor=colour_of(tool, level), edgecolor=edge, linewidth=0.6)
    )
    if not level:
        return
    symbol = tool.symbols[tool.levels.index(level)]
    shape = TextPath((0, 0), symbol, size=radius * 1.75, prop=FontProperties(family=FONT, weight="bold"))
    box = shape.get_extents()
    # Centred by its own ink, for a minus or a question mark does not stand in the middle of its line. The page's y goes down.
    place = Affine2D().translate(-(box.x0 + box.x1) / 2, -(box.y0 + box.y1) / 2).scale(1, -1).translate(x, y)
    dark = colour_of(tool, level) in (RED, DARK)
    page.axes.add_patch(
        PathPatch(place.transform_path(shape), facecolor="white" if dark else INK, edgecolor="none")
    )


def summary(judgements: pd.DataFrame, tool: Tool) -> Figure:
    """Risk-of-bias summary: one line per study (under its outcome where results are judged), one column per domain."""
    lines = lines_of(judgements)
    domains = shown_domains(tool, lines)
    outcomes = list(dict.fromkeys(line.outcome for line in lines if line.outcome))
    heads = [_label(domain, HEADER_WIDTH) for domain in domains]
    header = max(_width(domain, head) for domain, head in zip(domains, heads, strict=True)) + 10
    left = max(
        width_of(text, SIZE, bold=text in outcomes)
        for text in [*(line.study for line in lines), *outcomes, " "]
    )
    left = MARGIN + left + 12
    entries = legend_entries(tool, [line.levels.get(domain.id, "") for line in lines for domain in domains])
    body = ROW * (len(lines) + len(outcomes))
    grid_right = left + COLUMN * len(domains)
    legend_below = _legend_height(entries, grid_right - MARGIN)
    width = max(grid_right + MARGIN, MARGIN * 2 + _legend_width(entries, grid_right - MARGIN))
    top = MARGIN + header
    page = Page(width, top + body + 16 + legend_below + MARGIN)

    if domains and domains[-1].id == OVERALL:
        x = left + COLUMN * (len(domains) - 1)
        page.shape([(x, top), (x + COLUMN, top), (x + COLUMN, top + body), (x, top + body)], fill=PALE)
    for column, (domain, head) in enumerate(zip(domains, heads, strict=True)):
        for part, text in enumerate(head):
            x = left + COLUMN * (column + 0.5) + (part - (len(head) - 1) / 2) * (SIZE + 1.5)
            page.axes.text(
                x, top - 6, text, fontsize=SIZE, rotation=90, ha="center", va="bottom", color=INK, family=FONT,
                weight="bold" if domain.id == OVERALL else "normal", parse_math=False,
            )  # fmt: skip
    y = top
    outcome = ""
    for line in lines:
        if line.outcome != outcome:
            outcome = line.outcome
            page.line([MARGIN, grid_right], [y, y], color=GREY, width=0.5)
            page.text(MARGIN, y + ROW / 2 + SIZE * 0.36, outcome, size=SIZE, bold=True)
            y += ROW
        page.line([MARGIN, grid_right], [y, y], color=GREY if y == top else PALE, width=0.5)
        page.text(left - 10, y + ROW / 2 + SIZE * 0.36, line.study, size=SIZE, align="right")
        for column, domain in enumerate(domains):
            draw_circle(
                page,
                left + COLUMN * (column + 0.5),
                y + ROW / 2,
                RADIUS,
                line.levels.get(domain.id, ""),
                tool,
            )
        y += ROW
    page.line([MARGIN, grid_right], [y, y], color=GREY, width=0.5)
    _draw_legend(page, entries, MARGIN, y + 16, grid_right - MARGIN, tool)
    return page.figure


def graph(judgements: pd.DataFrame, tool: Tool) -> Figure:
    """Risk-of-bias graph: for each domain the share of studies (or results) at each level, best on the left."""
    lines = lines_of(judgements)
    domains = shown_domains(tool, lines)
    counts = graph_table(judgements, tool).set_index(["domain", "judgement"])["count"]
    labels = [_label(domain, LABEL_WIDTH) for domain in domains]
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
            wide = BARS_WIDTH * count / len(lines)
            fill = colour_of(tool, "" if level == OPEN else level)
            page.shape(
                [(x, middle - BAR / 2), (x + wide, middle - BAR / 2), (x + wide, middle + BAR / 2), (x, middle + BAR / 2)],
                fill=fill, edge=INK, width=0.5, hatch="////" if level == OPEN else None, zorder=3,
            )  # fmt: skip
            if wide > width_of(str(count), 7.0) + 4 and level != OPEN:
                ink = "white" if fill in (RED, DARK) else INK
                page.axes.text(
                    x + wide / 2, middle + 2.6, str(count), fontsize=7.0, ha="center", va="baseline", color=ink, family=FONT, zorder=4
                )  # fmt: skip
            x += wide
        y += height
    page.line([left, right], [axis, axis], width=0.6)
    page.text((left + right) / 2, axis + 26, _counted(lines), size=7.0, align="center", color=GREY)
    _draw_legend(page, entries, MARGIN, axis + 44, right - MARGIN, tool)
    return page.figure


def _label(domain: Domain, width: float) -> list[str]:
    """Name of a domain in lines; what stands in brackets goes to a line of its own when not all fits on one."""
    bold = domain.id == OVERALL
    if width_of(domain.name, SIZE, bold) <= width:
        return [domain.name]
    return wrapped(domain.name.replace(" (", "\n("), width, SIZE, bold)


def _width(domain: Domain, label: Sequence[str]) -> float:
    return max(width_of(text, SIZE, bold=domain.id == OVERALL) for text in label)


def _counted(lines: Sequence[Line]) -> str:
    studies = len({line.study for line in lines})
    if any(line.outcome for line in lines):
        return f"Share of {len(lines)} results of {studies} studies; numbers in the bars count results"
    return f"Share of {studies} studies; numbers in the bars count studies"


def summary_table(judgements: pd.DataFrame, tool: Tool) -> pd.DataFrame:
    """The numbers of the summary, in the form that the R package robvis reads: Study, one column per domain, Overall."""
    lines = lines_of(judgements)
    domains = [domain for domain in shown_domains(tool, lines) if domain.id != OVERALL]
    heads = [domain.id if tool.id != "rob1" else ROBVIS_ROB1[domain.id] for domain in domains]
    rows = []
    for line in lines:
        name = f"{line.study}: {line.outcome}" if line.outcome else line.study
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
        given = [line.levels.get(domain.id, "") or OPEN for line in lines]
        for level in [*tool.levels, OPEN]:
            count = given.count(level)
            rows.append([domain.id, domain.name, level, count, 100 * count / len(lines)])
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
    page: Page, entries: Sequence[tuple[str, str]], x: float, y: float, width: float, tool: Tool
) -> None:
    for row in _legend_rows(entries, width):
        at = x
        for level, label in row:
            draw_circle(page, at + 6, y, 5.5, level, tool)
            page.text(at + 16, y + 2.6, label, size=7.0)
            at += _entry_width(label)
        y += 15.0
