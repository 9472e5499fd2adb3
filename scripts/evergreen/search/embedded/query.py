"""PubMed's query language over the embedded store.

Boolean operators are evaluated from left to right, terms side by side are ANDed, a tagged or quoted run of words is a
phrase, `*` truncates (the first 600 variants), `"..."[tiab:~3]` is a proximity search, MeSH headings are exploded where
the store knows the tree numbers. What PubMed reports (terms, quoted phrases and fields that it does not find, truncation
that it cuts short) is reported in the same lists. An untagged term is looked for as a MeSH heading and in all fields.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, field
from itertools import takewhile

from evergreen.search.embedded.store import TEXT_FIELDS, Store, normal, words_of

VARIANTS = 600
LEXER = re.compile(
    r'\s*(?:(?P<open>\()|(?P<close>\))|"(?P<quoted>[^"]*)"|\[(?P<tag>[^\]]*)\]|(?P<colon>:)(?=\s|")|(?P<word>[^\s()"\[\]]+))'
)
OPERATORS = {"AND": operator.and_, "OR": operator.or_, "NOT": operator.sub}
FIELDS = {
    "all": ("all fields", "all"), "tiab": ("title/abstract", "tiab"), "ti": ("title", "title"), "tw": ("text word", "all"),
    "mh": ("mesh terms", "mesh"), "mesh": ("mesh terms", "mesh"), "majr": ("mesh major topic", "mesh_major"),
    "sh": ("mesh subheading", "subheading"), "pt": ("publication type", "type"), "la": ("language", "language"),
    "lang": ("language", "language"), "ta": ("journal", "journal"), "jour": ("journal", "journal"),
    "au": ("author", "author"), "1au": ("author - first", "first_author"), "si": ("secondary source id", "registry"),
    "nm": ("supplementary concept", "substance"), "rn": ("ec/rn number", "substance"), "sb": ("filter", "filter"),
    "filter": ("filter", "filter"), "vi": ("volume", "volume"), "ip": ("issue", "issue"), "pg": ("pagination", "pages"),
    "aid": ("article identifier", "article_id"), "doi": ("article identifier", "article_id"), "is": ("issn", "issn"),
    "uid": ("uid", "uid"), "pmid": ("uid", "uid"), "dp": ("date - publication", "published"),
    "pdat": ("date - publication", "published"), "crdt": ("date - create", "created"), "edat": ("date - entry", "entered"),
    "mhda": ("date - mesh", "indexed"), "mdat": ("date - modification", "revised"), "lr": ("date - modification", "revised"),
}  # fmt: skip
BY_LONG_NAME = dict(FIELDS.values()) | {
    "mesh": "mesh", "title abstract": "tiab", "entry date": "entered", "create date": "created", "text words": "all",
}  # fmt: skip
LANGUAGES = {
    "english": "eng", "german": "ger", "french": "fre", "japanese": "jpn", "spanish": "spa", "italian": "ita",
    "chinese": "chi", "russian": "rus", "hungarian": "hun", "polish": "pol", "portuguese": "por",
}  # fmt: skip
DATES = {"published", "created", "entered", "indexed", "revised"}


class BackendError(Exception):
    """A query that PubMed's backend refuses; the text is what PubMed says."""


def backend_failed(said: str) -> BackendError:
    """What PubMed says of a query that it cannot parse."""
    return BackendError(f"Search Backend failed: Exception:\n{said}")


@dataclass
class Found:
    """PMIDs that a query finds among what is visible, and what PubMed says about it."""

    ids: set[int] = field(default_factory=set)
    translation: str = ""
    translations: list[tuple[str, str]] = field(default_factory=list)
    phrases_not_found: list[str] = field(default_factory=list)
    fields_not_found: list[str] = field(default_factory=list)
    quoted_not_found: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Token:
    kind: str
    text: str


def search(store: Store, text: str) -> Found:
    """Evaluate a query; raises BackendError for what PubMed cannot parse."""
    found = Found()
    visible = store.visible()
    ids, found.translation = _Evaluation(store, tokens(text), found).whole()
    found.ids = ids & visible
    if not found.ids:
        found.messages.append("No items found.")
    return found


def tokens(text: str) -> list[Token]:
    """Lexical units of a query: brackets, operators, quoted phrases, tags, colons and words."""
    result, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = LEXER.match(text, position)
        if match is None:
            raise backend_failed(f"'{text[position:]}' cannot be parsed")
        kind = match.lastgroup or "word"
        value = match[kind]
        result.append(Token("operator" if kind == "word" and value in OPERATORS else kind, value))
        position = match.end()
    return result


class _Evaluation:
    def __init__(self, store: Store, units: list[Token], found: Found) -> None:
        self.store, self.units, self.found, self.position = store, units, found, 0

    def whole(self) -> tuple[set[int], str]:
        if not self.units:
            raise BackendError("Empty Term in the request")
        result = self.expression()
        if self.peek() is not None:
            raise backend_failed("unbalanced brackets")
        return result

    def peek(self) -> Token | None:
        return self.units[self.position] if self.position < len(self.units) else None

    def take(self) -> Token:
        unit = self.units[self.position]
        self.position += 1
        return unit

    def expression(self) -> tuple[set[int], str]:
        ids, text = self.operand()
        while (unit := self.peek()) is not None and unit.kind != "close":
            name = self.take().text if unit.kind == "operator" else "AND"
            right, right_text = self.operand()
            ids = OPERATORS[name](ids, right)
            text = f"{text} {name} {right_text}"
        return ids, text

    def operand(self) -> tuple[set[int], str]:
        unit = self.peek()
        if unit is None or unit.kind in ("close", "operator", "tag", "colon"):
            raise backend_failed(f"term expected at '{unit.text if unit else 'the end'}'")
        if unit.kind == "open":
            self.take()
            ids, text = self.expression()
            if self.peek() is None:
                raise backend_failed("unbalanced brackets")
            self.take()
            return ids, f"({text})"
        if unit.kind == "quoted":
            return self.after_quoted(self.take().text)
        words = []
        while (unit := self.peek()) is not None and unit.kind == "word":
            words.append(self.take().text)
        return self.term(" ".join(words), quoted=False)

    def after_quoted(self, text: str) -> tuple[set[int], str]:
        start = self.position
        tag = self.tag()
        unit = self.peek()
        if unit is not None and unit.kind == "colon":
            self.take()
            last = self.take()
            if last.kind not in ("quoted", "word"):
                raise backend_failed("range without an end")
            return self.range(text, last.text, self.tag() or tag)
        self.position = start
        return self.term(text, quoted=True)

    def tag(self) -> str | None:
        unit = self.peek()
        return self.take().text.strip() if unit is not None and unit.kind == "tag" else None

    def term(self, text: str, *, quoted: bool) -> tuple[set[int], str]:
        tag = self.tag()
        name, _, modifier = (tag or "").casefold().partition(":")
        field_name = field_of(name) if tag else None
        if tag and field_name is None:
            self.found.fields_not_found.append(tag)
        if field_name in DATES or field_name == "uid":
            first, colon, last = text.partition(":")
            if colon:
                return self.range(first, last, tag)
            if field_name == "uid":
                ids = {int(text)} if text.isdigit() else set()
                return ids & set(self.store.entries), f"{text}[UID]"
            return self.range(text, text, tag)
        if field_name is None:
            return self.untagged(text, quoted)
        shown = f'"{text}"[{long_name(field_name)}{":" + modifier if modifier else ""}]'
        if modifier.startswith("~"):
            return self.near(text, field_name, int(modifier[1:] or 0)), shown
        if field_name in TEXT_FIELDS:
            return self.words(text, field_name, quoted, f"{text}[{tag}]"), shown
        explode = field_name in ("mesh", "mesh_major") and modifier not in ("noexp", "~noexp")
        return self.value(text, field_name, explode, f"{text}[{tag}]"), shown

    def untagged(self, text: str, quoted: bool) -> tuple[set[int], str]:
        parts = [text] if quoted else text.split()
        ids = set.intersection(*(self.words(part, "all", quoted, part) for part in parts))
        shown = " AND ".join(f'"{part}"[All Fields]' for part in parts)
        heading = normal(text)
        if not quoted and heading in self.store.fields["mesh"].postings:
            ids = ids | self.heading(heading)
            shown = f'"{heading}"[MeSH Terms] OR {shown}'
            self.found.translations.append((text, shown))
            shown = f"({shown})"
        return ids, shown

    def words(self, text: str, name: str, quoted: bool, said: str) -> set[int]:
        """A phrase; what is no phrase of the store falls apart into its words, and a quoted one is reported."""
        wanted = [self.variants(word, name) for word in query_words(text)]
        if not wanted:
            self.found.ignored.append(said)
            return set()
        candidates = [
            set().union(*(self.store.fields[name].postings.get(word, set()) for word in words))
            for words in wanted
        ]
        together = set.intersection(*candidates)
        texts = self.store.fields[name].texts
        phrase = (
            {pmid for pmid in together if has_phrase(texts[pmid], wanted)} if len(wanted) > 1 else together
        )
        if phrase:
            return phrase
        if quoted and len(wanted) > 1:
            self.found.quoted_not_found.append(f'"{text}"{said[len(text) :]}')
        elif not together:
            self.found.phrases_not_found.append(said)
        return together

    def variants(self, word: str, name: str) -> set[str]:
        if not word.endswith("*"):
            return {word}
        stem = word[:-1]
        known = sorted(own for own in self.store.fields[name].postings if own.startswith(stem))
        if len(known) > VARIANTS:
            self.found.messages.append(
                f"Wildcard search for '{word}' used only the first {VARIANTS} variations. "
                "Lengthen the root word to search for all endings."
            )
        return set(known[:VARIANTS])

    def near(self, text: str, name: str, distance: int) -> set[int]:
        """All words in any order with at most `distance` other words between the outermost of them."""
        wanted = [word for word in words_of(text) if word != "\n"]
        postings, texts = self.store.fields[name].postings, self.store.fields[name].texts
        together = set.intersection(*(postings.get(word, set()) for word in wanted)) if wanted else set()
        width = len(wanted) + distance
        return {pmid for pmid in together if has_window(texts[pmid], wanted, width)}

    def value(self, text: str, name: str, explode: bool, said: str) -> set[int]:
        heading, slash, qualifier = text.partition("/")
        postings = self.store.fields[name].postings
        key = normal(heading if slash and name.startswith("mesh") else text.rstrip("*"))
        if name == "language":
            key = LANGUAGES.get(key, key)
        if text.endswith("*"):
            ids = set().union(*(own for value, own in postings.items() if value.startswith(key)), set())
        elif name in ("author", "first_author") and " " not in key:
            ids = set().union(*(own for value, own in postings.items() if value.split(" ")[0] == key), set())
        elif explode:
            ids = self.heading(key, name)
        else:
            ids = set(postings.get(key, set()))
        if slash and name.startswith("mesh"):
            ids &= self.store.fields["subheading"].postings.get(normal(qualifier), set())
        if not ids and name != "filter" and key not in self.store.tree:
            self.found.phrases_not_found.append(said)
        return ids

    def heading(self, key: str, name: str = "mesh") -> set[int]:
        postings = self.store.fields[name].postings
        return set().union(*(postings.get(own, set()) for own in self.store.narrower(key)), set())

    def range(self, first: str, last: str, tag: str | None) -> tuple[set[int], str]:
        name = field_of((tag or "").casefold())
        if name == "uid":
            if not (first.strip().isdigit() and last.strip().isdigit()):
                raise backend_failed("UID range without numbers")
            low, high = int(first), int(last)
            return {pmid for pmid in self.store.entries if low <= pmid <= high}, f"{low}:{high}[UID]"
        if name not in DATES:
            raise backend_failed(f"no range in field '{tag}'")
        start, end = date_key(first, 0), date_key(last, 99)
        own = self.store.dates[name]
        ids = {pmid for pmid, date in own.items() if start <= date_key(date, 0) <= end}
        return ids, f"{first}:{last}[{long_name(name)}]"


def field_of(tag: str) -> str | None:
    """Field of a search tag in its short or long form; None where PubMed has no such field."""
    tag = tag.partition(":")[0].strip()
    return FIELDS[tag][1] if tag in FIELDS else BY_LONG_NAME.get(tag)


def long_name(name: str) -> str:
    long = next(long for long, own in FIELDS.values() if own == name)
    return long.title().replace("Mesh", "MeSH").replace("Uid", "UID")


def query_words(text: str) -> list[str]:
    """Words of a term; a truncated one keeps its star."""
    words = []
    for part in text.split():
        own = [word for word in words_of(part) if word != "\n"]
        if own and part.endswith("*"):
            own[-1] += "*"
        words += own
    return words


def has_phrase(text: list[str], wanted: list[set[str]]) -> bool:
    size = len(wanted)
    return any(
        word in wanted[0]
        and all(own in words for own, words in zip(text[start : start + size], wanted, strict=True))
        for start, word in enumerate(text[: len(text) - size + 1])
    )


def has_window(text: list[str], wanted: list[str], width: int) -> bool:
    need = set(wanted)
    return any(
        need <= set(takewhile(lambda word: word != "\n", text[start : start + width]))
        for start, word in enumerate(text)
        if word in need
    )


def date_key(text: str, fill: int) -> tuple[int, int, int]:
    """`2019`, `2019/6`, `2019-06-03` as numbers, what is missing filled with `fill`."""
    numbers = [int(part) for part in re.findall(r"\d+", text)[:3]]
    if not numbers:
        raise backend_failed(f"'{text}' is no date")
    year, month, day = (*numbers, fill, fill)[:3]
    return year, month, day
