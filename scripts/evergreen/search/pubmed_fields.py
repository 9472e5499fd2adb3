"""Elements of PubMed XML as texts: names, dates, abstracts, headings, in the one form that the record table knows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import is_normalized, normalize

from lxml import etree

MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
)}  # fmt: skip
YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")


def text_of(element: etree._Element | None) -> str:
    """All text below an element as plain text: markup dropped, white space collapsed, NFC."""
    if element is None:
        return ""
    text = "".join(map(str, element.itertext())) if len(element) else element.text
    return plain(text) if text else ""


def plain(text: str) -> str:
    """White space collapsed, NFC."""
    if text.isascii():
        # Most texts are as they should be, and looking is cheaper than taking them apart.
        even = "  " not in text and "\n" not in text and "\t" not in text
        return text.strip() if even else " ".join(text.split())
    text = " ".join(text.split())
    return text if is_normalized("NFC", text) else normalize("NFC", text)


def child(element: etree._Element | None, tag: str) -> etree._Element | None:
    """First child with a tag; several times as fast as `find`, and called for every record."""
    return None if element is None else next(element.iterchildren(tag), None)


def children(element: etree._Element | None, *tags: str) -> Iterator[etree._Element]:
    """Children with one of the tags, or all of them; none where there is no element."""
    return iter(()) if element is None else element.iterchildren(*tags)


def by_tag(element: etree._Element | None) -> dict[str, etree._Element]:
    """Children by tag; of several with one tag the last."""
    return {} if element is None else {part.tag: part for part in element}


def texts(element: etree._Element | None, *tags: str) -> list[str]:
    """Texts of the children that have any."""
    return [text for part in children(element, *tags) if (text := text_of(part))]


def split_values(text: str) -> list[str]:
    """Values of a column in which several are joined by `"; "`."""
    return [part for part in text.split("; ") if part]


def date_text(element: etree._Element | None) -> str:
    """A date as ISO text as far as it is known (`2019`, `2019-06`, `2019-06-03`), else MedlineDate or season as it stands."""
    if element is None:
        return ""
    parts = {part.tag: part.text for part in element}
    year = parts.get("Year") or ""
    if not year or "Season" in parts:
        return " ".join((parts.get("MedlineDate") or f"{year} {parts.get('Season') or ''}").split())
    month = parts.get("Month") or ""
    number = int(month) if month.isdigit() else MONTHS.get(month[:3].casefold(), 0)
    if not number:
        return f"{year} {month}".strip()
    day = parts.get("Day") or ""
    return f"{year}-{number:02d}-{int(day):02d}" if day.isdigit() else f"{year}-{number:02d}"


def year_of(text: str) -> int | None:
    """First year that a date names: of `1999-2000` and `1979 Dec-1980 Jan` the earlier one."""
    found = YEAR.search(text)
    return int(found.group()) if found else None


def abstract_text(element: etree._Element | None) -> str:
    """An abstract as plain text; each labelled section is a line of its own, `LABEL: text`."""
    if element is None:
        return ""
    sections = []
    for part in element.iterchildren("AbstractText"):
        if not (text := text_of(part)):
            continue
        label = part.get("Label")
        sections.append(f"{label}: {text}" if label and label != "UNLABELLED" else text)
    return "\n".join(sections)


def author_text(element: etree._Element | None) -> str:
    """Authors as `Family, Given Suffix` joined by `"; "`; a collective name stands as it is."""
    if element is None:
        return ""
    names = []
    for author in element.iterchildren("Author"):
        family = given = initials = suffix = collective = ""
        for part in author:
            tag = part.tag
            if tag == "LastName":
                family = (part.text or "").strip()
            elif tag == "ForeName":
                given = (part.text or "").strip()
            elif tag == "Initials":
                initials = part.text or ""
            elif tag == "Suffix":
                suffix = f" {text_of(part)}"
            elif tag == "CollectiveName":
                collective = text_of(part).replace("; ", ", ")
        given = f"{given or initials}{suffix}".strip()
        if name := (f"{family}, {given}" if given else family) if family else collective or given:
            names.append(name)
    return plain("; ".join(names))


def mesh_text(element: etree._Element | None) -> str:
    """MeSH headings as MEDLINE writes them: `*` marks a major topic, `/` a qualifier."""
    if element is None:
        return ""
    headings = []
    for heading in element:
        marked = []
        for part in heading:
            name = part.text or ""
            marked.append(f"*{name}" if part.get("MajorTopicYN") == "Y" else name)
        headings.append("/".join(marked))
    return plain("; ".join(headings))
