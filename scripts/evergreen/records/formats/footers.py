"""What programs write below the last row of a table: how many records there are, when and by what they were exported, whose they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

_COUNTED = r"(?:records?|results?|references?|citations?|rows?|hits?|items?|studies|articles|documents|entries|publications)"
_DONE = "(?: (?:found|exported|retrieved|returned))?"
_FOOTER = re.compile(
    rf"(?=.*[a-z])(?:(?:grand )?total|count|number)?(?: number)?(?: of)? ?{_COUNTED}?{_DONE}\W*\d[\d,.]*(?: {_COUNTED})?{_DONE}\W*"
    r"|(?:copyright )?(?:©|\(c\)) ?.*|copyright \d{4}.*|(?:exported|generated|downloaded|printed|retrieved|created) (?:from|by|on|at|with) .*(?:\d{4}|\d[./:-]\d).*"
    rf"|page \d+ of \d+|end of (?:the )?(?:file|export|report|list|{_COUNTED})\W*",
    re.IGNORECASE,
)


def footer_of(cells: Sequence[str], width: int) -> str:
    """The text of a row that is a footer of a table with so many columns: it fills the first one or two cells; else ""."""
    text = " ".join(map(str.strip, cells)).rstrip()
    few = width > 2 >= sum(1 for cell in cells if cell.strip()) and "  " not in text
    return text if few and _FOOTER.fullmatch(text) else ""
