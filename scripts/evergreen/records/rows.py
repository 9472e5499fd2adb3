"""From a block of a file's fields to a row of the record table: which field feeds which column, in normal form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any
from urllib.parse import unquote

import pandas as pd

from evergreen import tables
from evergreen.absent import absent
from evergreen.records.document_types import document_type
from evergreen.records.formats.block import NOTE, Block, Remark
from evergreen.records.model import from_columns
from evergreen.records.name_lists import names_in, nobody, told_together
from evergreen.records.normalise import (
    all_clean,
    canonical_doi,
    canonical_pmcid,
    canonical_pmid,
    clean,
    issns,
    languages,
    named_pmid,
    year_of,
)
from evergreen.records.registers import registry_ids_of
from evergreen.records.retractions import SAYS_RETRACTED

Fields = Mapping[str, tuple[str, ...]]
"""Role to the fields of a format that play it, best first.

A role is a column of the record table, a part of one (`start_page`, `article_number`, `groups`), or a place to look
for something in running text (`doi_within`, `pmid_within`, `registry_within`, `accession_within`)."""

_SHORT = 60
"""Letters of nearly all values: names, key words, journals, years."""
_NO_PAGES = re.compile(r"no[\s.-]*pagination|no-specified|^(?:n/?a|no pages?|unpaged)$", re.IGNORECASE)
_RETRACTED_TITLE = re.compile(
    rf"\W*{SAYS_RETRACTED}\s*(?:[:.)\]\uff1a\u3011\u2013\u2014]|-(?-i:(?![a-zß-öø-ÿ])))", re.IGNORECASE
)
_RETRACTED_BEHIND = re.compile(
    rf"[(\[](?:retracted\s(?:article|paper)|{SAYS_RETRACTED}\s*[)\]]\W*$)", re.IGNORECASE
)
_RETRACTED_TYPES = frozenset(("retracted publication", "retracted article", "retracted"))
_SCOPUS = re.compile(r"^scopus$", re.IGNORECASE)
_EMBASE = re.compile(r"^embase(?:\W+medline)?$", re.IGNORECASE)  # Embase.com's; Ovid writes other fields
_ADDRESS_IN_CENTRAL = "10.1002/central/"  # of CENTRAL's record, not of what it describes
_MEDLINE = re.compile(r"medline|pubmed|^nlm$", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]")
_PMID_IN = ((_MEDLINE, "pmid_in_medline"), (_SCOPUS, "pmid_in_scopus"), (_EMBASE, "pmid_in_embase"))
"""Databases in whose records a field is a PMID that is anything in those of others."""
_ACCESSION_WITHIN = re.compile(
    r"^L\d{6,}$|(?<=[?&]id=)L\d{6,}|(?<=eid=)2-s2\.0-\d+"  # Embase.com, Scopus
    r"|scopus\.com/pages/publications/(?P<scopus>\d+)"  # since 2025; its EID without what all of them begin with
    r"|(?<=[?&]AN=)[^\s&#;]+|(?<=/plink\?id=)[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}"  # EBSCO and Ovid, in links
    r"|(?<=\bAccession Number: )\w[\w-]*|(?<=\bAccession No\.: )\w[\w-]*"  # EBSCO, in notes
    r"|(?<=lens\.org/)\d{3}-\d{3}-\d{3}-\d{3}-\d{2}[\dX]|(?<=openalex\.org/)W\d+"
)
_ACCESSION_LIKE = re.compile(
    r"(?:PMID|MED|PMC|PPR|AGR|CBA|CTX|ETH|HIR|PAT):\w+|\d{3}-\d{3}-\d{3}-\d{3}-\d{2}[\dX]"  # Europe PMC, Lens
    r"|\d{6,}|(?!RefID:)[A-Za-z]+[-:]\S*\d{4,}\S*|\d{4}-\d+-\d+|S\d{4}-\S+|[A-Z]+\d{6,}\S*"
)
_ISSUE_LIKE = re.compile(
    r"\S{1,20}(?: (?:\S*\d\S*|\(?(?:suppl\w*|spec\w*)\.?\)?|pt\.?|part|[a-z]|[&/-])){0,3}"
    r"|(?:\d+\w? )?(?:suppl\w*|spec\w*)\.?(?: \S+){1,3}|(?:part|pt|no|issue)\.?(?: (?:\S*\d\S*|[a-z])){1,3}",
    re.IGNORECASE,
)
"""Numbers of issues as `3 Suppl 1`, `Pt. 2 A`, `May-Jun`, `Special issue`; not `a note`."""
_RUN_TOGETHER = "names of authors run together; they stand as they came, for where one ends would be a guess"
_UNREAD = "the {} cannot be read; the record is read without it"
_FIGURES = re.compile(r"(?=\d*\D)\d[\d.,'\u2019\seE+]*")
"""What looks like a number that something was done to."""
_SOME_DIGIT = re.compile(r"[1-9]")
_TYPESET_HYPHEN = re.compile("[\u2010\u2011\u2012\u2212]")  # of CENTRAL and of typesetters
_OF_ANOTHER = re.compile(
    r"\b(?:comment|errat(?:um|a)|corrigendum|retraction|reprint|original report"
    r"|(?:(?:corrected|retracted)(?: and republished)?|republished|reprinted)|summary for patients|dataset (?:described|use reported))"
    r" (?:in|on|of|for|from|to)\b|\b(?:correction|update|preprint|(?:expression of )?concern) (?:in|of|for|from|to)(?::| (?:(?-i:[A-Z\d])|\w+rxiv\b|doi\b|https?:))"
    r"|\bsee also\b|\bcites:|\bSuppNotes\b|\b(?:RAYYAN|USER)-[A-Z]+",
    re.IGNORECASE,
)
"""Behind these words PubMed, programs that have it from there, and reviewers name other records: `Comment in: Lancet ... PMID: 20511111`. Some of
them are words of any sentence (`correction for multiple tests`), and name one where a colon or a name follows."""
_OF_EBSCO = re.compile(r"\bPMID:\s*NLM0*([1-9]\d{0,7})\b")
_PAGES_MARK = re.compile(r"^pp?\.?\s+(?=\d)")


class _Values:
    """The clean values of one block by role; remembers which of them a column took."""

    def __init__(self, block: Block, roles: _Roles) -> None:
        self.by_field: dict[str, list[str]] = {}
        by_field = self.by_field
        fields = block.fields
        as_they_are = all_clean([value for _, value in fields if 0 < len(value) <= _SHORT])
        for name, value in fields:
            if text := value if as_they_are and len(value) <= _SHORT else clean(value):
                if name in by_field:
                    by_field[name].append(text)
                else:
                    by_field[name] = [text]
        self.names = roles.among(tuple(self.by_field))
        self.taken: set[tuple[str, str]] = set()
        self.taken_whole: set[str] = set()  # fields all of whose values a column took

    def all_of(self, role: str) -> list[tuple[str, str]]:
        """(field, text) of every field that plays `role`, best first."""
        names = self.names.get(role)
        return [(name, text) for name in names for text in self.by_field[name]] if names else []

    def texts(self, role: str) -> list[str]:
        """The texts of `all_of`."""
        found: list[str] = []
        for name in self.names.get(role, ()):
            found += self.by_field[name]
        return found

    def first(self, role: str) -> str:
        """The best text of `role` that says something, taken with those above it that say there is none; else ""."""
        for name in self.names.get(role, ()):
            texts = self.by_field[name]
            for text in texts:
                if len(texts) == 1:
                    self.taken_whole.add(name)
                else:
                    self.taken.add((name, text))
                if not absent(text):
                    return text
        return ""

    def joined(self, role: str, without_doi: bool = False) -> str:
        """All texts of `role`, each once, joined by `"; "`."""
        names = self.names.get(role)
        if not names:
            return ""
        texts = self.texts(role)
        if without_doi and any(map(canonical_doi, texts)):
            pairs = [pair for pair in self.all_of(role) if not canonical_doi(pair[1])]
            self.taken.update(pairs)
            texts = [text for _, text in pairs]
        else:
            self.taken_whole.update(names)
        return "; ".join(dict.fromkeys([text.strip("; ") for text in texts]))

    def rest(self) -> dict[str, list[str]]:
        """What no column took."""
        left = {}
        taken = self.taken
        for name in [name for name in self.by_field if name not in self.taken_whole]:
            if kept := [text for text in self.by_field[name] if (name, text) not in taken]:
                left[name] = kept
        return left


class _Roles:
    """Which of the fields that a record has play which role; records with the same fields ask only once."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.known: dict[tuple[str, ...], dict[str, list[str]]] = {}

    def among(self, present: tuple[str, ...]) -> dict[str, list[str]]:
        """Role to its fields among `present`, best first; only roles that have any."""
        if present not in self.known:
            ranked = {
                role: [name for name in names if name in present] for role, names in self.fields.items()
            }
            self.known[present] = {role: names for role, names in ranked.items() if names}
        return self.known[present]


def record_table(
    blocks: Iterable[Block], fields: Fields, file: str, remarks: list[Remark] | None = None
) -> pd.DataFrame:
    """The record table of a file's blocks, still without ids; what is odd about a value is added to `remarks`."""
    roles = _Roles(fields)
    remarks = [] if remarks is None else remarks
    names = list(_row(Block(0, 0), roles, file, remarks))
    rows = [tuple(_row(block, roles, file, remarks).values()) for block in blocks]
    if not rows:
        return from_columns({})
    columns: dict[str, Any] = dict(zip(names, zip(*rows, strict=True), strict=True))
    columns["abstract"] = tables.texts(columns["abstract"])  # once: most of the bytes
    places = (columns["title"], columns["abstract"], columns.pop("registry_within"))
    return from_columns({**columns, "registry_ids": registry_ids_of(*places)})


def joined(tables: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """The record table of several, of which there is one at least."""
    several = list(tables)
    return pd.concat(several, ignore_index=True) if len(several) > 1 else several[0]


def _row(block: Block, roles: _Roles, file: str, remarks: list[Remark]) -> dict[str, Any]:
    """One record as a dict of `model.COLUMNS`, and what stands in the places where registration numbers are looked for.

    The best field with a value feeds a column; everything that feeds none stays in `other_fields`, also the second
    value of a column that holds one.
    """
    values = _Values(block, roles)
    title = values.first("title")
    abstract = values.first("abstract")
    authors, apart = _authors(values)
    if not apart:
        remarks.append(Remark(block.line, NOTE, _RUN_TOGETHER, authors[:200]))
    types = values.joined("publication_types", without_doi=True)
    for name in values.texts("reference_type"):
        if (kind := document_type(name)) and kind.lower() not in types.lower():
            types = f"{types}; {kind}" if types else kind
    related = values.joined("related")
    pmid = _pmid(values)
    if not pmid and (odd := next(filter(_FIGURES.fullmatch, values.texts("pmid")), "")):
        remarks.append(Remark(block.line, NOTE, _UNREAD.format("PMID"), odd))
    url = values.joined("url")
    year = _year(values)
    if year is None and (odd := next(filter(_SOME_DIGIT.search, values.texts("year")), "")):
        remarks.append(Remark(block.line, NOTE, _UNREAD.format("year"), odd[:200]))
    row = {
        "title": title,
        "abstract": abstract,
        "authors": authors,
        "year": year,
        "journal": values.first("journal"),
        "volume": values.first("volume"),
        "issue": values.first("issue") or _issue(values),
        "pages": _pages(values),
        "doi": _doi(values),
        "pmid": pmid,
        "pmcid": next((found for text in values.texts("pmcid") if (found := canonical_pmcid(text))), ""),
        "registry_within": "\n".join(
            values.texts("registry_within")
        ),  # of these and other columns: `registry_ids`
        "publication_types": types,
        "mesh_terms": values.joined("mesh_terms"),
        "language": languages(values.joined("language")),
        "url": "" if absent(url) else url,
        "retracted": bool(_RETRACTED_TITLE.match(title) or _RETRACTED_BEHIND.search(title))
        or not _RETRACTED_TYPES.isdisjoint(types.lower().split("; "))
        or "RetractionIn" in related,
        "keywords": values.joined("keywords"),
        "issn": _issn(values),
        "related": related,
        "accession": _accession(values),
        "file": file,
        "line": block.line,
        "line_end": block.line_end,
    }
    row["other_fields"] = _object(values.rest())
    return row


def _object(rest: Mapping[str, list[str]]) -> str:
    """JSON of `rest`, "" where it is empty; text by text, which takes a third of the time."""
    if not rest:
        return ""
    pairs = [
        f"{encode_basestring(name)}: [{', '.join(map(encode_basestring, texts))}]"
        for name, texts in rest.items()
    ]
    return f"{{{', '.join(pairs)}}}"


def _authors(values: _Values) -> tuple[str, bool]:
    """Names as `Family, Given`, from the field with most of them (with as many, the first: full given names), and whether all are `apart`.

    Two people of one name are two; a group that stands among the people is one.
    """
    most = max(values.names.get("authors", ()), key=lambda name: len(values.by_field[name]), default="")
    values.taken_whole.add(most)
    names, clear = _named(values.by_field.get(most, ()))
    if groups := values.all_of("groups"):
        values.taken.update(groups)
        # As they stand: `Daiichi Sankyo` is nobody's name.
        collective = dict.fromkeys(part for _, text in groups for part in _parts(text) if not nobody(part))
        names += [name for name in collective if name not in names]
    return "; ".join(names), clear


def _named(texts: Iterable[str]) -> tuple[list[str], bool]:
    names: list[str] = []
    clear = True
    for piece in told_together([piece for text in texts for piece in _parts(text)]):
        found, whole = names_in(piece)
        names += found
        clear = clear and whole
    return names, clear


def _parts(text: str) -> Sequence[str]:
    return [part for part in map(str.strip, text.split(";")) if part] if ";" in text else (text,)


def _year(values: _Values) -> int | None:
    for name, text in values.all_of("year"):
        if (year := year_of(text)) is not None:
            if text == str(year):
                values.taken.update([(name, text) for name in values.names["year"]])
            return year
    return None


def _pages(values: _Values) -> str:
    pages, start, end = values.first("pages"), values.first("start_page"), values.first("end_page")
    if not pages:
        pages = f"{start}-{end}" if start and end and end != start and "-" not in start else start or end
    if pages.replace("-", "").isdigit():  # nearly all: nothing to look at closer
        return pages
    if _NO_PAGES.search(pages):
        pages = ""
    return _PAGES_MARK.sub("", _TYPESET_HYPHEN.sub("-", pages)) or values.first("article_number")


def _own(text: str) -> str:
    """What a note says of the record itself: the part before it names another one."""
    found = _OF_ANOTHER.search(text) if " " in text else None
    return text[: found.start()] if found else text


def _issue(values: _Values) -> str:
    """An issue in a field that others write notes into."""
    for name, text in values.all_of("issue_like"):
        if _ISSUE_LIKE.fullmatch(text):
            values.taken.add((name, text))
            return text
    return ""


def _doi(values: _Values) -> str:
    for role in ("doi", "doi_within"):
        for name, text in values.all_of(role):
            doi = canonical_doi(text)
            if doi and role == "doi_within":
                doi = canonical_doi(_own(text))
            if doi and not doi.startswith(_ADDRESS_IN_CENTRAL):
                if role == "doi":
                    values.taken.add((name, text))
                return doi
    return ""


def _pmid(values: _Values) -> str:
    for name, text in values.all_of("pmid"):
        if pmid := canonical_pmid(text):
            values.taken.add((name, text))
            return pmid
    for text in values.texts("pmid_within"):
        if named_pmid(text) and (pmid := named_pmid(_own(text)) or next(iter(_OF_EBSCO.findall(text)), "")):
            return pmid
    for database, role in _PMID_IN:
        numbers = values.texts(role)
        if numbers and any(map(database.search, values.texts("database"))):
            for text in numbers:
                if not _WORD.search(text) and (pmid := canonical_pmid(text)):
                    return pmid
    return ""


def _issn(values: _Values) -> str:
    found: dict[str, None] = {}
    for name, text in values.all_of("issn"):
        if numbers := issns(text):
            found.update(dict.fromkeys(numbers))
            values.taken.add((name, text))
    return "; ".join(found)


def _accession(values: _Values) -> str:
    """The source's own number; a short number in a reference manager's `ID` is only its running number."""
    if found := values.first("accession"):
        return found
    for text in values.texts("accession_within"):
        if within := _ACCESSION_WITHIN.search(unquote(text) if "%" in text else text):
            number = f"2-s2.0-{within['scopus']}" if within["scopus"] else within.group()
            values.taken.update(pair for pair in values.all_of("accession_like") if pair[1] == number)
            return number
    for name, text in values.all_of("accession_like"):
        if _ACCESSION_LIKE.fullmatch(text):
            values.taken.add((name, text))
            return text
    return ""
