"""Agreement of many reviewers as a square: every pair in two cells, on one page however many there are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib import colormaps
from matplotlib.figure import Figure

from evergreen.figures.canvas import WIDTH, Page, box
from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.scales import number
from evergreen.figures.style import GREY, PALE

MARGIN, LINE, GAP = 8.0, 9.5, 6.0
NAMES = 150.0  # points that names take at most
HIGHEST, LOWEST = 66.0, 20.0  # points of a cell's side
LARGE, SMALL, LEAST = 8.0, 6.5, 5.0  # points of letters, and below which an interval is left to the table
NONE = "\N{EN DASH}"


def matrix(pairs: Sequence[Mapping[str, Any]], title: str, notes: Sequence[str]) -> Figure:
    """Kappa above the diagonal, with its interval where cells have room for it; agreement and number of works below.

    `pairs` are those of all works in two categories; the reviewers stand in the order in which these name them.
    """
    people = list(dict.fromkeys(pair[role] for role in ("first", "second") for pair in pairs))
    numbers = {name: str(place) for place, name in enumerate(people, start=1)}
    labels = [wrapped(f"{numbers[name]}. {name}", NAMES, LARGE) for name in people]
    names = max(width_of(line, LARGE) for label in labels for line in label)
    left = MARGIN + names + GAP
    side = min(HIGHEST, (WIDTH - MARGIN - left) / len(people))
    side = max(side, LOWEST)
    tall = max(side, max(map(len, labels)) * LINE + 2)
    interval = _size("\N{MINUS SIGN}0.00", "0.00", side)
    said = [
        f"Above the diagonal Cohen's kappa{' with its interval' if interval else ' (its interval: see the table)'}, the darker the higher;"
        f" below it the share of works that both decided alike, and their number. {NONE}: not estimable, or no work in common.",
        *notes,
    ]
    lines = [line for text in said for line in wrapped(text, WIDTH - 2 * MARGIN, SMALL)]
    top = MARGIN + 2 * LINE + 14
    page = Page(WIDTH, top + tall * len(people) + 12 + LINE * len(lines) + MARGIN)
    page.text(MARGIN, MARGIN + 9, title, size=9.0, bold=True)
    for place, name in enumerate(people):
        middle = top + tall * (place + 0.5)
        page.text(left + side * (place + 0.5), top - 5, numbers[name], size=LARGE, align="center")
        for row, text in enumerate(labels[place]):
            page.text(left - GAP, middle + LINE * (row - (len(labels[place]) - 1) / 2) + 2.8, text, size=LARGE, align="right")  # fmt: skip
        _fill(page, left + side * place, top + tall * place, side, tall, PALE)
    at = {name: place for place, name in enumerate(people)}
    for pair in pairs:
        row, column = sorted((at[pair["first"]], at[pair["second"]]))
        kappa, known = pair["kappa"], bool(pair["n"])
        above, below = [NONE], [NONE]
        if known and kappa is not None:
            above = [number(kappa, 2)]
            _fill(page, left + side * column, top + tall * row, side, tall, _shade(kappa))
            if interval:
                above.append(f"[{number(pair['kappa_low'], 2)}, {number(pair['kappa_high'], 2)}]")
        if known:
            below = [f"{pair['agreement']:.0%}", f"{pair['n']:,}"]
        _write(page, above, left + side * (column + 0.5), top + tall * (row + 0.5), side)
        _write(page, below, left + side * (row + 0.5), top + tall * (column + 0.5), side)
    for place in range(len(people) + 1):
        x, y = left + side * place, top + tall * place
        page.line([x, x], [top, top + tall * len(people)], color=PALE, width=0.5)
        page.line([left, left + side * len(people)], [y, y], color=PALE, width=0.5)
    for place, text in enumerate(lines):
        page.text(MARGIN, top + tall * len(people) + 14 + LINE * place, text, size=SMALL, color=GREY)
    return page.figure


def _size(low: str, high: str, side: float) -> float:
    """Points of the letters of an interval that a cell has room for; 0 where they would be too small."""
    size = math.floor(2 * SMALL * (side - 4) / width_of(f"[{low}, {high}]", SMALL)) / 2
    return min(SMALL, size) if size >= LEAST else 0.0


def _write(page: Page, lines: Sequence[str], x: float, y: float, side: float) -> None:
    """Lines in the middle of a cell, as large as it lets them be."""
    for place, text in enumerate(lines):
        most = LARGE if place == 0 else SMALL
        size = min(most, most * (side - 4) / width_of(text, most))
        page.text(x, y + (place - (len(lines) - 1) / 2) * LINE + size * 0.36, text, size=size, align="center")


def _fill(page: Page, x: float, y: float, wide: float, high: float, color: Any) -> None:
    page.shape(box(x, y, x + wide, y + high), fill=color)


def _shade(kappa: float) -> Any:
    """Light enough for black letters at every value."""
    return colormaps["Blues"](max(0.0, kappa) / 1.8)
