"""From bytes to lines of text: encodings, line ends, and the refusal of files that hold no text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evergreen.errors import InputError
from evergreen.records.formats import twice
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
SOMETHING = re.compile(rb"[^\x00\r\n\t \x0c\xef\xbb\xbf\xff\xfe]")
"""What is in a file that is not empty: any byte but blanks and those of byte order marks."""
_DECLARED = re.compile(rb"""\s*<\?xml[^>]*\bencoding=["']([\w.:-]+)["']""")
_WIDE = re.compile(rb"(?:[\t\n\r -~]\x00){20}|(?:\x00[\t\n\r -~]){20}")
_NARROW = re.compile(rb"[\t\n\r -~]{40}")
"""Letters of two bytes (UTF-16), and of one; text of East Asia has no forty of the second in UTF-16."""
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
    if not SOMETHING.search(content):
        raise InputError(
            "the file is empty",
            file=file,
            todo="Export the search again, or take the file out of the protocol.",
        )
    for magic, what in _FOREIGN:
        if content.startswith(magic):
            todo = "Open it and save it as .xlsx or CSV." if ".xls" in what else EXPORT_AGAIN
            raise InputError(f"the file {what}, not an export of records", file=file, todo=todo)
    found = _as_declared(content)
    if found is None:
        _refuse_two_widths(content, file)
        found = texts.decode(content)
    if found is None:
        raise InputError("the file is binary, not text", file=file, todo=EXPORT_AGAIN)
    texts.refuse_unjoined(found.text, file)
    lines = texts.lines_of(found.text)
    # A few spoilt lines of a large export are remarked upon; they spoil no other.
    few = 0 < 2 * len(found.odd) < sum(not line.isascii() for line in lines)
    if found.untold and not few:
        todo = "Export again as UTF-8 (Unicode), or save it as UTF-8 in the program that shows it well."
        raise InputError(texts.UNTOLD, file=file, row=found.untold, todo=todo)
    if twice.shown(found.text, content):
        once = [twice.decoded(line) for line in lines]
        found.odd.update({at: twice.NOTE for at, line in enumerate(lines, 1) if once[at - 1] != line})
        lines = once
    remarks = [
        Remark(number, NOTE, what, lines[number - 1].strip()[:200])
        for number, what in sorted(found.odd.items())
        if number <= len(lines)
    ]
    return Text(lines, found.encoding, remarks)


class NotInPieces(Exception):
    """The file has to be read as a whole: its encoding or its layout cannot be told from a piece of it."""


def in_pieces(path: str | Path, file: str, size: int) -> Iterator[Text]:
    """What `decode` says of a file in UTF-8, some `size` bytes at a time, each piece but the last ending with a line.

    Raises NotInPieces where the file is in another encoding, also after pieces were given, and InputError as `decode` does.
    """
    with Path(path).open("rb") as stream:
        rest, first = b"", True
        while block := stream.read(size):
            whole, end, rest = (rest + block).rpartition(b"\n")
            if not end or b"\x00" in whole:
                raise NotInPieces
            if first:
                if not SOMETHING.search(whole):
                    raise NotInPieces
                found, first = decode(whole + end, file), False
                if not found.encoding.startswith("UTF-8") or found.remarks:
                    raise NotInPieces
                encoding = found.encoding
                yield found
            else:
                yield Text(_lines(whole + end), encoding)
        if rest:
            if first or b"\x00" in rest:
                raise NotInPieces
            yield Text(_lines(rest), encoding)


def _lines(raw: bytes) -> list[str]:
    try:
        text = raw.decode().replace("\ufeff", "").replace(texts.END_OF_FILE, "")
    except UnicodeDecodeError as error:
        raise NotInPieces from error
    if twice.shown(text, raw) or texts.unjoined(text):
        raise NotInPieces
    return texts.lines_of(text)


def _refuse_two_widths(content: bytes, file: str) -> None:
    """Refuse UTF-16 put together with text of one byte a letter: one of them would be read as nonsense."""
    if b"\x00" in content and (wide := _WIDE.search(content)) and (narrow := _NARROW.search(content)):
        row = content[: max(wide.start(), narrow.start())].count(b"\n") + 1
        raise InputError(
            "text in another encoding begins here (UTF-16 and UTF-8 in one file)", file=file, row=row,
            todo="Keep each export in a file of its own: `files:` in the protocol takes a list.",
        )  # fmt: skip


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
