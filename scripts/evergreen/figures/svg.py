"""An SVG as it goes into a page: what it shows in words, fonts that every viewer has, no random ids."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

from evergreen.figures.glyphs import FONT

# A viewer without it takes one of these: Verdana is as wide, the others are narrower, so nothing is cut.
FONTS = "'DejaVu Sans', 'Bitstream Vera Sans', Verdana, Arial, Helvetica, sans-serif"
# To a screen reader a picture is one thing and what is in it is not there: a drawing with links is a document of graphics.
PICTURE, DOCUMENT = "img", "graphics-document document"


def dressed(text: str, title: str, description: str = "") -> str:
    """What matplotlib wrote with its role, `title` and `description` as the first that a screen reader meets."""
    role = DOCUMENT if "<a xlink:href" in text else PICTURE
    text = re.sub(r"\n?\s*<title>.*?</title>(?=\s*<metadata>)", "", text, count=1, flags=re.DOTALL)
    start = text.index(">", text.index("<svg ")) + 1
    named = f"\n <title>{escape(title)}</title>" if title else ""
    told = f"\n <desc>{escape(description)}</desc>" if description else ""
    head = text[: start - 1] + f' role="{role}">'
    return head + named + told + text[start:].replace(f"'{FONT}'", FONTS)
