"""XML documents read safely: no DTD, no network, no entities; what is broken is recovered and remarked on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import cast

from lxml import etree

from evergreen.records.formats.block import Blocks

_PROLOGUE = re.compile(r"<\?xml[^>]*\?>|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?[^>]*>")
ENVELOPE = re.compile(r"(?:<[^<>]*>\s*)+|<!DOCTYPE.*|[^<>]*>")
"""Lines that hold tags only."""


def document(lines: Sequence[str], out: Blocks) -> etree._Element | None:
    """One element around all documents in `lines` (a person may have put several files together), or None.

    Records after a fault are recovered as far as libxml2 can; each fault is a remark with its line.
    """
    text = _PROLOGUE.sub(lambda found: "\n" * found.group().count("\n"), "\n".join(lines))
    text = f"<documents>{text}</documents>"
    parser = etree.XMLParser(
        recover=True, huge_tree=True, load_dtd=False, no_network=True, resolve_entities=False,
        remove_comments=True, remove_pis=True, encoding="utf-8",
    )  # fmt: skip
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        out.note(1, f"not well-formed XML: {error.msg}")
        return None
    for fault in parser.error_log:
        if fault.level >= etree.ErrorLevels.ERROR:
            text = lines[fault.line - 1] if fault.line <= len(lines) else ""
            out.note(fault.line, f"not well-formed XML: {fault.message}", text)
    return root


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
    return " ".join("".join(str(part) for part in element.itertext()).split())
