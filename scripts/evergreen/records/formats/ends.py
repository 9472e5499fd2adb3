"""Whether a file stops inside a record, in formats whose records have no end of their own."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise


def stops_short(fields: Iterable[str]) -> bool:
    """Whether the last record ends with a field that none of those before it ends with.

    `fields`: the fields of the last lines of a file in order, "" where a record may have ended. Of a file of one record nothing can be told.
    """
    names = list(fields)
    ends = {name for name, after in pairwise(names) if name and not after}
    return bool(ends) and next(filter(None, reversed(names)), "") not in ends
