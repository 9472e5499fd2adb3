"""The report as a Word document, for authors who go on writing there."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.shared import OxmlElement
from docx.shared import Cm, Pt

from evergreen.report import blocks
from evergreen.report.blocks import Link, Section

FIGURE_WIDTH = Cm(16)
# A document made from the same content has the same bytes: no clock in its properties or its archive.
NO_TIME = (1980, 1, 1, 0, 0, 0)
WIDE = 7  # columns from which a table is set in small type


def document(review: Mapping[str, Any], sections: Sequence[Section], *, landscape: bool = False) -> bytes:
    """A .docx file's bytes; tables that the page folds away are left to the page."""
    word = Document()
    word.styles["Normal"].font.name = "Calibri"
    word.styles["Normal"].font.size = Pt(10.5)
    page = word.sections[0]
    page.orientation, page.page_width, page.page_height = WD_ORIENT.PORTRAIT, Cm(21), Cm(29.7)
    if landscape:
        page.orientation, page.page_width, page.page_height = WD_ORIENT.LANDSCAPE, Cm(29.7), Cm(21)
    page.left_margin = page.right_margin = Cm(2.2)
    properties = word.core_properties
    properties.title, properties.author, properties.comments = (
        review["title"],
        "; ".join(review["authors"]),
        "",
    )
    properties.created = properties.modified = datetime(*NO_TIME)
    word.add_heading(review["title"], level=0)
    for text in (", ".join(review["authors"]), review["note"]):
        if text:
            word.add_paragraph(text)
    for section in sections:
        word.add_heading(section.title, level=1)
        for block in section.blocks:
            _add(word, block)
    buffer = BytesIO()
    word.save(buffer)
    return _without_times(buffer.getvalue())


def _add(word: WordDocument, block: blocks.Block) -> None:
    if isinstance(block, blocks.Text):
        word.add_paragraph(block.text)
    elif isinstance(block, blocks.Heading):
        word.add_heading(block.text, level=2)
    elif isinstance(block, blocks.Lines):
        for line in block.lines:
            word.add_paragraph(line.text if isinstance(line, Link) else line, style="List Bullet")
    elif isinstance(block, blocks.Tiles):
        word.add_paragraph("; ".join(f"{label}: {value}" for value, label in block.tiles))
    elif isinstance(block, blocks.Figure):
        word.add_picture(str(block.stem.with_name(f"{block.stem.name}.png")), width=FIGURE_WIDTH)
        word.add_paragraph(
            block.caption.removesuffix(" Files:").removesuffix(" Numbers drawn and files:"), style="Caption"
        )
    elif isinstance(block, blocks.Table) and not block.fold:
        _add_table(word, block)


def _add_table(word: WordDocument, block: blocks.Table) -> None:
    word.add_paragraph(block.caption, style="Caption")
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
            run = paragraph.add_run(value.text if isinstance(value, Link) else value)
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


def _without_times(archive: bytes) -> bytes:
    buffer = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(archive)) as source,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, NO_TIME), source.read(name), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
