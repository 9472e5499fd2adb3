"""Pictures of pixels, PNG and TIFF: as many as print needs, a palette where the colours are few."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image
from PIL.PngImagePlugin import PngInfo

DPI = 300
SCREEN_DPI = 150  # of a figure that no page can hold
PAGE = 11.7  # the longer side of a page (A4) in inches
MOST_PIXELS = 60_000  # what the renderer can draw in one direction is 65,536
# A colour of a palette is off by 2 of 255 at most, and only in the soft edges of letters and lines.
STEP = 4
IMAGE_DESCRIPTION = 270  # tag of TIFF 6.0, which is ASCII


def resolution(figure: Figure, asked: int | None = None) -> int:
    """The dpi that are `asked` for; without it 300 up to the size of a page, less for what is longer and read on a screen."""
    longest = max(figure.get_size_inches())
    wanted = asked or min(DPI, max(SCREEN_DPI, int(DPI * PAGE / longest)))
    return min(wanted, int(MOST_PIXELS / longest))


def pixels_of(figure: Figure, dpi: int) -> np.ndarray:
    """The figure as rows x columns x RGBA (0 to 255)."""
    before = figure.get_dpi()
    canvas = FigureCanvasAgg(figure)
    figure.set_dpi(dpi)
    try:
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())
    finally:
        figure.set_dpi(before)


def write_png(pixels: np.ndarray, path: Path, *, dpi: int, texts: Mapping[str, str]) -> None:
    """Write pixels with `texts` as their metadata."""
    facts = PngInfo()
    for key, value in texts.items():
        facts.add_text(key, value)
    compact(pixels).save(path, format="png", pnginfo=facts, dpi=(dpi, dpi), compress_level=4)


def write_tiff(pixels: np.ndarray, path: Path, *, dpi: int, texts: Mapping[str, str]) -> None:
    """Write pixels as printers take them: RGB, compressed without loss, the title as its description."""
    title = texts.get("Title", "")
    facts = {IMAGE_DESCRIPTION: title} if title and title.isascii() else {}
    picture = Image.fromarray(np.ascontiguousarray(pixels[:, :, :3]))
    picture.save(path, format="tiff", compression="tiff_lzw", dpi=(dpi, dpi), tiffinfo=facts)


def compact(pixels: np.ndarray) -> Image.Image:
    """An opaque picture (rows x columns x RGBA) with a palette if 256 colours do, else in full colour."""
    codes = np.ascontiguousarray(pixels).view("<u4").ravel() & 0xFFFFFF  # 0xBBGGRR
    starts = np.concatenate([[0], np.flatnonzero(codes[1:] != codes[:-1]) + 1])  # of runs of one colour
    lengths = np.diff(starts, append=len(codes))
    colours, runs = np.unique(codes[starts], return_inverse=True)
    channels = (colours[:, None] >> np.array([0, 8, 16])) & 255
    cells = channels if len(colours) <= 256 else (channels + STEP // 2) // STEP
    kinds, member = np.unique(cells @ np.array([1, 1 << 8, 1 << 16]), return_inverse=True)
    if len(kinds) > 256:
        return Image.fromarray(np.ascontiguousarray(pixels[:, :, :3]))
    # Each cell of similar colours takes its most frequent one, so that areas keep theirs.
    counts = np.bincount(runs, weights=lengths)
    palette = np.zeros((256, 3), dtype=np.uint8)
    for colour in np.argsort(counts, kind="stable"):
        palette[member[colour]] = channels[colour]
    indices = np.repeat(member.astype(np.uint8)[runs], lengths).reshape(pixels.shape[:2])
    picture = Image.fromarray(indices).convert("P")
    picture.putpalette(palette[: len(kinds)].tobytes())
    return picture
