"""PubMed XML to record rows: constant memory, no DTD, no network, nothing lost on the way.

The elements are those of NLM's PubmedArticleSet (2000 to 2026 DTDs). The DTD is never loaded, external entities are
not resolved, and a document that defines entities is refused, so that stored replies can be read anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from gzip import GzipFile
from typing import IO, Any

from lxml import etree

from evergreen.search.pubmed_fields import (
    abstract_text,
    author_text,
    by_tag,
    child,
    children,
    date_text,
    mesh_text,
    text_of,
    texts,
    year_of,
)  # fmt: skip

RECORD_TAGS = ("PubmedArticle", "PubmedBookArticle")
REGISTRIES = {  # DataBankName of trial registers; the other data banks hold sequences and structures
    "ANZCTR", "CRiS", "ChiCTR", "ClinicalTrials.gov", "CTIS", "CTRI", "DRKS", "EudraCT", "IRCT", "ISRCTN", "ITMCTR",
    "JapicCTI", "JMACCT", "jRCT", "JPRN", "LBCTR", "NTR", "PACTR", "REPEC", "ReBec", "RPCEC", "SLCTR", "TCTR", "UMIN CTR",
}  # fmt: skip
RETRACTED_BY = "RetractionIn"
RETRACTED_TYPE = "Retracted Publication"
HISTORY = {"entrez": "created_on", "pubmed": "entered_on", "medline": "indexed_on"}  # CRDT, EDAT, MHDA

Source = IO[bytes] | GzipFile | str
Others = dict[str, list[str]]


@dataclass(frozen=True)
class Unreadable(Exception):
    """XML that cannot be read whole; `reason` says why."""

    reason: str

    def __str__(self) -> str:
        return self.reason


def iterate(source: Source) -> Iterator[etree._Element]:
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
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(dtd.entities()):  # type: ignore[attr-defined]
        raise Unreadable("the document defines entities of its own")


def identity(element: etree._Element) -> tuple[str, int]:
    """PMID and version of a record element."""
    pmid = child(
        child(element, "MedlineCitation" if element.tag == "PubmedArticle" else "BookDocument"), "PMID"
    )
    text = text_of(pmid)
    if pmid is None or not text:
        raise Unreadable("a record without a PMID")
    return text, int(pmid.get("Version") or 1)


def records(source: Source) -> Iterator[dict[str, Any]]:
    """Rows of all records in a reply or a file, in its order (see `record`)."""
    return (record(element) for element in iterate(source))


def record(element: etree._Element) -> dict[str, Any]:
    """The row of one record: columns of the record table, then `other_fields` with everything that has no column.

    `year` is an int or None; `retracted` a bool; the rest are strings, several values joined by `"; "`.
    """
    pmid, version = identity(element)
    row = _article(element) if element.tag == "PubmedArticle" else _book(element)
    other = row.pop("other_fields")
    if version > 1:
        other["version"] = [str(version)]
    url = f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"
    return {**row, "pmid": pmid, "url": url, "accession": pmid, "other_fields": other}


def _article(element: etree._Element) -> dict[str, Any]:
    citation, data = child(element, "MedlineCitation"), child(element, "PubmedData")
    parts = by_tag(citation)
    own = parts.get("Article")
    article = by_tag(own)
    journal = by_tag(article.get("Journal"))
    issue = by_tag(journal.get("JournalIssue"))
    published = date_text(issue.get("PubDate"))
    electronic = [date_text(part) for part in children(own, "ArticleDate")]
    vernacular = text_of(article.get("VernacularTitle"))
    types = texts(article.get("PublicationTypeList"))
    related = _related(parts.get("CommentsCorrectionsList"))
    registry, banks = _data_banks(article.get("DataBankList"))
    doi, pmcid = _article_ids(data, own)
    other = {
        "publication_date": [published],
        "electronic_date": electronic,
        "vernacular_title": [vernacular],
        "other_abstract": [
            f"[{part.get('Language', '')}] {text}"
            for part in children(citation, "OtherAbstract")
            if (text := abstract_text(part))
        ],
        "data_banks": banks,
        **_dates(parts, data),
        **_further(parts, citation, article),
    }
    years = (year_of(text) for text in (published, *electronic))
    return {
        "title": text_of(article.get("ArticleTitle")) or vernacular,
        "abstract": abstract_text(article.get("Abstract")),
        "authors": author_text(article.get("AuthorList")),
        "year": next((year for year in years if year), None),
        "journal": text_of(journal.get("Title")) or text_of(journal.get("ISOAbbreviation")),
        "volume": text_of(issue.get("Volume")),
        "issue": text_of(issue.get("Issue")),
        "pages": _pages(own),
        "doi": doi,
        "pmcid": pmcid,
        "registry_ids": "; ".join(registry),
        "publication_types": "; ".join(types),
        "mesh_terms": mesh_text(parts.get("MeshHeadingList")),
        "language": "; ".join(texts(own, "Language")),
        "retracted": RETRACTED_TYPE in types or any(link.startswith(RETRACTED_BY) for link in related),
        "keywords": "; ".join(text for words in children(citation, "KeywordList") for text in texts(words)),
        "issn": text_of(journal.get("ISSN")),
        "related": "; ".join(related),
        "other_fields": {name: values for name, values in other.items() if any(values)},
    }


def _book(element: etree._Element) -> dict[str, Any]:
    document, data = child(element, "BookDocument"), child(element, "PubmedBookData")
    parts, book = by_tag(document), by_tag(child(document, "Book"))
    published, title = date_text(book.get("PubDate")), text_of(book.get("BookTitle"))
    lists = [*children(document, "AuthorList"), *children(parts.get("Book"), "AuthorList")]
    authors = [one for one in lists if one.get("Type") != "editors"] or lists
    ids = {part.get("IdType"): text_of(part) for part in children(parts.get("ArticleIdList"))}
    other = {
        "book": [title],
        "publication_date": [published],
        "publisher": [text_of(child(book.get("Publisher"), "PublisherName"))],
        "isbn": [text_of(book.get("Isbn"))],
        "edition": [text_of(book.get("Edition"))],
        "book_accession": [ids.get("bookaccession", "")],
        "contribution_date": [date_text(parts.get("ContributionDate"))],
        **_dates(parts, data),
    }
    return {
        "title": text_of(parts.get("ArticleTitle")) or text_of(parts.get("VernacularTitle")) or title,
        "abstract": abstract_text(parts.get("Abstract")),
        "authors": author_text(authors[0] if authors else None),
        "year": year_of(published),
        "journal": title,
        "volume": text_of(book.get("Volume")),
        "issue": "",
        "pages": _pages(document),
        "doi": ids.get("doi", ""),
        "pmcid": ids.get("pmc", ""),
        "registry_ids": "",
        "publication_types": "; ".join(texts(document, "PublicationType")),
        "mesh_terms": "",
        "language": "; ".join(texts(document, "Language")),
        "retracted": False,
        "keywords": "; ".join(text for words in children(document, "KeywordList") for text in texts(words)),
        "issn": "",
        "related": "",
        "other_fields": {name: values for name, values in other.items() if any(values)},
    }


def _related(element: etree._Element | None) -> list[str]:
    """`<type> <PMID or source>` of each correction, comment or retraction."""
    related = []
    for link in children(element):
        target = text_of(child(link, "PMID")) or text_of(child(link, "RefSource")).replace("; ", ", ")
        related.append(f"{link.get('RefType') or ''} {target}".strip())
    return related


def _data_banks(element: etree._Element | None) -> tuple[list[str], list[str]]:
    """Numbers of trial registers, and `<bank>/<number>` of all other data banks."""
    registry: list[str] = []
    banks: list[str] = []
    for bank in children(element):
        name = text_of(child(bank, "DataBankName"))
        numbers = texts(child(bank, "AccessionNumberList"))
        if name in REGISTRIES:
            registry += numbers
        else:
            banks += [f"{name}/{number}" for number in numbers] or [name]
    return list(dict.fromkeys(registry)), banks


def _article_ids(data: etree._Element | None, article: etree._Element | None) -> tuple[str, str]:
    """DOI and PMCID; the DOI from the article's own element where PubMed's list has none."""
    ids: dict[str | None, str] = {}
    for part in children(child(data, "ArticleIdList")):
        ids.setdefault(part.get("IdType"), text_of(part))
    valid = (part for part in children(article, "ELocationID") if part.get("ValidYN", "Y") == "Y")
    doi = ids.get("doi") or next((text_of(part) for part in valid if part.get("EIdType") == "doi"), "")
    return doi, ids.get("pmc", "")


def _pages(element: etree._Element | None) -> str:
    """Pages as MEDLINE writes them, else first and last page, else the publisher's number of the article."""
    pages = by_tag(child(element, "Pagination"))
    start, end = text_of(pages.get("StartPage")), text_of(pages.get("EndPage"))
    if found := text_of(pages.get("MedlinePgn")) or (f"{start}-{end}" if end else start):
        return found
    numbers = (part for part in children(element, "ELocationID") if part.get("EIdType") == "pii")
    return next((text_of(part) for part in numbers), "")


def _dates(parts: dict[str, etree._Element], data: etree._Element | None) -> Others:
    """Dates of the record: created, entered, indexed, completed, revised, and those of its publication."""
    history = {
        HISTORY.get(status := part.get("PubStatus") or "", f"history_{status}"): [date_text(part)]
        for part in children(child(data, "History"), "PubMedPubDate")
    }
    return {
        **history,
        "publication_status": [text_of(child(data, "PublicationStatus"))],
        "completed_on": [date_text(parts.get("DateCompleted"))],
        "revised_on": [date_text(parts.get("DateRevised"))],
    }


def _further(
    parts: dict[str, etree._Element], citation: etree._Element | None, article: dict[str, etree._Element]
) -> Others:
    """What has no column of its own, so that nothing of the record is lost."""
    info = by_tag(parts.get("MedlineJournalInfo"))
    return {
        "status": [citation.get("Status") or ""] if citation is not None else [],
        "journal_abbreviation": [text_of(info.get("MedlineTA"))],
        "nlm_id": [text_of(info.get("NlmUniqueID"))],
        "country": [text_of(info.get("Country"))],
        "substances": [
            text_of(child(part, "NameOfSubstance")) for part in children(parts.get("ChemicalList"))
        ],
        "supplementary_mesh": texts(parts.get("SupplMeshList")),
        "grants": ["/".join(texts(part)) for part in children(article.get("GrantList"), "Grant")],
        "investigators": [
            ", ".join(texts(part, "LastName", "ForeName")) for part in children(parts.get("InvestigatorList"))
        ],
        "subsets": texts(citation, "CitationSubset"),
        "notes": texts(citation, "GeneralNote"),
        "conflict_of_interest": [text_of(parts.get("CoiStatement"))],
    }
