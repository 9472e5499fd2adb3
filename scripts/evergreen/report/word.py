"""The report as a Word document, for authors who go on writing there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from struct import unpack
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.packuri import PACKAGE_URI
from docx.opc.pkgwriter import _ContentTypesItem
from docx.oxml.ns import qn
from docx.oxml.shared import OxmlElement
from docx.shared import Cm, Emu, Pt

from evergreen.protocol.review import Review
from evergreen.report import blocks
from evergreen.report.blocks import Section, text_of

FIGURE_WIDTH, FIGURE_HEIGHT = Cm(16), Cm(22)  # the most that a figure takes of its page
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
WIDE = 7  # columns from which a table is set in small type


def document(review: Review, sections: Sequence[Section], *, landscape: bool = False) -> bytes:
    """A .docx file's bytes."""
    buffer = BytesIO()
    write_document(review, sections, buffer, landscape=landscape)
    return buffer.getvalue()


def write_document(
    review: Review, sections: Sequence[Section], file: IO[bytes], *, landscape: bool = False
) -> None:
    """Write a .docx file, as `document` gives its bytes; pictures are not held but read when their turn comes."""
    word = Document()
    pictures: dict[bytes, tuple[Path, int]] = {}
    word.styles["Normal"].font.name = "Calibri"
    word.styles["Normal"].font.size = Pt(10.5)
    page = word.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.PORTRAIT, Cm(21), Cm(29.7)
    if landscape:
        page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Cm(29.7), Cm(21)
    page.left_margin = page.right_margin = Cm(2.2)
    properties = word.core_properties
    properties.title, properties.author, properties.comments = (
        review.title,
        "; ".join(review.authors),
        "",
    )
    properties.created = properties.modified = datetime(*NO_TIME)
    word.add_heading(review.title, level=0)
    for text in (", ".join(review.authors), review.note):
        if text:
            word.add_paragraph(text)
    for section in sections:
        word.add_heading(section.title, level=1)
        for block in section.blocks:
            _add(word, block, pictures)
    _archive(word, pictures, file)


def printed(sections: Sequence[Section]) -> list[Section]:
    """The sections without what the page folds away, which is left to the page."""
    return [
        replace(
            section,
            blocks=[
                block
                for block in section.blocks
                if not isinstance(block, blocks.Gallery | blocks.Code)
                and not (isinstance(block, blocks.Table) and block.fold)
            ],
        )
        for section in sections
    ]


def _add(word: WordDocument, block: blocks.Block, pictures: dict[bytes, tuple[Path, int]]) -> None:
    if isinstance(block, blocks.Text):
        word.add_paragraph(block.text)
    elif isinstance(block, blocks.Heading):
        word.add_heading(block.text, level=2)
    elif isinstance(block, blocks.Lines):
        for line in block.lines:
            word.add_paragraph(text_of(line), style="List Bullet")
    elif isinstance(block, blocks.Terms):
        for term, said in block.terms:
            paragraph = word.add_paragraph()
            paragraph.add_run(f"{text_of(term)}: ").bold = True
            paragraph.add_run(said)
    elif isinstance(block, blocks.Tiles):
        word.add_paragraph("; ".join(f"{label}: {value}" for value, label in block.tiles))
    elif isinstance(block, blocks.Figure):
        # A document that one sends has a figure whole, unless it takes so many pages that nobody would read it there.
        whole = len(block.further) < MOST_PAGES
        for page in (block.stem, *(block.further if whole else ())):
            path = page.with_name(f"{page.name}.png")
            width, height = _size(path)
            stand_in = DOT + str(path).encode()
            shown = min(FIGURE_WIDTH, round(FIGURE_HEIGHT * width / height))
            pictures[stand_in] = path, shown
            word.add_picture(BytesIO(stand_in), shown, round(shown * height / width))
        more = "" if whole else " It goes on in further pages beside the report."
        word.add_paragraph(f"{block.label}.{more}", style="Caption")
    elif isinstance(block, blocks.Table):
        _add_table(word, block)


def _add_table(word: WordDocument, block: blocks.Table) -> None:
    word.add_paragraph(block.label, style="Caption")
    table = word.add_table(rows=1, cols=len(block.columns), style="Light List")
    size = Pt(8 if len(block.columns) >= WIDE else 9)
    for column, head in zip(table.columns, block.columns, strict=True):
        if head.width_cm is not None:
            table.autofit = False
            column.width = Cm(head.width_cm)
    heads = [head.name for head in block.columns]
    for cells, row in [(heads, table.rows[0]), *((row, table.add_row()) for row in block.rows)]:
        for value, cell, head in zip(cells, row.cells, block.columns, strict=True):
            paragraph = cell.paragraphs[0]
            run = paragraph.add_run(text_of(value))
            run.font.size = size
            if head.number:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if head.width_cm is not None:
                cell.width = Cm(head.width_cm)
    # The head stands again on each page, and no row is broken over two.
    for name, rows in (("w:cantSplit", list(table.rows)), ("w:tblHeader", [table.rows[0]])):
        for row in rows:
            mark = OxmlElement(name)
            mark.set(qn("w:val"), "true")
            row._tr.get_or_add_trPr().append(mark)
    word.add_paragraph()


def _size(path: Path) -> tuple[int, int]:
    """Width and height of a PNG in dots, as its head says them."""
    with path.open("rb") as file:
        width, height = unpack(">II", file.read(24)[16:])
    return width, height


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
