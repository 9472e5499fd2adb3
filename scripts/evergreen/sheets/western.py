"""Whether text of eight bits a letter reads as Western European: bytes of another code page make letters too, and no words.

What Windows-1252 or MacRoman make of Cyrillic, Greek, Polish, Turkish, Chinese or of DOS is told by what no word has.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_ALPHABETS = tuple(map(frozenset, (
    "àáâãäæçèéêëìíîïñòóôõöùúûüÿœ",  # Romance languages, Celtic, Dutch, Albanian
    "àâäåæçèéêëïòóôöøüß",  # German, Swedish, Danish, Norwegian
    "áéíóúýæöþð", "æøðóý",  # Icelandic, Faroese
    "áäéíóôõöúüýšž",  # what Windows-1252 has of Czech, Slovak, Slovene, Croatian, Estonian, Finnish
)))  # fmt: skip
"""Letters beyond ASCII that stand together in a word, of languages that Windows-1252 was made for."""
_LISTED = frozenset("åäöæøü")
"""The end of Nordic alphabets, which people write as a word."""
_BEYOND = "[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]"
_LETTER = f"[A-Za-z{_BEYOND[1:]}"
_WORD = re.compile(f"{_LETTER}+")
_SIGNS = "¡¢£¤¥¦§¨¯°²³¹¶¸¼½¾"
_SIGN_WITHIN = re.compile(
    rf"(?<={_LETTER})[{_SIGNS}¿‚„†‡‰‹›€“”\u02c0-\u02ff](?={_LETTER})|(?<={_BEYOND})[{_SIGNS}](?=[{_SIGNS}])|(?<=[a-z])[‚„](?![\w“‘])"
    r"|(?<![\w.,])[£¯¥](?=[a-z\u00df-\u00ff]{3})|â€|‚Ä|[ÃÂ][\x80-¿]|√[^\W\d]"
)
"""Signs between letters that part no words, quotation marks that open behind one, and what Polish has of signs in front of one (Ł, Ż, Ą); last, what
UTF-8 looks like in eight bits."""
_PAIRS = re.compile(r"[“„][^“„”\n]{0,300}[“”]")
_NO_WORD = re.compile(
    "(?<!Mc)(?<!De)(?<=[a-z\u00df-\u00ff])[\u00c0-\u00d6\u00d8-\u00de\u0152\u0160\u0178\u017d]|[Ññ](?=[bcdfghjklmnpqrstvwxz])"
    "|(?<=[aeiouy])œ|^Ð|^Ý(?![mr])|þ(?![aáeéiíoóuúyýöæjrv])|ý.*ý"
)
"""A capital within a word, and letters where their language never has them: ñ before a consonant, œ behind a vowel, þ at an end."""
_CONTROL = re.compile("[\x80-\x9f]")
_MOST = 5
"""Western words for each odd one from which on a text is Western: exports of thousands of records have slips of their own."""


def untold(lines: Mapping[int, str]) -> int:
    """Number of the first of these lines that does not read as Western European, 0 where all do."""
    words = odd = first = 0
    for number, line in lines.items():
        if _CONTROL.search(line):
            return number
        found = [word for word in _WORD.findall(line) if not word.isascii()]
        slips = sum(map(_is_odd, found)) + len(_SIGN_WITHIN.findall(_PAIRS.sub(" ", line)))
        words, odd = words + len(found), odd + slips
        first = first or (number if slips else 0)
    return first if odd * _MOST > words - odd else 0


def _is_odd(word: str) -> bool:
    beyond = {letter for letter in word.lower() if not letter.isascii()}
    if not any(beyond <= alphabet for alphabet in _ALPHABETS) or _NO_WORD.search(word):
        return True
    return len(beyond) > 1 and not beyond <= _LISTED and not any(map(str.isascii, word))
