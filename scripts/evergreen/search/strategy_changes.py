"""How the strategy of one search differs from that of the one before, what it finds from what people wrote beside its lines, and what of it another
day would alter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

MOST = 5
"""Lines named of those that differ."""
_COUNTED_BACK = re.compile(
    r'"?\blast\s+(?:\d+\s+)?(?:day|week|month|year)s?"?\s*\[\s*(?:date\b[^\]]*|[a-z ]+date|dp|pdat|dep|epdat|ppdat|edat|crdt|mhda|mdat|lr|dcom|cdat)(?::[^\]]*)?\s*\]'
    r'|"?\by_\d+"?\s*\[filter\]',
    re.IGNORECASE,
)
"""Dates that PubMed counts back from the day on which it is asked: `"last 5 years"[dp]`, `y_5[Filter]`."""


def lines_of(log: Mapping[str, Any]) -> list[str]:
    """What a search asked, line by line, by its log."""
    return as_lines(((line["number"], line["text"]) for line in log["lines"]), log["strategy"]["limits"])


def as_lines(lines: Iterable[tuple[str, str]], limits: Iterable[str]) -> list[str]:
    """A strategy's lines, (number, text), as they are written without the hits beside them, and its limits."""
    numbered = (f"{number}. {text}" if number else text for number, text in lines)
    return [*(" ".join(line.split()) for line in numbered), *(f"limit: {limit}" for limit in limits)]


def changed_lines(old: Sequence[str], new: Sequence[str]) -> list[str]:
    """The lines of a strategy that came, went or were written anew."""
    said = []
    for what, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "replace":
            said.append(f"{'; '.join(old[a:b])!r} became {'; '.join(new[c:d])!r}")
        elif what == "delete":
            said += [f"{line!r} went" for line in old[a:b]]
        elif what == "insert":
            said += [f"{line!r} came" for line in new[c:d]]
    more = [f"and {len(said) - MOST} more"] if len(said) > MOST else []
    return said[:MOST] + more


def other_hits(lines: Iterable[Mapping[str, Any]]) -> list[str]:
    """Lines of a search log that found another number than is written beside them: `line 2: 120 written, 118 found`."""
    return [
        f"line {line['number'] or line['row']}: {line['stated']:,} written, {line['hits']:,} found"
        for line in lines
        if "stated" in line and line["stated"] != line["hits"]
    ]


def counted_back(query: str) -> list[str]:
    """What of a query PubMed counts back from the day on which it is asked, each once, as it is written."""
    return list(dict.fromkeys(_COUNTED_BACK.findall(query)))


def unused(lines: Sequence[Mapping[str, Any]]) -> list[str]:
    """Numbers of the lines of a search log that its last one, which is what was searched, does not hold, itself or through others."""
    return [line["number"] for line in lines[:-1] if f"({line['query']})" not in lines[-1]["query"]]


def differences(logs: Iterable[tuple[str, Mapping[str, Any]]]) -> list[tuple[str, str, list[str]]]:
    """(source, day, what changed) of the rounds whose strategy is not that of the round before of its source; `logs` as (source, log), of
    each source the oldest first."""
    found, last = [], dict[str, Mapping[str, Any]]()
    for source, log in logs:
        if source in last and (said := changed_lines(lines_of(last[source]), lines_of(log))):
            found.append((source, str(log["round"]), said))
        last[source] = log
    return found
