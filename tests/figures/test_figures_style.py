"""Figures are saved with real text and the same bytes twice."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends import _backend_pdf_ps
from matplotlib.backends.backend_pdf import RendererPdf
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont as find_font
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.text import Text
from PIL import Image

from evergreen.bias.tools import ROB1
from evergreen.figures import fonts, printing
from evergreen.figures import letters as letter_files
from evergreen.figures import pixels as pixel_files
from evergreen.figures.bias_marks import draw_mark
from evergreen.figures.canvas import Page
from evergreen.figures.letters import width_of
from evergreen.figures.style import FORMATS, INK, save, style
from evergreen.protocol.whole import Figures


def drawn() -> Figure:
    figure = Figure(figsize=(3, 2))
    axes = figure.add_subplot()
    axes.plot([0, 1], [0, 1])
    axes.fill_between([0, 1], [0, 1], hatch="//")
    axes.set_title("Größe & <risk>")
    return figure


def test_same_figure_gives_same_bytes_and_text_stays_text(tmp_path: Path) -> None:
    for stem in ("a", "b.c"):
        with style():
            save(drawn(), tmp_path / stem, title="A line")
    for suffix in ("svg", "pdf", "png"):
        first = (tmp_path / f"a.{suffix}").read_bytes()
        assert first == (tmp_path / f"b.c.{suffix}").read_bytes()
        assert b"CreationDate" not in first
    svg = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "Größe &amp; &lt;risk&gt;</text>" in svg
    assert "<title>A line</title>" in svg
    assert "<dc:date>" not in svg


def test_style_is_independent_of_the_users_settings() -> None:
    with mpl.rc_context({"font.size": 30, "lines.linestyle": "--"}):
        with style():
            assert mpl.rcParams["font.size"] == 8.0
            assert mpl.rcParams["lines.linestyle"] == "-"
        assert mpl.rcParams["font.size"] == 30


def letters() -> Figure:
    """A page of lines that begin, end and stand around a place, with a composite glyph, a sign and another face."""
    page = Page(160.0, 60.0)
    page.text(10, 20, "Größe ≤ ½", size=8)
    page.text(150, 20, "[0.49, 1.20]", size=8, align="right", bold=True)
    page.text(80, 45, "Å ¿ł?", size=8, align="center", color="#0072b2")
    return page.figure


def test_bytes_do_not_depend_on_what_was_drawn_before(tmp_path: Path) -> None:
    for stem, order in (("first", (letters, drawn)), ("second", (drawn, drawn, letters, letters))):
        for draw in order:
            with style():
                save(draw(), tmp_path / f"{stem}-{draw.__name__}")
    for name in ("letters", "drawn"):
        for suffix in FORMATS:
            first, second = (
                (tmp_path / f"{stem}-{name}.{suffix}").read_bytes() for stem in ("first", "second")
            )
            assert first == second


def test_a_line_written_again_is_laid_out_once_and_gives_the_same_pdf(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save_as(name: str) -> tuple[bytes, int]:
        page, laid_out = Page(200.0, 200.0), []
        for row in range(9):
            color = INK if row < 5 else "#0072b2"
            for x, text in ((30, "BT (½) Å"), (90, "0.3%"), (150, f"Row {row % 3}")):
                page.text(x + row / 3, 20.0 * row, text, size=8, align="right", color=color, bold=row == 4)

        def draw(self: RendererPdf, *given: object, mtext: Text | None = None) -> None:
            laid_out.append(given)
            plain(self, *given, mtext=mtext)  # type: ignore[misc]

        with style(), monkeypatch.context() as patched:
            patched.setattr(RendererPdf, "draw_text", draw)
            save(page.figure, tmp_path / name, formats=("pdf",))
        return (tmp_path / f"{name}.pdf").read_bytes(), len(laid_out)

    plain = RendererPdf.draw_text
    shared, few = save_as("shared")
    monkeypatch.setattr(letter_files, "draw_once", lambda *given: given[-1]())
    each, many = save_as("each")
    assert shared == each
    assert (few, many) == (8, 27)  # five texts, three of them in bold too


def test_a_caller_may_ask_for_fewer_formats(tmp_path: Path) -> None:
    with style():
        save(letters(), tmp_path / "one", formats=("svg",))
    assert [path.name for path in tmp_path.iterdir()] == ["one.svg"]


def test_printers_get_tiff_and_eps_and_screen_readers_words(tmp_path: Path) -> None:
    with style():
        save(
            letters(), tmp_path / "page", title="A <line>", description="Goes up & down.", dpi=144,
            formats=(*FORMATS, "tiff", "eps"),
        )  # fmt: skip
        save(letters(), tmp_path / "again", title="A <line>", dpi=144, formats=("eps", "tiff"))
    for name in ("png", "tiff"):
        with Image.open(tmp_path / f"page.{name}") as picture:
            assert picture.size == (320, 120)
            assert picture.info["dpi"] == pytest.approx((144, 144), abs=0.1)
            assert np.asarray(picture.convert("L")).min() < 60
    for name in ("eps", "tiff"):
        assert (tmp_path / f"page.{name}").read_bytes() == (tmp_path / f"again.{name}").read_bytes()
    eps = (tmp_path / "page.eps").read_text(encoding="latin-1")
    assert eps.startswith("%!PS-Adobe-3.0 EPSF-3.0")
    assert "%%BoundingBox: 0 0 160 60" in eps
    svg = (tmp_path / "page.svg").read_text(encoding="utf-8")
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert [(child.tag.rpartition("}")[2], child.text) for child in root[:2]] == [("title", "A <line>"), ("desc", "Goes up & down.")]  # fmt: skip


@pytest.mark.parametrize("dpi", [72, 110, 300])
def test_letters_are_as_wide_as_they_are_measured(dpi: int) -> None:
    """A bold line was once 10% wider at 72 dpi than at 300, and cut there."""
    page = Page(400.0, 20.0)
    text = "Influence of single studies: change in the modified total Sharp score"
    page.text(10, 14, text, size=9, bold=True)
    with style():
        ink = np.flatnonzero(pixel_files.pixels_of(page.figure, dpi)[:, :, 0].min(axis=0) < 128)
    assert (ink[-1] - ink[0]) * 72 / dpi == pytest.approx(width_of(text, 9, True), rel=0.02)


def test_a_mark_is_drawn_once_and_used_again(tmp_path: Path) -> None:
    page = Page(100.0, 100.0)
    for i in range(5):
        draw_mark(page, 10 + 15 * i, 20, 6, "high" if i % 2 else "low", ROB1)
    with style():
        save(page.figure, tmp_path / "marks", formats=("svg",))
    svg = (tmp_path / "marks.svg").read_text(encoding="utf-8")
    assert svg.count("<use") == 10  # a circle and a sign each
    assert len(re.findall(r"<defs>\s*<path", svg)) == 4


def test_fonts_of_a_pdf_are_cut_from_their_files(tmp_path: Path) -> None:
    path = find_font("DejaVu Sans")
    original, numbers = FT2Font(path), [FT2Font(path).get_char_index(ord(c)) for c in "aö≤"]
    font = fonts.read(path)
    assert font is not None
    content = fonts.cut(font, numbers)
    assert len(content) < 70_000 < Path(path).stat().st_size / 5
    again = FT2Font(BytesIO(content))
    for number in numbers:
        ours, theirs = (one.load_glyph(number, flags=LoadFlags.NO_SCALE) for one in (again, original))
        assert (ours.horiAdvance, ours.bbox) == (theirs.horiAdvance, theirs.bbox)
        assert again.get_path()[0].tolist() == original.get_path()[0].tolist()
    # matplotlib still has the function that is replaced, and it is put back.
    before = _backend_pdf_ps.get_glyphs_subset
    with fonts.cut_fonts():
        assert _backend_pdf_ps.get_glyphs_subset is not before
    assert _backend_pdf_ps.get_glyphs_subset is before
    with style():
        save(letters(), tmp_path / "page", formats=("pdf",))
    pdf = (tmp_path / "page.pdf").read_bytes()
    assert pdf.count(b"/FontFile2") >= 2
    assert pdf.count(b"/ToUnicode") >= 2
    assert b"/Type3" not in pdf
    assert len(pdf) < 30_000


def test_letters_look_as_matplotlib_draws_them(tmp_path: Path) -> None:
    figure = Figure(figsize=(160 / 72, 60 / 72))
    for x, y, text, align, weight, color in (
        (10, 20, "Größe ≤ ½", "left", "normal", INK), (150, 20, "[0.49, 1.20]", "right", "bold", INK),
        (80, 45, "Å ¿ł?", "center", "normal", "#0072b2"),
    ):  # fmt: skip
        figure.text(x / 160, 1 - y / 60, text, size=8, ha=align, va="baseline", weight=weight, color=color)
    with style():
        save(letters(), tmp_path / "ours", formats=("png",))
        figure.savefig(tmp_path / "theirs.png", dpi=300)
    ours, theirs = (
        np.asarray(Image.open(tmp_path / f"{name}.png").convert("L"), dtype=float)
        for name in ("ours", "theirs")
    )
    assert ours.shape == theirs.shape
    # Letters stand on whole pixels: at most half a pixel away, so that areas of a point are as dark.
    coarse = [one[:248, :664].reshape(31, 8, 83, 8).mean(axis=(1, 3)) for one in (ours, theirs)]
    assert np.abs(coarse[0] - coarse[1]).max() < 40
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.2)


def test_palettes_keep_areas_and_large_figures_have_fewer_pixels() -> None:
    pixels = np.full((40, 60, 4), 255, dtype=np.uint8)
    pixels[:20, :, :3] = (0, 114, 178)
    exact = pixel_files.compact(pixels)
    assert exact.mode == "P"
    assert np.array_equal(np.asarray(exact.convert("RGB")), pixels[:, :, :3])
    pixels[-1, :, 0] = np.arange(60) * 4
    pixels[-2, :, 1] = np.arange(60) * 4 + 1
    for row, channel in ((-3, 0), (-4, 1), (-5, 2), (-6, 0)):
        pixels[row, :, channel] = np.arange(60) * 4 + 2
    near = np.asarray(pixel_files.compact(pixels).convert("RGB"), dtype=int)
    assert np.abs(near - pixels[:, :, :3]).max() <= 2 * (pixel_files.STEP - 1)
    assert np.array_equal(near[:20], pixels[:20, :, :3])
    assert [pixel_files.resolution(Figure(figsize=(7, high))) for high in (4, 11.7, 23.4, 60, 600)] == [300, 300, 150, 150, 100]  # fmt: skip


def test_a_figure_is_another_with_other_formats_resolution_or_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Figures(formats=("eps",), dpi=600)
    monkeypatch.setattr(printing.importlib.util, "find_spec", lambda name: name == "manimgx_fonts" or None)
    values = printing.prints(asked).values
    assert values == {"formats": ["svg", "pdf", "png", "eps"], "dpi": 600, "fonts": ["manimgx_fonts"]}
    parser = ArgumentParser()
    printing.add_argument(parser)
    assert parser.parse_args(["--prints", json.dumps(values)]).prints.values == values
    assert parser.parse_args([]).prints.how == {"formats": FORMATS, "dpi": None}
