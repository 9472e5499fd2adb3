"""What a report is made of: sections of blocks, which the page and the Word document draw each in their way."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import ClassVar, Literal

from evergreen.synthesis.result.trail_places import place_of


@dataclass(frozen=True)
class Link:
    """A text that leads somewhere: to a page of the web or a place beside the report. An address of another kind
    (`javascript:` in an export) is none, and `url` is empty."""

    text: str
    url: str

    def __post_init__(self) -> None:
        scheme, colon, _ = re.split(r"[/?#]", self.url, maxsplit=1)[0].partition(":")
        if colon and scheme.casefold() not in ("http", "https"):
            object.__setattr__(self, "url", "")

    @property
    def leads_out(self) -> bool:
        """Whether it leads to a page of the web."""
        return self.url.casefold().startswith(("http:", "https:"))


Cell = str | Link
LONG_WORD = 20
"""Letters of a word that a column need not hold in one line."""
PAPER = {7: ("", 100), 12: ("wide", 120), math.inf: ("widest", 150)}
"""Up to so many columns how wide a table is, and how many letters of the size that it has then stand beside each other on paper."""
FOR_AUTHORS = "authors"
"""Style of a text that says what the authors have to write in its place."""


def from_report(stem: Path) -> str:
    """The path of a file below results/ as it is seen from the report's folder."""
    return "../" + "/".join(stem.parts[1:])


def text_of(cell: Cell) -> str:
    """What a cell says, wherever it leads."""
    return cell if isinstance(cell, str) else cell.text


@dataclass(frozen=True)
class Head:
    """Head of a table's column; numbers are aligned right."""

    name: str
    number: bool = False


def heads(*columns: str | Head) -> list[Head]:
    """Heads of a table; a name alone is that of a column of texts."""
    return [Head(one) if isinstance(one, str) else one for one in columns]


@dataclass(frozen=True)
class Text:
    """A paragraph; the page shows the `link` behind it, and leads to it by its `id`."""

    kind: ClassVar[str] = "text"
    text: str
    style: str = ""
    link: Link | None = None
    id: str = ""


@dataclass(frozen=True)
class Heading:
    kind: ClassVar[str] = "heading"
    text: str
    id: str


@dataclass(frozen=True)
class Lines:
    kind: ClassVar[str] = "list"
    lines: Sequence[Cell]


@dataclass(frozen=True)
class Terms:
    """What each of some terms stands for, such as the parts of a question."""

    kind: ClassVar[str] = "terms"
    terms: Sequence[tuple[Cell, str]]
    style: Literal["", "answers"] = ""


@dataclass(frozen=True)
class Tiles:
    """Numbers at a glance: (value, what it counts)."""

    kind: ClassVar[str] = "tiles"
    tiles: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """A table; with `fold` it is closed until a reader opens it, and in the Word document only if it is to `keep`.

    `id` names its place on the page, and is given by `placed` where it is ""; rows are named by their first `key` cells: by what
    they say, so that an address leads to the same row after an update. `number` is given by `numbered`.
    """

    kind: ClassVar[str] = "table"
    caption: str
    columns: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    fold: str = ""
    id: str = ""
    key: int = 1
    keep: bool = False
    number: int | None = None

    @property
    def cells(self) -> int:
        """How many cells it has below its head."""
        return len(self.rows) * len(self.columns)

    @property
    def label(self) -> str:
        """`Table 3. Counts by round`, or the caption alone."""
        return f"Table {self.number}. {self.caption}" if self.number else self.caption

    @property
    def classes(self) -> list[str]:
        """What the page has to know of each column: its cells are a `number`, or hold a `long` word, such as an address, which may be
        broken anywhere on paper."""
        words = [
            max((len(word) for row in self.rows for word in text_of(row[place]).split()), default=0)
            for place in range(len(self.columns))
        ]
        return [
            "number" if head.number else "long" if longest > LONG_WORD else ""
            for head, longest in zip(self.columns, words, strict=True)
        ]

    @property
    def width(self) -> str:
        """What the page has to know of the whole: whether it is `wide` or the `widest`, for small letters on paper, and whether its words
        are `whole` there, for they find room beside each other."""
        columns = len(self.columns)
        width, letters = next(sizes for most, sizes in PAPER.items() if columns <= most)
        longest = (
            max(
                len(word)
                for text in (head.name, *(text_of(row[place]) for row in self.rows))
                for word in text.split(" ")
            )
            for place, head in enumerate(self.columns)
        )
        return f"{width} whole".strip() if sum(longest) + columns <= letters else width

    @property
    def rows_with_ids(self) -> Iterator[tuple[str, Sequence[Cell]]]:
        """(id on a page, cells) of each row."""
        seen: dict[str, int] = {}
        for row in self.rows:
            # Two hyphens: no id of a table and no text made an id have them.
            said = place_of(" ".join(filter(None, map(text_of, row[: self.key]))))
            name = f"{self.id}--{said}"
            seen[name] = position = seen.get(name, 0) + 1
            yield name if position == 1 else f"{name}--{position}", row


@dataclass(frozen=True)
class Figure:
    """A figure: `stem` without suffix; SVG is shown in the page, PNG in the Word document; `further` are the stems of its
    pages behind the first. `alt` is for who does not see it, `caution` what a reader must know who does."""

    kind: ClassVar[str] = "figure"
    id: str
    stem: Path
    alt: str
    caption: str
    links: Sequence[tuple[str, str]] = ()
    further: Sequence[Path] = ()
    caution: str = ""
    number: int | None = None

    @property
    def label(self) -> str:
        """`Figure 3. Forest plot`, or the caption alone."""
        return f"Figure {self.number}. {self.caption}" if self.number else self.caption

    @property
    def svg(self) -> Path:
        """The drawing, or its first page."""
        return self.stem.with_name(f"{self.stem.name}.svg")

    @property
    def files(self) -> list[tuple[str, str]]:
        """(label, path from the report's folder) of the files beside the figure."""
        base = from_report(self.stem) if len(self.stem.parts) > 1 else self.stem.name
        return [("SVG", f"{base}.svg"), ("PDF", f"{base}.pdf"), ("PNG", f"{base}.png"), *self.links]

    @property
    def further_pages(self) -> list[tuple[str, str]]:
        """(label, path from the report's folder) of the pages after the first."""
        pages = enumerate(self.further, start=2)
        return [(f"page {number}", f"{from_report(page)}.svg") for number, page in pages]


@dataclass(frozen=True)
class Gallery:
    """Figures that stay closed until a reader opens them; the Word document leaves them out."""

    kind: ClassVar[str] = "gallery"
    fold: str
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Code:
    """Text exactly as it was used, closed until a reader opens it, and in the Word document only if it is to `keep`."""

    kind: ClassVar[str] = "code"
    fold: str
    text: str
    keep: bool = False


Block = Text | Heading | Lines | Terms | Tiles | Table | Figure | Gallery | Code


@dataclass(frozen=True)
class Section:
    """A section; `part` is the heading under which the contents list it and those after it, up to the next that has one."""

    id: str
    title: str
    blocks: list[Block] = field(default_factory=list)
    part: str = ""


def placed(sections: Sequence[Section]) -> list[Section]:
    """The sections with an id for each table: its own, or one of its section and its caption; no two have the same."""
    seen: dict[str, int] = {}

    def with_place(section: Section, block: Block) -> Block:
        if not isinstance(block, Table):
            return block
        name = block.id or f"{section.id}-{place_of(block.caption)}"
        seen[name] = position = seen.get(name, 0) + 1
        return replace(block, id=name if position == 1 else f"{name}-{position}")

    return [
        replace(section, blocks=[with_place(section, block) for block in section.blocks])
        for section in sections
    ]


def numbered(sections: Sequence[Section]) -> list[Section]:
    """The sections with their tables and figures numbered in the order in which they stand, each kind for itself."""
    tables, figures = count(1), count(1)

    def with_number(block: Block) -> Block:
        if isinstance(block, Table):
            return replace(block, number=next(tables))
        if isinstance(block, Figure):
            return replace(block, number=next(figures))
        if isinstance(block, Gallery):
            return replace(block, figures=[replace(one, number=next(figures)) for one in block.figures])
        return block

    return [replace(section, blocks=list(map(with_number, section.blocks))) for section in sections]
