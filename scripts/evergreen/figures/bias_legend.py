"""What risk-of-bias figures have in common: names of domains in lines, the legend of the levels, what stands where nothing is judged."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from evergreen.bias.tools import OVERALL, Domain, Tool
from evergreen.figures.bias_marks import colour_of, draw_mark
from evergreen.figures.canvas import Page, box
from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.style import GREY, INK

SIZE = 8.0
MARGIN = 12.0
OPEN = "not judged yet"


def nothing() -> Figure:
    """What stands where a figure will be, until somebody has judged something."""
    page = Page(260.0, 40.0)
    page.text(MARGIN, 24.0, "No risk of bias has been judged yet.", size=SIZE, color=GREY)
    return page.figure


def counted_only(tool: Tool, domain: Domain) -> bool:
    """A total of stars has no levels."""
    return domain.id == OVERALL and tool.marks == "stars"


def head_lines(domains: Sequence[Domain], width: float) -> list[list[str]]:
    """Names of the domains in lines; where one is too wide, what stands in brackets goes to a line of its own in all."""
    if all(width_of(domain.name, SIZE, bold=domain.id == OVERALL) <= width for domain in domains):
        return [[domain.name] for domain in domains]
    return [
        wrapped(domain.name.replace(" (", "\n("), width, SIZE, bold=domain.id == OVERALL)
        for domain in domains
    ]


def width_of_head(domain: Domain, label: Sequence[str]) -> float:
    return max(width_of(text, SIZE, bold=domain.id == OVERALL) for text in label)


def legend_entries(tool: Tool, levels: Sequence[str]) -> list[tuple[str, str]]:
    """(level, label) of the legend: all levels of the tool, and the empty circle where it occurs."""
    ending = " risk" if tool.levels == ("low", "unclear", "high") else ""
    entries = [(level, f"{level.capitalize()}{ending}") for level in tool.levels]
    return [*entries, ("", OPEN.capitalize())] if "" in levels else entries


def legend_rows(entries: Sequence[tuple[str, str]], width: float) -> list[list[tuple[str, str]]]:
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


def legend_height(entries: Sequence[tuple[str, str]], width: float) -> float:
    return 15.0 * len(legend_rows(entries, width))


def legend_width(entries: Sequence[tuple[str, str]], width: float) -> float:
    return max(sum(_entry_width(label) for _, label in row) for row in legend_rows(entries, width))


def draw_legend(
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
    for row in legend_rows(entries, width):
        at = x
        for level, label in row:
            if bars:
                hatch = None if level else "////"
                page.shape(
                    box(at + 1, y - 4, at + 12, y + 4),
                    fill=colour_of(tool, level),
                    edge=INK,
                    width=0.5,
                    hatch=hatch,
                )
            else:
                draw_mark(page, at + 6, y, 5.5, level, tool)
            page.text(at + 16, y + 2.6, label, size=7.0)
            at += _entry_width(label)
        y += 15.0
