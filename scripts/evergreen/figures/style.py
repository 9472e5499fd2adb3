"""How every figure looks and is saved: one font, real text, the same bytes for the same content."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from evergreen.figures import svg
from evergreen.figures.fonts import cut_fonts
from evergreen.figures.glyphs import FONT, families, lacking
from evergreen.figures.pixels import pixels_of, resolution, write_png, write_tiff
from evergreen.figures.printing import FORMATS, How
from evergreen.tables import replaced

INK = "#1a1a1a"
GREY = "#6b6b6b"
PALE = "#e9e9e9"
# Okabe and Ito (2008), distinguishable with every kind of colour vision; in order of first use.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#f0e442")

# In grey the first two are alike: what they tell apart has another shape too.
MARKERS = ("o", "s", "^", "D", "v", "P", "X")

# Lines: (start, lengths of dashes and gaps), in widths of the line.
DASHED, DOTTED = (0.0, (4.0, 3.0)), (0.0, (1.0, 2.0))

# Widths that journals print, in inches: one column (about 85 mm), one and a half, two (about 178 mm).
COLUMN, COLUMN_AND_HALF, PAGE = 3.35, 5.0, 7.0

# Pictures of more pages than these are looked at on a screen; what is printed is the PDF.
PRINTED, SCREEN_DPI = 4, 200

SETTINGS: Any = {
    "font.family": [FONT],
    "font.size": 8.0,
    "mathtext.fontset": "dejavusans",
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.labelsize": 8.0,
    "axes.titlesize": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=COLOURS),
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 7.0,
    "ytick.labelsize": 7.0,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.fontsize": 7.0,
    "legend.frameon": False,
    "lines.linewidth": 0.9,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    # Glyphs as wide as their outlines at every resolution, so that what was measured fits.
    "text.hinting": "no_hinting",
    "svg.fonttype": "none",
    "svg.hashsalt": "evergreen",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "ps.fonttype": 3,  # outlines as they are: what EPS holds of a font of type 42 is the whole of a large one
}


def tint(color: str, share: float) -> str:
    """A colour with `share` of itself and the rest white: not transparent, for PostScript has no such thing."""
    return to_hex(tuple(1 - share * (1 - part) for part in to_rgb(color)))  # type: ignore[arg-type]


UNSAID: dict[str, Any] = {"CreationDate": None, "Creator": None, "Producer": None}
"""What a PDF does not say of itself, for its bytes would differ by it."""


@contextmanager
def style() -> Iterator[None]:
    """The settings of all figures, whatever the user's matplotlibrc says; build and save inside it."""
    with mpl.rc_context(), warnings.catch_warnings():
        # What matplotlib says of each glyph at each drawing, `save` says once.
        warnings.filterwarnings("ignore", message=r"Glyph \d+ .*missing from font")
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield


def save(
    figure: Figure,
    stem: str | Path,
    *,
    title: str = "",
    description: str = "",
    dpi: int | None = None,
    formats: Sequence[str] = FORMATS,
) -> str:
    """Write `stem`.svg, `stem`.pdf and so on for `formats`; `title` and `description` are what a screen reader says.

    Text stays text in SVG and PDF. No dates and no random ids: the same figure gives the same bytes, whatever was drawn
    before it. `dpi` is that of the pictures, and of what is a picture in the others; without it `resolution` decides.
    Returns a sentence about characters that no font on this machine has, or "": it is printed too, for boxes are not legible.
    """
    named = {"Title": title} if title else {}
    dpi = resolution(figure, dpi)
    absent = lacking(given_fonts(figure))
    if absent:
        print(f"{stem}: {absent}", file=sys.stderr)
    pixels = pixels_of(figure, dpi) if {"png", "tiff"} & set(formats) else None
    with _kept():
        for suffix in formats:
            # A stem may hold a dot ("2018.5"), so that the suffix is added and not replaced.
            with replaced(f"{stem}.{suffix}") as draft:
                if suffix in PICTURES:
                    assert pixels is not None
                    PICTURES[suffix](pixels, draft, dpi=dpi, texts=named)
                elif suffix == "pdf":
                    with cut_fonts():
                        figure.savefig(draft, format="pdf", metadata=named | UNSAID, dpi=dpi)
                elif suffix == "eps":
                    draft.write_bytes(_eps(figure, named, dpi))
                else:
                    written = StringIO()
                    figure.savefig(
                        written, format="svg", metadata=named | {"Date": None, "Creator": None}, dpi=dpi
                    )
                    text = svg.dressed(written.getvalue(), title, description)
                    draft.write_text(text, encoding="utf-8", newline="\n")
    return absent


def save_pages(
    figures: Sequence[Figure],
    stems: Sequence[str | Path],
    *,
    title: str = "",
    description: str = "",
    dpi: int | None = None,
    formats: Sequence[str] = FORMATS,
) -> str:
    """Write the pages of a figure as `save` does, each under its own stem, but all of them in one PDF under the first."""
    of, absent = len(figures), []
    dpi = dpi or (SCREEN_DPI if of > PRINTED else None)
    for number, (figure, stem) in enumerate(zip(figures, stems, strict=True), start=1):
        own = f"{title} (page {number} of {of})" if title and of > 1 else title
        single = [one for one in formats if of == 1 or one != "pdf"]
        absent.append(save(figure, stem, title=own, description=description, dpi=dpi, formats=single))
    if of > 1 and "pdf" in formats:
        facts = ({"Title": title} if title else {}) | UNSAID
        with _kept(), replaced(f"{stems[0]}.pdf") as draft, cut_fonts():
            from matplotlib.backends.backend_pdf import PdfPages  # behind `cut_fonts`, which loads half of it

            with PdfPages(draft, metadata=facts) as pdf:
                for figure in figures:
                    pdf.savefig(figure)
    return next(filter(None, absent), "")


def save_listed(
    pages: Sequence[Figure], folder: Path, stem: str, *, title: str, description: str, how: How
) -> dict[str, Any]:
    """Write the pages of a figure into a folder; what the `figures.json` of this says of them.

    How many pages there are follows from the numbers: those behind the first go into `further/`, where nothing is named beforehand.
    """
    behind = [f"further/{Path(stem).name}-{number}" for number in range(2, len(pages) + 1)]
    places = [folder / place for place in (stem, *behind)]
    absent = save_pages(pages, places, title=title, description=description, **how)
    return {"stem": stem, "further_pages": behind, "description": description, "boxes": absent or None}


def _kept() -> AbstractContextManager[None]:
    """Texts and fonts as they are and ids by content, whatever the settings around."""
    fixed: Any = ("svg.fonttype", "svg.hashsalt", "pdf.fonttype", "ps.fonttype")
    return mpl.rc_context({key: SETTINGS[key] for key in fixed})


PICTURES = {"png": write_png, "tiff": write_tiff}


def given_fonts(figure: Figure) -> list[str]:
    """All texts of a figure, those that matplotlib draws with the fonts that have their glyphs."""
    texts = []
    for artist in figure.findobj():
        if isinstance(artist, Text):
            text = artist.get_text()
            if not text.isascii():
                artist.set_fontfamily(list(families(text)))
            texts.append(text)
        else:
            texts += getattr(artist, "written", [])
    return texts


def _eps(figure: Figure, named: dict[str, str], dpi: int) -> bytes:
    """Encapsulated PostScript without the time, and without transparency, which PostScript has not."""
    written = BytesIO()
    for artist in figure.findobj(lambda artist: artist.get_rasterized()):
        artist.set_rasterized(False)  # what is transparent in a picture would be black
    figure.savefig(written, format="eps", metadata={"Creator": "Evergreen"} | named, dpi=dpi)
    lines = written.getvalue().split(b"\n")
    return b"\n".join(line for line in lines if not line.startswith(b"%%CreationDate"))
