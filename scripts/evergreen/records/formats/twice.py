"""Text that was encoded in UTF-8 twice (`MÃ¼ller`): a program took its bytes for letters of Windows-1252 and encoded these."""

from __future__ import annotations

import re

from evergreen.sheets.texts import western

_BYTES = {western(bytes([byte])): byte for byte in range(0x80, 0x100)}
_BEHIND = f"[{re.escape(''.join(letter for letter, byte in _BYTES.items() if byte < 0xC0))}]"
"""What the second byte of a letter looks like."""
_MARKS = "“”‘’–—…•«»\xa0"
_SIGN = re.compile(
    rf"[ÂÃÄÅÎÏÐÑâ](?:(?<=[ÃÄÎÏÐÑâ])(?![{_MARKS}]){_BEHIND}|(?<=Å)(?![{_MARKS}¹²³°·]|±\s*\d){_BEHIND}|(?<=Ã)[{_MARKS}](?=[a-z])|(?<=Â)[\x80-\xbf])"
)
"""What no word has: a letter before a sign. Dashes and quotation marks may follow one (`CAFÉ–BAR`), and ångströms have powers and errors (`Å²`, `2 Å±0.1`)."""
_SIGN_IN_UTF8 = re.compile(rb"\xc3[\x82-\x85\x8e-\x91\xa2][\xc2\xc5\xc6\xcb\xe2]")
NOTE = "letters that were encoded twice (UTF-8 as Windows-1252) are read as what they were"
_RUN = re.compile(r"[^\x00-\x7f]+")


def shown(text: str, raw: bytes) -> bool:
    """Whether something in `text` shows that it was encoded so; `raw` is what it was decoded from, which is quicker to look through."""
    return bool(_SIGN_IN_UTF8.search(raw)) and bool(_SIGN.search(text))


def decoded(line: str) -> str:
    """`line` with the letters that were meant, where something shows that it was encoded so; what makes no UTF-8 stays as it stands."""
    return _RUN.sub(_once, line) if not line.isascii() and _SIGN.search(line) else line


def _once(run: re.Match[str]) -> str:
    text = run.group()
    try:
        return bytes(_BYTES[letter] for letter in text).decode()
    except (KeyError, UnicodeDecodeError):
        return text
