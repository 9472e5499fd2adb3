"""From bytes to text: whatever encoding a person, a spreadsheet program or another tool saved it in."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from evergreen.errors import InputError
from evergreen.sheets.labels import BLANKS, UNSEEN
from evergreen.sheets.western import untold

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
)  # fmt: skip
"""Byte order marks; UTF-32's begins as UTF-16's does."""
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_UNDEFINED = frozenset(b"\x81\x8d\x8f\x90\x9d")  # bytes that Windows-1252 leaves open
LINES_TO_TELL = 5000
_UNJOINED = re.compile(r"^(?:<{7}|\|{7}|>{7})(?:[ \r\n]|$)", re.MULTILINE)
END_OF_FILE = "\x1a"
"""Ctrl-Z, which Windows puts behind files that `copy a+b` puts together."""
_UPPER = f"[{''.join(letter for letter in map(chr, range(0x80, 0x180)) if letter.isupper())}]"
_NO_WORD = re.compile(
    rf"(?<=[^\W\d_]){_UPPER}(?![A-Z]|{_UPPER})|(?<![^\W\d_])[ëíìîïñÐÑÒÔÕ](?![^\W\d_])"
    r"|(?<=[^\W\d_])[^\w\s\x00-\x7f\u2010-\u201f](?=[^\W\d_])|(?<=\s)[¹²³®¨](?=\s|[a-z])|[ﬁﬂƒˆ˜˘˙˚˝˛ˇ◊¤]"
)
"""What no word has: a capital behind a letter, an accent that stands alone, a symbol between letters or in front of them."""


@dataclass(frozen=True)
class Decoded:
    """Text with the line ends it came with, the name of its encoding, and {line number, from 1: what was odd there}.

    `untold`: number of the first line whose letters cannot be told, 0 where all can: whoever reads the text refuses it.
    """

    text: str
    encoding: str
    odd: dict[int, str]
    untold: int = 0


UNTOLD = "the letters are in an encoding that cannot be told (neither UTF-8 nor Western European)"


def decode(raw: bytes) -> Decoded | None:
    """The text of `raw`; None where it is no text.

    A byte order mark decides; without one UTF-16 is told by its zero bytes, then UTF-8, then Windows-1252 (Latin-1 for the
    five bytes that it leaves open), or MacRoman where only that makes words. Where a line has letters in UTF-8, only those that are not
    are read so.
    Zero bytes between letters are removed, and where files were put together byte order marks inside and Ctrl-Z behind.
    """
    odd: dict[int, str] = {}
    untold_at = 0
    raw = raw.rstrip(END_OF_FILE.encode())
    mark, encoding = next((one for one in _MARKS if raw.startswith(one[0])), (b"", _by_zeros(raw)))
    name = f"{encoding.upper()} with byte order mark" if mark else encoding.upper()
    raw = raw.removeprefix(mark)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8":
            text, name, odd, untold_at = _mixed(raw)
        else:
            text = raw.decode(encoding, errors="replace")
            odd = _lines_with(text, "\ufffd", f"characters that are not {name} were replaced")
    sample = text[:65536]
    if (zeros := sample.count("\x00")) and zeros <= len(sample) // 4:
        sample = sample.replace("\x00", "")
    if len(_CONTROL.findall(sample)) > max(8, len(sample) // 200):
        return None
    if "\x00" in text:
        odd |= _lines_with(text, "\x00", "zero bytes were removed")
        text = text.replace("\x00", "")
    return Decoded(text.replace("\ufeff", "").replace(END_OF_FILE, ""), name, odd, untold_at)


def decoded(path: Path) -> str:
    """Text of a file that a person or a spreadsheet program saved. Raises InputError where it is no text."""
    found = decode(path.read_bytes())
    if found is None:
        raise InputError("this is a binary file, not a CSV", file=path, todo="Save the sheet as CSV UTF-8.")
    if found.untold:
        todo = "Save it as UTF-8 (CSV UTF-8 in Excel) in the program that shows it well."
        raise InputError(UNTOLD, file=path, row=found.untold, todo=todo)
    refuse_unjoined(found.text, path)
    return found.text


def unjoined(text: str) -> re.Match[str] | None:
    """The first line with which git marks what two people changed at once, and it could not join."""
    # Where git has left marks, one of these is among them; a pattern takes long to say that a large export has none.
    return _UNJOINED.search(text) if "<" * 7 in text or ">" * 7 in text else None


def refuse_unjoined(text: str, file: str | Path) -> None:
    """Raise InputError where git has left two versions of a text beside each other: what stands in both would be there twice."""
    if found := unjoined(text):
        raise InputError(
            "git could not join two versions of this file, and both stand here",
            file=file,
            row=len(lines_of(text[: found.start()])) + 1,
            todo="Keep what holds of both, and take out the lines of <, = and >.",
        )


def clean(cell: str) -> str:
    """A cell without the blanks and unseen marks around it; no-break spaces become blanks."""
    return cell.replace("\u00a0", " ").strip(BLANKS + UNSEEN)


def lines_of(text: str) -> list[str]:
    """Lines without their ends, which may be those of Windows, Mac and Unix in one file."""
    if "\r" in text:
        text = re.sub(r"\r+\n", "\n", text).replace("\r", "\n")
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def _by_zeros(raw: bytes) -> str:
    """UTF-16 and UTF-32 without a mark have zeros beside their letters."""
    head = raw[:4096]
    zeros = head.count(0)
    if zeros <= len(head) // 4:
        return "utf-8"
    if zeros > len(head) * 2 // 3 and len(raw) % 4 == 0:
        return "utf-32-le" if head[:1] != b"\0" else "utf-32-be"
    return "utf-16-le" if head[1::2].count(0) > zeros // 2 else "utf-16-be"


def _mixed(raw: bytes) -> tuple[str, str, dict[int, str], int]:
    """(text, encoding, odd lines, line that cannot be told) of what is not UTF-8 throughout: one of eight bits, or UTF-8 with some lines in one.

    A line that has as many letters in UTF-8 as other bytes is UTF-8 but for these, unless few lines are and eight bits make words of it
    (`l\u2019\u00e9cole` of a Mac). Of a file that ends within a letter nobody can tell this one.
    """
    separator = b"\n" if b"\n" in raw else b"\r"
    lines = raw.split(separator)
    told: dict[int, bytes] = {}
    foreign: dict[int, bytes] = {}
    spoilt, cut = set(), 0
    for number, line in enumerate(lines, 1):
        if line.isascii():
            continue
        try:
            line.decode()
        except UnicodeDecodeError as error:
            read = line.decode(errors="replace")
            others = read.count("\ufffd")
            if sum(not letter.isascii() for letter in read) < 2 * others:
                foreign[number] = line
                cut = number if number == len(lines) and error.reason == "unexpected end of data" else 0
                continue
            spoilt.add(number)
        told[number] = line
    mac = _of_a_mac(foreign.values())
    name = "MacRoman" if mac else "cp1252"
    of_eight_bits = {number: _read_as(line, mac=mac) for number, line in foreign.items()}
    if len(told) <= len(foreign):
        words = {number: _read_as(line, mac=mac) for number, line in told.items()}
        of_eight_bits |= {number: text for number, text in words.items() if not untold({number: text})}
    texts = [
        of_eight_bits.get(number) or line.decode(errors="western") for number, line in enumerate(lines, 1)
    ]
    text = separator.decode().join(texts)
    doubt = untold({number: text for number, text in sorted(of_eight_bits.items()) if number != cut})
    if told.keys() <= of_eight_bits.keys():
        return text, name, {}, doubt
    odd = dict.fromkeys(of_eight_bits, f"line is not UTF-8; read as {name}")
    odd |= dict.fromkeys(spoilt - odd.keys(), "bytes that are not UTF-8 were read as cp1252")
    return text, f"UTF-8 with lines in {name}", odd, doubt


def _read_as(line: bytes, *, mac: bool) -> str:
    return line.decode("mac_roman") if mac else western(line)


def _of_a_mac(lines: Iterable[bytes]) -> bool:
    """Whether the letters of these lines make words in MacRoman and not in Windows-1252: `M\x9fller` is no `MŸller`."""
    sample = b"\n".join(islice(lines, LINES_TO_TELL))
    windows = len(_NO_WORD.findall(western(sample))) + sum(map(sample.count, _UNDEFINED))
    return windows > 2 * len(_NO_WORD.findall(sample.decode("mac_roman")))


def western(raw: bytes) -> str:
    """Windows-1252 text; the five bytes that it does not define are taken as Latin-1."""
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(bytes([byte]).decode("latin-1" if byte in _UNDEFINED else "cp1252") for byte in raw)


def _western_part(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return western(error.object[error.start : error.end]), error.end


codecs.register_error("western", _western_part)


def _lines_with(text: str, sign: str, what: str) -> dict[int, str]:
    return {number: what for number, line in enumerate(lines_of(text), 1) if sign in line}
