"""What a line of PubMed's language may look like, so that a line that PubMed would misread is refused with its row.

PubMed evaluates from left to right, knows AND, OR and NOT in capital letters, brackets, `"..."`, `*` and a field tag behind a
single term; terms side by side are joined by AND. What it cannot read it refuses or, worse, takes for words.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

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
_PAIRS = "Quotation marks stand in pairs around a phrase: add it, or take the odd one out."
NO_WORDS = (
    (re.compile(r"^[A-Za-z][\w/]*:$"), "is no part of a query",
     "Put # before what is a comment; write a filter, sort or limit as a term, such as AND english[la]."),
    (re.compile(r"[$?|]|^(?!#\d+$).*#"), "has a sign that PubMed does not know",
     "Truncate with * at the end of a word, write other spellings out, or put quotation marks around the phrase."),
    (re.compile("^'..|''"), "has an odd quotation mark", _PAIRS),
    (re.compile(r"^[,;]"), "stands between terms", "Write AND, OR or NOT between them, and hits behind a blank."),
    (re.compile(r"^-[^\W\d_]"), "begins with a hyphen, which PubMed does not see",
     "Write NOT before what is to be left out; take the blank out before a hyphen that is part of a word."),
    (re.compile(r"^\*."), "begins with *", "PubMed truncates at the end of a word: write the words out."),
    (re.compile(r"^(?:(?:and|or)/(?:[\d#].*)?|[\d#,-]*/(?:and|or))$", re.IGNORECASE), "names no lines", "Write or/1-3, or #1 OR #2 OR #3."),
)  # fmt: skip
"""Words that are none of a query: how they look, what is wrong with them, what to do."""
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
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")


def fault(row: int | None, problem: str, todo: str) -> InputError:
    """What is wrong in a row of a strategy, whose file is named by who reads it."""
    return InputError(problem, row=row, todo=todo)


def spelled(text: str, row: int) -> str:
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
            todo = f"Write 2010:2020[{match['field']}] or 2010/05/31[{match['field']}]."
            raise fault(row, f"`{match[0]}` is no date of PubMed", todo)
        return match[0]

    return _TAGGED.sub(dated, text)


def check(rows: Sequence[tuple[int, str]]) -> None:
    """Raise InputError for the first thing in a line that PubMed would refuse or misread; `rows` are its (row, text)."""
    odd = [row for row, text in rows if text.count('"') % 2]
    if len(odd) % 2:
        raise fault(odd[0], "a quotation mark is missing", _PAIRS)
    if found := NUMBER_AT_END.search(rows[-1][1]):
        problem = f"`{found[0].strip()}` stands behind the query and is no number of hits"
        raise fault(rows[-1][0], problem, "Write hits as (4532), or take them out.")
    tokens = []
    text = " ".join(own for _, own in rows)
    ends = list(accumulate(len(own) + 1 for _, own in rows))
    for match in TOKEN.finditer(text):
        row = rows[bisect(ends, match.start())][0]
        kind = match.lastgroup or ""
        tokens.append(Token("operator" if match[0] in OPERATORS else kind, match[0], row))
    _Line(tokens).check()


class Token(NamedTuple):
    """A piece of a line: quoted, tag, open, close, colon, operator, word, or odd, which is a sign that stands alone."""

    kind: str
    text: str
    row: int


NOTHING = Token("", "", 0)


class _Line:
    """The tokens of a line, read from left to right. `before` is what stands before the next one: a term, a reference or closed bracket
    (close), a tag, or "" where a term is due."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.opened: list[Token] = []
        self.before = ""

    def at(self, place: int) -> Token:
        """The token at a place, `NOTHING` beyond the ends."""
        return self.tokens[place] if 0 <= place < len(self.tokens) else NOTHING

    def check(self) -> None:
        read = {
            "operator": self.operator, "open": self.open, "close": self.close, "tag": self.tag, "colon": self.colon,
            "quoted": self.quoted, "word": self.word, "odd": self.odd,
        }  # fmt: skip
        for place, token in enumerate(self.tokens):
            before = self.at(place - 1)
            if self.before and token.row != before.row and not self.joined(place):
                problem = f"nothing joins this row to row {before.row}, and PubMed would take AND"
                todo = "Write AND, OR or NOT between them, give each line a number, or put # before what is a comment."
                raise fault(token.row, problem, todo)
            read[token.kind](place, token)
        if self.opened:
            todo = "Add the ) that belongs to it, or take the ( out."
            raise fault(self.opened[-1].row, "a bracket is not closed", todo)
        if self.tokens and not self.before:
            last = self.tokens[-1]
            todo = "Add the term behind it, or take it out."
            raise fault(last.row, f"the line ends with {last.text}", todo)

    def operator(self, place: int, token: Token) -> None:
        if not self.before:
            before = self.at(place - 1).text
            said = f"`{token.text}` follows `{before}`" if before else f"the line begins with {token.text}"
            todo = "Write one AND, OR or NOT between two terms, with what comes before it."
            raise fault(token.row, said, todo)
        self.before = ""

    def open(self, place: int, token: Token) -> None:
        self.opened.append(token)
        self.before = ""

    def close(self, place: int, token: Token) -> None:
        if not self.opened:
            todo = "Take the ) out, or add the ( that it belongs to."
            raise fault(token.row, "a bracket is closed that was not opened", todo)
        if not self.before:
            said = f"there is nothing between `{self.at(place - 1).text}` and )"
            raise fault(token.row, said, "Add the term, or take them out.")
        self.opened.pop()
        self.before = "close"

    def tag(self, place: int, token: Token) -> None:
        if not FIELD.fullmatch(token.text):
            todo = "Write one field behind each term, as in bone[ti] OR bone[ab]."
            raise fault(token.row, f"{token.text} is no field of PubMed", todo)
        if self.before != "term":
            what = {"": "no term", "close": "a bracket", "tag": "another field"}[self.before]
            todo = "PubMed applies a field to one term: write it behind each."
            raise fault(token.row, f"the field {token.text} stands behind {what}", todo)
        self.before = "tag"

    def colon(self, place: int, token: Token) -> None:
        earlier = self.at(place - 2) if self.at(place - 1).kind == "tag" else self.at(place - 1)
        if not all(DATE.fullmatch(side.text) for side in (earlier, self.at(place + 1))):
            todo = 'A range has a date on both sides: "2010/01/01"[dp] : "2020/12/31"[dp].'
            raise fault(token.row, "`:` stands alone", todo)
        self.before = ""

    def quoted(self, place: int, token: Token) -> None:
        if not token.text.strip('" '):
            todo = "Add the phrase, or take them out."
            raise fault(token.row, "there is nothing between two quotation marks", todo)
        if "[" in token.text:
            said = f"{token.text} has a field inside quotation marks"
            raise fault(token.row, said, "Close them before the square bracket.")
        self.before = "term"

    def odd(self, place: int, token: Token) -> None:
        todo = "A field stands in square brackets behind its term, as in bone[tiab]; terms are grouped by ( and )."
        if token.text in "{}":
            raise fault(token.row, f"`{token.text}` is nothing for PubMed", todo)
        raise fault(token.row, f"the square bracket {token.text} stands alone", todo)

    def word(self, place: int, token: Token) -> None:
        text = token.text
        meant = text.upper() if text.upper() in OPERATORS else SYMBOLS.get(text, "")
        if meant and self.is_operator(place):
            todo = f"Write {meant}, or put quotation marks around the phrase."
            raise fault(token.row, f"`{text}` is no operator for PubMed", todo)
        for pattern, said, todo in NO_WORDS:
            if pattern.search(text):
                raise fault(token.row, f"`{text}` {said}", todo)
        if YEARS.fullmatch(text) and self.at(place + 1).kind != "tag":
            todo = f"Write {text.replace('-', ':')}[dp]."
            raise fault(token.row, f"`{text}` is a range of years without a field", todo)
        if text == "*" and self.at(place - 1).kind != "word":
            todo = "PubMed truncates at the end of a word: write the words out."
            raise fault(token.row, "`*` stands alone", todo)
        self.before = "close" if REFERENCE.fullmatch(text) else "term"

    def joined(self, place: int) -> bool:
        """Whether a row goes on where the one before ended: with an operator, or inside a term."""
        token, before = self.at(place), self.at(place - 1)
        if token.kind in ("close", "tag", "colon", "operator"):
            return True
        # A phrase may run over the end of a row, but not begin with a row of mere words, such as a heading.
        return before.kind == token.kind == "word" and any(
            one.kind != "word" for one in self.tokens if one.row == before.row
        )

    def is_operator(self, place: int) -> bool:
        """Whether a small `and`, `or` or `not`, or a sign for it, stands where an operator would: not inside the words of a tagged term."""
        before = self.at(place - 1)
        if before.kind != "word" or before.text.endswith("*") or REFERENCE.fullmatch(before.text):
            return place > 0
        if self.at(place).text.casefold() in ("or", "|", "||"):
            return True
        behind = next((one for one in self.tokens[place + 1 :] if one.kind != "word"), NOTHING)
        return behind.kind != "tag"
