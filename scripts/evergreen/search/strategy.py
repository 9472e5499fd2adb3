"""Search strategies as librarians write them: line by line or in one block, with comments, filters and known items.

    # a comment                                a row that begins with #, //, -- or ;, and what follows ` # ` in a row
    1. denosumab[mh] OR denosumab[tiab]        numbered lines (`1.`, `#1`, `S1`, `(1)`, a history table); the last one is the strategy
    2. arthritis, rheumatoid[mh]    120,345    hits at the end of a line are kept beside it
    3. 1 AND 2                                 lines are referred to as `1`, `#1`, `S1`, `or/1-3,5`
    4. #3 AND filter:hsss_sensitivity_maximizing
    limit: english[la]                         a limit, applied at the end and stated in the log
    known: 18438830, 27768831                  PMIDs that the strategy has to find
    acknowledge: "rank ligand"[tiab]           a warning of PubMed that has been looked at, word by word

Without numbers, all rows are one query. Filters are shipped with their citation (`filters.json`). A strategy in the language of
another platform is refused by that platform's name; as the strategy of an export it is taken as it is.
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
from evergreen.search import languages, lines, syntax
from evergreen.search.lines import Document, Written
from evergreen.search.replies import Notice
from evergreen.search.syntax import fault
from evergreen.search.typed_text import plain, text_of

FILTERS = Path(__file__).with_name("filters.json")
SOME = r"#?\d+(?:\s*[-,]\s*#?\d+)*"
ALL_OF = re.compile(rf"\b(and|or)\s?/\s*({SOME})(?!\s*to\b)|({SOME})\s*/\s*(and|or)\b", re.IGNORECASE)
LONELY_NUMBER = re.compile(
    r"^[\s(]*(\d+)\s+(?=[A-Za-z])|(?:^|\(|\b(?:AND|OR|NOT)\s)\s*(\d+)\s*(?=$|\)|(?:AND|OR|NOT)\b)"
)
NEAR = re.compile(r'"([^"]*)"\s*\[([^\]:]*):~\d+\]')
NEAR_FIELDS = {"ti", "title", "tiab", "title/abstract", "ad", "affiliation"}
FILTER = re.compile(r"\bfilter:([A-Za-z0-9_]+)")
CALLED = re.compile(
    rf"(^\s*|\(\s*|\b(?:AND|OR|NOT)\s+){lines.NAMED}\s+(\d+)(?=\s*(?:$|\)|(?:AND|OR|NOT)\b))", re.IGNORECASE
)
"""A line that is called one among terms: `Line 1 AND english[la]`."""
SERIES = re.compile(r"\bS(\d+)\b(?!\[)", re.IGNORECASE)


@dataclass(frozen=True)
class Line:
    """One line of a strategy: its number ("" in a block), row in the file, text as written, query with all references and
    filters written out, and the hits that were written down beside it."""

    number: str
    row: int
    text: str
    query: str
    stated: int | None = None


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
        return created_until(day, self.query)


def created_until(day: str, query: str) -> str:
    """A query limited to records that PubMed had by `day` (ISO), by their creation date."""
    return f'({query}) AND ("1000/01/01"[crdt] : "{day.replace("-", "/")}"[crdt])'


@cache
def filters() -> dict[str, dict[str, str]]:
    """Search filters by name: `title`, `query`, `citation`."""
    return json.loads(FILTERS.read_text(encoding="utf-8"))


def read(text: str, file: str | Path = "strategy", acknowledged: Sequence[str] = ()) -> Strategy:
    """Read a strategy's text; `acknowledged` are warnings that the protocol accepts besides. InputError names file and row."""
    try:
        return _read(text, acknowledged)
    except InputError as error:
        raise InputError(error.problem, file=file, row=error.row, todo=error.todo) from None


def _read(text: str, acknowledged: Sequence[str]) -> Strategy:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    document = lines.read(text)
    _refuse_unreadable(document)
    written: dict[str, Line] = {}
    used: list[str] = []
    for line in document.lines:
        query = _query(line, written, used)
        written[line.number] = Line(line.number, line.row, line.text, query, line.hits)
    said: dict[str, list[tuple[int, str]]] = {"limit": [], "known": [], "acknowledge": []}
    for row, name, value in document.directives:
        said[name].append((row, value))
    for row, limit in said["limit"]:
        if not limit:
            raise fault(row, "the limit is empty", "Write it behind the colon, or take the row out.")
    limits = tuple(_query(Written("", ((row, limit),)), {}, used) for row, limit in said["limit"])
    query = list(written.values())[-1].query
    for limit in limits:
        query = f"({query}) AND ({limit})"
    return Strategy(
        text=text,
        lines=tuple(written.values()),
        query=query,
        limits=limits,
        known=tuple(pmid for row, value in said["known"] for pmid in _pmids(value, row)),
        acknowledged=(*(value for _, value in said["acknowledge"]), *acknowledged),
        filters=tuple(dict.fromkeys(used)),
    )


def read_file(path: str | Path, acknowledged: Sequence[str] = ()) -> Strategy:
    """The strategy of a file, in whatever encoding it was saved. InputError names file and row."""
    return read(text_of(path), path, acknowledged)


def _refuse_unreadable(document: Document) -> None:
    """Raise InputError for what is wrong with the lines together: another platform's language, numbers, hits."""
    if not document.lines or not any(line.text for line in document.lines):
        raise fault(None, "the strategy is empty", "Write the query, or numbered lines of it.")
    rows = [pair for line in document.lines for pair in line.rows]
    rows += [(row, value) for row, name, value in document.directives if name == "limit"]
    if found := languages.foreign(rows):
        platform, row, sign = found
        todo = (
            "Translate the strategy into PubMed's language; or export what it found there, and give it as the `strategy` of"
            " that source (`kind: export`), which shows it as it is."
        )
        raise fault(row, f"`{sign}` is the language of {platform}, which PubMed would take for words", todo)
    numbers = {line.number for line in document.lines}
    twice: set[str] = set()
    for line in document.lines:
        if line.number in twice and line.number:
            raise fault(line.row, f"line number {line.number} is there twice", "Number the lines anew.")
        twice.add(line.number)
        if not line.number and len(document.lines) > 1:
            todo = "Number all lines or none, or put # before what is a comment."
            raise fault(line.row, "a line without a number", todo)
        if not line.text:
            raise fault(line.row, f"line {line.number} is empty", "Write its query, or take it out.")
        if inside := _number_inside(line, numbers):
            todo = "Give each numbered line its own row."
            raise fault(line.row, f"line {inside} begins inside a row", todo)
        if line.doubtful:
            problem = (
                f"{line.doubtful} at the end may be hits or a part of the term, and other lines have hits"
            )
            todo = f"Write its hits as ({line.doubtful}), or the term in quotation marks or with its field."
            raise fault(line.rows[-1][0], problem, todo)
        if line.filters:
            todo = "Write it as a term (such as AND english[la]) or as `limit: english[la]`, and empty the column."
            raise fault(line.row, f"the history names a filter beside the query: {line.filters}", todo)


def _number_inside(line: Written, numbers: set[str]) -> str:
    """The number of a line that begins in the middle of another one's row, else ""."""
    due = int(line.number or "1") + 1
    begins = r"(?:^|\s)\(?{}[.)]\s+(?!(?:AND|OR|NOT)\b)"
    text = re.sub(r'"[^"]*"', " ", line.text)
    if str(due) in numbers or not re.search(begins.format(due), text):
        return ""
    return str(due) if line.number or re.match(begins.format(1), text) else ""


def _query(line: Written, earlier: dict[str, Line], used: list[str]) -> str:
    """A line with its references to earlier lines and its filters written out, in brackets."""
    rows = [(row, _referred(text, line, earlier, row)) for row, text in line.rows if text]
    rows = [(row, syntax.spelled(text, row)) for row, text in rows]
    syntax.check(rows)
    for row, text in rows:
        _refuse_misread(text, earlier, row)
    # References and filters are written out outside quotation marks: inside, `#3` is text.
    parts = re.split(r'("[^"]*")', " ".join(text for _, text in rows))
    parts[::2] = [_written_out(part, earlier, used, line.row) for part in parts[::2]]
    return "".join(parts)


def _referred(text: str, line: Written, earlier: dict[str, Line], row: int) -> str:
    """A row with its references to lines as `#1`, and those that name several written one by one."""

    def all_of(match: re.Match[str]) -> str:
        numbers: list[int] = []
        for part in re.sub(r"[#\s]", "", match[2] or match[3]).split(","):
            first, _, last = part.partition("-")
            if int(last or first) < int(first):
                raise fault(row, f"the range {part} runs backwards", "Mend it.")
            numbers += range(int(first), int(last or first) + 1)
        return "(" + f" {(match[1] or match[4]).upper()} ".join(f"#{number}" for number in numbers) + ")"

    if not earlier:
        if (
            lines.REFERENCES.fullmatch(text)
            and re.search(r"(?<!\d)\d{1,4}(?!\d)", text)  # a longer number is a PMID
            and re.search(r"[a-z]{2}", text, re.IGNORECASE)
        ):
            todo = "Refer to earlier lines only; a number that is a word stands in quotation marks."
            raise fault(row, f"`{text}` refers to lines that are not there", todo)
        return text
    if lines.REFERENCES.fullmatch(FILTER.sub(" ", text)) and re.search(r"\d", FILTER.sub("", text)):
        text = re.sub(rf"\b(?:S|L|{lines.NAMED}\s+)(?=\d)", "", text, flags=re.IGNORECASE)
        text = ALL_OF.sub(all_of, text.translate(str.maketrans("[]", "()")))
        text = re.sub(r"\b(and|or|not)\b(?!/)", lambda match: match[1].upper(), text, flags=re.IGNORECASE)
        text = re.sub(r"(?<![\w:])#?(\d+)\b", r"#\1", text)
        if found := re.search(r"#\d+\)*\s*(?:[-,]|(?=\(*#))|/", text):
            todo = "Write or/1-3, or 1 OR 2 OR 3."
            raise fault(row, f"`{found[0].strip()}` does not say how lines are joined", todo)
        if line.hits is not None and re.fullmatch(r"[\s()]*#\d+[\s()]*", text):
            problem = f"`{text.strip('# ()')} {line.hits}` may be two lines, or a line with its hits"
            todo = "Write AND, OR or NOT between lines, and hits in brackets behind a line with terms."
            raise fault(row, problem, todo)
        return text

    def called(match: re.Match[str]) -> str:
        return f"{match[1]}#{match[2]}" if match[2] in earlier else match[0]

    parts = re.split(r'("[^"]*")', CALLED.sub(called, text))
    parts[::2] = [
        ALL_OF.sub(all_of, SERIES.sub(r"#\1", part) if line.series else part) for part in parts[::2]
    ]
    return "".join(parts)


def _refuse_misread(text: str, earlier: dict[str, Line], row: int) -> None:
    """Raise InputError for what PubMed's grammar allows and what was not meant."""
    for near in NEAR.finditer(text):
        if "*" in near[1] or near[2].strip().casefold() not in NEAR_FIELDS:
            problem = f"{near[0]}: PubMed searches words near each other without truncation, in title, abstract and affiliation only"
            raise fault(row, problem, "Write the words out, and [ti], [tiab] or [ad].")
    for part in re.split(r'"[^"]*"', text):
        if (match := LONELY_NUMBER.search(part)) and (number := match[1] or match[2]) in earlier:
            todo = f'Write #{number} for the line, "{number}" for the word.'
            raise fault(row, f"{number} among terms may be a word or line {number}", todo)


def _written_out(text: str, earlier: dict[str, Line], used: list[str], row: int) -> str:
    def line(match: re.Match[str]) -> str:
        if match[1] not in earlier:
            raise fault(row, f"line {match[1]} is not there yet", "Refer to earlier lines only.")
        return f"({earlier[match[1]].query})"

    def named_filter(match: re.Match[str]) -> str:
        if match[1] not in filters():
            known = ", ".join(sorted(filters()))
            raise fault(row, f"no filter is called {match[1]}", f"There are: {known}.")
        used.append(match[1])
        return f"({filters()[match[1]]['query']})"

    return FILTER.sub(named_filter, re.sub(r"#(\d+)\b", line, text))


def _pmids(text: str, row: int) -> list[int]:
    values = text.replace(",", " ").split()
    if wrong := [value for value in values if not value.isdigit()]:
        raise fault(row, f"{wrong[0]} is not a PMID", "Give PMIDs, separated by commas.")
    return [int(value) for value in values]


def _plain(text: str) -> str:
    return " ".join(plain(text).replace('"', " ").casefold().split())


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
