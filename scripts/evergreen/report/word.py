"""The report as a Word document, for authors who go on writing there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from struct import unpack
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.packuri import PACKAGE_URI
from docx.opc.pkgwriter import _ContentTypesItem
from docx.oxml.ns import qn
from docx.oxml.shared import OxmlElement
from docx.shared import Cm, Emu, Pt, RGBColor
from docx.text.paragraph import Paragraph

from evergreen.protocol.review import Review
from evergreen.report import blocks
from evergreen.report.blocks import Section, text_of
from evergreen.report.word_tables import MARGIN, add_table, lay, of_table, turn, unbroken

FONT = "Arial"
FIGURE_WIDTH, FIGURE_HEIGHT = Cm(16), Cm(21)  # the most that a figure takes of its page
MOST_PAGES = 4  # of a figure that stands in the document whole
DOTS_PER_INCH = 200  # what print shows of a picture; many more make the document heavy and nothing sharper
MANY_MORE = 1.25
LIGHT = 200_000  # bytes of a picture that is not worth the work
# A document made from the same content has the same bytes: no clock in its properties or its archive.
NO_TIME = (1980, 1, 1, 0, 0, 0)
# A picture of one dot: Word's library would hold every picture, and compare each with all before it.
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)
WIDTH_IN_POINTS = re.compile(rb'<svg[^>]* width="([0-9.]+)pt"')
BLACK = RGBColor(0x1F, 0x2D, 0x3A)


def document(review: Review, sections: Sequence[Section], *, landscape: bool = False) -> bytes:
    """A .docx file's bytes."""
    buffer = BytesIO()
    write_document(review, sections, buffer, landscape=landscape)
    return buffer.getvalue()


def write_document(
    review: Review, sections: Sequence[Section], file: IO[bytes], *, landscape: bool = False
) -> None:
    """Write a .docx file, as `document` gives its bytes; pictures are not held but read when their turn comes.

    Where sections have parts these are the first headings, and the sections the second.
    """
    word = Document()
    pictures: dict[bytes, tuple[Path, int]] = {}
    _dress(word)
    page = word.sections[0]
    page.left_margin = page.right_margin = page.top_margin = page.bottom_margin = MARGIN
    lay(page, landscape)
    _number_pages(page.footer.paragraphs[0])
    properties = word.core_properties
    properties.title, properties.author = review.title, "; ".join(review.authors)
    properties.comments = ""
    properties.created = properties.modified = datetime(*NO_TIME)
    word.add_heading(review.title, level=0)
    for text in (", ".join(review.authors), review.note):
        if text:
            word.add_paragraph(text)
    level = 2 if any(section.part for section in sections) else 1
    for section in sections:
        if section.blocks and isinstance(table := section.blocks[0], blocks.Table):
            # A table on a turned page has its heading there too.
            turn(word, of_table(table, landscape).landscape)
        if section.part:
            word.add_heading(section.part, level=1)
        if section.title:
            word.add_heading(section.title, level=level)
        for block in section.blocks:
            _add(word, block, pictures, level + 1 if section.title else level, landscape)
    _archive(word, pictures, file)


def _dress(word: WordDocument) -> None:
    """One font that every machine has, black headings, captions that can be told from the text."""
    styles = word.styles
    for name, size, before in (
        ("Normal", 10.5, 0), ("Title", 20, 0), ("Heading 1", 15, 18), ("Heading 2", 12.5, 14), ("Heading 3", 11, 10), ("Caption", 9, 8),
    ):  # fmt: skip
        style = styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        # A font of the theme goes before a style's own.
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        if name != "Normal":
            style.font.color.rgb = BLACK
            style.paragraph_format.space_before = Pt(before)


def _number_pages(paragraph: Paragraph) -> None:
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _add(
    word: WordDocument,
    block: blocks.Block,
    pictures: dict[bytes, tuple[Path, int]],
    level: int,
    landscape: bool,
) -> None:
    """A block; `level` is that of its headings, `landscape` the orientation of the document."""
    if isinstance(block, blocks.Text):
        run = word.add_paragraph().add_run(unbroken(block.text))
        run.italic = block.style == blocks.FOR_AUTHORS or None
    elif isinstance(block, blocks.Heading):
        word.add_heading(block.text, level=level)
    elif isinstance(block, blocks.Lines):
        for line in block.lines:
            word.add_paragraph(unbroken(text_of(line)), style="List Bullet")
    elif isinstance(block, blocks.Terms):
        for term, said in block.terms:
            paragraph = word.add_paragraph()
            paragraph.add_run(f"{text_of(term)}: ").bold = True
            paragraph.add_run(unbroken(said))
    elif isinstance(block, blocks.Tiles):
        word.add_paragraph("; ".join(f"{label}: {value}" for value, label in block.tiles))
    elif isinstance(block, blocks.Code):
        word.add_paragraph(f"{block.fold}:").paragraph_format.keep_with_next = True
        run = word.add_paragraph().add_run(block.text.strip())
        run.font.name, run.font.size = "Courier New", Pt(8)
    elif isinstance(block, blocks.Figure):
        _add_figure(word, block, pictures)
    elif isinstance(block, blocks.Table):
        add_table(word, block, landscape=landscape)


def _add_figure(word: WordDocument, block: blocks.Figure, pictures: dict[bytes, tuple[Path, int]]) -> None:
    """The figure, with words for who does not see it, and its caption on the same page."""
    # A document that one sends has a figure whole, unless it takes so many pages that nobody would read it there.
    whole = len(block.further) < MOST_PAGES
    for number, page in enumerate((block.stem, *(block.further if whole else ())), start=1):
        path = page.with_name(f"{page.name}.png")
        width, height = _size(path)
        stand_in = DOT + str(path).encode()
        shown = min(_drawn_width(page.with_name(f"{page.name}.svg")), round(FIGURE_HEIGHT * width / height))
        pictures[stand_in] = path, shown
        picture = word.add_picture(BytesIO(stand_in), shown, round(shown * height / width))
        words = picture._inline.docPr
        words.set("descr", block.alt if number == 1 else f"{block.alt} Page {number}.")
        words.set("title", block.label)
        word.paragraphs[-1].paragraph_format.keep_with_next = True
    more = "" if whole else " It goes on in further pages beside the report."
    caution = f" {block.caution}." if block.caution else ""
    word.add_paragraph(f"{block.label}.{caution}{more}", style="Caption")


def _size(path: Path) -> tuple[int, int]:
    """Width and height of a PNG in dots, as its head says them."""
    with path.open("rb") as file:
        width, height = unpack(">II", file.read(24)[16:])
    return width, height


def _drawn_width(drawing: Path) -> int:
    """How wide a figure is meant to be, as the head of its SVG says; the most that a page has where it does not."""
    head = drawing.read_bytes()[:2000] if drawing.is_file() else b""
    found = WIDTH_IN_POINTS.search(head)
    return min(FIGURE_WIDTH, round(float(found[1]) * Pt(1))) if found else FIGURE_WIDTH


def _picture(path: Path, shown: int) -> bytes:
    """A picture with as many dots as print shows of it; `shown` is its width in the document."""
    raw = path.read_bytes()
    if len(raw) < LIGHT:
        return raw
    from PIL import Image  # few documents have heavy pictures

    most = round(Emu(shown).inches * DOTS_PER_INCH)
    with Image.open(BytesIO(raw)) as image:
        if image.width <= MANY_MORE * most:
            return raw
        size = (most, max(1, round(image.height * most / image.width)))
        opaque = not image.has_transparency_data or (
            image.mode == "RGBA" and image.getchannel("A").getextrema() == (255, 255)
        )
        whole = image.convert("RGB" if opaque else "RGBA")
    small = BytesIO()
    whole.resize(size, Image.Resampling.HAMMING).save(small, "PNG", compress_level=4)
    return small.getvalue()


def _archive(word: WordDocument, pictures: Mapping[bytes, tuple[Path, int]], file: IO[bytes]) -> None:
    """The document as `word.save` writes it, but for the clock; a picture takes the place of the dot that stands for it."""
    package = word.part.package
    assert package is not None
    parts = list(package.iter_parts())
    for part in parts:
        part.before_marshal()
    with ZipFile(file, "w") as archive:

        def put(name: str, content: bytes) -> None:
            packed = ZIP_STORED if name.endswith(".png") else ZIP_DEFLATED
            archive.writestr(ZipInfo(name, NO_TIME), content, packed)

        put("[Content_Types].xml", _ContentTypesItem.from_parts(parts).blob)
        put(PACKAGE_URI.rels_uri.membername, package.rels.xml)
        for part in parts:
            drawn = pictures.get(part.blob) if part.partname.ext == "png" else None
            put(part.partname.membername, part.blob if drawn is None else _picture(*drawn))
            if len(part.rels):
                put(part.partname.rels_uri.membername, part.rels.xml)
