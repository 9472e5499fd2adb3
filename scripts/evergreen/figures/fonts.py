"""The fonts of a PDF: the glyphs that it shows, cut out of the font's file as they are.

matplotlib has fontTools rewrite the font anew for each figure, with tables of layout that no reader of a PDF looks at; that
took longer than drawing. Here the outlines are copied: glyphs keep their numbers, those not shown are empty. Fonts with PostScript
outlines, as those of Chinese, Japanese and Korean are, get them as TrueType has them: what a PDF calls FontFile2 holds no others.
"""

from __future__ import annotations

import importlib.util
import struct
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import fontTools
import numpy as np
from fontTools.ttLib.sfnt import SFNTReader, SFNTWriter

if TYPE_CHECKING:  # what PostScript outlines need takes longer to load than most figures to draw
    from fontTools.ttLib import TTFont

# What a viewer needs of a TrueType font in a PDF (ISO 32000-1, 9.9): the rest is for finding, naming and laying out.
NEEDED = ("cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep")
# Flags of the parts of a composite glyph (OpenType specification, table glyf).
WORDS, SCALE, MORE, TWO_SCALES, MATRIX = 0x1, 0x8, 0x20, 0x40, 0x80


@dataclass(frozen=True)
class Font:
    """The needed tables of a font file, its glyphs' places in `glyf` (n + 1), and the number of full entries in `hmtx`."""

    tables: dict[str, bytes]
    places: np.ndarray
    metrics: int

    def outline(self, glyph: int) -> bytes:
        return self.tables["glyf"][self.places[glyph] : self.places[glyph + 1]]


@lru_cache(maxsize=16)
def read(path: str, face: int = 0) -> Font | None:
    """A face of a font file, or None where its outlines are not those of TrueType."""
    with Path(path).open("rb") as file:
        reader = SFNTReader(file, fontNumber=face)
        tables = {name: bytes(reader[name]) for name in NEEDED if name in reader}
    if {"glyf", "head", "hhea", "hmtx", "loca", "maxp"} - tables.keys():
        return None
    long = struct.unpack(">h", tables["head"][50:52])[0]
    places = np.frombuffer(tables["loca"], dtype=">u4" if long else ">u2").astype(np.int64)
    return Font(tables, places if long else 2 * places, struct.unpack(">H", tables["hhea"][34:36])[0])


@lru_cache(maxsize=4)
def _postscript(path: str, face: int) -> TTFont | None:
    from fontTools.ttLib import TTFont

    font = TTFont(path, fontNumber=face, lazy=True)
    return font if "CFF " in font or "CFF2" in font else None


def converted(font: TTFont, glyphs: Iterable[int]) -> tuple[bytes, dict[int, int]]:
    """A TrueType font of `glyphs` of a font with PostScript outlines, and their numbers in it.

    Cubic curves become quadratic ones that are off by a thousandth of the letter's size at most.
    """
    from fontTools.fontBuilder import FontBuilder
    from fontTools.pens.cu2quPen import Cu2QuPen
    from fontTools.pens.ttGlyphPen import TTGlyphPen

    names, outlines = font.getGlyphOrder(), font.getGlyphSet()
    numbers = [0, *sorted({*glyphs} - {0})]
    size = font["head"].unitsPerEm
    shapes, widths = {}, {}
    for number in numbers:
        pen = TTGlyphPen(None)
        outlines[names[number]].draw(Cu2QuPen(pen, size / 1000, reverse_direction=True))
        shapes[names[number]] = pen.glyph()
        widths[names[number]] = (round(outlines[names[number]].width), 0)
    made = FontBuilder(size, isTTF=True)
    made.setupGlyphOrder([names[number] for number in numbers])
    made.setupGlyf(shapes)
    made.setupHorizontalMetrics({name: (width, shapes[name].xMin if shapes[name].numberOfContours else 0) for name, (width, _) in widths.items()})  # fmt: skip
    made.setupHorizontalHeader(ascent=font["hhea"].ascent, descent=font["hhea"].descent)
    made.setupHead(unitsPerEm=size, created=0, modified=0)
    made.font.recalcTimestamp = False
    file = BytesIO()
    made.font.save(file)
    return file.getvalue(), {number: place for place, number in enumerate(numbers)}


def cut(font: Font, glyphs: Iterable[int]) -> bytes:
    """A font file with the outlines of `glyphs` and of those that these are composed of."""
    kept = _with_parts(font, glyphs)
    lengths = np.zeros(len(font.places) - 1, dtype=np.int64)
    outlines = [font.outline(glyph) for glyph in kept]
    outlines = [outline + b"\0" * (-len(outline) % 4) for outline in outlines]
    lengths[kept] = [len(outline) for outline in outlines]
    places = np.concatenate([[0], np.cumsum(lengths)])
    head = font.tables["head"][:50] + struct.pack(">h", 1) + font.tables["head"][52:]
    changed = {
        "glyf": b"".join(outlines),
        "loca": places.astype(">u4").tobytes(),
        "head": head,
        "hmtx": _metrics(font, kept),
    }
    file = BytesIO()
    writer = SFNTWriter(file, len(font.tables))
    for name, table in {**font.tables, **changed}.items():
        writer[name] = table
    writer.close()
    return file.getvalue()


def _with_parts(font: Font, glyphs: Iterable[int]) -> list[int]:
    """The glyphs with the parts of composite ones, and the sign for what is missing (0), in ascending order."""
    kept: set[int] = set()
    waiting = {0, *glyphs}
    while waiting:
        glyph = waiting.pop()
        kept.add(glyph)
        waiting |= _parts(font.outline(glyph)) - kept
    return sorted(kept)


def _parts(outline: bytes) -> set[int]:
    if len(outline) < 10 or struct.unpack(">h", outline[:2])[0] >= 0:
        return set()
    found, at, flags = set(), 10, MORE
    while flags & MORE:
        flags, part = struct.unpack(">HH", outline[at : at + 4])
        found.add(part)
        at += 8 if flags & WORDS else 6
        at += 2 if flags & SCALE else 4 if flags & TWO_SCALES else 8 if flags & MATRIX else 0
    return found


def _metrics(font: Font, kept: list[int]) -> bytes:
    """Widths and bearings of the kept glyphs; those of the others are 0."""
    table = np.frombuffer(font.tables["hmtx"], dtype=">u2")
    result = np.zeros_like(table)
    full = np.array([glyph for glyph in kept if glyph < font.metrics] + [font.metrics - 1])
    rest = font.metrics + np.array([glyph for glyph in kept if glyph >= font.metrics], dtype=np.int64)
    for place in (2 * full, 2 * full + 1, rest):
        result[place] = table[place]
    return result.tobytes()


@dataclass(frozen=True)
class _File:
    """What matplotlib asks of a font that fontTools would have made."""

    content: bytes

    def save(self, file: BytesIO, **_: Any) -> None:
        file.write(self.content)


@contextmanager
def cut_fonts() -> Iterator[None]:
    """Let matplotlib embed fonts that `cut` makes; others, and all if it has no such function to replace, as it does itself."""
    backend = _backend()
    original = getattr(backend, "get_glyphs_subset", None)
    results: Any = getattr(backend, "SubsetResults", None)
    if original is None or getattr(results, "_fields", ()) != ("font", "glyph_index_map"):
        yield
        return

    def subset(fontfile: Any, glyphs: Iterable[int]) -> AbstractContextManager[Any]:
        path, face, numbers = str(fontfile), getattr(fontfile, "face_index", 0), set(glyphs)
        if (font := read(path, face)) is not None:
            return nullcontext(results(_File(cut(font, numbers)), {glyph: glyph for glyph in numbers}))
        if (other := _postscript(path, face)) is not None:
            content, places = converted(other, numbers)
            return nullcontext(results(_File(content), places))
        return original(fontfile, glyphs)

    backend.get_glyphs_subset = subset  # type: ignore[attr-defined]
    try:
        yield
    finally:
        backend.get_glyphs_subset = original  # type: ignore[attr-defined]


@lru_cache(maxsize=1)
def _backend() -> ModuleType:
    """matplotlib's module that embeds fonts. What it loads to cut them itself is loaded when it is asked for, a tenth of a start."""
    name = "fontTools.subset"
    if name not in sys.modules and (spec := importlib.util.find_spec(name)) and spec.loader:
        spec.loader = importlib.util.LazyLoader(spec.loader)
        sys.modules[name] = fontTools.subset = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    from matplotlib.backends import _backend_pdf_ps

    return _backend_pdf_ps
