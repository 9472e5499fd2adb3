"""The text of a search strategy: of a file in any encoding, and with the characters that a keyboard types."""

from __future__ import annotations

import html
import re
from pathlib import Path
from string import ascii_letters, digits

from evergreen.errors import InputError
from evergreen.sheets.labels import APOSTROPHES, BLANKS, DASHES, QUOTES, UNSEEN
from evergreen.sheets.texts import decode, refuse_unjoined

PLAIN = str.maketrans(
    {
        **dict.fromkeys(QUOTES, '"'),
        **dict.fromkeys(APOSTROPHES, "'"),
        **dict.fromkeys(DASHES, "-"),
        **dict.fromkeys(UNSEEN, ""),
        **dict.fromkeys(set(BLANKS) - {"\t"}, " "),
        **{chr(ord(sign) + 0xFEE0): sign for sign in "()[]:,;#*/=" + digits + ascii_letters},
    }
)
GUILLEMETS = (re.compile("[\u00ab\u2039]\\s*"), re.compile("\\s*[\u00bb\u203a]"))
THOUSANDS = re.compile("(?<=\\d)[\u00a0\u2007\u2009\u202f](?=\\d{3}(?!\\d))")
CODE = re.compile(r"(?<![^\s|(])`([^`]*[\]\")\d])`(?![^\s|)])")
"""A query in Markdown's marks for code."""
ENTITY = re.compile(r"&(?:quot|amp|lt|gt|apos|nbsp|ndash|mdash|[lr][sd]quo|#\d+|#x[\da-f]+);", re.IGNORECASE)


def plain(text: str) -> str:
    """Text with every kind of quotation mark, dash and blank as a keyboard types it, and nothing that takes no room."""
    text = CODE.sub(r"\1", text).replace("`", "'")
    if "&" in text:
        text = ENTITY.sub(lambda found: html.unescape(found[0]), text)
    if text.isascii():
        return text
    text = THOUSANDS.sub(",", text)
    text = GUILLEMETS[1].sub("\u00bb", GUILLEMETS[0].sub("\u00ab", text))
    return text.translate(PLAIN)


def text_of(path: str | Path) -> str:
    """The text of a strategy's file, in whatever encoding it was saved, each row ending with a line feed.

    Raises InputError where it is empty, no text, or of two versions.
    """
    found = decode(Path(path).read_bytes())
    if found is None:
        raise InputError("the strategy is no text", file=path, todo="Save it as a text file (UTF-8).")
    if not found.text.strip():
        raise InputError(
            "the file is empty", file=path, todo="Save the search again, or take the file out of config/config.yaml."
        )  # fmt: skip
    refuse_unjoined(found.text, path)
    return found.text.replace("\r\n", "\n").replace("\r", "\n")
