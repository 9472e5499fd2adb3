"""What a report is made of: sections of blocks, which the page and the Word document draw each in their way."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

LINK = re.compile(
    r'<a xlink:href="([^"]*)">\s*<title>([^<]*)</title>\s*<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"'
)
"""A link of a figure, as `figures.canvas` draws it."""
DATA_URL = "data:image/svg+xml;base64,"


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


Cell = str | Link


@dataclass(frozen=True)
class Head:
    """Head of a table's column; numbers are aligned right, `width_cm` is its width in the Word document."""

    name: str
    number: bool = False
    width_cm: float | None = None


@dataclass(frozen=True)
class Text:
    """A paragraph; the page shows the `link` behind it."""

    kind: ClassVar[str] = "text"
    text: str
    style: str = ""
    link: Link | None = None


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
class Tiles:
    """Numbers at a glance: (value, what it counts)."""

    kind: ClassVar[str] = "tiles"
    tiles: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Table:
    """A table; with `fold` it is closed until a reader opens it."""

    kind: ClassVar[str] = "table"
    caption: str
    columns: Sequence[Head]
    rows: Sequence[Sequence[Cell]]
    fold: str = ""


@dataclass(frozen=True)
class Area:
    """A place of a figure that leads somewhere: position and size in per cent of the figure's."""

    left: float
    top: float
    width: float
    height: float
    url: str
    title: str


@dataclass(frozen=True)
class Figure:
    """A figure: `stem` without suffix; SVG is shown in the page, PNG in the Word document; `further` are the stems of its
    pages behind the first, which the page links."""

    kind: ClassVar[str] = "figure"
    id: str
    stem: Path
    alt: str
    caption: str
    width: int | None = None
    links: Sequence[tuple[str, str]] = ()
    further: Sequence[Path] = ()

    @property
    def data(self) -> str:
        """The SVG as a data URL, which stands in the page itself."""
        return DATA_URL + base64.b64encode(self._svg.read_bytes()).decode("ascii")

    @property
    def embedded_bytes(self) -> int:
        """What `data` would take of the page."""
        return len(DATA_URL) + 4 * -(-self._svg.stat().st_size // 3)

    @property
    def areas(self) -> list[Area]:
        """Where the drawing itself leads, for a page that shows it as a picture; addresses as seen from the report."""
        text = self._svg.read_text(encoding="utf-8")
        if not (links := LINK.findall(text)):
            return []
        size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text)
        assert size is not None
        wide, high = map(float, size.groups())
        return [
            Area(
                100 * float(x) / wide, 100 * float(y) / high, 100 * float(width) / wide, 100 * float(height) / high,
                html.unescape(url).rpartition("report/")[2], html.unescape(title),
            )
            for url, title, x, y, width, height in links
        ]  # fmt: skip

    @property
    def _svg(self) -> Path:
        return self.stem.with_name(f"{self.stem.name}.svg")

    @property
    def files(self) -> list[tuple[str, str]]:
        """(label, path from the report's folder) of the files beside the figure."""
        base = "../" + "/".join(self.stem.parts[1:]) if len(self.stem.parts) > 1 else self.stem.name
        return [
            ("SVG", f"{base}.svg"), ("PDF", f"{base}.pdf"), ("PNG", f"{base}.png"), *self.links,
            *((f"page {number}", f"../{'/'.join(page.parts[1:])}.svg") for number, page in enumerate(self.further, start=2)),
        ]  # fmt: skip


@dataclass(frozen=True)
class Gallery:
    """Figures that stay closed until a reader opens them; the Word document leaves them out."""

    kind: ClassVar[str] = "gallery"
    fold: str
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Code:
    """Text exactly as it was used, closed until a reader opens it."""

    kind: ClassVar[str] = "code"
    fold: str
    text: str


Block = Text | Heading | Lines | Tiles | Table | Figure | Gallery | Code


@dataclass(frozen=True)
class Section:
    id: str
    title: str
    blocks: list[Block] = field(default_factory=list)
