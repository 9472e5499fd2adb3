"""From bytes to lines of text: encodings, line ends, and the refusal of files that hold no text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from evergreen.errors import InputError
from evergreen.records.formats.block import NOTE, Remark

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_FOREIGN = (
    (b"%PDF", "is a PDF"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel or Word file (.xls, .doc)"),
    (b"\x1f\x8b", "is compressed (gzip)"),
    (b"7z\xbc\xaf", "is compressed (7-Zip)"),
    (b"Rar!", "is compressed (RAR)"),
    (b"{\\rtf", "is a Rich Text file"),
    (b"PK\x03\x04", "is a ZIP archive that holds no workbook"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
EXPORT_AGAIN = "Export the search again as RIS, nbib, BibTeX, XML or CSV."


@dataclass(frozen=True)
class Text:
    """The lines of a file without their ends, its encoding, and what was odd about it."""

    lines: list[str]
    encoding: str
    remarks: list[Remark] = field(default_factory=list)


def decode(content: bytes, file: str) -> Text:
    """The text of `content`.

    A byte order mark decides; without one UTF-16 is told by its zero bytes, then UTF-8, then cp1252 (Latin-1 for the
    five bytes that cp1252 leaves open). Where most of a file is UTF-8, only the lines that are not are read as cp1252,
    each with a remark. Lines end with LF, CRLF or CR, also in one file. Zero bytes between letters are removed and remarked on.
    Raises InputError for an empty file, and for one that is not text, naming what it is.
    """
    if not content.strip(b"\x00\r\n\t \x0c\xef\xbb\xbf\xff\xfe"):
        raise InputError(
            "the file is empty",
            file=file,
            todo="Export the search again, or take the file out of the protocol.",
        )
    for magic, what in _FOREIGN:
        if content.startswith(magic):
            todo = "Open it and save it as .xlsx or CSV." if ".xls" in what else EXPORT_AGAIN
            raise InputError(f"the file {what}, not an export of records", file=file, todo=todo)
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _decoded(content[len(bom) :], encoding, encoding.upper() + " with byte order mark", file)
    if (zeros := content[:4096].count(0)) > len(content[:4096]) // 4:
        encoding = "utf-16-le" if content[1:4096:2].count(0) > zeros // 2 else "utf-16-be"
        return _decoded(content, encoding, encoding.upper(), file)
    return _decoded(content, "utf-8", "UTF-8", file)


def _decoded(content: bytes, encoding: str, name: str, file: str) -> Text:
    remarks: list[Remark] = []
    try:
        lines = _lines(content.decode(encoding))
    except UnicodeDecodeError:
        if encoding != "utf-8":
            lines = _lines(content.decode(encoding, errors="replace"))
            remarks = [
                Remark(number, NOTE, f"characters that are not {name} were replaced", line.strip()[:200])
                for number, line in enumerate(lines, 1)
                if "\ufffd" in line
            ]
        else:
            lines, name, remarks = _mixed(content)
    sample = "\n".join(lines[:400])[:65536]
    if "\x00" in sample and sample.count("\x00") <= len(sample) // 4:
        sample = sample.replace("\x00", "")
    if len(_CONTROL.findall(sample)) > max(8, len(sample) // 200):
        raise InputError("the file is binary, not text", file=file, todo=EXPORT_AGAIN)
    for number, line in enumerate(lines, 1):
        if "\x00" in line:
            lines[number - 1] = line.replace("\x00", "")
            remarks.append(Remark(number, NOTE, "zero bytes were removed", lines[number - 1].strip()[:200]))
    return Text(lines, name, sorted(remarks))


def _lines(text: str) -> list[str]:
    if "\ufeff" in text:  # also inside, where files were put together
        text = text.replace("\ufeff", "")
    if "\r" in text:  # Windows, Mac, or files of both put together
        text = re.sub(r"\r+\n", "\n", text).replace("\r", "\n")
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def _mixed(content: bytes) -> tuple[list[str], str, list[Remark]]:
    """Lines of a file that is not UTF-8 throughout: cp1252, or UTF-8 with some lines in cp1252."""
    separator = b"\n" if b"\n" in content else b"\r"
    lines: list[str] = []
    remarks: list[Remark] = []
    good = 0
    for number, raw in enumerate(content.split(separator), 1):
        try:
            line = raw.decode("utf-8")
            good += not raw.isascii()
        except UnicodeDecodeError:
            line = western(raw)
            remarks.append(Remark(number, NOTE, "line is not UTF-8; read as cp1252", line.strip()[:200]))
        lines.append(line)
    if good > len(remarks):
        return _lines("\n".join(lines)), "UTF-8 with lines in cp1252", remarks
    return _lines(western(content)), "cp1252", []


def western(content: bytes) -> str:
    """cp1252 text; the five bytes that cp1252 does not define are taken as Latin-1."""
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(
            bytes([byte]).decode("latin-1" if byte in (0x81, 0x8D, 0x8F, 0x90, 0x9D) else "cp1252")
            for byte in content
        )
