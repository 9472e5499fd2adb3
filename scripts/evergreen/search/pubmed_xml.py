"""Elements of PubMed XML as record rows; nothing of a record is lost on the way.

The elements are those of NLM's PubmedArticleSet (2000 to 2026 DTDs). A record is read in one walk through each element's
children, for that walk is what takes time: 3,000 records a second is the aim.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

from evergreen.absent import absent
from evergreen.search.article_sets import Source, Unreadable, iterate
from evergreen.search.pubmed_fields import (
    Parts,
    abstract_text,
    author_text,
    by_tag,
    child,
    date_text,
    mesh_text,
    misspelt_authors,
    only,
    text_in,
    text_of,
    texts,
    within,
    year_of,
)

REGISTRIES = {  # DataBankName of trial registers; the other data banks hold sequences and structures
    "ANZCTR", "CRiS", "ChiCTR", "ClinicalTrials.gov", "CTIS", "CTRI", "DRKS", "EudraCT", "IRCT", "ISRCTN", "ITMCTR",
    "JapicCTI", "JMACCT", "jRCT", "JPRN", "LBCTR", "NTR", "PACTR", "REPEC", "ReBec", "RPCEC", "SLCTR", "TCTR", "UMIN CTR",
}  # fmt: skip
RETRACTED_BY = "RetractionIn"
RETRACTED_TYPE = "Retracted Publication"
HISTORY = {"entrez": "created_on", "pubmed": "entered_on", "medline": "indexed_on"}  # CRDT, EDAT, MHDA

Others = dict[str, list[str]]


def identity(element: etree._Element) -> tuple[str, int]:
    """PMID and version of a record element."""
    pmid = child(
        child(element, "MedlineCitation" if element.tag == "PubmedArticle" else "BookDocument"), "PMID"
    )
    text = text_of(pmid)
    if pmid is None or not text:
        raise Unreadable("a record without a PMID")
    version = pmid.get("Version") or "1"
    if not (text.isdecimal() and version.isdecimal()):
        raise Unreadable(f"the PMID {text}, version {version}, is no number")
    return text, int(version)


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
    around = by_tag(element)
    citation, data = only(around, "MedlineCitation"), by_tag(only(around, "PubmedData"))
    parts = by_tag(citation)
    article = by_tag(only(parts, "Article"))
    journal = by_tag(only(article, "Journal"))
    issue = by_tag(only(journal, "JournalIssue"))
    published = date_text(only(issue, "PubDate"))
    electronic = [date_text(part) for part in article.get("ArticleDate", ())]
    title, vernacular = text_in(article, "ArticleTitle"), text_in(article, "VernacularTitle")
    types = texts(within(article, "PublicationTypeList"))
    related = _related(parts)
    registry, banks = _data_banks(article)
    doi, pmcid = _article_ids(data, article)
    authors = only(article, "AuthorList")
    other = {
        "publication_date": [published],
        "electronic_date": electronic,
        "vernacular_title": [vernacular],
        "other_abstract": [
            f"[{part.get('Language', '')}] {text}"
            for part in parts.get("OtherAbstract", ())
            if (text := abstract_text(part))
        ],
        "data_banks": banks,
        "misspelt_authors": misspelt_authors(authors),
        **_dates(parts, data),
        **_further(parts, article),
        "status": [citation.get("Status") or ""] if citation is not None else [],
    }
    years = (year_of(text) for text in (published, *electronic))
    return {
        "title": vernacular if absent(title) else title,  # `[Not Available].` where nobody translated it
        "abstract": abstract_text(only(article, "Abstract")),
        "authors": author_text(authors),
        "year": next((year for year in years if year), None),
        "journal": text_in(journal, "Title") or text_in(journal, "ISOAbbreviation"),
        "volume": text_in(issue, "Volume"),
        "issue": text_in(issue, "Issue"),
        "pages": _pages(article),
        "doi": doi,
        "pmcid": pmcid,
        "registry_ids": "; ".join(registry),
        "publication_types": "; ".join(types),
        "mesh_terms": mesh_text(only(parts, "MeshHeadingList")),
        "language": "; ".join(texts(article.get("Language", ()))),
        "retracted": RETRACTED_TYPE in types or any(link.startswith(RETRACTED_BY) for link in related),
        "keywords": _keywords(parts),
        "issn": text_in(journal, "ISSN"),
        "related": "; ".join(related),
        "other_fields": {name: values for name, values in other.items() if any(values)},
    }


def _book(element: etree._Element) -> dict[str, Any]:
    around = by_tag(element)
    parts, data = by_tag(only(around, "BookDocument")), by_tag(only(around, "PubmedBookData"))
    book = by_tag(only(parts, "Book"))
    published, title = date_text(only(book, "PubDate")), text_in(book, "BookTitle")
    lists = [*parts.get("AuthorList", ()), *book.get("AuthorList", ())]
    authors = [one for one in lists if one.get("Type") != "editors"] or lists
    ids = _ids(parts)
    other = {
        "book": [title],
        "publication_date": [published],
        "publisher": [text_of(child(only(book, "Publisher"), "PublisherName"))],
        "isbn": [text_in(book, "Isbn")],
        "edition": [text_in(book, "Edition")],
        "book_accession": [ids.get("bookaccession", "")],
        "contribution_date": [date_text(only(parts, "ContributionDate"))],
        **_dates(parts, data),
    }
    return {
        "title": text_in(parts, "ArticleTitle") or text_in(parts, "VernacularTitle") or title,
        "abstract": abstract_text(only(parts, "Abstract")),
        "authors": author_text(authors[0] if authors else None),
        "year": year_of(published),
        "journal": title,
        "volume": text_in(book, "Volume"),
        "issue": "",
        "pages": _pages(parts),
        "doi": ids.get("doi", ""),
        "pmcid": ids.get("pmc", ""),
        "registry_ids": "",
        "publication_types": "; ".join(texts(parts.get("PublicationType", ()))),
        "mesh_terms": "",
        "language": "; ".join(texts(parts.get("Language", ()))),
        "retracted": False,
        "keywords": _keywords(parts),
        "issn": "",
        "related": "",
        "other_fields": {name: values for name, values in other.items() if any(values)},
    }


def _keywords(parts: Parts) -> str:
    return "; ".join(text for words in parts.get("KeywordList", ()) for text in texts(words))


def _related(parts: Parts) -> list[str]:
    """`<type> <PMID or source>` of each correction, comment or retraction."""
    related = []
    for link in within(parts, "CommentsCorrectionsList"):
        target = text_of(child(link, "PMID")) or text_of(child(link, "RefSource")).replace("; ", ", ")
        related.append(f"{link.get('RefType') or ''} {target}".strip())
    return related


def _data_banks(article: Parts) -> tuple[list[str], list[str]]:
    """Numbers of trial registers, and `<bank>/<number>` of all other data banks."""
    registry: list[str] = []
    banks: list[str] = []
    for bank in map(by_tag, within(article, "DataBankList")):
        name, numbers = text_in(bank, "DataBankName"), texts(within(bank, "AccessionNumberList"))
        if name in REGISTRIES:
            registry += numbers
        else:
            banks += [f"{name}/{number}" for number in numbers] or [name]
    return list(dict.fromkeys(registry)), banks


def _ids(parts: Parts) -> dict[str | None, str]:
    """The article's ids by their type, the first of each."""
    ids: dict[str | None, str] = {}
    for part in within(parts, "ArticleIdList"):
        ids.setdefault(part.get("IdType"), text_of(part))
    return ids


def _article_ids(data: Parts, article: Parts) -> tuple[str, str]:
    """DOI and PMCID; the DOI from the article's own element where PubMed's list has none."""
    ids = _ids(data)
    doi = ids.get("doi") or next(
        (
            text_of(part)
            for part in article.get("ELocationID", ())
            if part.get("EIdType") == "doi" and part.get("ValidYN", "Y") == "Y"
        ),
        "",
    )
    return doi, ids.get("pmc", "")


def _pages(parts: Parts) -> str:
    """Pages as MEDLINE writes them, else first and last page, else the publisher's number of the article."""
    if "Pagination" in parts:
        pages = by_tag(parts["Pagination"][0])
        start, end = text_in(pages, "StartPage"), text_in(pages, "EndPage")
        if found := text_in(pages, "MedlinePgn") or (f"{start}-{end}" if end else start):
            return found
    numbers = (part for part in parts.get("ELocationID", ()) if part.get("EIdType") == "pii")
    return next((text_of(part) for part in numbers), "")


def _dates(parts: Parts, data: Parts) -> Others:
    """Dates of the record: created, entered, indexed, completed, revised, and those of its publication."""
    dates: Others = {}
    for part in within(data, "History"):
        status = part.get("PubStatus") or ""
        dates[HISTORY.get(status) or f"history_{status}"] = [date_text(part)]
    dates["publication_status"] = [text_in(data, "PublicationStatus")]
    dates["completed_on"] = [date_text(only(parts, "DateCompleted"))]
    dates["revised_on"] = [date_text(only(parts, "DateRevised"))]
    return dates


def _further(parts: Parts, article: Parts) -> Others:
    """What has no column of its own, so that nothing of the record is lost."""
    info = by_tag(only(parts, "MedlineJournalInfo"))
    investigators = map(by_tag, within(parts, "InvestigatorList"))
    return {
        "journal_abbreviation": [text_in(info, "MedlineTA")],
        "nlm_id": [text_in(info, "NlmUniqueID")],
        "country": [text_in(info, "Country")],
        "conflict_of_interest": [text_in(parts, "CoiStatement")],
        "substances": [text_of(child(part, "NameOfSubstance")) for part in within(parts, "ChemicalList")],
        "supplementary_mesh": texts(within(parts, "SupplMeshList")),
        "grants": ["/".join(texts(part)) for part in within(article, "GrantList") if part.tag == "Grant"],
        "investigators": [
            ", ".join(filter(None, (text_in(name, "LastName"), text_in(name, "ForeName"))))
            for name in investigators
        ],
        "subsets": texts(parts.get("CitationSubset", ())),
        "notes": texts(parts.get("GeneralNote", ())),
    }
