"""The report as HTML that opens without a network and asks for nothing beside itself; long tables stand on pages of their own."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from jinja2 import DictLoader, Environment, StrictUndefined

from evergreen import __version__
from evergreen.protocol.review import Review
from evergreen.report.blocks import Block, Cell, Figure, Gallery, Link, Section, Table, Text, placed
from evergreen.report.inline import REPORT, inline

TEMPLATES = Path(__file__).parent / "templates"
LAYOUT = ("report.html.j2", "blocks.html.j2", "report.css", "report.js")
"""The files that a page is made by; rules name them too (rules/inputs/report.smk)."""
MOST_DRAWN = 4_500_000
"""Characters of drawings in the page; a browser needs a hundred times as much memory to open it."""
LONGEST = 700_000
"""Characters of one of them: a forest plot of about 100 studies with their judgements."""
LONG_DRAWN, LONG_ROWS = 1_000_000, 1_000
"""Characters of drawings and rows of tables from which a page is long: a browser lays out what comes near the screen."""
MOST_CELLS = 4_000
"""Cells of a table that stands closed in the page; one that has more is a page of its own."""
TABLES = "tables"
"""The folder of these pages, beside the report."""


def page(
    review: Review, last_search: str, sections: Sequence[Section], folder: str = REPORT
) -> Iterator[str]:
    """HTML of the report, piece by piece, for a file in `folder`; `review` is the protocol's part of that name."""
    sections = placed(sections)
    environment, script_hash = _templates()
    drawn = drawings(sections, folder=folder)
    rows = sum(len(one.rows) for section in sections for one in section.blocks if isinstance(one, Table))
    long = sum(map(len, drawn.values())) > LONG_DRAWN or rows > LONG_ROWS
    yield from environment.get_template("report.html.j2").generate(
        review=review, last_search=last_search, sections=sections, contents=contents(sections), version=__version__,
        drawings=drawn, long=long, script_hash=script_hash,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _templates() -> tuple[Environment, str]:
    """The templates, compiled once for all pages of a process, and what names the script to the page that allows no other."""
    texts = {name: (TEMPLATES / name).read_text(encoding="utf-8") for name in LAYOUT}
    environment = Environment(
        loader=DictLoader(texts), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    script = environment.get_template("report.js").render()
    digest = base64.b64encode(sha256(script.encode()).digest()).decode("ascii")
    return environment, f"sha256-{digest}"


def contents(sections: Sequence[Section]) -> list[tuple[str, list[Section]]]:
    """(part, its sections) as the contents list them; before the first part it is ""."""
    found: list[tuple[str, list[Section]]] = []
    for section in sections:
        if not found or section.part not in ("", found[-1][0]):
            found.append((section.part, []))
        found[-1][1].append(section)
    return found


def drawings(sections: Sequence[Section], most: int = MOST_DRAWN, *, folder: str = REPORT) -> dict[str, str]:
    """By id the figures that are drawn in the page itself, each as an SVG element; the others are linked.

    All that are not too long where they take at most so many characters; else none of those that stay closed until a reader
    opens them, and of the others, in the order of the page, as many as find room.
    """
    blocks = [block for section in sections for block in section.blocks]
    first = [block for block in blocks if isinstance(block, Figure)]
    further = [one for block in blocks if isinstance(block, Gallery) for one in block.figures]
    found, room = _fitting(first, most, folder)
    if room is None:
        return found
    more, room = _fitting(further, room, folder)
    return found if room is None else found | more


def _fitting(figures: Sequence[Figure], room: int, folder: str) -> tuple[dict[str, str], int | None]:
    """Drawings of those that find room, and how much of it is left; None where one found none."""
    found: dict[str, str] = {}
    for figure in figures:
        # A file is at most about three times as long as what is taken of it: one far too long is not read.
        if figure.svg.stat().st_size > 3 * LONGEST:
            continue
        drawn = inline(figure.svg, figure.id, figure.alt, folder)
        if len(drawn) > LONGEST:
            continue
        if len(drawn) > room:
            return found, None
        found[figure.id] = drawn
        room -= len(drawn)
    return found, room


def apart(sections: Sequence[Section]) -> tuple[list[Section], dict[str, Section]]:
    """The sections with a link in place of each closed table that is too long for a page with others, and these by the
    name of their file."""
    long: dict[str, Section] = {}

    def shorter(block: Block) -> Block:
        if not isinstance(block, Table) or not block.fold or block.cells <= MOST_CELLS:
            return block
        name = f"{block.id}.html"
        rows = [[_from_below(cell) for cell in row] for row in block.rows]
        back = Text("", link=Link("Back to the report", f"../index.html#{block.id}"))
        long[name] = Section("table", block.caption, [back, replace(block, rows=rows, fold="")])
        link = Link("They have a page of their own", f"{TABLES}/{name}")
        return Text(f"{block.label}: {len(block.rows):,} rows.", link=link, id=block.id)

    found = [replace(section, blocks=list(map(shorter, section.blocks))) for section in placed(sections)]
    return found, long


def _from_below(cell: Cell) -> Cell:
    """A cell as it leads from a folder below the report's."""
    if isinstance(cell, str) or not cell.url or cell.leads_out:
        return cell
    return Link(cell.text, f"../index.html{cell.url}" if cell.url.startswith("#") else f"../{cell.url}")
