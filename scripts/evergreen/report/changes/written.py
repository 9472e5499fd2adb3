"""A comparison as files: a page, a Word document and JSON, of one value."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from evergreen import tables
from evergreen.protocol.review import Review
from evergreen.report.blocks import Block, Gallery
from evergreen.report.changes.comparison import sections
from evergreen.report.page import drawings, page
from evergreen.report.word import write_document
from evergreen.sheets.days import DAY
from evergreen.states.comparing import Comparison
from evergreen.states.frozen import NOW

SUFFIXES = ("html", "docx", "json")


def sweep(folder: Path, made: Collection[str]) -> None:
    """Remove what people compared with the review as it stood, or with a view of a round, but for the pages `made` now: it is of then. What
    was compared of versions and revisions alone stays as it is.
    """
    for path in sorted(folder.glob("*..*")):
        moves = any(side == NOW or re.fullmatch(DAY, side) for side in path.stem.split(".."))
        if moves and path.stem not in made:
            path.unlink()


def write(
    found: Comparison,
    review: Review,
    stem: Path,
    figures: Mapping[str, tuple[Path | None, Path | None]] | None = None,
    before: Sequence[Block] = (),
) -> None:
    """Write `<stem>.html`, `.docx` and `.json`. The page holds the figures, as far as it may become no heavier than a report."""
    parts = sections(found, figures or {}, before)
    drawn = set(drawings(parts))

    def stays(block: Block) -> bool:
        return not isinstance(block, Gallery) or all(figure.id in drawn for figure in block.figures)

    # What finds no room in the page is a file that may be gone tomorrow, and no link leads there.
    for section in parts:
        section.blocks[:] = filter(stays, section.blocks)
    stem.parent.mkdir(parents=True, exist_ok=True)
    html = page(review, found.after["searched"], parts, stem.parent.as_posix())
    tables.write_text("".join(html), f"{stem}.html")
    with tables.replaced(f"{stem}.docx") as draft, draft.open("wb") as word:
        write_document(review, parts, word)
    tables.write_json(found.written(), f"{stem}.json")
