"""Which fonts hold the letters of a text: DejaVu Sans as far as it goes, then what this machine has.

DejaVu Sans holds Latin, Greek, Cyrillic, Armenian, Georgian, Arabic, Hebrew and Lao. For other scripts the fonts of the machine and those
of `requirements-fonts.txt` are asked, glyph by glyph. What none of them holds would be an empty box, and is told.
"""

from __future__ import annotations

import importlib.util
import logging
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from evergreen.figures.printing import FONT_PACKAGES

# DejaVu Sans comes with matplotlib, so that a figure is the same on every machine.
FONT = "DejaVu Sans"
# Beginnings of file names, first choice first: sans serif fonts beside which DejaVu Sans looks well. Others follow by their name.
PREFERRED = ("NotoSansCJK", "SourceHanSans", "NotoSans", "Noto", "IBMPlexSans", "Arial", "Segoe", "Tahoma")
# No fonts of text: boxes for each block of Unicode, coloured pictures.
NOT_TEXT = ("lastresort", "emoji")
SUFFIXES = (".ttf", ".otf", ".ttc", ".otc")
# Chinese, Japanese and Korean write some characters of one code differently: letters that tell whose they are, and the ending of
# the names of the faces in a collection that are drawn so (Unicode, 18.1: Han unification).
HAN = (("\u3040", "\u30ff", ("JP",)), ("\uac00", "\ud7af", ("KR",)), ("\u1100", "\u11ff", ("KR",)))
CHINESE = ("SC", "CN")
SCRIPTS_TOLD = 12  # characters that a sentence names
# A face that has no bold is drawn as it is.
logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
HINT = "install a font that has them, or run `make fonts`, and draw again"


@lru_cache(maxsize=1)
def _own() -> frozenset[str]:
    """The characters of `FONT`."""
    return _characters(font_manager.findfont(FONT))


@lru_cache(maxsize=64)
def _characters(path: str) -> frozenset[str]:
    try:
        return frozenset(map(chr, FT2Font(path).get_charmap()))
    except (RuntimeError, OSError):  # a picture font, or one that FreeType cannot read
        return frozenset()


def shown(text: str) -> set[str]:
    """The characters of a text that have a shape: no spaces, controls, joiners and selectors of variants."""
    return {
        one for one in text if unicodedata.category(one)[0] not in "CZ" and not "\ufe00" <= one <= "\ufe0f"
    }


@lru_cache(maxsize=1)
def _files() -> tuple[str, ...]:
    """Font files beside `FONT`, first choice first: of the packages, then of the machine."""
    found: list[Path] = []
    for name in FONT_PACKAGES:
        package = importlib.util.find_spec(name)
        for folder in (package.submodule_search_locations if package else None) or ():
            found += Path(folder).iterdir()
    # Not matplotlib's own list: it is of the day on which matplotlib first ran here.
    found += map(Path, font_manager.findSystemFonts())
    usable = {
        path
        for path in found
        if path.suffix.lower() in SUFFIXES and not any(name in path.name.lower() for name in NOT_TEXT)
    }
    return tuple(map(str, sorted(usable, key=lambda path: (_rank(path.name), path.name, str(path)))))


def _rank(name: str) -> tuple[int, bool, bool]:
    bare = name.replace("-", "").replace("_", "").replace(" ", "")
    place = next((i for i, start in enumerate(PREFERRED) if bare.startswith(start)), len(PREFERRED))
    return place, "Serif" in bare, any(word in bare for word in ("Bold", "Italic", "Oblique", "Mono"))


@lru_cache(maxsize=4096)
def families(text: str) -> tuple[str, ...]:
    """Names of the fonts in which matplotlib finds the glyphs of a text, in the order in which they are asked."""
    return _found(text)[0]


@lru_cache(maxsize=4096)
def missing(text: str) -> str:
    """The characters of a text that no font holds, in their order of codes."""
    return _found(text)[1]


@lru_cache(maxsize=4096)
def _found(text: str) -> tuple[tuple[str, ...], str]:
    if text.isascii() or not (wanted := frozenset(shown(text) - _own())):
        return (FONT,), ""
    found, left = _fallback(wanted)
    return (FONT, *found), "".join(sorted(left))


@lru_cache(maxsize=256)
def _fallback(wanted: frozenset[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Fonts that hold the characters together, each the first that holds one that those before it lack; and what is left."""
    found: list[str] = []
    left = wanted
    for path in _files():
        if not left:
            break
        if held := left & _characters(path):
            found.append(_added(path, wanted))
            left -= held
    return tuple(dict.fromkeys(found)), left


def _added(path: str, wanted: Iterable[str]) -> str:
    """The name by which matplotlib knows a font file; of a collection that of the face for the language of the characters."""
    known = [entry.name for entry in font_manager.fontManager.ttflist if entry.fname == path]
    if not known:
        font_manager.fontManager.addfont(path)
        known = [entry.name for entry in font_manager.fontManager.ttflist if entry.fname == path]
    endings = next(
        (ends for first, last, ends in HAN if any(first <= one <= last for one in wanted)), CHINESE
    )
    return next((name for name in known if name.split()[-1] in endings and "Mono" not in name), known[0])


def lacking(texts: Iterable[str]) -> str:
    """A sentence about the characters of texts that no font on this machine holds; "" where there are none."""
    left = sorted({one for text in texts for one in missing(text)})
    if not left:
        return ""
    scripts = sorted(
        {unicodedata.name(one, "unnamed sign").split()[0].capitalize().replace("Cjk", "CJK") for one in left}
    )
    named = " ".join(left[:SCRIPTS_TOLD]) + (
        f" and {len(left) - SCRIPTS_TOLD} more" if len(left) > SCRIPTS_TOLD else ""
    )
    return f"No font on this machine has {named} ({', '.join(scripts)}), which are empty boxes: {HINT}"
