"""Effect-direction plot: which way the effects of studies point that report an outcome which is not pooled.

The form is that of Boon and Thomson (2021, Res Synth Methods 12:29): an arrow up where the intervention group fared better, down where
the control group did, sideways without a difference; larger for larger studies.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pandas as pd

from evergreen.figures.canvas import WIDTH, Page
from evergreen.figures.direction_wording import told
from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.setting import Drawn, Setting
from evergreen.figures.style import COLOURS, GREY, PALE
from evergreen.synthesis.result.directions import (
    CONTROL,
    HIGHER,
    INTERVENTION,
    LOWER,
    NONE,
    UNKNOWN,
    Direction,
    Directions,
)

SIZE, LINE, MARGIN, GAP, ROW_GAP = 8.0, 10.5, 12.0, 14.0, 9.0

ARROWS = {INTERVENTION: (1, COLOURS[0]), HIGHER: (1, COLOURS[0]), CONTROL: (-1, COLOURS[1]), LOWER: (-1, COLOURS[1]), NONE: (0, GREY)}  # fmt: skip
RADII = ((50, 4.0), (300, 5.5), (float("inf"), 7.0))
"""(below so many participants, half the width of an arrow in points)."""
USUAL_RADIUS = 5.5


def effect_directions(directions: Directions, level: float, setting: Setting) -> Drawn:
    """A line for each study: participants, arrow, what says so, and why it is not pooled; below, how many point each way."""
    found = directions.studies
    heads = ["Study", "Participants", "Direction", "Seen in", "Why it is not pooled"]
    cells = [[one.label, _people(one), "", one.by, one.reason] for one in found]
    left = [MARGIN]
    for column in range(4):
        texts = [(heads[column], True), *((row[column], False) for row in cells)]
        left.append(left[-1] + min(max(width_of(text, SIZE, bold) for text, bold in texts), 150.0) + GAP)
    room = [right - here - GAP for here, right in pairwise(left)] + [WIDTH - MARGIN - left[4]]
    lines = [
        [wrapped(text, width + 0.01, SIZE) for text, width in zip(row, room, strict=True)] for row in cells
    ]
    heights = [LINE * max(len(cell) for cell in row) + ROW_GAP for row in lines]
    below = [*_legend(found, setting), told(directions, level, setting.intervention)]
    notes = [line for text in below for line in wrapped(text, WIDTH - 2 * MARGIN, SIZE)]
    top = MARGIN + LINE + 6
    page = Page(WIDTH, top + sum(heights) + 14 + LINE * len(notes) + MARGIN)
    for x, head in zip(left, heads, strict=True):
        page.text(x, MARGIN + LINE - 2, head, size=SIZE, bold=True)
    y = top
    page.line([MARGIN, WIDTH - MARGIN], [y, y], color=GREY, width=0.6)
    for one, row, height in zip(found, lines, heights, strict=True):
        for column, cell in enumerate(row):
            for place, text in enumerate(cell):
                first = y + (height - LINE * len(cell)) / 2 + LINE * 0.76
                page.text(left[column], first + LINE * place, text, size=SIZE)
        _arrow(page, left[2] + 18.0, y + height / 2, one)
        y += height
        page.line([MARGIN, WIDTH - MARGIN], [y, y], color=PALE, width=0.5)
    for place, text in enumerate(notes):
        page.text(MARGIN, y + 14 + LINE * (place + 0.5), text, size=SIZE, color=GREY)
    numbers = pd.DataFrame(
        [
            {"study": one.label, "participants": one.participants, "direction": one.toward, "seen_in": one.by}
            for one in found
        ]
    )
    return Drawn(page.figure, numbers)


def _people(one: Direction) -> str:
    return "" if one.participants is None else f"{one.participants:,.0f}"


def _arrow(page: Page, x: float, y: float, one: Direction) -> None:
    if one.toward == UNKNOWN:
        page.text(x, y + SIZE * 0.36, "?", size=SIZE, bold=True, align="center", color=GREY)
        return
    way, colour = ARROWS[one.toward]
    size = USUAL_RADIUS
    if one.participants is not None:
        size = next(radius for below, radius in RADII if one.participants < below)
    if way:
        page.shape(
            [(x - size, y + way * size * 0.8), (x + size, y + way * size * 0.8), (x, y - way * size)],
            fill=colour,
        )
        return
    for side in (-1, 1):
        inner, outer = x + side * 1.0, x + side * (size + 3.0)
        page.shape([(inner, y - size * 0.8), (inner, y + size * 0.8), (outer, y)], fill=colour)


def _legend(found: Sequence[Direction], setting: Setting) -> list[str]:
    there = {one.toward for one in found}
    words = {
        INTERVENTION: f"up (blue): {setting.intervention} fared better",
        CONTROL: f"down (orange): {setting.control} fared better",
        HIGHER: "up (blue): higher with the intervention",
        LOWER: "down (orange): lower with the intervention",
        NONE: "sideways (grey): no difference",
        UNKNOWN: "?: the report does not say",
    }
    shown = "; ".join(text for toward, text in words.items() if toward in there)
    sizes = (
        ""
        if all(one.participants is None for one in found)
        else " Size: fewer than 50, 50 to 299, 300 participants or more."
    )
    return [f"Arrow {shown}.{sizes}"] if there else []
