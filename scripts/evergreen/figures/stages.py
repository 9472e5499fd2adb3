"""The stages of the review as a picture, of the table that `stage_table` makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from evergreen import tables
from evergreen.figures.canvas import WIDTH, Page, box
from evergreen.figures.letters import width_of, wrapped
from evergreen.figures.setting import Drawn
from evergreen.figures.stage_table import described
from evergreen.figures.style import COLOURS, INK, tint

SIZE, LINE, HEAD = 7.5, 9.6, 9.0
MARGIN = 8.0
NAME, MACHINE, PASS = 72.0, 176.0, 30.0  # of the stages' names, of Evergreen's boxes, and up to people's
PAD, ROW_GAP = 5.0, 12.0
MACHINE_FILL, PEOPLE_FILL, WAITING = tint(COLOURS[4], 0.3), tint(COLOURS[5], 0.25), COLOURS[1]
ARROW, HALF = 4.5, 2.2
DASHES = (0.0, (3.0, 1.6))
NOTHING = "✓ nothing waits"


def draw_stages(title: str, table: pd.DataFrame) -> Drawn:
    """The picture of what `told` gives: a row for each stage, Evergreen's step on the left, people's on the right."""
    left, people = MARGIN + NAME, MARGIN + NAME + MACHINE + PASS
    room = WIDTH - MARGIN - people
    rows = [_row(row, room) for row in tables.rows(table)]
    titles = wrapped(f"Stages of the review: {title}", WIDTH - 2 * MARGIN, HEAD, True)
    top = MARGIN + 12 * len(titles) + 20
    tops = [top]
    for row in rows:
        tops.append(tops[-1] + row.height + ROW_GAP)
    page = Page(WIDTH, tops[-1] + 12 + MARGIN)
    for i, text in enumerate(titles):
        page.text(MARGIN, MARGIN + 8 + 12 * i, text, size=HEAD, bold=True)
    page.text(left + MACHINE / 2, top - 7, "Evergreen", size=SIZE + 0.5, bold=True, align="center")
    page.text(people + room / 2, top - 7, "People", size=SIZE + 0.5, bold=True, align="center")
    for row, y in zip(rows, tops, strict=False):
        row.draw(page, left, people, room, y)
    for row, y, below in zip(rows, tops, tops[1:-1], strict=False):
        _arrow(page, left + MACHINE / 2, y + row.height, left + MACHINE / 2, below)
    _key(page, tops[-1])
    return Drawn(page.figure, table, description=described(table))


@dataclass(frozen=True)
class Row:
    """One stage in lines of text."""

    name: Sequence[str]
    machine: Sequence[str]
    people: Sequence[str]
    waiting: Sequence[str]
    waits: bool

    @property
    def height(self) -> float:
        lines = max(len(self.name), len(self.machine), len(self.people) + len(self.waiting))
        return 2 * PAD + LINE * lines

    def draw(self, page: Page, left: float, people: float, room: float, top: float) -> None:
        bottom, middle = top + self.height, top + self.height / 2
        page.shape(box(left, top, left + MACHINE, bottom), fill=MACHINE_FILL, edge=INK, width=0.6)
        # Cut corners: without colour people's boxes are known by their form.
        cut = _cut_box(people, top, people + room, bottom)
        page.shape(cut, fill=PEOPLE_FILL, edge=None if self.waits else INK, width=0.6)
        if self.waits:
            x, y = zip(*cut, cut[0], strict=True)
            page.line(x, y, color=WAITING, width=1.5, linestyle=DASHES)
        self._write(page, self.name, MARGIN, middle, bold=True)
        self._write(page, self.machine, left + PAD, middle)
        first = top + PAD
        for i, text in enumerate(self.people):
            page.text(people + PAD + 3, first + LINE * i + SIZE, text, size=SIZE)
        for i, text in enumerate(self.waiting):
            at = first + LINE * (len(self.people) + i) + SIZE
            page.text(people + PAD + 3, at, text, size=SIZE, bold=text != NOTHING)
        _arrow(page, left + MACHINE, middle, people, middle, both=True)

    def _write(
        self, page: Page, lines: Sequence[str], x: float, middle: float, *, bold: bool = False
    ) -> None:
        for i, text in enumerate(lines):
            page.text(x, middle + LINE * (i - (len(lines) - 1) / 2) + SIZE * 0.36, text, size=SIZE, bold=bold)


def _row(row: Mapping[str, str], room: float) -> Row:
    inner = room - 2 * PAD - 6
    said = row["waiting"].split("\n") if row["waiting"] else [NOTHING] if row["state"] == "done" else []
    waiting = [line for text in said for line in wrapped(text, inner, SIZE, text != NOTHING)]
    return Row(
        wrapped(row["stage"], NAME - 6, SIZE, True),
        wrapped(row["evergreen"], MACHINE - 2 * PAD, SIZE),
        wrapped(row["people"], inner, SIZE),
        waiting,
        row["state"] == "waiting",
    )


def _cut_box(x0: float, y0: float, x1: float, y1: float, cut: float = 5.0) -> list[tuple[float, float]]:
    return [
        (x0 + cut, y0), (x1 - cut, y0), (x1, y0 + cut), (x1, y1 - cut), (x1 - cut, y1), (x0 + cut, y1), (x0, y1 - cut), (x0, y0 + cut),
    ]  # fmt: skip


def _arrow(page: Page, x0: float, y0: float, x1: float, y1: float, *, both: bool = False) -> None:
    """A level or upright line with a head at its end, or at both: work lists go one way, sheets the other."""
    length = abs(x1 - x0) + abs(y1 - y0)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    page.line(
        [x0 + dx * (ARROW if both else 0), x1 - dx * ARROW], [y0 + dy * (ARROW if both else 0), y1 - dy * ARROW], width=0.8
    )  # fmt: skip
    for x, y, way in ((x1, y1, 1), *([(x0, y0, -1)] if both else [])):
        base = (x - way * dx * ARROW, y - way * dy * ARROW)
        page.shape(
            [(x, y), (base[0] - dy * HALF, base[1] + dx * HALF), (base[0] + dy * HALF, base[1] - dx * HALF)],
            fill=INK,
        )


def _key(page: Page, y: float) -> None:
    x = MARGIN
    for label, fill, waits in (
        ("Evergreen's step", MACHINE_FILL, False), ("people's step", PEOPLE_FILL, False), ("waiting for people", PEOPLE_FILL, True),
    ):  # fmt: skip
        corners = box(x, y, x + 14, y + 8) if fill == MACHINE_FILL else _cut_box(x, y, x + 14, y + 8, 2.0)
        page.shape(corners, fill=fill, edge=None if waits else INK, width=0.6)
        if waits:
            page.line(*zip(*corners, corners[0], strict=True), color=WAITING, width=1.5, linestyle=DASHES)
        page.text(x + 18, y + 6.7, label, size=SIZE - 0.5)
        x += 18 + width_of(label, SIZE - 0.5) + 16
