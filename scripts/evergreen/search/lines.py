"""The lines of a search strategy as people and platforms write them down: their numbers, rows and hits.

Nothing here knows a query language. Lines may be numbered (`1.`, `1)`, `(1)`, `#1`, `S1`, `1`, `Line 1`), run over several rows,
come as a history table (separated by tabs, commas, semicolons or bars, newest first or last) and end with the hits that a
database stated. Comments and `limit:`, `known:`, `acknowledge:` stand in rows of their own.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from evergreen.search.typed_text import plain
from evergreen.sheets.texts import lines_of

DIRECTIVE = re.compile(r"(limit|known|acknowledge)\s*:\s*(.*)", re.IGNORECASE)
COMMENT = re.compile(r"#(?!\s*\d)|//|--|;|%")
"""How a row that is a comment begins; `#1` and `# 1` may be numbers."""
COMMENTED_NUMBER = re.compile(r"#\s+(\d+)\s")
"""How a line of Web of Science begins, and a numbered line that somebody commented out."""
BEHIND = re.compile(r'((?:"[^"]*"|[^"])*?)\s(?:#|//)\s.*', re.DOTALL)
BETWEEN = re.compile(r"/\*.*?\*/|<!--.*?-->", re.DOTALL)
RULED = re.compile(r"[-=_*~+|:.\s]{3,}|'{3,}\w*")

OPERATORS = r"(?:AND|OR|NOT)\b"
# A number that says by its look that it is one; the others need a row of them.
EXPLICIT = re.compile(
    rf"#?\s?(\d+)\s*[.):]\s+(.*)|#?\s?(\d+)[.)](?=[^\d\s.,])(.*)|#(\d+)\s+(?!{OPERATORS})(.*)|#(\d+)()$",
    re.IGNORECASE,
)
NAMED = r"(?:lines?|search(?:es)?|sets?|steps?|quer(?:y|ies)|no\.?)"
"""What people call lines."""
COUNTED = re.compile(
    rf"(|#|# |S|L|{NAMED}|[(\[]#?)\s*(\d+)(?:\s*[.:)\]|]+\s*|\s+-\s+|\s+|$)(.*)",
    re.IGNORECASE,
)
SEARCH = re.compile(r"[\s.>]*(?:search|query|search query)\s*:\s*", re.IGNORECASE)
SEARCH_OF_HISTORY = re.compile(r"^search\s", re.IGNORECASE)
SEARCH_OF_GROUP = re.compile(r"^Search\s*(?=\()")
"""How PubMed's old history begins each line, which is told by all of them, or by what stands behind it."""
SORTED = re.compile(r"\s*\bsort by:\s*(?:best match|most recent|publication date|first author|journal|relevance)\b", re.IGNORECASE)  # fmt: skip

NUMBER = r"(\d{1,3}(?:[,.' ]\d{3})+|\d+)"
GROUPED = r"(\d{1,3}(?:[,.']\d{3})+)"
COUNT_WORDS = (
    r"(?:(?:document )?results?|documents|hits|records?|references|citations|items(?: found)?|articles)"
)
TIME = re.compile(r"[\s|]+\d{1,2}:\d\d(?::\d\d)?(?:\s*[ap]m)?\s*$", re.IGNORECASE)
STOP = re.compile(r"(?<=[\])\"])\s*[.;,]$")
"""The mark that ends a line in running text or a list."""
ONE_REFERENCE = rf"(?:#|S|L|{NAMED}\s+)?\d+"
REFERENCES = re.compile(
    rf"(?:[\s(),/\-\[\]]|\b{ONE_REFERENCE}(?!\w)|#\d+|\band\b|\bor\b|\bnot\b)+", re.IGNORECASE
)
"""A line that only combines others."""
SURE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"[\s(\[,;:-]+n\s*=\s*{NUMBER}\s*[)\]]?$",
        rf"[\s(\[=:;,>-]*\b{COUNT_WORDS}\s*[=:]?\s*{NUMBER}\s*[)\]]?$",
        rf"\s*[(\[]\s*{NUMBER}\s*{COUNT_WORDS}\b[^()\[\]]*[)\]]$",
        rf"[\s(\[=:;,>-]*(?<![\w.,]){NUMBER}\s*{COUNT_WORDS}\s*[)\]]?$",
        rf"(?<=[^\s(]) *(?<!\bAND )(?<!\bOR )(?<!\bNOT )(?<!\bAND)(?<!\bOR)(?<!\bNOT)[(\[{{]\s*{NUMBER}\s*[)\]}}]$",
        rf"\s*(?:\t\s*|\s{{3,}}|\s*\.{{3,}}\s*|\s+(?:=+>?|->|\u2192|\|)\s+|=\s*|(?<=[\])\"\d])\s+-+\s+|(?<=[\])\"])\s*[:;,]\s*){NUMBER}$",
        rf"\s+{GROUPED}$",
        rf"(?<=[\])\"])\s+{NUMBER}$",
    )
)
"""Ends of a line that can be nothing but its hits."""
DOUBTFUL = re.compile(r"(?<=[\w*])(?<!\bAND)(?<!\bOR)(?<!\bNOT)\s{1,2}(\d+)$")
LEADING = re.compile(rf"(?:(\d+)\t\s*|{GROUPED}\s+)(?=\D)")
"""Hits before the query, where Web of Science has them."""
BARE = re.compile(rf"(?:\s+|\s*[:;]\s*){NUMBER}$")
LAST = re.compile(r"\s+(\d+)$")
"""Hits behind references whose last one would make thousands of them: `1 AND 2 500`."""
RANGE = re.compile(
    r'(?:\[[^\]]*dat[^\]]*\]|\[(?:dp|edat|crdt|mhda|mdat|lr)\]|"[\d/-]+")\s*:\s*\S+$', re.IGNORECASE
)
"""The end of a line that is the later end of a range of dates."""

HEADINGS = {
    "number": ("", "#", "no", "no.", "nr", "nr.", "number", "search number", "search no.", "line", "line no.", "set", "step", "id", "search id#", "search id", "s"),
    "query": ("query", "queries", "searches", "search terms", "search term", "search query", "search strategy", "strategy", "term", "terms", "search string", "history"),
    "hits": ("results", "result", "hits", "items found", "records", "count", "n", "number of results", "references", "total"),
    "filters": ("filters", "limiters/expanders", "limiters", "limits", "options", "search options"),
    "": ("time", "date", "actions", "details", "search details", "sort by", "type", "last run via", "annotations", "comment", "comments", "database", "concept"),
}  # fmt: skip
"""What the columns of a history are called."""
WORDS = {word: meaning for meaning, words in HEADINGS.items() for word in words}
SEPARATORS = ("\t", "|", ";", ",")


@dataclass(frozen=True)
class Written:
    """A line as it is written: its number ("" in a block), its (row, text) without number and hits, the hits that a database
    stated, the number at its end that may be hits or a word, and filters that a history names beside it."""

    number: str
    rows: tuple[tuple[int, str], ...]
    hits: int | None = None
    doubtful: str = ""
    filters: str = ""
    series: bool = False

    @property
    def row(self) -> int:
        """The row in which it begins."""
        return self.rows[0][0]

    @property
    def text(self) -> str:
        """What it says, in one row."""
        return " ".join(text for _, text in self.rows if text)


@dataclass(frozen=True)
class Document:
    """A strategy's lines, oldest first, and the rows that are no lines: (row, name, value)."""

    lines: tuple[Written, ...]
    directives: tuple[tuple[int, str, str], ...] = ()


def read(text: str) -> Document:
    """The lines of a text; never refuses one."""
    said, directives = _said(text)
    lines = _oldest_first(_table(said) or _lines(said))
    all_begin = len(lines) > 1 and all(line.rows[0][1].casefold().startswith("search ") for line in lines)
    of_history = SEARCH_OF_HISTORY if all_begin else SEARCH_OF_GROUP
    lines = [_with_first(line, of_history.sub("", line.rows[0][1], count=1)) for line in lines]
    return Document(tuple(_counted(lines)), tuple(directives))


def _said(text: str) -> tuple[list[tuple[int, str]], list[tuple[int, str, str]]]:
    """(row, text) of the rows that say something, without comments, and the directives."""
    text = BETWEEN.sub(lambda found: "\n" * found[0].count("\n"), text)
    said: list[tuple[int, str]] = []
    commented: list[tuple[int, str]] = []
    directives, numbers = [], []
    for row, line in enumerate(map(plain, lines_of(text)), start=1):
        line = line.rstrip().removesuffix("\\").rstrip().lstrip(" ")  # a tab is an empty cell of a table
        if not line or RULED.fullmatch(line):
            continue
        if match := DIRECTIVE.fullmatch(line.strip()):
            directives.append((row, match[1].lower(), _uncommented(match[2])))
        elif match := COMMENTED_NUMBER.match(line.lstrip()):
            commented.append((row, line))
            numbers.append(int(match[1]))
        elif not COMMENT.match(line.lstrip()) and (line := _uncommented(line)):
            said.append((row, line))
    queried = any(COUNTED.fullmatch(line) or re.search(r'[\[("]', line) for _, line in said)
    rising = list(range(1, len(numbers) + 1))
    if numbers and numbers in (rising, rising[::-1]) and not queried:
        said = sorted([*said, *commented])
    return said, directives


def _uncommented(line: str) -> str:
    match = BEHIND.fullmatch(line)
    return match[1].strip() if match and re.search(r"\w", match[1]) else line


# A history table.


def _table(said: Sequence[tuple[int, str]]) -> list[Written]:
    """The lines of a table whose first row names its columns; none where there is no such row."""
    if len(said) < 2:
        return []
    for separator in SEPARATORS:
        heads = _heads(_cells(said[0][1], separator))
        if "query" in heads and {"number", "hits"} & set(heads):
            break
    else:
        return []
    lines: list[Written] = []
    for row, text in said[1:]:
        # As many cells as the head has: a spreadsheet leaves empty ones out at the end.
        cells = (_cells(text, separator) + [""] * len(heads))[: len(heads)]
        named = dict(zip(reversed(heads), reversed(cells), strict=True))
        number = re.sub(r"\D", "", named.get("number", "")) or (
            "" if "number" in heads else str(len(lines) + 1)
        )
        hits = re.fullmatch(NUMBER, named.get("hits", ""))
        own = Written(
            number,
            ((row, _query(named["query"])),),
            int(re.sub(r"\D", "", hits[1])) if hits else None,
            filters=named.get("filters", ""),
            series=named.get("number", "")[:1] in ("S", "s"),
        )
        if number or not lines:
            lines.append(own)
        else:
            lines[-1] = replace(lines[-1], rows=lines[-1].rows + own.rows)
    return lines


def _heads(cells: Sequence[str]) -> list[str]:
    """What each column holds, "" for other things; none where most are called something else. `Search` is a number beside a query, else a query."""
    names = [cell.casefold() for cell in cells]
    known = {**WORDS, "search": "number" if {"query", "search query"} & set(names) else "query"}
    mostly = sum(name in known for name in names) > len(names) // 2
    return [known.get(name, "") for name in names] if mostly else []


def _cells(line: str, separator: str) -> list[str]:
    if separator == "|":
        return [cell.strip() for cell in line.strip("|").split("|")]
    if separator == "\t":
        return [cell.strip() for cell in line.split("\t")]
    return [cell.strip() for cell in next(csv.reader([line], delimiter=separator))]


def _query(text: str) -> str:
    return SORTED.sub("", SEARCH.sub("", text, count=1) if SEARCH.match(text) else text).strip()


# Numbered lines, or a block.


def _lines(said: Sequence[tuple[int, str]]) -> list[Written]:
    if not said:
        return []
    said = [(row, line.strip(" \t|" if line.startswith("|") else None)) for row, line in said]
    lines = _in_a_row(said) if not EXPLICIT.fullmatch(said[0][1]) else []
    lines = lines or _numbered(said)
    return [_with_first(line, _query(line.rows[0][1])) for line in lines]


def _with_first(line: Written, text: str) -> Written:
    """A line with another text in its first row."""
    return replace(line, rows=((line.row, text), *line.rows[1:]))


def _in_a_row(said: Sequence[tuple[int, str]]) -> list[Written]:
    """Lines whose numbers are numbers because they follow one another, 1, 2, 3 or 3, 2, 1; none where they do not."""
    first = COUNTED.fullmatch(said[0][1])
    if not first:
        return []
    step = 1 if first[2] == "1" else -1
    lines: list[Written] = []
    due = int(first[2])
    for row, text in said:
        match = COUNTED.fullmatch(text)
        if match and match[1].strip().casefold() == first[1].strip().casefold() and int(match[2]) == due:
            lines.append(Written(match[2], ((row, match[3].strip()),), series=match[1].strip() in ("S", "s")))
            due += step
        else:
            lines[-1] = replace(lines[-1], rows=(*lines[-1].rows, (row, text)))
    return lines if len(lines) > 1 and (step == 1 or due == 0) else []


def _numbered(said: Sequence[tuple[int, str]]) -> list[Written]:
    """Lines by the look of their numbers; rows before the first number are a block."""
    lines: list[Written] = []
    for row, text in said:
        if (
            lines
            and lines[-1].number
            and (match := re.fullmatch(rf"{int(lines[-1].number) + 1}[.)](.+)", text))
            and REFERENCES.fullmatch(match[1])
        ):
            lines.append(Written(str(int(lines[-1].number) + 1), ((row, match[1].strip()),)))  # `3.1 AND 2`
        elif match := EXPLICIT.fullmatch(text):
            number, own = (part for part in match.groups() if part is not None)
            lines.append(Written(number, ((row, own.strip()),)))
        elif lines:
            lines[-1] = replace(lines[-1], rows=(*lines[-1].rows, (row, text)))
        else:
            lines.append(Written("", ((row, text),)))
    return lines


def _oldest_first(lines: list[Written]) -> list[Written]:
    numbers = [int(line.number) for line in lines if line.number]
    falling = all(one > other for one, other in pairwise(numbers))
    return lines[::-1] if falling and len(numbers) == len(lines) > 1 else lines


# Hits.


def _counted(lines: Sequence[Written]) -> Iterable[Written]:
    """Lines with their hits apart from what they say.

    A number behind a word may be a part of it (`interleukin 6`): it is hits where every line ends with one and some can be
    nothing else, and otherwise told as doubtful where others have hits.
    """
    found = [_with_hits(line) for line in lines]
    sure = any(line.hits is not None for line in found)
    all_end = all(line.hits is not None or line.doubtful for line in found)
    for line in found:
        if line.doubtful and sure and all_end:
            row, text = line.rows[-1]
            hits = int(line.doubtful)
            yield replace(line, rows=(*line.rows[:-1], (row, BARE.sub("", text))), hits=hits, doubtful="")
        elif line.doubtful and not sure:
            yield replace(line, doubtful="")
        else:
            yield line


def _with_hits(line: Written) -> Written:
    if line.hits is not None:
        return replace(line, rows=tuple((row, _even(text)) for row, text in line.rows))
    row, text = line.rows[-1]
    text = TIME.sub("", STOP.sub("", text.strip()))
    before = line.rows[:-1]
    hits = ""
    if before and re.fullmatch(
        rf"[(\[]?{NUMBER}(?: {COUNT_WORDS})?[)\]]?", text, re.IGNORECASE
    ):  # a row of its own
        hits, text = text, ""
    elif not RANGE.search(text):
        for pattern in SURE:
            if (match := pattern.search(text)) and match.start() > 0:
                hits, text = match[1], text[: match.start()].rstrip()
                break
        else:
            for bare in (BARE, LAST):
                match = bare.search(text)
                rest = text[: match.start()] if match else ""
                if (
                    match
                    and REFERENCES.fullmatch(rest)
                    and re.search(r"(?:\d|\)|/and|/or)$", rest, re.IGNORECASE)
                ):
                    hits, text = match[1], rest
                    break
        if not hits and not before and (match := LEADING.match(text)):
            hits, text = match[1] or match[2], text[match.end() :]
    doubtful = "" if hits else (match[1] if (match := DOUBTFUL.search(text)) else "")
    if doubtful and REFERENCES.fullmatch(text):
        doubtful = ""
    rows = tuple((own, _even(said)) for own, said in (*before, (row, text)) if said)
    return replace(
        line,
        rows=rows or ((row, ""),),
        hits=int(re.sub(r"\D", "", hits)) if hits else None,
        doubtful=doubtful,
    )


def _even(text: str) -> str:
    return " ".join(text.replace("\t", " ").split()) if "\t" in text else text.strip()
