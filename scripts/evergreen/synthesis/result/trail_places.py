"""Where the trail of a study's numbers stands: a page for each outcome, on it a place for each row of its forest plot.

Figures lead there, the report leads there, and the pages are written there; all of them ask here.
"""

from __future__ import annotations

import re
from hashlib import sha256

FOLDER = "provenance"
"""The folder of the pages, beside the report."""


def place_of(label: str) -> str:
    """The id of a row's trail on its page: its label, in letters, digits and hyphens that an address holds as they are."""
    plain = re.sub(r"[^0-9A-Za-z]+", "-", label).strip("-")
    if plain == label:
        return plain
    return f"{plain}-{sha256(label.encode()).hexdigest()[:8]}".lstrip("-")


def page_of(outcome: str, label: str = "") -> str:
    """Address of an outcome's page, or of a row's trail on it, as seen from the report."""
    return f"{FOLDER}/{outcome}.html" + (f"#{place_of(label)}" if label else "")
