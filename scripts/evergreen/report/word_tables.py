"""Tables of a Word document: columns as wide as their words need, heads that repeat, no number broken over two lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.shared import OxmlElement
from docx.section import Section as WordSection
from docx.shared import Cm, Length, Pt
from docx.table import Table as WordTable

from evergreen.report.blocks import Table, text_of

SHORT, LONG, MARGIN = Cm(21), Cm(29.7), Cm(2.2)
"""Sides of an A4 page, and what is left free at each."""
SIZES = (9.0, 8.0, 7.0)
"""Sizes of type in points, the first that a table finds room with on a page of its own orientation."""
CELL_MARGINS = 10.9
"""Points that Word leaves free at both sides of a cell's text."""
LONGEST_TOKEN = 20
"""Characters up to which a word is kept whole; longer ones are addresses, which may be broken."""
TOGETHER = 7
"""Rows up to which a table stands on one page whole."""
FAR = 5_000.0
"""Points from which a longer text asks for no wider column: the others would be all too narrow."""
MOST_LINES = 1e5
"""Lines from which a text is as good as endless."""
NOT_BROKEN, HEAD = '<w:cantSplit w:val="true"/>', '<w:tblHeader w:val="true"/>'
RIGHT = '<w:jc w:val="right"/>'
SIGNS = (("\n", "<w:br/>"), ("\t", "<w:tab/>"))
NO_BREAK = "\N{NO-BREAK SPACE}"
# A range, a number behind its measure or its sign, a level with its interval: what a line may not end within.
RANGE = re.compile(r"(?<=[\d%∞)]) to (?=[−-]?[\d∞])")
EQUALS = re.compile(r"(?<=\w) ([=<>]) (?=[−\d])")
MEASURE = re.compile(r"\b([A-Z]{2,5}|tau²|I²) (?=[−\d])")
LEVEL = re.compile(r"(?<=\d%) (?=CI\b)")
# Widths of Arial's characters in em, by kind; what it does not have (Chinese, symbols) is as wide as high.
NARROW, CAPITAL, WIDE = set("ijltfrI.,;:'|!()[]/ "), 0.7, set("mwMW%@—")


def unbroken(text: str) -> str:
    """The text with its ranges, levels and signs of equality held together: `0.95 to 1.07`, `P = 0.03`, `95% CI`."""
    text = MEASURE.sub(rf"\1{NO_BREAK}", RANGE.sub(f"{NO_BREAK}to{NO_BREAK}", text))
    return LEVEL.sub(NO_BREAK, EQUALS.sub(rf"{NO_BREAK}\1{NO_BREAK}", text))


def width_of(text: str, size: float) -> float:
    """About how many points a line of Arial takes; rather too many than too few."""
    return size * sum(
        0.33 if letter in NARROW
        else 0.95 if letter in WIDE or (ord(letter) > 0x2190 and letter != "\N{MINUS SIGN}")
        else CAPITAL if letter.isupper()
        else 0.57
        for letter in text
    )  # fmt: skip


@dataclass(frozen=True)
class Layout:
    """How a table stands on a page: size of its type, widths of its columns in points, whether the page is turned."""

    size: float
    widths: Sequence[float]
    landscape: bool


def laid_out(cells: Sequence[Sequence[str]], *, landscape: bool = False) -> Layout:
    """The layout of a table, whose head is the first row: upright where every word finds room, turned where not.

    `landscape`: the document's pages are turned anyway.
    """
    for turned in dict.fromkeys((landscape, True)):
        room = ((LONG if turned else SHORT) - 2 * MARGIN) / Pt(1)
        for size in SIZES if turned else SIZES[:2]:
            least, longest = _needs(cells, size)
            if sum(least) <= room:
                return Layout(size, _shared(least, longest, room), turned)
    # Too many columns for any page: all are narrower alike, and words are broken.
    return Layout(SIZES[-1], [room * one / sum(least) for one in least], True)


def _needs(cells: Sequence[Sequence[str]], size: float) -> tuple[list[float], list[float]]:
    """Points of each column's longest word, and of its longest text in one line."""
    least, longest = [], []
    for column in zip(*cells, strict=True):
        texts = set(column)
        tokens = {
            token[:LONGEST_TOKEN] for text in texts for token in re.split(r"[ \n]|(?<=[A-Za-z]-)", text)
        }
        bold = 1.08  # the head is bold
        least.append(CELL_MARGINS + bold * max((width_of(token, size) for token in tokens), default=0))
        lines = (line for text in texts for line in text.split("\n"))
        text = max((width_of(line, size) for line in lines), default=0)
        longest.append(min(FAR, bold * text))
    return least, longest


def _shared(least: Sequence[float], longest: Sequence[float], room: float) -> list[float]:
    """Widths with which the longest text takes as few lines as it can in the room."""

    def widths(lines: float) -> list[float]:
        return [max(low, CELL_MARGINS + text / lines) for low, text in zip(least, longest, strict=True)]

    few, many = 1.0, 2.0
    if sum(widths(few)) <= room:
        return widths(few)
    while sum(widths(many)) > room and many < MOST_LINES:
        many *= 2
    for _ in range(20):
        middle = (few + many) / 2
        few, many = (few, middle) if sum(widths(middle)) <= room else (middle, many)
    return widths(many)


def turn(word: WordDocument, landscape: bool) -> None:
    """Go on with pages of this orientation."""
    page = word.sections[-1]
    if (page.orientation == WD_ORIENT.LANDSCAPE) == landscape:
        return
    lay(word.add_section(WD_SECTION.NEW_PAGE), landscape)


def lay(page: WordSection, landscape: bool) -> None:
    """Lay pages across or upright."""
    page.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = (LONG, SHORT) if landscape else (SHORT, LONG)


def of_table(block: Table, landscape: bool) -> Layout:
    """The layout of a block in a document whose pages are turned, or not."""
    return laid_out(_cells(block), landscape=landscape)


def _cells(block: Table) -> list[list[str]]:
    """What the cells say, the head first."""
    rows = ([head.name for head in block.columns], *block.rows)
    return [[unbroken(text_of(cell)) for cell in row] for row in rows]


def add_table(word: WordDocument, block: Table, *, landscape: bool = False) -> None:
    """The table under its caption, on a turned page where it is too wide; the `landscape` of the document comes back behind it."""
    cells = _cells(block)
    layout = laid_out(cells, landscape=landscape)
    turn(word, layout.landscape)
    caption = word.add_paragraph(unbroken(block.label), style="Caption")
    caption.paragraph_format.keep_with_next = True
    table = word.add_table(rows=0, cols=len(block.columns))
    table.autofit = False
    _ruled(table)
    for column, width in zip(table.columns, layout.widths, strict=True):
        column.width = Length(round(width * Pt(1)))
    rows = "".join(_rows(cells, layout, [head.number for head in block.columns]))
    table._tbl.extend(parse_xml(f"<w:tbl {nsdecls('w')}>{rows}</w:tbl>"))
    word.add_paragraph()
    turn(word, landscape)


def _rows(cells: Sequence[Sequence[str]], layout: Layout, numbers: Sequence[bool]) -> Iterator[str]:
    """Rows as WordprocessingML, the head first: as text, for a table of a thousand cells takes a second when each is made as an object."""
    together = len(cells) <= TOGETHER
    places = [
        (
            f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{round(20 * width)}"/></w:tcPr><w:p><w:pPr>',
            f'<w:spacing w:after="20"/>{RIGHT if number else ""}</w:pPr><w:r><w:rPr>',
        )
        for width, number in zip(layout.widths, numbers, strict=True)
    ]
    size = f'<w:sz w:val="{round(2 * layout.size)}"/></w:rPr>'
    for number, texts in enumerate(cells):
        # No row is broken over two pages, and the head stands again on each.
        yield f"<w:tr><w:trPr>{NOT_BROKEN}{HEAD if number == 0 else ''}</w:trPr>"
        keep = "<w:keepNext/>" if together and number < len(cells) - 1 else ""
        bold = "<w:b/>" if number == 0 else ""
        for text, (before, between) in zip(texts, places, strict=True):
            yield f"{before}{keep}{between}{bold}{size}{_run(text)}</w:r></w:p></w:tc>"
        yield "</w:tr>"


def _run(text: str) -> str:
    """A text with its line ends and tabs, as WordprocessingML."""
    whole = f'<w:t xml:space="preserve">{escape(text)}</w:t>' if text else ""
    for letter, sign in SIGNS:
        if letter in text:
            whole = whole.replace(letter, f'</w:t>{sign}<w:t xml:space="preserve">')
    return whole


def _ruled(table: WordTable) -> None:
    """Lines as journals set them: above, below and under each row a thin one; none between columns."""
    borders = OxmlElement("w:tblBorders")
    for side, weight, colour in (("top", 8, "000000"), ("bottom", 8, "000000"), ("insideH", 4, "BFBFBF")):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", str(weight)), ("space", "0"), ("color", colour)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)
