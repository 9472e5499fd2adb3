"""The references of the report for reference managers: RIS and BibTeX, both of the same CSL-JSON.

RIS: the tags of the specification that reference managers read for journal articles. BibTeX: UTF-8, with the signs escaped that
LaTeX takes for its own.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

Item = Mapping[str, Any]
END = "\r\n"
TAGS = {
    "title": "TI", "container-title": "JO", "volume": "VL", "issue": "IS", "DOI": "DO", "URL": "UR", "id": "AN",
}  # fmt: skip
FIELDS = {
    "title": "title", "container-title": "journal", "volume": "volume", "issue": "number", "page": "pages", "DOI": "doi", "URL": "url",
    "PMID": "pmid", "status": "note",
}  # fmt: skip
VERBATIM = ("DOI", "URL", "PMID")
"""Fields that reference managers take as they are written."""
ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "&": r"\&", "#": r"\#", "_": r"\_", "$": r"\$", "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}  # fmt: skip


def ris(items: Sequence[Item]) -> str:
    """The references as RIS, CRLF line ends."""
    return "".join(map(_ris, items))


def _ris(item: Item) -> str:
    lines = [f"TY  - {'JOUR' if item['type'] == 'article-journal' else 'GEN'}"]
    lines += [f"AU  - {_line(name)}" for name in _names(item)]
    lines += [f"{tag}  - {_line(item[field])}" for field, tag in TAGS.items() if field in item]
    if year := _year(item):
        lines.append(f"PY  - {year}")
    first, dash, last = _line(item.get("page", "")).partition("-")
    lines += [f"{tag}  - {page}" for tag, page in (("SP", first), ("EP", last if dash else "")) if page]
    if "PMID" in item:
        lines.append(f"C1  - PMID {item['PMID']}")
    if "status" in item:
        lines.append(f"N1  - {item['status'].upper()}")
    return END.join([*lines, "ER  - ", "", ""])


def bibtex(items: Sequence[Item]) -> str:
    """The references as BibTeX; keys are the first author's name and the year, with a letter where several have them."""
    seen: dict[str, int] = {}
    return "\n".join(_bibtex(item, _key(item, seen)) for item in items)


def _bibtex(item: Item, key: str) -> str:
    kind = "article" if item["type"] == "article-journal" else "misc"
    fields = {"author": " and ".join(_author(one) for one in item.get("author", ())), "year": _year(item)}
    for field, name in FIELDS.items():
        if field in item:
            text = _line(item[field])
            fields[name] = text if field in VERBATIM else _escaped(text)
    # A title keeps its capitals; a range of pages has the dash that BibTeX prints.
    if "title" in fields:
        fields["title"] = f"{{{fields['title']}}}"
    if "pages" in fields:
        fields["pages"] = re.sub(r"\s*[-–]+\s*", "--", fields["pages"])
    lines = [f"  {name} = {{{text}}}," for name, text in fields.items() if text]
    return "\n".join([f"@{kind}{{{key},", *lines, "}", ""])


def _key(item: Item, seen: dict[str, int]) -> str:
    first = next(iter(_names(item)), item.get("title", "")).split(",")[0]
    plain = unicodedata.normalize("NFKD", first).encode("ascii", "ignore").decode()
    stem = f"{re.sub('[^A-Za-z0-9]', '', plain) or 'work'}{_year(item)}"
    seen[stem] = position = seen.get(stem, 0) + 1
    return stem if position == 1 else f"{stem}-{position}"


def _author(name: Mapping[str, str]) -> str:
    """`Family, Given`; the name of a group in braces, which keep it whole."""
    if "literal" in name:
        return f"{{{_escaped(name['literal'])}}}"
    return f"{_escaped(name['family'])}, {_escaped(name['given'])}"


def _names(item: Item) -> list[str]:
    return [name.get("literal") or f"{name['family']}, {name['given']}" for name in item.get("author", ())]


def _year(item: Item) -> str:
    return str(item["issued"]["date-parts"][0][0]) if "issued" in item else ""


def _escaped(text: str) -> str:
    return "".join(ESCAPED.get(sign, sign) for sign in text)


def _line(text: str) -> str:
    return " ".join(text.split())
