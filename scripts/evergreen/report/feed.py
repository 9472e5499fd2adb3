"""The status as an Atom feed (RFC 4287): an entry for each piece of work that awaits somebody.

No clock is read: an entry is as old as what it waits for, by the dates in the review's own files.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from evergreen.errors import printable
from evergreen.report.status import Waiting

# Of the names from which ids are made, and never to be changed.
SPACE = uuid.UUID("6f0e5c2e-6a58-5d0b-9a3e-2f6f6f4f3c11")
NO_DATE = "1970-01-01"  # of a review whose files hold no date at all


def as_atom(title: str, items: Sequence[Waiting], day: str) -> str:
    """The feed; `day` is the newest date in the review's files, of which an item is that does not say its own.

    An entry keeps its id while only numbers in it change, so that readers show it anew when its date does.
    """
    latest = max([item.since for item in items] + [day]) or NO_DATE
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"  <title>{_text(title)}</title>",
        f"  <id>{_id(title)}</id>",
        f"  <updated>{latest}T00:00:00Z</updated>",
        "  <author><name>Evergreen</name></author>",
    ]
    seen: dict[str, int] = {}
    for item in items:
        name = "\n".join([title, item.who, item.where, re.sub(r"[\d,]+", "#", item.what.partition(":")[0])])
        seen[name] = seen.get(name, 0) + 1
        lines += [
            "  <entry>",
            f"    <title>{_text(f'{item.who}: {item.what}')}</title>",
            f"    <id>{_id(f'{name} {seen[name]}')}</id>",
            f"    <updated>{item.since or day or NO_DATE}T00:00:00Z</updated>",
            *([f"    <link href={quoteattr(f'../{item.page}')}/>"] if item.page else []),
            f"    <content>{_text(item.where)}</content>",
            "  </entry>",
        ]
    return "\n".join([*lines, "</feed>", ""])


def _id(name: str) -> str:
    return f"urn:uuid:{uuid.uuid5(SPACE, name)}"


def _text(text: str) -> str:
    return escape(printable(text))
