"""The fonts of a PDF: the glyphs that it shows, cut out of the font's file as they are.

matplotlib has fontTools rewrite the font anew for each figure, with tables of layout that no reader of a PDF looks at; that
took longer than drawing. Here the outlines are copied: glyphs keep their numbers, those not shown are empty.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from fontTools.ttLib.sfnt import SFNTReader, SFNTWriter
from matplotlib.backends import _backend_pdf_ps

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
def read(path: str) -> Font | None:
    """The font, or None where the file is a collection or has other than TrueType outlines."""
    with Path(path).open("rb") as file:
        if file.read(4) != b"\0\1\0\0":
            return None
        file.seek(0)
        reader = SFNTReader(file)
        tables = {name: bytes(reader[name]) for name in NEEDED if name in reader}
    if {"glyf", "head", "hhea", "hmtx", "loca", "maxp"} - tables.keys():
        return None
    long = struct.unpack(">h", tables["head"][50:52])[0]
    places = np.frombuffer(tables["loca"], dtype=">u4" if long else ">u2").astype(np.int64)
    return Font(tables, places if long else 2 * places, struct.unpack(">H", tables["hhea"][34:36])[0])


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
    original = getattr(_backend_pdf_ps, "get_glyphs_subset", None)
    results: Any = getattr(_backend_pdf_ps, "SubsetResults", None)
    if original is None or getattr(results, "_fields", ()) != ("font", "glyph_index_map"):
        yield
        return

    def subset(fontfile: Any, glyphs: Iterable[int]) -> AbstractContextManager[Any]:
        font = read(str(fontfile)) if not getattr(fontfile, "face_index", 0) else None
        if font is None:
            return original(fontfile, glyphs)
        numbers = set(glyphs)
        content = cut(font, numbers)
        return nullcontext(results(_File(content), {glyph: glyph for glyph in numbers}))

    _backend_pdf_ps.get_glyphs_subset = subset
    try:
        yield
    finally:
        _backend_pdf_ps.get_glyphs_subset = original
