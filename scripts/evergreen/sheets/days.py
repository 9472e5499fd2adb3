"""Days as people write them, in sheets and in the protocol."""

from __future__ import annotations

import datetime
import re

DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
HOW = "Write a date as YYYY-MM-DD."


def of_the_calendar(text: str) -> bool:
    """Whether a text is a day of the calendar, written as YYYY-MM-DD."""
    if not re.fullmatch(DAY, text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True
