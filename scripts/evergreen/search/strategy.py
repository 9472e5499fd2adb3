"""Search strategies as librarians write them: line by line or in one block, with comments, filters and known items.

    # a comment                                `#` and a space, or `#` and no digit where a line begins
    1. denosumab[mh] OR denosumab[tiab]        numbered lines (`1.`, `#1`, `S1`); the last one is the strategy
    2. arthritis, rheumatoid[mh]
    3. 1 AND 2                                 lines are referred to as `1`, `#1`, `S1`, `or/1-3,5`
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
NUMBERED = re.compile(r"#?(\d+)\s*[.:)]\s+(.*)|#(\d+)\s+(?!(?:AND|OR|NOT)\b)(.*)", re.IGNORECASE | re.DOTALL)
COUNTED = re.compile(r"(S?)(\d+)\s*[.:)]?\s+(.*)", re.IGNORECASE | re.DOTALL)
DIRECTIVE = re.compile(r"(limit|known|acknowledge)\s*:\s*(.*)", re.IGNORECASE)
COMMENT = re.compile(r'((?:"[^"]*"|[^"])*?)\s#\s.*', re.DOTALL)
ONLY_REFERENCES = re.compile(r"(?:[\s()#,/-]|\d+|\band\b|\bor\b|\bnot\b)+", re.IGNORECASE)
SOME = r"#?\d+(?:\s*[-,]\s*#?\d+)*"
ALL_OF = re.compile(rf"\b(and|or)/({SOME})|({SOME})/(and|or)\b", re.IGNORECASE)
LOWER_CASE = re.compile(r"[\])]\s*(and|or|not)\b")
LONELY_NUMBER = re.compile(r"(?:^|\(|\b(?:AND|OR|NOT)\s)\s*(\d+)\s*(?=$|\)|(?:AND|OR|NOT)\b)")
OVID = re.compile(r"\bexp [^/\"]+/|\.(?:tw|mp|ti|ab|sh|pt|kw|kf|fs)(?:,\w\w)*\.|\badj\d+\b", re.IGNORECASE)
NEAR = re.compile(r'"([^"]*)"\s*\[([^\]:]*):~\d+\]')
NEAR_FIELDS = {"ti", "title", "tiab", "title/abstract", "ad", "affiliation"}
CURLY_QUOTES = str.maketrans("\u201c\u201d\u201e\u201f", '""""')
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
    for row, line in _said(text):
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
        numbers: list[int] = []
        for part in re.sub(r"[#\s]", "", match[2] or match[3]).split(","):
            first, _, last = part.partition("-")
            if int(last or first) < int(first):
                raise InputError(f"the range {part} runs backwards", file=file, row=row, todo="Mend it.")
            numbers += range(int(first), int(last or first) + 1)
        return "(" + f" {(match[1] or match[4]).upper()} ".join(f"#{number}" for number in numbers) + ")"

    def named_filter(match: re.Match[str]) -> str:
        if match[1] not in filters():
            known = ", ".join(sorted(filters()))
            raise InputError(
                f"no filter is called {match[1]}", file=file, row=row, todo=f"There are: {known}."
            )
        used.append(match[1])
        return f"({filters()[match[1]]['query']})"

    if ONLY_REFERENCES.fullmatch(FILTER.sub(" ", text)) and re.search(r"\d", text) and earlier:
        text = ALL_OF.sub(all_of, text)
        text = re.sub(r"\b(and|or|not)\b", lambda match: match[1].upper(), text, flags=re.IGNORECASE)
        text = re.sub(r"#?\b(\d+)\b", r"#\1", text)
    text = text.translate(CURLY_QUOTES)
    for near in NEAR.finditer(text):
        if "*" in near[1] or near[2].strip().casefold() not in NEAR_FIELDS:
            raise InputError(
                f"{near[0]}: PubMed searches words near each other without truncation, in title, abstract and affiliation only",
                file=file, row=row, todo="Write the words out, and [ti], [tiab] or [ad].",
            )  # fmt: skip
    # Inside quotation marks `#3` is text.
    parts = re.split(r'("[^"]*")', text)
    for place, part in enumerate(parts[::2]):
        if match := OVID.search(part):
            raise InputError(
                f"`{match[0]}` is Ovid's language", file=file, row=row,
                todo="Translate the strategy into PubMed's, which would take it for words and find something else.",
            )  # fmt: skip
        if match := LOWER_CASE.search(part):
            raise InputError(
                f"`{match[1]}` is no operator for PubMed", file=file, row=row,
                todo=f"Write {match[1].upper()}, or put quotation marks around the phrase.",
            )  # fmt: skip
        if (match := LONELY_NUMBER.search(part)) and match[1] in earlier:
            raise InputError(
                f"{match[1]} among terms may be a word or line {match[1]}", file=file, row=row,
                todo=f'Write #{match[1]} for the line, "{match[1]}" for the word.',
            )  # fmt: skip
        part = ALL_OF.sub(all_of, part) if earlier else part
        part = re.sub(r"#(\d+)\b", lambda found: line(found[1]), part)
        parts[2 * place] = FILTER.sub(named_filter, part)
    return "".join(parts)


def _said(text: str) -> list[tuple[int, str]]:
    """Lines that say something, with their rows, comments taken off.

    Where all of them begin with 1, 2, 3 ... or S1, S2, S3 ... these are the lines' numbers, with or without a full stop; the
    latter are referred to as they are written, so they become `#1` here.
    """
    lines = []
    for row, line in enumerate(text.split("\n"), start=1):
        line = line.strip()
        if not line or re.match(r"#(?!\d)", line):
            continue
        lines.append((row, match[1].strip() if (match := COMMENT.fullmatch(line)) else line))
    queries = [(row, line) for row, line in lines if not DIRECTIVE.fullmatch(line)]
    counted = [COUNTED.fullmatch(line) for _, line in queries]
    prefixes = {match[1].upper() for match in counted if match}
    if len(queries) < 2 or len(prefixes) != 1:
        return lines
    if [match and int(match[2]) for match in counted] != list(range(1, len(queries) + 1)):
        return lines
    numbered = {
        row: f"{match[2]}. {match[3]}" for (row, _), match in zip(queries, counted, strict=True) if match
    }
    if prefixes == {"S"}:
        numbered = {row: _outside_quotes(line, r"\bS(\d+)\b(?!\[)", r"#\1") for row, line in numbered.items()}
    return [(row, numbered.get(row, line)) for row, line in lines]


def _outside_quotes(text: str, pattern: str, by: str) -> str:
    parts = re.split(r'("[^"]*")', text)
    parts[::2] = [re.sub(pattern, by, part, flags=re.IGNORECASE) for part in parts[::2]]
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
