"""Elements of PubMed XML as texts: names, dates, abstracts, headings, in the one form that the record table knows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import is_normalized, normalize

from lxml import etree

MONTHS = {
    form: f"{number:02d}"
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
    for form in (name, str(number), f"{number:02d}")
}
DAYS = {form: f"{number:02d}" for number in range(1, 32) for form in (str(number), f"{number:02d}")}
WHITE_SPACE = [char for char in map(chr, range(0x3001)) if char.isspace() and char != " "]
YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")


def text_of(element: etree._Element | None) -> str:
    """All text below an element as plain text: markup dropped, white space collapsed, NFC."""
    if element is None:
        return ""
    text = "".join(map(str, element.itertext())) if len(element) else element.text
    return plain(text) if text else ""


def plain(text: str) -> str:
    """White space collapsed, NFC."""
    # Most texts are as they should be, and looking is cheaper than taking them apart.
    if text.isascii():
        if "  " in text or "\n" in text or "\t" in text:
            return " ".join(text.split())
        return text.strip()
    if "  " in text or any(map(text.__contains__, WHITE_SPACE)):
        text = " ".join(text.split())
    text = text.strip()
    return text if is_normalized("NFC", text) else normalize("NFC", text)


def child(element: etree._Element | None, tag: str) -> etree._Element | None:
    """First child with a tag; several times as fast as `find`, and called for every record."""
    if element is not None:
        for part in element:
            if part.tag == tag:
                return part
    return None


Parts = dict[str, list[etree._Element]]


def by_tag(element: etree._Element | None) -> Parts:
    """Children by tag; what is asked for more than once is looked up here, for walking through children is what takes time."""
    parts: Parts = {}
    if element is not None:
        for part in element:
            tag = part.tag
            if tag in parts:
                parts[tag].append(part)
            else:
                parts[tag] = [part]
    return parts


def only(parts: Parts, tag: str) -> etree._Element | None:
    """The part with a tag that stands once, or None."""
    return parts[tag][0] if tag in parts else None


def within(parts: Parts, tag: str) -> Iterable[etree._Element]:
    """What stands in the part with a tag that stands once, such as a list."""
    return parts[tag][0] if tag in parts else ()


def text_in(parts: Parts, tag: str) -> str:
    """Text of the part with a tag that stands once."""
    return text_of(parts[tag][0]) if tag in parts else ""


def texts(elements: Iterable[etree._Element]) -> list[str]:
    """Texts of the elements that have any."""
    return [text for element in elements if (text := text_of(element))]


def split_values(text: str) -> list[str]:
    """Values of a column in which several are joined by `"; "`."""
    return [part for part in text.split("; ") if part]


def date_text(element: etree._Element | None) -> str:
    """A date as ISO text as far as it is known (`2019`, `2019-06`, `2019-06-03`), else MedlineDate or season as it stands."""
    if element is None:
        return ""
    if len(element) > 2 and element[2].tag == "Day":
        # Year, Month, Day, perhaps followed by the time: most dates are like this.
        year, month, day = element[0].text or "", element[1].text or "", element[2].text or ""
        other = ""
    else:
        parts = {part.tag: part.text or "" for part in element}
        year, month, day = parts.get("Year", ""), parts.get("Month", ""), ""
        other = parts.get("MedlineDate") or parts.get("Season") or ""
    if other or not year:
        return " ".join(f"{year} {other}".split())
    number = MONTHS.get(month) or MONTHS.get(month[:3].casefold())
    if number is None:
        return f"{year} {month}".strip()
    return f"{year}-{number}-{DAYS[day]}" if day in DAYS else f"{year}-{number}"


def year_of(text: str) -> int | None:
    """First year that a date names: of `1999-2000` and `1979 Dec-1980 Jan` the earlier one."""
    found = YEAR.search(text)
    return int(found.group()) if found else None


def abstract_text(element: etree._Element | None) -> str:
    """An abstract as plain text; each labelled section is a line of its own, `LABEL: text`."""
    if element is None:
        return ""
    sections = []
    for part in element:
        if part.tag != "AbstractText" or not (text := text_of(part)):
            continue
        label = part.get("Label")
        sections.append(f"{label}: {text}" if label and label != "UNLABELLED" else text)
    return "\n".join(sections)


def author_text(element: etree._Element | None) -> str:
    """Authors as `Family, Given Suffix` joined by `"; "`; a collective name stands as it is.

    Where the journal misspelt a name, PubMed has it twice, and the misspelt one (`misspelt_authors`) is none.
    """
    authors = [] if element is None else [one for one in element if one.get("ValidYN") != "N"] or element
    return plain("; ".join(filter(None, map(_author, authors))))


def misspelt_authors(element: etree._Element | None) -> list[str]:
    """Names that PubMed says are misspelt in the journal."""
    return [] if element is None else [_author(one) for one in element if one.get("ValidYN") == "N"]


def _author(author: etree._Element) -> str:
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
    return (f"{family}, {given}" if given else family) if family else collective or given


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
