"""PubMed XML to record rows: constant memory, no DTD, no network, nothing lost on the way.

The elements are those of NLM's PubmedArticleSet (2000 to 2026 DTDs). The DTD is never loaded, external entities are
not resolved, and a document that defines entities is refused, so that stored replies can be read anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any
from unicodedata import is_normalized, normalize

from lxml import etree

RECORD_TAGS = ("PubmedArticle", "PubmedBookArticle")
MONTHS = {name: number for number, name in enumerate(
    ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
)}  # fmt: skip
YEAR = re.compile(r"(?:1[5-9]|20|21)\d\d")
REGISTRIES = {  # DataBankName of trial registers; the other data banks hold sequences and structures
    "ANZCTR", "CRiS", "ChiCTR", "ClinicalTrials.gov", "CTIS", "CTRI", "DRKS", "EudraCT", "IRCT", "ISRCTN", "ITMCTR",
    "JapicCTI", "JMACCT", "jRCT", "JPRN", "LBCTR", "NTR", "PACTR", "REPEC", "ReBec", "RPCEC", "SLCTR", "TCTR", "UMIN CTR",
}  # fmt: skip
RETRACTING = ("RetractionIn",)
RETRACTED_TYPE = "Retracted Publication"


@dataclass(frozen=True)
class Unreadable(Exception):
    """XML that cannot be read whole; `reason` says why."""

    reason: str

    def __str__(self) -> str:
        return self.reason


def iterate(source: IO[bytes] | str) -> Iterator[etree._Element]:
    """Yield each record element of a PubmedArticleSet and free it afterwards.

    Raises Unreadable when the document is not well-formed to its end, is not a PubmedArticleSet, or defines entities.
    """
    try:
        context = etree.iterparse(
            source, events=("end",), tag=RECORD_TAGS, load_dtd=False, no_network=True, resolve_entities=False,
            huge_tree=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        root = None
        for _, element in context:
            if root is None:
                root = element.getroottree().getroot()
                _check_root(root)
            yield element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        if root is None:
            _check_root(context.root)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"not well-formed XML: {error.msg}") from None


def _check_root(root: etree._Element | None) -> None:
    if root is None or root.tag != "PubmedArticleSet":
        raise Unreadable(f"not a PubmedArticleSet but {root.tag if root is not None else 'nothing'}")
    docinfo = root.getroottree().docinfo
    if docinfo.internalDTD is not None and any(True for _ in docinfo.internalDTD.iterentities()):
        raise Unreadable("the document defines entities of its own")


def pmids_in(source: IO[bytes] | str) -> list[str]:
    """PMIDs of the records in a reply, in its order, a PMID as often as it occurs with different versions counted once."""
    return [identity(element)[0] for element in iterate(source)]


def identity(element: etree._Element) -> tuple[str, int]:
    """PMID and version of a record element."""
    path = "MedlineCitation/PMID" if element.tag == "PubmedArticle" else "BookDocument/PMID"
    pmid = element.find(path)
    if pmid is None or not (pmid.text or "").strip():
        raise Unreadable("a record without a PMID")
    return pmid.text.strip(), int(pmid.get("Version") or 1)


def text_of(element: etree._Element | None) -> str:
    """All text below an element as plain text: markup dropped, white space collapsed, NFC."""
    if element is None:
        return ""
    text = "".join(element.itertext()) if len(element) else element.text
    return plain(text) if text else ""


def plain(text: str) -> str:
    """White space collapsed, NFC."""
    if text.isascii():
        # Most texts are as they should be, and looking is cheaper than taking them apart.
        even = "  " not in text and "\n" not in text and "\t" not in text
        return text.strip() if even else " ".join(text.split())
    text = " ".join(text.split())
    return text if is_normalized("NFC", text) else normalize("NFC", text)


def child_of(element: etree._Element | None, tag: str) -> etree._Element | None:
    """First child with a tag; several times as fast as `find`, and called for every record."""
    return None if element is None else next(element.iterchildren(tag), None)


def record(element: etree._Element) -> dict[str, Any]:
    """The row of one record: columns of the record table, then `other_fields` with everything that has no column.

    `year` is an int or None; `retracted` a bool; the rest are strings, several values joined by `"; "`.
    """
    return _article(element) if element.tag == "PubmedArticle" else _book(element)


def records(source: IO[bytes] | str) -> Iterator[dict[str, Any]]:
    """Rows of all records in a reply or a file, in its order (see `record`)."""
    return (record(element) for element in iterate(source))


def _article(element: etree._Element) -> dict[str, Any]:
    pmid, version = identity(element)
    citation = child_of(element, "MedlineCitation")
    parts = {child.tag: child for child in citation}
    article = {child.tag: child for child in parts["Article"]} if "Article" in parts else {}
    data = child_of(element, "PubmedData")
    other: dict[str, list[str]] = {}
    if version > 1:
        other["version"] = [str(version)]
    if status := citation.get("Status"):
        other["status"] = [status]

    journal = article.get("Journal")
    issue = child_of(journal, "JournalIssue")
    published = child_of(issue, "PubDate")
    written = date_text(published)
    if written:
        other["publication_date"] = [written]
    dates = (
        [date_text(child) for child in parts["Article"].iterchildren("ArticleDate")]
        if "Article" in parts
        else []
    )
    if dates:
        other["electronic_date"] = dates

    title = text_of(article.get("ArticleTitle"))
    vernacular = text_of(article.get("VernacularTitle"))
    if vernacular:
        other["vernacular_title"] = [vernacular]

    abstract = abstract_text(article.get("Abstract"))
    for child in citation.iterchildren("OtherAbstract"):
        text = abstract_text(child)
        if text:
            other.setdefault("other_abstract", []).append(f"[{child.get('Language', '')}] {text}")

    types = _texts(article.get("PublicationTypeList"))
    related, retracted = _related(parts.get("CommentsCorrectionsList"))
    registry, banks = _data_banks(article.get("DataBankList"))
    doi, pmcid = _article_ids(data, article)
    if banks:
        other["data_banks"] = banks
    _dates(parts, data, other)
    _rest(parts, citation, article, other)
    return {
        "title": title or vernacular,
        "abstract": abstract,
        "authors": author_text(article.get("AuthorList")),
        "year": year_of(written) or next((year for text in dates if (year := year_of(text))), None),
        "journal": (text_of(child_of(journal, "Title")) or text_of(child_of(journal, "ISOAbbreviation")))
        if journal is not None
        else "",
        "volume": text_of(child_of(issue, "Volume")),
        "issue": text_of(child_of(issue, "Issue")),
        "pages": _pages(parts.get("Article")),
        "doi": doi,
        "pmid": pmid,
        "pmcid": pmcid,
        "registry_ids": "; ".join(registry),
        "publication_types": "; ".join(types),
        "mesh_terms": mesh_text(parts.get("MeshHeadingList")),
        "language": "; ".join(text_of(child) for child in parts["Article"].iterchildren("Language"))
        if "Article" in parts
        else "",
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        "retracted": retracted or RETRACTED_TYPE in types,
        "keywords": "; ".join(
            text
            for words in citation.iterchildren("KeywordList")
            for word in words
            if (text := text_of(word))
        ),
        "issn": text_of(child_of(journal, "ISSN")),
        "related": "; ".join(related),
        "accession": pmid,
        "other_fields": other,
    }


def _book(element: etree._Element) -> dict[str, Any]:
    document = child_of(element, "BookDocument")
    book = child_of(document, "Book")
    other: dict[str, list[str]] = {"book": [text_of(child_of(book, "BookTitle"))]} if book is not None else {}
    pmid, version = identity(element)
    if version > 1:
        other["version"] = [str(version)]
    written = date_text(child_of(book, "PubDate")) if book is not None else ""
    if written:
        other["publication_date"] = [written]
    if book is not None:
        for name, path in (
            ("publisher", "Publisher/PublisherName"),
            ("isbn", "Isbn"),
            ("edition", "Edition"),
        ):
            if text := text_of(book.find(path)):
                other[name] = [text]
    for tag, name in (("ContributionDate", "contribution_date"), ("DateRevised", "revised_on")):
        if (found := document.find(tag)) is not None and (text := date_text(found)):
            other[name] = [text]
    data = child_of(element, "PubmedBookData")
    _history(data, other)
    ids = {child.get("IdType"): text_of(child) for child in document.iterfind("ArticleIdList/ArticleId")}
    if ids.get("bookaccession"):
        other["book_accession"] = [ids["bookaccession"]]
    lists = list(document.iterchildren("AuthorList"))
    own = next((child for child in lists if child.get("Type") != "editors"), None)
    if own is None and book is not None:
        candidates = list(book.iterchildren("AuthorList"))
        own = next((child for child in candidates if child.get("Type") != "editors"), None)
        if own is None and candidates:
            own = candidates[0]
    types = [text_of(child) for child in document.iterchildren("PublicationType")]
    return {
        "title": text_of(child_of(document, "ArticleTitle")) or text_of(child_of(document, "VernacularTitle"))
        or (text_of(child_of(book, "BookTitle")) if book is not None else ""),
        "abstract": abstract_text(child_of(document, "Abstract")),
        "authors": author_text(own),
        "year": year_of(written),
        "journal": text_of(child_of(book, "BookTitle")) if book is not None else "",
        "volume": text_of(child_of(book, "Volume")) if book is not None else "",
        "issue": "",
        "pages": _pages(document),
        "doi": ids.get("doi", ""),
        "pmid": pmid,
        "pmcid": ids.get("pmc", ""),
        "registry_ids": "",
        "publication_types": "; ".join(text for text in types if text),
        "mesh_terms": "",
        "language": "; ".join(text_of(child) for child in document.iterchildren("Language")),
        "url": f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/",
        "retracted": False,
        "keywords": "; ".join(text for words in document.iterchildren("KeywordList") for word in words if (text := text_of(word))),
        "issn": "",
        "related": "",
        "accession": pmid,
        "other_fields": other,
    }  # fmt: skip


def date_text(element: etree._Element | None) -> str:
    """A date as ISO text as far as it is known (`2019`, `2019-06`, `2019-06-03`), else MedlineDate or season as it stands."""
    if element is None:
        return ""
    parts = {child.tag: child.text for child in element}
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
    for child in element:
        if child.tag != "AbstractText" or not (text := text_of(child)):
            continue
        label = child.get("Label")
        sections.append(f"{label}: {text}" if label and label != "UNLABELLED" else text)
    return "\n".join(sections)


def author_text(element: etree._Element | None) -> str:
    """Authors as `Family, Given Suffix` joined by `"; "`; a collective name stands as it is."""
    if element is None:
        return ""
    names = []
    for author in element.iterchildren("Author"):
        family = given = initials = suffix = collective = ""
        for child in author:
            tag = child.tag
            if tag == "LastName":
                family = (child.text or "").strip()
            elif tag == "ForeName":
                given = (child.text or "").strip()
            elif tag == "Initials":
                initials = child.text or ""
            elif tag == "Suffix":
                suffix = f" {text_of(child)}"
            elif tag == "CollectiveName":
                collective = text_of(child).replace("; ", ", ")
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
        for child in heading:
            name = child.text or ""
            marked.append(f"*{name}" if child.get("MajorTopicYN") == "Y" else name)
        headings.append("/".join(marked))
    return plain("; ".join(headings))


def _texts(element: etree._Element | None) -> list[str]:
    return [] if element is None else [text for child in element if (text := text_of(child))]


def _related(element: etree._Element | None) -> tuple[list[str], bool]:
    """`<type> <PMID or source>` of each correction, comment or retraction, and whether one retracts this record."""
    related, retracted = [], False
    for child in () if element is None else element:
        kind = child.get("RefType") or ""
        pmid = child_of(child, "PMID")
        target = text_of(pmid) or text_of(child_of(child, "RefSource")).replace("; ", ", ")
        related.append(f"{kind} {target}".strip())
        retracted |= kind in RETRACTING
    return related, retracted


def _data_banks(element: etree._Element | None) -> tuple[list[str], list[str]]:
    registry: list[str] = []
    banks: list[str] = []
    for bank in () if element is None else element:
        name = text_of(child_of(bank, "DataBankName"))
        numbers = [text_of(child) for child in bank.iterfind("AccessionNumberList/AccessionNumber")]
        if name in REGISTRIES:
            registry += [number for number in numbers if number and number not in registry]
        else:
            banks += [f"{name}/{number}" for number in numbers] or [name]
    return registry, banks


def _article_ids(data: etree._Element | None, article: dict[str, etree._Element]) -> tuple[str, str]:
    doi = pmcid = ""
    ids = child_of(data, "ArticleIdList") if data is not None else None
    for child in () if ids is None else ids:
        kind = child.get("IdType")
        if kind == "doi" and not doi:
            doi = text_of(child)
        elif kind == "pmc" and not pmcid:
            pmcid = text_of(child)
    if not doi and article:
        parent = next(iter(article.values())).getparent()
        for child in parent.iterchildren("ELocationID"):
            if child.get("EIdType") == "doi" and child.get("ValidYN", "Y") == "Y":
                return text_of(child), pmcid
    return doi, pmcid


def _pages(article: etree._Element | None) -> str:
    if article is None:
        return ""
    pages = text_of(article.find("Pagination/MedlinePgn"))
    if not pages and (start := text_of(article.find("Pagination/StartPage"))):
        end = text_of(article.find("Pagination/EndPage"))
        pages = f"{start}-{end}" if end else start
    if not pages:
        pages = next(
            (
                text_of(child)
                for child in article.iterchildren("ELocationID")
                if child.get("EIdType") == "pii"
            ),
            "",
        )
    return pages


HISTORY = {"entrez": "created_on", "pubmed": "entered_on", "medline": "indexed_on"}  # CRDT, EDAT, MHDA


def _history(data: etree._Element | None, other: dict[str, list[str]]) -> None:
    if data is None:
        return
    for child in data.iterfind("History/PubMedPubDate"):
        status = child.get("PubStatus") or ""
        if text := date_text(child):
            other[HISTORY.get(status, f"history_{status}")] = [text]
    if status := text_of(child_of(data, "PublicationStatus")):
        other["publication_status"] = [status]


def _dates(
    parts: dict[str, etree._Element], data: etree._Element | None, other: dict[str, list[str]]
) -> None:
    _history(data, other)
    for tag, name in (("DateCompleted", "completed_on"), ("DateRevised", "revised_on")):
        if tag in parts and (text := date_text(parts[tag])):
            other[name] = [text]


def _rest(
    parts: dict[str, etree._Element],
    citation: etree._Element,
    article: dict[str, etree._Element],
    other: dict[str, list[str]],
) -> None:
    """What has no column of its own goes to `other_fields`, so that nothing of the record is lost."""
    info = parts.get("MedlineJournalInfo")
    if info is not None:
        for tag, name in (
            ("MedlineTA", "journal_abbreviation"),
            ("NlmUniqueID", "nlm_id"),
            ("Country", "country"),
        ):
            if text := text_of(info.find(tag)):
                other[name] = [text]
    if "ChemicalList" in parts:
        other["substances"] = [text_of(child_of(child, "NameOfSubstance")) for child in parts["ChemicalList"]]
    if "SupplMeshList" in parts:
        other["supplementary_mesh"] = _texts(parts["SupplMeshList"])
    if "GrantList" in article:
        other["grants"] = [
            "/".join(text_of(part) for part in grant)
            for grant in article["GrantList"]
            if grant.tag == "Grant"
        ]
    if "InvestigatorList" in parts:
        names = author_text_of_investigators(parts["InvestigatorList"])
        if names:
            other["investigators"] = names
    subsets = [text_of(child) for child in citation.iterchildren("CitationSubset")]
    if subsets:
        other["subsets"] = subsets
    notes = [text_of(child) for child in citation.iterchildren("GeneralNote")]
    if notes:
        other["notes"] = notes
    if "CoiStatement" in parts:
        other["conflict_of_interest"] = [text_of(parts["CoiStatement"])]


def split_values(text: str) -> list[str]:
    """Values of a column in which several are joined by `"; "`."""
    return [part for part in text.split("; ") if part]


def author_text_of_investigators(element: etree._Element) -> list[str]:
    """Investigators of a collective author, as `Family, Given`."""
    names = []
    for child in element:
        family, given = text_of(child_of(child, "LastName")), text_of(child_of(child, "ForeName"))
        names.append(f"{family}, {given}" if given else family)
    return names
