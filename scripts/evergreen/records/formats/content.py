"""From bytes to lines of text: encodings, line ends, and the refusal of files that hold no text."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from evergreen.errors import InputError
from evergreen.records.formats.block import NOTE, Remark
from evergreen.sheets import texts

_FOREIGN = (
    (b"%PDF", "is a PDF"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel or Word file (.xls, .doc)"),
    (b"\x1f\x8b", "is compressed (gzip)"),
    (b"7z\xbc\xaf", "is compressed (7-Zip)"),
    (b"Rar!", "is compressed (RAR)"),
    (b"{\\rtf", "is a Rich Text file"),
    (b"PK\x03\x04", "is a ZIP archive that holds no workbook"),
)
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*\bencoding=["']([\w.:-]+)["']""")
_TOLD_WITHOUT = frozenset(("utf-8", "ascii", "utf-16", "iso8859-1", "cp1252"))
EXPORT_AGAIN = "Export the search again as RIS, nbib, BibTeX, XML or CSV."


@dataclass(frozen=True)
class Text:
    """The lines of a file without their ends, its encoding, and what was odd about it."""

    lines: list[str]
    encoding: str
    remarks: list[Remark] = field(default_factory=list)


def decode(content: bytes, file: str) -> Text:
    """The text of `content`.

    Read as XML declares or else as `texts.decode` says, with a remark on each line that was odd. Lines end with LF, CRLF or CR, also in one file.
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
    found = _as_declared(content) or texts.decode(content)
    if found is None:
        raise InputError("the file is binary, not text", file=file, todo=EXPORT_AGAIN)
    lines = texts.lines_of(found.text)
    remarks = [
        Remark(number, NOTE, what, lines[number - 1].strip()[:200])
        for number, what in sorted(found.odd.items())
        if number <= len(lines)
    ]
    return Text(lines, found.encoding, remarks)


def _as_declared(content: bytes) -> texts.Decoded | None:
    """The text in the encoding that an XML document declares, where nothing else would tell it (Windows-1251, GBK); else None."""
    declared = _DECLARED.match(content)
    if declared is None:
        return None
    name = declared.group(1).decode()
    try:
        codec = codecs.lookup(name)
        if codec.name in _TOLD_WITHOUT:
            return None
        return texts.Decoded(codec.decode(content)[0], name, {})
    except (LookupError, UnicodeDecodeError):
        return None
