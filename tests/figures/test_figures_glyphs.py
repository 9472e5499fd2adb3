"""Names in scripts that DejaVu Sans lacks: fonts are found and embedded, and what none has is said."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from matplotlib import font_manager

from evergreen.figures import glyphs
from evergreen.figures.canvas import Page
from evergreen.figures.letters import width_of
from evergreen.figures.style import save, style

CIRCLE = ((100, 400), (100, 650), (300, 800), (500, 800), (700, 800), (900, 650), (900, 400))


def font(path: Path, family: str, letters: str, *, postscript: bool) -> None:
    """A font whose letters are half circles, 1000 units wide."""
    names = [".notdef", *(f"uni{ord(letter):04X}" for letter in letters)]
    made = FontBuilder(1000, isTTF=not postscript)
    made.setupGlyphOrder(names)
    made.setupCharacterMap({ord(letter): name for letter, name in zip(letters, names[1:], strict=True)})
    shapes = {}
    for name in names:
        pen = T2CharStringPen(1000, None) if postscript else TTGlyphPen(None)
        pen.moveTo(CIRCLE[0])
        if postscript:
            pen.curveTo(*CIRCLE[1:4])
            pen.curveTo(*CIRCLE[4:])
        else:
            pen.qCurveTo((100, 800), CIRCLE[3])
            pen.qCurveTo((900, 800), CIRCLE[6])
        pen.closePath()
        shapes[name] = pen.getCharString() if postscript else pen.glyph()
    if postscript:
        made.setupCFF(family.replace(" ", ""), {}, shapes, {})
    else:
        made.setupGlyf(shapes)
    made.setupHorizontalMetrics(dict.fromkeys(names, (1000, 100)))
    made.setupHorizontalHeader(ascent=880, descent=-120)
    made.setupNameTable({"familyName": family, "styleName": "Regular", "psName": family.replace(" ", "")})
    made.setupOS2(sTypoAscender=880, sTypoDescender=-120)
    made.setupPost()
    made.save(path)


def forget() -> None:
    for cached in (glyphs._files, glyphs.families, glyphs.missing, glyphs._found, glyphs._fallback):
        cached.cache_clear()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """A machine with just the fonts that a test gives it, of both kinds of outlines."""

    def with_fonts(**letters: str) -> None:
        for name, own in letters.items():
            font(tmp_path / f"{name}.otf", f"Test {name}", own, postscript=name == "Han")
        files = [str(tmp_path / f"{name}.otf") for name in letters]
        monkeypatch.setattr(font_manager, "findSystemFonts", lambda: files)
        forget()

    known = list(font_manager.fontManager.ttflist)
    monkeypatch.setattr(glyphs, "FONT_PACKAGES", ())
    yield with_fonts
    font_manager.fontManager.ttflist[:] = known
    font_manager.fontManager._findfont_cached.cache_clear()
    forget()


def page() -> Page:
    drawn = Page(200.0, 60.0)
    drawn.text(10, 20, "Wang 王 (2020) ไทย", size=8, bold=True)
    drawn.axes.text(10, 50, "−1.5 王")
    return drawn


def test_each_letter_gets_the_font_that_has_it(machine: Callable[..., None]) -> None:
    machine(Thai="ไทย", Han="王日")
    assert glyphs.families("Cohen 2008, Größe, Ωμέγα, Жизнь, مرض, חולה") == ("DejaVu Sans",)
    assert glyphs.families("王 ไทย") == ("DejaVu Sans", "Test Han", "Test Thai")
    assert glyphs.missing("王 ไทย") == ""
    assert glyphs.missing("王 अध्ययन\u200d\ufe0f") == "अधनय\u094d"
    # As wide as the fonts have it: the letters of the test's are a size wide each.
    assert width_of("王王王", 10) == pytest.approx(1.01 * 30, rel=0.02)


def test_fonts_found_are_embedded_as_truetype(machine: Callable[..., None], tmp_path: Path) -> None:
    """What a PDF calls FontFile2 is TrueType (ISO 32000-1, 9.9), also where the font's outlines are PostScript's."""
    machine(Thai="ไทย", Han="王日")
    with style():
        assert save(page().figure, tmp_path / "page", formats=("svg", "pdf", "eps")) == ""
    pdf = (tmp_path / "page.pdf").read_bytes()
    embedded = []
    for start in re.finditer(rb"stream\r?\n", pdf):
        try:
            content = zlib.decompressobj().decompress(pdf[start.end() :])
        except zlib.error:
            continue
        if content[:4] in (b"\0\1\0\0", b"OTTO", b"true"):
            embedded.append(TTFont(BytesIO(content)))
    assert len(embedded) == pdf.count(b"/FontFile2") >= 4
    assert all("glyf" in one for one in embedded)
    converted = [one for one in embedded if one["maxp"].numGlyphs == 2]
    assert converted
    assert converted[0]["hmtx"].metrics[converted[0].getGlyphOrder()[1]][0] == 1000
    box = converted[0]["glyf"][converted[0].getGlyphOrder()[1]]
    assert (box.xMin, box.yMin, box.xMax, box.yMax) == (100, 400, 900, 800)
    assert "'Test Han'" in (tmp_path / "page.svg").read_text(encoding="utf-8")
    assert b"CreationDate" not in (tmp_path / "page.eps").read_bytes()


def test_what_no_font_has_is_said(
    machine: Callable[..., None],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    recwarn: pytest.WarningsRecorder,
) -> None:
    machine(Thai="ไทย")
    with style():
        told = save(page().figure, tmp_path / "page", formats=("png", "pdf"))
    assert told == (
        "No font on this machine has 王 (CJK), which are empty boxes: install a font that has them, or run `make fonts`, and draw again"
    )
    assert capsys.readouterr().err == f"{tmp_path / 'page'}: {told}\n"
    assert not [one for one in recwarn if "missing from font" in str(one.message)]
