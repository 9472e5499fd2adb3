"""The report as one HTML file that opens without a network; only very many figures stay files beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evergreen import __version__
from evergreen.protocol.review import Review
from evergreen.report.blocks import Figure, Gallery, Section

TEMPLATES = Path(__file__).parent / "templates"
MOST_EMBEDDED = 10_000_000
"""Bytes of figures in the page; a browser needs a hundred times as much memory to open it."""


def page(review: Review, last_search: str, sections: Sequence[Section]) -> Iterator[str]:
    """HTML of the report, piece by piece; `review` is the protocol's part of that name."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    template = environment.get_template("report.html.j2")
    embedded, linked = embedding(sections)
    return template.generate(
        review=review, last_search=last_search, sections=sections, version=__version__, embedded=embedded,
        linked=linked,
    )  # fmt: skip


def embedding(sections: Sequence[Section], most: int = MOST_EMBEDDED) -> tuple[frozenset[Path], int]:
    """Stems of the figures that stand in the page itself, and how many are shown from their files.

    All of them where they take at most so many bytes; else none of those that stay closed until a reader opens them,
    and of the others, in the order of the page, as many as find room.
    """
    blocks = [block for section in sections for block in section.blocks]
    first = [block for block in blocks if isinstance(block, Figure)]
    further = [figure for block in blocks if isinstance(block, Gallery) for figure in block.figures]
    if sum(figure.embedded_bytes for figure in (*first, *further)) <= most:
        return frozenset(figure.stem for figure in (*first, *further)), 0
    embedded, held = set(), 0
    for figure in first:
        if held + figure.embedded_bytes > most:
            break
        held += figure.embedded_bytes
        embedded.add(figure.stem)
    return frozenset(embedded), len(first) + len(further) - len(embedded)
