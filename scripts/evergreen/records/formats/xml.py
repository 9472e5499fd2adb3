"""XML documents read safely: no DTD, no network, no entities; what is broken is recovered and remarked on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import cast

from lxml import etree

from evergreen.records.formats.block import Blocks
from evergreen.records.normalise import TAG_ENDS, without_tags

_PROLOGUE = re.compile(r"<\?xml[^>]*\?>|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?[^>]*>")
ENVELOPE = re.compile(r"(?:<[^<>]*>\s*)+|<!DOCTYPE.*|[^<>]*>")
"""Lines that hold tags only."""
_BARE = re.compile(
    r"<!\[CDATA\[.*?\]\]>|<!--.*?-->|(?P<sign>&(?!(?:#\d+|#x[0-9a-f]+|amp|lt|gt|quot|apos);)"
    rf"|<(?!/?[a-z_:][\w.:-]*{TAG_ENDS})|[\x00-\x08\x0b\x0c\x0e-\x1f])",
    re.IGNORECASE | re.DOTALL,
)
"""Signs that programs write as they are, where XML has them as entities or not at all."""
_READ_AS = {"&": "&amp;", "<": "&lt;"}
FORMATTING = frozenset(
    ("style", "i", "b", "u", "em", "strong", "sub", "sup", "span", "italic", "bold", "p", "br")
)
"""Elements within a text, and no fields of a record."""


def document(lines: Sequence[str], out: Blocks) -> etree._Element | None:
    """One element around all documents in `lines` (a person may have put several files together), or None.

    Records after a fault are recovered as far as libxml2 can; each fault is a remark with its line.
    """
    text = _PROLOGUE.sub(lambda found: "\n" * found.group().count("\n"), "\n".join(lines))
    root, faults = _parsed(text)
    if faults:
        ends = [found.start() for found in re.finditer("\n", text)]
        bare = [found.start("sign") for found in _BARE.finditer(text) if found["sign"]]
        for number in sorted({bisect_left(ends, place) + 1 for place in bare}):
            out.note(
                number,
                "not well-formed XML: `&`, `<` or a control character, read as it stands",
                lines[number - 1],
            )
        text = _BARE.sub(lambda found: _READ_AS.get(found[0], " ") if found["sign"] else found[0], text)
        root, faults = _parsed(without_tags(text))
    for number, message in faults:
        out.note(number, f"not well-formed XML: {message}", lines[number - 1] if number <= len(lines) else "")
    return root


def _parsed(text: str) -> tuple[etree._Element | None, list[tuple[int, str]]]:
    """One element around all that `text` holds, recovered as far as libxml2 can, and its faults by line."""
    parser = etree.XMLParser(
        recover=True, huge_tree=True, load_dtd=False, no_network=True, resolve_entities=False,
        remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(f"<documents>{text}</documents>".encode(), parser)
    except etree.XMLSyntaxError as error:
        return None, [(1, error.msg)]
    return root, [
        (fault.line, fault.message) for fault in parser.error_log if fault.level >= etree.ErrorLevels.ERROR
    ]


def cut_off(first: Sequence[str], last: Sequence[str]) -> bool:
    """Whether the document stops before its root is closed; of its first and last lines."""
    root = re.search(r"<([A-Za-z][\w:.-]*)", _PROLOGUE.sub("", "\n".join(first)))
    closed = re.search(r"</([\w:.-]+)\s*>\s*(?:<!--.*?-->\s*)*$", "\n".join(last), re.DOTALL)
    return root is not None and (closed is None or closed.group(1) != root.group(1))


def first_line(element: etree._Element) -> int:
    """Line of the start tag of `element`."""
    return cast(int, element.sourceline) or 1


def last_line(element: etree._Element, lines: Sequence[str]) -> int:
    """Line of the end tag of `element`, which libxml2 does not tell."""
    number = max(first_line(child) for child in element.iter())
    end = f"</{element.tag}>"
    return next((line for line in range(number, len(lines) + 1) if end in lines[line - 1]), len(lines))


def children(element: etree._Element) -> Iterator[etree._Element]:
    return (child for child in element if isinstance(child.tag, str))


def text_of(element: etree._Element) -> str:
    """All text below an element on one line; words stand apart where a paragraph or line of it ends."""
    for end in element.iter("p", "br"):
        end.tail = f" {end.tail or ''}"
    return " ".join("".join(str(part) for part in element.itertext()).split())
