"""A manuscript as paragraphs with their places: Word, Markdown, LaTeX, plain text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from evergreen.errors import InputError
from evergreen.sheets import archives, texts

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PARTS = {"word/document.xml": "", "word/footnotes.xml": "footnotes, ", "word/endnotes.xml": "endnotes, "}
SUFFIXES = (".docx", ".md", ".markdown", ".txt", ".tex")
BREAK = f"{WORD}lastRenderedPageBreak"
# Runs of tracked changes that are gone from the text.
GONE = {f"{WORD}del", f"{WORD}moveFrom"}
CELLS = " | "
AGAIN = "Save it in Word again."
# What Word writes in the place of a character.
MARKS = {f"{WORD}tab": " ", f"{WORD}br": " ", f"{WORD}cr": " ", f"{WORD}noBreakHyphen": "-"}


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `place` says where it is, or of a text in lines, `line` is its first one. `heads` of a table's cell are those of its
    column and row. A row of a table, whose cells are paragraphs as well, has what parts them in `across`: only what reaches over it is new."""

    text: str
    place: str = ""
    line: int = 0
    heads: str = ""
    across: str = ""

    def where(self, offset: int) -> str:
        """Where a character of it stands, as a reader finds it."""
        return self.place or f"line {self.line + self.text.count(chr(10), 0, offset)}"


def read(path: Path) -> list[Paragraph]:
    """The paragraphs of a manuscript that hold a text, by the suffix of its name. Raises InputError where it cannot be read."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        said = f"a manuscript is one of {', '.join(SUFFIXES)}"
        raise InputError(said, file=path, todo="Save it as one of these.")
    if not path.is_file():
        raise InputError("the file is missing", file=path, todo="Mend its name.")
    found = _of_word(path) if suffix == ".docx" else _of_lines(path, comment="%" if suffix == ".tex" else "")
    return [paragraph for paragraph in found if paragraph.text.strip()]


def _of_lines(path: Path, comment: str) -> Iterator[Paragraph]:
    """Paragraphs are parted by empty lines; a line of a comment is none of the text, but counts."""
    decoded = texts.decode(path.read_bytes())
    if decoded is None:
        raise InputError("this is no text", file=path, todo="Save the manuscript as text in UTF-8.")
    held: list[str] = []
    first = 1
    for number, line in enumerate([*decoded.text.splitlines(), ""], start=1):
        if line.strip():
            held.append("" if comment and line.lstrip().startswith(comment) else line)
            continue
        yield Paragraph("\n".join(held), line=first)
        held, first = [], number + 1


def _of_word(path: Path) -> Iterator[Paragraph]:
    """Paragraphs of body, tables, footnotes and endnotes; pages are those that Word last laid out, where it noted them."""
    with archives.opened(path, path, what="Word document", todo=AGAIN) as archive:
        there = set(archive.namelist())
        if "word/document.xml" not in there:
            raise InputError("this is no Word document", file=path, todo="Save it as .docx.")
        for part, named in PARTS.items():
            if part in there:
                root = _tree(archive.read(part), path)
                yield from _paragraphs(root, named)
                yield from _rows(root, named)


def _tree(content: bytes, path: Path) -> etree._Element:
    if b"<!DOCTYPE" in content:
        raise InputError("the document has a DTD, which Word does not write", file=path, todo=AGAIN)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise InputError(f"the document is damaged ({error})", file=path, todo=AGAIN) from None


def _paragraphs(root: etree._Element, named: str) -> Iterator[Paragraph]:
    page, paged = 1, next(root.iter(BREAK), None) is not None
    for number, paragraph in enumerate(root.iter(f"{WORD}p"), start=1):
        pieces = list(_pieces(paragraph))
        page += sum(1 for _, broke in pieces if broke)
        cell = next(paragraph.iterancestors(f"{WORD}tc"), None)
        place = f"{named}paragraph {number}{'' if cell is None else ' (in a table)'}"
        yield Paragraph(
            "".join(text for text, _ in pieces),
            place=f"{place}, page {page}" if paged and not named else place,
            heads="" if cell is None else _heads(cell),
        )


def _cells(row: etree._Element) -> list[etree._Element]:
    """The cells of a row, also those in a content control, without those of a table within one."""
    return [cell for cell in row.iter(f"{WORD}tc") if next(cell.iterancestors(f"{WORD}tr")) is row]


def _rows(root: etree._Element, named: str) -> Iterator[Paragraph]:
    """Rows of tables: an effect and its interval often stand in cells side by side."""
    for number, table in enumerate(root.iter(f"{WORD}tbl"), start=1):
        rows = [row for row in table.iter(f"{WORD}tr") if next(row.iterancestors(f"{WORD}tbl")) is table]
        for at, row in enumerate(rows, start=1):
            cells = [_text(cell) for cell in _cells(row)]
            if len(cells) > 1:
                yield Paragraph(
                    CELLS.join(cells), place=f"{named}table {number}, row {at}", heads=cells[0], across=CELLS
                )


def _heads(cell: etree._Element) -> str:
    """What stands in the first row above a cell, and in the first column beside it."""
    row, table = (next(cell.iterancestors(f"{WORD}{tag}"), None) for tag in ("tr", "tbl"))
    if row is None or table is None:
        return ""
    own, first = _cells(row), _cells(next(table.iter(f"{WORD}tr")))
    above = first[: own.index(cell) + 1]
    ends = [above[-1] if above else cell, own[0]]
    return " ".join(_text(end) for end in ends if end is not cell)


def _text(cell: etree._Element) -> str:
    """All that a cell holds."""
    return "".join(text for text, _ in _pieces(cell, inner=True))


def _pieces(node: etree._Element, inner: bool = False) -> Iterator[tuple[str, bool]]:
    """Texts of a paragraph, and whether a page ended there; a paragraph within (of a text box) is one of its own, but for `inner`."""
    for child in node:
        if child.tag == f"{WORD}t":
            yield child.text or "", False
        elif child.tag == BREAK or child.tag in MARKS:
            yield MARKS.get(str(child.tag), ""), child.tag == BREAK
        elif child.tag not in GONE and (inner or child.tag != f"{WORD}p"):
            yield from _pieces(child, inner)
