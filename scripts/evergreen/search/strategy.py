"""Search strategies as librarians write them: line by line or in one block, with comments, filters and known items.

    # a comment                                a line that begins with `#` and no digit
    1. denosumab[mh] OR denosumab[tiab]        numbered lines; the last one is the strategy
    2. arthritis, rheumatoid[mh]
    3. 1 AND 2                                 lines are referred to as `1`, `#1`, `or/1-3`
    4. #3 AND filter:hsss_sensitivity_maximizing
    limit: english[la]                         a limit, applied at the end and stated in the log
    known: 18438830, 27768831                  PMIDs that the strategy has to find
    acknowledge: "rank ligand"[tiab]           a warning of PubMed that has been looked at, word by word

Without numbers, all lines are one query. Filters are shipped with their citation (`filters.json`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from evergreen.errors import InputError
from evergreen.search.replies import Notice

FILTERS = Path(__file__).with_name("filters.json")
NUMBERED = re.compile(r"#?(\d+)\s*[.:)]\s+(.*)|#(\d+)\s+(?!AND\b|OR\b|NOT\b)(.*)", re.IGNORECASE | re.DOTALL)
DIRECTIVE = re.compile(r"(limit|known|acknowledge)\s*:\s*(.*)", re.IGNORECASE)
ONLY_REFERENCES = re.compile(r"(?:[\s()#,/-]|\d+|\band\b|\bor\b|\bnot\b)+", re.IGNORECASE)
ALL_OF = re.compile(r"\b(and|or)/#?(\d+)\s*-\s*#?(\d+)|#?(\d+)\s*-\s*#?(\d+)/(and|or)\b", re.IGNORECASE)
FILTER = re.compile(r"\bfilter:([A-Za-z0-9_]+)")
FIRST_DAY = "1000/01/01"


@dataclass(frozen=True)
class Line:
    """One line of a strategy: its number ("" in a block), row in the file, text as written, and query with all
    references and filters written out."""

    number: str
    row: int
    text: str
    query: str


@dataclass(frozen=True)
class Strategy:
    """A strategy as it will be run; `query` is the last line with the limits."""

    text: str
    lines: tuple[Line, ...]
    query: str
    limits: tuple[str, ...]
    known: tuple[int, ...]
    acknowledged: tuple[str, ...]
    filters: tuple[str, ...]

    @property
    def sha256(self) -> str:
        return sha256(self.text.encode()).hexdigest()

    def accepts(self, notice: Notice) -> bool:
        """Whether the strategy acknowledges what PubMed says about it."""
        return _plain(notice.text) in {_plain(text) for text in self.acknowledged}

    def until(self, day: str) -> str:
        """The query limited to records that PubMed had by `day` (ISO), by their creation date."""
        return f'({self.query}) AND ("{FIRST_DAY}"[crdt] : "{day.replace("-", "/")}"[crdt])'


@cache
def filters() -> dict[str, dict[str, str]]:
    """Search filters by name: `title`, `query`, `citation`."""
    return json.loads(FILTERS.read_text(encoding="utf-8"))


def read(text: str, file: str | Path = "strategy", acknowledged: Sequence[str] = ()) -> Strategy:
    """Read a strategy's text; `acknowledged` are warnings that the protocol accepts besides. InputError names file and row."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    numbered: dict[str, tuple[int, str]] = {}
    block: list[tuple[int, str]] = []
    directives: dict[str, list[tuple[int, str]]] = {"limit": [], "known": [], "acknowledge": []}
    for row, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if not line or re.match(r"#(?!\d)", line):
            continue
        if match := DIRECTIVE.fullmatch(line):
            directives[match[1].lower()].append((row, match[2].strip()))
        elif match := NUMBERED.fullmatch(line):
            number = match[1] or match[3]
            if number in numbered:
                raise InputError(
                    f"line number {number} is there twice", file=file, row=row, todo="Number the lines anew."
                )
            numbered[number] = (row, match[2] or match[4])
        elif numbered:
            last = next(reversed(numbered))
            numbered[last] = (numbered[last][0], f"{numbered[last][1]} {line}")
        else:
            block.append((row, line))
    if block and numbered:
        raise InputError(
            "a line without a number", file=file, row=block[0][0], todo="Number all lines or none."
        )
    if not block and not numbered:
        raise InputError("the strategy is empty", file=file, todo="Write the query, or numbered lines of it.")
    written = numbered or {"": (block[0][0], " ".join(line for _, line in block))}
    lines: dict[str, Line] = {}
    used: list[str] = []
    for number, (row, own) in written.items():
        lines[number] = Line(number, row, own, _expand(own, lines, used, file, row))
    limits = tuple(limit for _, limit in directives["limit"])
    query = list(lines.values())[-1].query
    for limit in limits:
        query = f"({query}) AND ({limit})"
    return Strategy(
        text=text,
        lines=tuple(lines.values()),
        query=query,
        limits=limits,
        known=tuple(pmid for row, value in directives["known"] for pmid in _pmids(value, file, row)),
        acknowledged=(*(value for _, value in directives["acknowledge"]), *acknowledged),
        filters=tuple(dict.fromkeys(used)),
    )


def _expand(text: str, earlier: dict[str, Line], used: list[str], file: str | Path, row: int) -> str:
    """A line with its references to earlier lines and its filters written out, in brackets."""

    def line(number: str) -> str:
        if number not in earlier:
            raise InputError(
                f"line {number} is not there yet", file=file, row=row, todo="Refer to earlier lines only."
            )
        return f"({earlier[number].query})"

    def all_of(match: re.Match[str]) -> str:
        operator = (match[1] or match[6]).upper()
        first, last = int(match[2] or match[4]), int(match[3] or match[5])
        return "(" + f" {operator} ".join(f"#{number}" for number in range(first, last + 1)) + ")"

    def named_filter(match: re.Match[str]) -> str:
        if match[1] not in filters():
            known = ", ".join(sorted(filters()))
            raise InputError(
                f"no filter is called {match[1]}", file=file, row=row, todo=f"There are: {known}."
            )
        used.append(match[1])
        return f"({filters()[match[1]]['query']})"

    if ONLY_REFERENCES.fullmatch(text) and re.search(r"\d", text) and earlier:
        text = ALL_OF.sub(all_of, text)
        text = re.sub(r"\b(and|or|not)\b", lambda match: match[1].upper(), text, flags=re.IGNORECASE)
        text = re.sub(r"#?(\d+)", r"#\1", text)
    else:
        text = ALL_OF.sub(all_of, text) if earlier else text
    # Inside quotation marks `#3` is text.
    parts = re.split(r'("[^"]*")', text)
    parts[::2] = [
        FILTER.sub(named_filter, re.sub(r"#(\d+)\b", lambda match: line(match[1]), part))
        for part in parts[::2]
    ]
    return "".join(parts)


def _pmids(text: str, file: str | Path, row: int) -> list[int]:
    values = text.replace(",", " ").split()
    if wrong := [value for value in values if not value.isdigit()]:
        raise InputError(
            f"{wrong[0]} is not a PMID", file=file, row=row, todo="Give PMIDs, separated by commas."
        )
    return [int(value) for value in values]


def _plain(text: str) -> str:
    return " ".join(text.replace('"', " ").casefold().split())


def described(strategy: Strategy) -> dict[str, Any]:
    """What the log says of a strategy, apart from the hits."""
    return {
        "sha256": strategy.sha256,
        "text": strategy.text,
        "query": strategy.query,
        "limits": list(strategy.limits),
        "known_items": list(strategy.known),
        "acknowledged": list(strategy.acknowledged),
        "filters": [{"name": name, **filters()[name]} for name in strategy.filters],
    }
