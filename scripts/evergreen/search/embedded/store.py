"""The embedded store: records, their words by field, and what was visible on a date."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from lxml import etree

from evergreen.search import article_sets, pubmed_xml
from evergreen.search.embedded import held_facts
from evergreen.search.pubmed_fields import split_values

SHIPPED = Path(__file__).with_name("records.csv")
MESH_TREE = Path(__file__).with_name("mesh_tree.csv")
WORD = re.compile(r"[^\W_]+")
TEXT_FIELDS = ("title", "tiab", "affiliation", "all")
VALUE_FIELDS = (
    "mesh", "mesh_major", "subheading", "type", "language", "journal", "author", "first_author", "registry",
    "substance", "subset", "volume", "issue", "pages", "issn", "article_id", "filter",
)  # fmt: skip
DATE_FIELDS = {
    "created": "created_on",
    "entered": "entered_on",
    "indexed": "indexed_on",
    "revised": "revised_on",
    "published": "publication_date",
}


@dataclass(frozen=True)
class Entry:
    """A record in the store: its row as the parser gives it, and its XML when it is asked for."""

    row: Mapping[str, Any]
    xml: Callable[[], bytes]

    @property
    def pmid(self) -> int:
        return int(self.row["pmid"])

    def date(self, name: str) -> str:
        """ISO date of `created_on`, `entered_on`, `indexed_on`, `revised_on` or `publication_date`, "" if not known."""
        if name == "publication_date":
            found = self.row["other_fields"].get(name) or [""]
            return found[0] if found[0][:4].isdigit() else str(self.row["year"] or "")
        return (self.row["other_fields"].get(name) or [""])[0]


@dataclass
class Field:
    """An inverted index of one field: texts by word with their word sequences, or whole values."""

    postings: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    texts: dict[int, list[str]] = field(default_factory=dict)


class Store:
    """Records with an index over their fields.

    `as_of` (ISO date or None) hides what was created later; PubMed's own clock, so to say.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        as_of: str | None = None,
        tree: Mapping[str, list[str]] | None = None,
    ) -> None:
        self.entries = {entry.pmid: entry for entry in entries}
        self.as_of = as_of
        self.tree = dict(tree or {})
        self.fields: dict[str, Field] = {name: Field() for name in (*TEXT_FIELDS, *VALUE_FIELDS)}
        self.dates: dict[str, dict[int, str]] = {name: {} for name in DATE_FIELDS}
        for pmid, entry in self.entries.items():
            self._index(pmid, entry)

    @classmethod
    def shipped(cls, *, as_of: str | None = None) -> Store:
        """The store that comes with Evergreen: facts of real records, without abstracts."""
        with SHIPPED.open(encoding="utf-8", newline="") as file:
            entries = [entry_from_facts(row) for row in csv.DictReader(file)]
        return cls(entries, as_of=as_of, tree=mesh_tree())

    @classmethod
    def from_xml(cls, sources: Iterable[bytes | Path], *, as_of: str | None = None) -> Store:
        """A store over PubmedArticleSet documents (bytes or files)."""
        entries = []
        for source in sources:
            for element in article_sets.iterate(
                BytesIO(source) if isinstance(source, bytes) else str(source)
            ):
                xml = etree.tostring(element, encoding="utf-8", with_tail=False)
                entries.append(Entry(pubmed_xml.record(element), partial(bytes, xml)))
        return cls(entries, as_of=as_of, tree=mesh_tree())

    def visible(self) -> set[int]:
        """PMIDs that had been created by `as_of`."""
        if self.as_of is None:
            return set(self.entries)
        return {pmid for pmid, entry in self.entries.items() if entry.date("created_on") <= self.as_of}

    def _index(self, pmid: int, entry: Entry) -> None:
        row, other = entry.row, entry.row["other_fields"]
        title, keywords = row["title"], row["keywords"]
        vernacular = " ".join(other.get("vernacular_title", []))
        tiab = f"{title} \n {vernacular} \n {row['abstract']} \n {' '.join(other.get('other_abstract', []))} \n {keywords}"
        headings = [heading.split("/") for heading in split_values(row["mesh_terms"])]
        authors = [short_name(name) for name in split_values(row["authors"])]
        values: dict[str, list[str]] = {
            "mesh": [heading[0].lstrip("*") for heading in headings],
            "mesh_major": [heading[0].lstrip("*") for heading in headings if any(part.startswith("*") for part in heading)],
            "subheading": [part.lstrip("*") for heading in headings for part in heading[1:]],
            "type": split_values(row["publication_types"]),
            "language": split_values(row["language"]),
            "journal": [row["journal"], *other.get("journal_abbreviation", [])],
            "author": authors,
            "first_author": authors[:1],
            "registry": [*split_values(row["registry_ids"]), *other.get("data_banks", [])],
            "substance": other.get("substances", []),
            "subset": other.get("subsets", []),
            "volume": [row["volume"]], "issue": [row["issue"]], "pages": [row["pages"]], "issn": [row["issn"]],
            "article_id": [row["doi"], row["pmcid"]],
            "filter": ["all", *(["hasabstract"] if row["abstract"] else []), *(["pubmed books"] if "book" in other else []),
                       *(["medline"] if other.get("status") == ["MEDLINE"] else [])],
        }  # fmt: skip
        for name, found in values.items():
            postings = self.fields[name].postings
            for value in found:
                if key := normal(value):
                    postings[key].add(pmid)
        everything = " \n ".join(
            [
                tiab,
                row["authors"],
                *(value for name, found in values.items() if name != "filter" for value in found),
            ]
        )
        for name, text in (("title", title), ("tiab", tiab), ("all", everything)):
            words = words_of(text)
            self.fields[name].texts[pmid] = words
            for word in set(words):
                self.fields[name].postings[word].add(pmid)
        for name, column in DATE_FIELDS.items():
            if date := entry.date(column):
                self.dates[name][pmid] = date

    def narrower(self, heading: str) -> set[str]:
        """A MeSH heading (normal form) and every heading below it whose tree number the store knows."""
        numbers = self.tree.get(heading, [])
        return {heading} | {
            name
            for name, own in self.tree.items()
            if any(number.startswith(f"{top}.") for number in own for top in numbers)
        }


def entry_from_facts(row: Mapping[str, str]) -> Entry:
    """An entry whose XML is written from a row of facts."""
    element = held_facts.article(row)
    return Entry(
        pubmed_xml.record(element), lambda: etree.tostring(held_facts.article(row), encoding="utf-8")
    )


def mesh_tree() -> dict[str, list[str]]:
    """Tree numbers of the MeSH headings for which the store knows them, by normal form."""
    numbers: dict[str, list[str]] = defaultdict(list)
    with MESH_TREE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            numbers[normal(row["heading"])].append(row["tree_number"])
    return dict(numbers)


def words_of(text: str) -> list[str]:
    """Words in their order: lower case, without accents; a line break keeps a phrase from running across fields."""
    folded = text.casefold()
    if not folded.isascii():
        folded = "".join(
            char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char)
        )
    lines = folded.split("\n")
    words = WORD.findall(lines[0])
    for line in lines[1:]:
        words.append("\n")
        words += WORD.findall(line)
    return words


def normal(value: str) -> str:
    """Normal form in which whole values (headings, types, names) are compared."""
    return " ".join(word for word in words_of(value) if word != "\n")


def short_name(name: str) -> str:
    """`Takeuchi, Tsutomu` and `Takeuchi T` as `Takeuchi T`; a collective name stands."""
    family, comma, given = name.partition(", ")
    if not comma:
        return name
    if not given.isupper():
        given = "".join(part[0] for part in given.replace("-", " ").split() if part[0].isupper())
    return f"{family} {given.replace(' ', '')}".strip()
