"""YAML that people write: read fast, never more than a protocol can need, each fault in one sentence with its place.

What `yaml.safe_load` would read, this reads alike; but a key that stands twice is refused, and so are numbers that do not count in
tens (`0412` is 266 there, `12:30` is 750), aliases that unfold into millions of values, nesting that no reader follows, and files of a
size that no person writes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError

from evergreen.errors import InputError
from evergreen.sheets.texts import refuse_unjoined

MOST_BYTES = 10 << 20
MOST_VALUES = 500_000
"""Keys, values and list entries of a file, those that an alias (`*name`) repeats counted each time; 1,000 outcomes have 50,000."""
DEEPEST = 50
LONGEST = 200
"""Characters of a number or a date: what has more and looks like one is refused, for reading it could take for ever."""
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""Ends of lines, as YAML counts them."""
COMMENT = re.compile(r"\s+#+\s*(.*\S)")
TWO_COLONS = re.compile(r"""[\s-]*[^\s:]+:\s+[^"'\[{\s].*:(?:\s|$)""")
"""A line on which a key has a text that would be a key again."""
MERGE = object()
"""The key `<<`, which takes over the keys of another mapping."""


@dataclass(frozen=True)
class Placed:
    """What a file holds, and in which rows its keys and entries stand."""

    content: Any
    rows: Mapping[int, dict[str, int] | list[int]]
    """By the identity of a mapping or list in `content`: the row of each key or entry."""
    comments: Mapping[int, dict[str | int, str]]
    """In the same way: the comment behind a text that stands in no quotes, as far as there is one."""

    def commented(self) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        """(place, text, comment) of texts in no quotes that a comment stands behind: it may have been meant as a part of them."""
        return self._commented(self.content, ())

    def _commented(
        self, value: Any, place: tuple[str | int, ...]
    ) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
        behind = self.comments.get(id(value), {})
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            here = (*place, key if isinstance(value, list) else str(key))
            if isinstance(item, dict | list):
                yield from self._commented(item, here)
            elif isinstance(item, str) and here[-1] in behind:
                yield here, item, behind[here[-1]]

    def row(self, place: tuple[str | int, ...]) -> int | None:
        """The row of what keys and positions lead to; where the way ends before, of where it ends."""
        value, found = self.content, None
        for part in place:
            rows = self.rows.get(id(value))
            if isinstance(value, dict) and isinstance(rows, dict):
                if str(part) not in rows:
                    break
                found = rows[str(part)]
                value = next(item for key, item in value.items() if str(key) == str(part))
            elif isinstance(value, list) and isinstance(rows, list) and isinstance(part, int):
                if part >= len(rows):
                    break
                found, value = rows[part], value[part]
            else:
                break
        return found


def read(path: str | Path) -> dict[Any, Any]:
    """The `key: value` lines of a file. Raises InputError with file, row and column."""
    content: dict[Any, Any] = read_placed(path).content
    return content


def read_placed(path: str | Path) -> Placed:
    """The `key: value` lines of a file, with their rows. Raises InputError with file, row and column."""
    placed = _placed(_text_of(path), path)
    if not isinstance(placed.content, dict):
        raise InputError(
            "the file must be a list of `key: value` lines", file=path, todo="Write a key first."
        )
    return placed


def read_any(path: str | Path) -> Any:
    """The content of a file, whatever it is; None where there is nothing but comments."""
    return parse(_text_of(path), file=path)


def _text_of(path: str | Path) -> str:
    path = Path(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", file=path,
                         todo="Create it or mend its name.") from None  # fmt: skip
    if len(raw) > MOST_BYTES:
        raise InputError(
            f"the file has {len(raw) / 2**20:.0f} MB, more than the {MOST_BYTES >> 20} MB that are read",
            file=path, todo="Take out what is no protocol.",
        )  # fmt: skip
    encoding = "utf-16" if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise InputError("the text is not UTF-8", file=path, row=raw.count(b"\n", 0, error.start) + 1,
                         todo="Save the file as UTF-8.") from None  # fmt: skip


def parse(text: str, *, file: str | Path) -> Any:
    """The content of YAML text; `file` is named in errors."""
    return _placed(text, file).content


def _placed(text: str, file: str | Path) -> Placed:
    refuse_unjoined(text, file)
    if odd := yaml.reader.Reader.NON_PRINTABLE.search(text):
        row = text.count("\n", 0, odd.start()) + 1
        raise InputError(f"the character {odd.group()!a} is not text", file=file, row=row, todo="Remove it.")
    loader = LOADER(text)
    try:
        reader = _Reader(loader, file, BREAKS.split(text) if "#" in text else [])
        return Placed(reader.document(), reader.rows, reader.comments)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        line = BREAKS.split(text)[mark.line] if mark and mark.line <= len(BREAKS.findall(text)) else ""
        raise _fault(
            f"not valid YAML: {problem}", file, mark, _remedy(line, mark.column if mark else 0)
        ) from None
    finally:
        loader.dispose()


def _remedy(line: str, column: int) -> str:
    """What to do about a line that is no YAML, which was found out at this column."""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return "Indent by blanks: YAML takes no tab there."
    if line[column : column + 1] in ("%", "@", "`"):
        return "Put a text that begins with this sign in quotes."
    if TWO_COLONS.match(line):
        return "Put a text with a colon and a blank in it in quotes, or write the second key on a line of its own."
    return "Look there and in the line above for indentation, a colon, a bracket or a quotation mark."


def _fault(problem: str, file: str | Path, mark: Any, todo: str) -> InputError:
    row, column = (mark.line + 1, str(mark.column + 1)) if mark else (None, None)
    return InputError(problem, file=file, row=row, column=column, todo=todo)


class _Reader:
    """Builds values from the parser's events, with a stack of its own: deep nesting is counted, not recursed into."""

    def __init__(self, loader: Any, file: str | Path, lines: list[str]) -> None:
        self.loader, self.file, self.lines = loader, file, lines
        self.values = 0
        self.anchors: dict[str, tuple[Any, int]] = {}
        """Value of an anchor, and how many values it unfolds into."""
        self.rows: dict[int, dict[str, int] | list[int]] = {}
        """Rows of keys and entries, by the identity of their collection."""
        self.comments: dict[int, dict[str | int, str]] = {}
        """Comments behind texts, in the same way."""
        self.plain: dict[str, Any] = {}
        """Unquoted words seen so far; most of a protocol are the same few."""

    def document(self) -> Any:
        root: list[Any] = []
        stack = [_Open(root, None, 0)]
        documents = 0
        while True:
            event = self.loader.get_event()
            kind = type(event)
            if kind is yaml.ScalarEvent:
                self._count(1, event)
                value = self._scalar(event, stack[-1].takes_key)
                if event.anchor is not None:
                    self.anchors[event.anchor] = (value, 1)
                self._comment(stack[-1], value, event)
                self._put(stack[-1], value, event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._count(1, event)
                if len(stack) > DEEPEST:
                    raise self._said(f"nested more than {DEEPEST} deep", event, "Close what is open above.")
                if stack[-1].takes_key:
                    raise self._said("a list or a mapping stands where a key belongs", event,
                                     "Put a text with braces or brackets in quotes.")  # fmt: skip
                if event.tag is not None and event.tag not in (
                    "tag:yaml.org,2002:map",
                    "tag:yaml.org,2002:seq",
                    "!",
                ):
                    raise self._said(f"the tag {event.tag} is not known", event, "Remove it.")  # fmt: skip
                if event.anchor is not None:
                    self.anchors.pop(event.anchor, None)  # not to be used before it is complete
                value = {} if kind is yaml.MappingStartEvent else []
                stack.append(_Open(value, event.anchor, self.values, event))
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                done = stack.pop()
                if done.merged:
                    done.value = {**done.merged, **done.value}
                if done.comments:
                    self.comments[id(done.value)] = done.comments
                self.rows[id(done.value)] = (
                    done.rows if isinstance(done.value, list) else {**done.inherited, **done.lines}
                )
                if done.anchor is not None:
                    self.anchors[done.anchor] = (done.value, self.values - done.before + 1)
                self._put(stack[-1], done.value, done.start)
            elif kind is yaml.AliasEvent:
                if event.anchor not in self.anchors:
                    raise self._said(
                        f"the alias *{event.anchor} has no &{event.anchor} that is complete above it", event,
                        "Mend the name, or put the text in quotes.",
                    )  # fmt: skip
                value, size = self.anchors[event.anchor]
                self._count(size, event)
                self._put(stack[-1], value, event)
            elif kind is yaml.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    raise self._said("a second document begins", event, "Remove the line `---`.")
            elif kind is yaml.StreamEndEvent:
                return root[0] if root else None

    def _said(self, problem: str, event: Any, todo: str) -> InputError:
        return _fault(problem, self.file, event.start_mark, todo)

    def _count(self, size: int, event: Any) -> None:
        self.values += size
        if self.values > MOST_VALUES:
            raise self._said(
                f"the file unfolds into more than {MOST_VALUES:,} values", event,
                "Write out less, or repeat less by aliases (`*name`).",
            )  # fmt: skip

    def _scalar(self, event: Any, is_key: bool) -> Any:
        text, tag = event.value, event.tag
        if tag is None and not event.implicit[0]:  # in quotes, or a block of text
            return text
        if tag is None:
            if is_key and text == "<<":
                return MERGE
            if text in self.plain:
                return self.plain[text]
            tag = self.loader.resolve(yaml.ScalarNode, text, (True, False))
            if tag == "tag:yaml.org,2002:str":
                self.plain[text] = text
                return text
            value = self._constructed(tag, event)
            if tag in NUMBERS and not _counts_in_tens(text, value):
                raise self._said(
                    f"YAML reads {text!r} as {value}", event,
                    "Write a number in plain digits, without zeros in front, or put a text in quotes.",
                )  # fmt: skip
            self.plain[text] = value
            return value
        return text if tag in ("!", "tag:yaml.org,2002:str") else self._constructed(tag, event)

    def _constructed(self, tag: str, event: Any) -> Any:
        if len(event.value) > LONGEST:
            raise self._said("a number or a date of this length cannot be read", event, "Put it in quotes.")
        node = yaml.ScalarNode(tag, event.value, event.start_mark, event.end_mark)
        try:
            return self.loader.construct_object(node, deep=True)
        except ConstructorError:
            raise self._said(f"{event.value!r} cannot be read ({tag})", event,
                             "Put it in quotes.") from None  # fmt: skip
        except (ValueError, OverflowError) as error:  # a day that no month has
            raise self._said(f"{event.value!r} cannot be read ({error})", event,
                             "Mend it, or put it in quotes.") from None  # fmt: skip

    def _comment(self, into: _Open, value: Any, event: Any) -> None:
        """Note the comment behind a text that stands in no quotes; behind a key none can."""
        if self.lines and isinstance(value, str) and event.implicit[0]:
            rest = self.lines[event.end_mark.line][event.end_mark.column :]
            if found := COMMENT.match(rest):
                into.comments[len(into.value) if isinstance(into.value, list) else str(into.key)] = found[1]

    def _put(self, into: _Open, value: Any, event: Any) -> None:
        """Add a value to the collection that is open: an entry of a list, a key, or the value of the key before it."""
        if isinstance(into.value, list):
            into.value.append(value)
            into.rows.append(event.start_mark.line + 1)
        elif into.takes_key:
            into.key, into.takes_key = self._key(into, value, event), False
        else:
            if into.key is MERGE:
                self._merge(into, value, event)
            else:
                into.value[into.key] = value
            into.takes_key = True

    def _key(self, into: _Open, value: Any, event: Any) -> Any:
        if value is MERGE:
            return value
        if not isinstance(value, Hashable):
            raise self._said("a list or a mapping stands where a key belongs", event, "Write a name.")
        name = str(value)
        line = event.start_mark.line + 1
        if name in into.lines:
            raise self._said(f"the key `{name}` is there twice, first in row {into.lines[name]}", event,
                             "Keep one of them.")  # fmt: skip
        into.lines[name] = line
        return value

    def _merge(self, into: _Open, value: Any, event: Any) -> None:
        for one in reversed(value) if isinstance(value, list) else [value]:
            if not isinstance(one, Mapping):
                raise self._said("`<<` takes over the keys of a mapping, and this is none", event,
                                 "Name one by its alias (`*name`).")  # fmt: skip
            into.merged.update(one)
            rows = self.rows.get(id(one))
            into.inherited.update(rows if isinstance(rows, dict) else {})


def _counts_in_tens(text: str, value: float) -> bool:
    """Whether a number is the one that its digits say to everybody; infinity and what is no number have none."""
    try:
        return not math.isfinite(value) or type(value)(text.replace("_", "")) == value
    except ValueError:  # of the base 2, 16 or 60
        return False


class _Open:
    """A collection whose end has not come yet; `before` is the count of values where it begins, `lines` where its keys stand,
    `inherited` those of the mappings it takes over, `rows` where its entries do, `comments` what stands behind its texts."""

    __slots__ = (
        "anchor", "before", "comments", "inherited", "key", "lines", "merged", "rows", "start", "takes_key", "value",
    )  # fmt: skip

    def __init__(self, value: Any, anchor: str | None, before: int, start: Any = None) -> None:
        self.value, self.anchor, self.before, self.start = value, anchor, before, start
        self.takes_key = isinstance(value, dict)
        self.key: Any = None
        self.merged: dict[Any, Any] = {}
        self.comments: dict[str | int, str] = {}
        self.lines: dict[str, int] = {}
        self.inherited: dict[str, int] = {}
        self.rows: list[int] = []
