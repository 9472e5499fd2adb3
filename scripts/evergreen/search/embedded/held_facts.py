"""Bibliographic facts as PubMed XML: what the embedded store ships as a table, a client gets as a PubmedArticle."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

DTD_YEAR = 25


def article(facts: Mapping[str, str]) -> etree._Element:
    """A PubmedArticle element from a row of `records.csv` (all values text, "" where the fact is not known).

    A creation date that was derived and a publication type read off the title are said in GeneralNote elements; the
    inferred type is not among the publication types.
    """
    root = etree.Element("PubmedArticle")
    citation = _add(root, "MedlineCitation", Owner="NLM")
    if facts.get("mesh_terms"):
        citation.set("Status", "MEDLINE")
    _add(citation, "PMID", facts["pmid"], Version="1")
    if facts.get("revised"):
        _date(_add(citation, "DateRevised"), facts["revised"])
    body = _add(citation, "Article", PubModel="Print")
    journal = _add(body, "Journal")
    issue = _add(journal, "JournalIssue", CitedMedium="Print")
    _optional(issue, "Volume", facts.get("volume"))
    _optional(issue, "Issue", facts.get("issue"))
    published = _add(issue, "PubDate")
    month = facts.get("month", "")
    if "-" in month:
        _add(published, "MedlineDate", f"{facts['year']} {month}")
    elif facts.get("year"):
        _add(published, "Year", facts["year"])
        _optional(published, "Month", month)
    _optional(journal, "Title", facts.get("journal"))
    _optional(journal, "ISOAbbreviation", facts.get("journal_iso"))
    _add(body, "ArticleTitle", facts["title"])
    if facts.get("pages"):
        _add(_add(body, "Pagination"), "MedlinePgn", facts["pages"])
    _optional(body, "ELocationID", facts.get("doi"), EIdType="doi", ValidYN="Y")
    if facts.get("abstract"):
        _add(_add(body, "Abstract"), "AbstractText", facts["abstract"])
    if authors := _values(facts.get("authors")):
        _authors(_add(body, "AuthorList", CompleteYN="Y"), authors)
    for language in _values(facts.get("language")):
        _add(body, "Language", language)
    if numbers := _values(facts.get("registry")):
        _registry(_add(body, "DataBankList", CompleteYN="Y"), numbers)
    types = _add(body, "PublicationTypeList")
    for name in _values(facts.get("publication_types")):
        _add(types, "PublicationType", name, UI="")
    info = _add(citation, "MedlineJournalInfo")
    _add(info, "MedlineTA", facts.get("journal_iso") or facts.get("journal", ""))
    if facts.get("substances"):
        chemicals = _add(citation, "ChemicalList")
        for name in _values(facts["substances"]):
            chemical = _add(chemicals, "Chemical")
            _add(chemical, "RegistryNumber", "0")
            _add(chemical, "NameOfSubstance", name, UI="")
    if links := _values(facts.get("links")):
        _related(_add(citation, "CommentsCorrectionsList"), links)
    if facts.get("mesh_terms"):
        headings = _add(citation, "MeshHeadingList")
        for heading in _values(facts["mesh_terms"]):
            _add(_add(headings, "MeshHeading"), "DescriptorName", heading, UI="", MajorTopicYN="N")
    if facts.get("crdt_basis", "seen") != "seen":
        _add(citation, "GeneralNote", f"Creation date {facts['crdt_basis']}.", Owner="NLM")
    if inferred := facts.get("publication_types_inferred"):
        _add(citation, "GeneralNote", f"Publication type read off the title: {inferred}.", Owner="NLM")
    data = _add(root, "PubmedData")
    history = _add(data, "History")
    for status, name in (("pubmed", "edat"), ("medline", "mhda"), ("entrez", "crdt")):
        if facts.get(name):
            _date(_add(history, "PubMedPubDate", PubStatus=status), facts[name])
    _add(data, "PublicationStatus", "ppublish")
    ids = _add(data, "ArticleIdList")
    for kind, name in (("pubmed", "pmid"), ("pmc", "pmcid"), ("doi", "doi")):
        _optional(ids, "ArticleId", facts.get(name), IdType=kind)
    return root


def article_set(articles: list[bytes], dtd_year: int = DTD_YEAR) -> bytes:
    """A PubmedArticleSet reply around serialised records; `dtd_year` names the DTD as NLM does (25: pubmed_250101)."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 20{dtd_year}//EN" '
        f'"https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_{dtd_year}0101.dtd">\n'
    )
    return head.encode() + b"<PubmedArticleSet>\n" + b"\n".join(articles) + b"\n</PubmedArticleSet>\n"


def _add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, tag, attributes)
    child.text = text
    return child


def _optional(parent: etree._Element, tag: str, text: str | None, **attributes: str) -> None:
    if text:
        _add(parent, tag, text, **attributes)


def _values(text: str | None) -> list[str]:
    return [value for part in (text or "").split(";") if (value := part.strip())]


def _date(parent: etree._Element, text: str) -> None:
    for tag, part in zip(("Year", "Month", "Day"), text.split("-"), strict=False):
        _add(parent, tag, str(int(part)))


def _authors(authors: etree._Element, names: list[str]) -> None:
    """Authors given as `Family GI`; a name without initials is taken as collective."""
    for name in names:
        author = _add(authors, "Author", ValidYN="Y")
        family, _, initials = name.rpartition(" ")
        if family and initials.isupper() and len(initials) <= 4:
            _add(author, "LastName", family)
            _add(author, "Initials", initials)
        else:
            _add(author, "CollectiveName", name)


def _registry(banks: etree._Element, numbers: list[str]) -> None:
    for name, prefix in (("ClinicalTrials.gov", "NCT"), ("JapicCTI", "JapicCTI"), ("ISRCTN", "ISRCTN")):
        if own := [number for number in numbers if number.startswith(prefix)]:
            bank = _add(banks, "DataBank")
            _add(bank, "DataBankName", name)
            accessions = _add(bank, "AccessionNumberList")
            for number in dict.fromkeys(own):
                _add(accessions, "AccessionNumber", number)


def _related(corrections: etree._Element, links: list[str]) -> None:
    for kind, target in (link.split(" ", 1) for link in links):
        correction = _add(corrections, "CommentsCorrections", RefType=kind)
        _add(correction, "RefSource", f"PMID {target}")
        _add(correction, "PMID", target, Version="1")
