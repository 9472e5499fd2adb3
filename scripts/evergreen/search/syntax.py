"""What a line of PubMed's language may look like, so that a line that PubMed would misread is refused with its row.

PubMed evaluates from left to right, knows AND, OR and NOT in capital letters, brackets, `"..."`, `*` and a field tag behind a
single term; terms side by side are joined by AND. What it cannot read it refuses or, worse, takes for words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from evergreen.errors import InputError

TOKEN = re.compile(
    r'(?P<quoted>"[^"]*")|(?P<tag>\[[^\[\]"]*\])|(?P<open>\()|(?P<close>\))|(?P<colon>:)(?=\s|"|$)|(?P<odd>["\[\]{}])'
    r'|(?P<word>[^\s()"\[\]{}]+)'
)
OPERATORS = ("AND", "OR", "NOT")
SYMBOLS = {"&": "AND", "&&": "AND", "+": "AND", "|": "OR", "||": "OR", "!": "NOT"}
DATE = re.compile(r'"?\s*\d[\d/ -]*"?')
NUMBER_AT_END = re.compile(r"(?<=[\])\"])\s+[(\[{]?\d[\d.,' ]*[)\]}]?$")
FIELD = re.compile(r"\[[\w /&:~.'-]+\]")
YEARS = re.compile(r"(?:19|20)\d\d-(?:19|20)\d\d")
REFERENCE = re.compile(r"#\d+")
ANY_OF = re.compile(r"(?:and|or)/(?:[\d#].*)?|[\d#,-]*/(?:and|or)", re.IGNORECASE)
SINGLE_QUOTES = re.compile(
    r"(?<![^\s(])(?:''|')(?=[^\s'])([^'\"]*?(?:(?<=\w)'(?=\w)[^'\"]*?)*)(?<=\S)(?:''|')(?=[\s)\[:,]|$)"
)

DATE_FIELDS = (
    "dp|pdat|ppdat|epdat|edat|crdt|mhda|mdat|lr|dcom|dep|publication date|entry date|entrez date|create date|mesh date"
    "|date ?- ?(?:publication|entry|entrez|create|mesh|modification|completion)|electronic publication date|print publication date"
)
DAY = r"\d{4}(?:/\d{1,2}(?:/\d{1,2})?)?"
ISO = r"\d{4}-\d{2}-\d{2}"
_TAGGED = re.compile(rf'(?P<term>(?:"[^"]*"|(?<![\w/:.-])[\w/:.-]{{1,24}}(?:\s+(?:-|:|to)\s+[\w/:.-]{{1,24}})?))\s*\[\s*(?P<field>{DATE_FIELDS})\s*\]', re.IGNORECASE)  # fmt: skip
_SPAN = re.compile(rf"({DAY}|{ISO})(?:\s*-\s*|\s*:\s*|\s+to\s+)({DAY}|{ISO})")
_EACH_TAGGED = re.compile(rf"\b({DAY})\s*\[\s*({DATE_FIELDS})\s*\]\s*[-:]\s*({DAY})\s*\[\s*(?:{DATE_FIELDS})\s*\]", re.IGNORECASE)  # fmt: skip
_APART = re.compile(rf'("[\d/-]+"\s*\[\s*(?:{DATE_FIELDS})\s*\])\s*-\s*(?="\d)', re.IGNORECASE)
_ISO = re.compile(r"\b(\d{{4}})-(\d{{2}})-(\d{{2}})\b")


def spelled(text: str, *, file: str | Path, row: int) -> str:
    """A line with phrases in double quotation marks and dates as PubMed writes them: `2010-2020[dp]` is `2010:2020[dp]`."""
    text = SINGLE_QUOTES.sub(r'"\1"', text)
    text = _APART.sub(r"\1 : ", _EACH_TAGGED.sub(r"\1:\3[\2]", text))

    def dated(match: re.Match[str]) -> str:
        term = match["term"]
        quote = '"' if term.startswith('"') else ""
        own = term.strip('"').strip()
        if span := _SPAN.fullmatch(own):
            first, last = (_ISO.sub(r"\1/\2/\3", day) for day in span.groups())
            if ":" in own and not _ISO.search(own):
                return match[0]
            return f"{first}:{last}[{match['field']}]"
        if re.fullmatch(ISO, own):
            return f"{quote}{own.replace('-', '/')}{quote}[{match['field']}]"
        if not re.search(r"\d", own) or re.search(r"\d\s*(?:-|\.\.|\bto\b)|-\s*\d", own, re.IGNORECASE):
            raise InputError(
                f"`{match[0]}` is no date of PubMed", file=file, row=row,
                todo=f"Write 2010:2020[{match['field']}] or 2010/05/31[{match['field']}].",
            )  # fmt: skip
        return match[0]

    return _TAGGED.sub(dated, text)


def check(rows: Sequence[tuple[int, str]], file: str | Path) -> None:
    """Raise InputError for the first thing in a line that PubMed would refuse or misread; `rows` are its (row, text)."""
    odd = [row for row, text in rows if text.count('"') % 2]
    if sum(text.count('"') for _, text in rows) % 2:
        raise InputError(
            "a quotation mark is missing", file=file, row=odd[0],
            todo="Quotation marks stand in pairs around a phrase: add it, or take the odd one out.",
        )  # fmt: skip
    if found := NUMBER_AT_END.search(rows[-1][1]):
        raise InputError(
            f"`{found[0].strip()}` stands behind the query and is no number of hits", file=file, row=rows[-1][0],
            todo="Write hits as (4532), or take them out.",
        )  # fmt: skip
    starts, text = [], ""
    for row, own in rows:
        starts.append((len(text), row))
        text += own + " "
    tokens = [
        (
            match.lastgroup or "",
            match[0],
            next(row for start, row in reversed(starts) if start <= match.start()),
        )
        for match in TOKEN.finditer(text)
    ]
    _Line(tokens, file).check()


class _Line:
    """The tokens of a line, (kind, text, row), read from left to right."""

    def __init__(self, tokens: list[tuple[str, str, int]], file: str | Path) -> None:
        self.tokens, self.file = tokens, file

    def fault(self, row: int, problem: str, todo: str) -> InputError:
        return InputError(problem, file=self.file, row=row, todo=todo)

    def check(self) -> None:
        opened: list[int] = []
        before = ""  # "" where a term is due, else the kind of what stands before: term, tag, close
        last = ("", "", 0)
        for place, (kind, text, row) in enumerate(self.tokens):
            if kind == "odd":
                which = (
                    "square bracket"
                    if text in "[]"
                    else "curly bracket"
                    if text in "{}"
                    else "quotation mark"
                )
                raise self.fault(
                    row, f"the {which} {text} stands alone" if text not in "{}" else f"`{text}` is nothing for PubMed",
                    "A field stands in square brackets behind its term, as in bone[tiab]; terms are grouped by ( and ).",
                )  # fmt: skip
            operator = kind == "word" and text in OPERATORS
            if kind == "word" and not operator:
                self.word(place)
            if before and row != last[2] and not self.joined(place):
                raise self.fault(
                    row, f"nothing joins this row to row {last[2]}, and PubMed would take AND",
                    "Write AND, OR or NOT between them, give each line a number, or put # before what is a comment.",
                )  # fmt: skip
            if operator:
                if not before:
                    said = f"`{text}` follows `{last[1]}`" if last[1] else f"the line begins with {text}"
                    raise self.fault(
                        row, said, "Write one AND, OR or NOT between two terms, with what comes before it."
                    )
                before = ""
            elif kind == "open":
                opened.append(row)
                before = ""
            elif kind == "close":
                if not opened:
                    raise self.fault(row, "a bracket is closed that was not opened", "Take the ) out, or add the ( that it belongs to.")  # fmt: skip
                if not before:
                    raise self.fault(
                        row, f"there is nothing between `{last[1]}` and )", "Add the term, or take them out."
                    )
                opened.pop()
                before = "close"
            elif kind == "tag":
                if not FIELD.fullmatch(text):
                    raise self.fault(row, f"{text} is no field of PubMed", "Write one field behind each term, as in bone[ti] OR bone[ab].")  # fmt: skip
                if before != "term":
                    what = {"": "no term", "close": "a bracket", "tag": "another field"}[before]
                    raise self.fault(
                        row, f"the field {text} stands behind {what}",
                        "PubMed applies a field to one term: write it behind each.",
                    )  # fmt: skip
                before = "tag"
            elif kind == "colon":
                if not self.between_dates(place):
                    raise self.fault(
                        row, "`:` stands alone", 'A range has a date on both sides: "2010/01/01"[dp] : "2020/12/31"[dp].'
                    )  # fmt: skip
                before = ""
            else:
                reference = kind == "word" and REFERENCE.fullmatch(text)
                if kind == "quoted" and not text.strip('" '):
                    raise self.fault(
                        row,
                        "there is nothing between two quotation marks",
                        "Add the phrase, or take them out.",
                    )
                if kind == "quoted" and "[" in text:
                    raise self.fault(
                        row,
                        f"{text} has a field inside quotation marks",
                        "Close them before the square bracket.",
                    )
                before = "close" if reference else "term"
            last = (kind, text, row)
        if opened:
            raise self.fault(
                opened[-1], "a bracket is not closed", "Add the ) that belongs to it, or take the ( out."
            )
        if self.tokens and not before:
            raise self.fault(
                last[2], f"the line ends with {last[1]}", "Add the term behind it, or take it out."
            )

    def between_dates(self, place: int) -> bool:
        """Whether a colon has a date, with or without its field, before it and one behind it."""
        earlier = self.tokens[:place]
        if earlier and earlier[-1][0] == "tag":
            earlier = earlier[:-1]
        return all(
            DATE.fullmatch(text) for _, text, _ in (earlier[-1:] + self.tokens[place + 1 : place + 2])
        ) and bool(earlier and self.tokens[place + 1 :])

    def joined(self, place: int) -> bool:
        """Whether a row goes on where the one before ended: with an operator, or inside a term."""
        kind, text, _ = self.tokens[place]
        before, _, row = self.tokens[place - 1]
        if kind in ("close", "tag", "colon") or (kind == "word" and text in OPERATORS):
            return True
        # A phrase may run over the end of a row, but not begin with a row of mere words, such as a heading.
        own = [(k, t) for k, t, r in self.tokens if r == row]
        return before == "word" and kind == "word" and any(k != "word" or t in OPERATORS for k, t in own)

    def word(self, place: int) -> None:
        _, text, row = self.tokens[place]
        if text.casefold() in ("and", "or", "not"):
            if self.is_operator(place):
                raise self.fault(row, f"`{text}` is no operator for PubMed", f"Write {text.upper()}, or put quotation marks around the phrase.")  # fmt: skip
        elif text in SYMBOLS:
            if self.is_operator(place):
                raise self.fault(row, f"`{text}` is no operator for PubMed", f"Write {SYMBOLS[text]}, or put quotation marks around the phrase.")  # fmt: skip
        elif re.fullmatch(r"[A-Za-z][\w/]*:", text):
            raise self.fault(
                row, f"`{text}` is no part of a query",
                "Put # before what is a comment; write a filter, sort or limit as a term, such as AND english[la].",
            )  # fmt: skip
        elif (found := re.search(r"[$?]", text)) or (
            not REFERENCE.fullmatch(text) and (found := re.search("#", text))
        ):
            raise self.fault(
                row, f"`{text}` has {found[0]}, which PubMed does not know",
                "Truncate with * at the end of a word, write other spellings out, or put quotation marks around the phrase.",
            )  # fmt: skip
        elif (text.startswith("'") and len(text) > 2) or "''" in text:
            raise self.fault(row, f"`{text}` has an odd quotation mark", "Quotation marks stand in pairs around a phrase: add it, or take the odd one out.")  # fmt: skip
        elif text[0] in ",;":
            raise self.fault(
                row,
                f"`{text}` stands between terms",
                "Write AND, OR or NOT between them, and hits behind a blank.",
            )
        elif YEARS.fullmatch(text) and [kind for kind, _, _ in self.tokens[place + 1 : place + 2]] != ["tag"]:
            raise self.fault(
                row, f"`{text}` is a range of years without a field", f"Write {text.replace('-', ':')}[dp]."
            )
        elif text.startswith("*") and (text != "*" or self.tokens[max(place - 1, 0)][0] != "word"):
            raise self.fault(
                row, f"`{text}` begins with *", "PubMed truncates at the end of a word: write the words out."
            )
        elif ANY_OF.fullmatch(text):
            raise self.fault(row, f"`{text}` names no lines", "Write or/1-3, or #1 OR #2 OR #3.")

    def is_operator(self, place: int) -> bool:
        """Whether a small `and`, `or` or `not`, or a sign for it, stands where an operator would: not inside the words of a tagged term."""
        before = self.tokens[place - 1] if place else ("", "", 0)
        if before[0] != "word" or before[1].endswith("*") or REFERENCE.fullmatch(before[1]):
            return bool(place)
        if self.tokens[place][1].casefold() in ("or", "|", "||"):
            return True
        for kind, text, _ in self.tokens[place + 1 :]:
            if kind != "word" or text in OPERATORS:
                return kind != "tag"
        return True
