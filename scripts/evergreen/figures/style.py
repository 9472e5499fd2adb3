"""How every figure looks and is saved: one font, real text, the same bytes for the same content."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from evergreen.figures.fonts import cut_fonts
from evergreen.figures.pixels import resolution, write_png
from evergreen.tables import replaced

# DejaVu Sans comes with matplotlib, so that a figure is the same on every machine.
FONT = "DejaVu Sans"
# A viewer without it takes one of these: Verdana is as wide, the others are narrower, so nothing is cut.
SVG_FONTS = "'DejaVu Sans', 'Bitstream Vera Sans', Verdana, Arial, Helvetica, sans-serif"

INK = "#1a1a1a"
GREY = "#6b6b6b"
PALE = "#e9e9e9"
# Okabe and Ito (2008), distinguishable with every kind of colour vision; in order of first use.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#f0e442")

# Widths that journals print, in inches: one column (about 85 mm), one and a half, two (about 178 mm).
COLUMN, COLUMN_AND_HALF, PAGE = 3.35, 5.0, 7.0
FORMATS = ("svg", "pdf", "png")
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
}


UNSAID: dict[str, Any] = {"CreationDate": None, "Creator": None, "Producer": None}
"""What a PDF does not say of itself, for its bytes would differ by it."""


@contextmanager
def style() -> Iterator[None]:
    """The settings of all figures, whatever the user's matplotlibrc says; build and save inside it."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(SETTINGS)
        yield


def save(
    figure: Figure,
    stem: str | Path,
    *,
    title: str = "",
    dpi: int | None = None,
    formats: Sequence[str] = FORMATS,
) -> None:
    """Write `stem`.svg, `stem`.pdf and `stem`.png, or those of them in `formats`; `title` is what a screen reader says.

    Text stays text in SVG and PDF. No dates and no random ids: the same figure gives the same bytes, whatever was drawn
    before it. `dpi` is that of the PNG, and of what is a picture in the others; without it `resolution` decides.
    """
    named = {"Title": title} if title else {}
    dpi = dpi or resolution(figure)
    with _kept():
        for suffix in formats:
            # A stem may hold a dot ("2018.5"), so that the suffix is added and not replaced.
            with replaced(f"{stem}.{suffix}") as draft:
                if suffix == "png":
                    write_png(figure, draft, dpi=dpi, texts=named)
                elif suffix == "pdf":
                    with cut_fonts():
                        figure.savefig(draft, format="pdf", metadata=named | UNSAID, dpi=dpi)
                else:
                    svg = StringIO()
                    figure.savefig(
                        svg, format="svg", metadata=named | {"Date": None, "Creator": None}, dpi=dpi
                    )
                    text = svg.getvalue().replace(f"'{FONT}'", SVG_FONTS)
                    draft.write_text(text, encoding="utf-8", newline="\n")


def save_pages(figures: Sequence[Figure], stems: Sequence[str | Path], *, title: str = "") -> None:
    """Write the pages of a figure: each as SVG and PNG under its own stem, all of them in one PDF under the first."""
    of = len(figures)
    dpi = SCREEN_DPI if of > PRINTED else None
    for number, (figure, stem) in enumerate(zip(figures, stems, strict=True), start=1):
        own = f"{title} (page {number} of {of})" if title and of > 1 else title
        save(figure, stem, title=own, dpi=dpi, formats=[one for one in FORMATS if of == 1 or one != "pdf"])
    if of > 1:
        facts = ({"Title": title} if title else {}) | UNSAID
        with (
            _kept(),
            replaced(f"{stems[0]}.pdf") as draft,
            cut_fonts(),
            PdfPages(draft, metadata=facts) as pdf,
        ):
            for figure in figures:
                pdf.savefig(figure)


def _kept() -> AbstractContextManager[None]:
    """Texts and fonts as they are and ids by content, whatever the settings around."""
    return mpl.rc_context({key: SETTINGS[key] for key in ("svg.fonttype", "svg.hashsalt", "pdf.fonttype")})
