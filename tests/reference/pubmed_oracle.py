"""Fields of PubMed records as Bio.Entrez reads them: an implementation that is not ours, to compare the parser with."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

MARKUP = re.compile(r"</?(?:i|b|u|sup|sub|math|m[a-z]+)(?:\s[^>]*)?>")  # letters and MathML


def text(value: Any) -> str:
    """Bio.Entrez leaves markup in the text as tags."""
    return " ".join(unicodedata.normalize("NFC", MARKUP.sub("", str(value))).split())


def fields(record: Any) -> dict[str, Any]:
    """The columns that both read, of one element of `Entrez.read(...)["PubmedArticle"]`."""
    citation = record["MedlineCitation"]
    article = citation["Article"]
    issue = article["Journal"]["JournalIssue"]
    ids = {}
    for one in record["PubmedData"]["ArticleIdList"]:
        ids.setdefault(one.attributes["IdType"], text(one))
    doi = ids.get("doi") or next(
        (
            text(one)
            for one in article.get("ELocationID", [])
            if one.attributes["EIdType"] == "doi" and one.attributes.get("ValidYN", "Y") == "Y"
        ),
        "",
    )
    sections = []
    for part in article.get("Abstract", {}).get("AbstractText", []):
        label = getattr(part, "attributes", {}).get("Label")
        if text(part):
            sections.append(f"{label}: {text(part)}" if label and label != "UNLABELLED" else text(part))
    names = []
    for author in article.get("AuthorList", []):
        if "LastName" in author:
            given = " ".join(
                part
                for part in (
                    text(author.get("ForeName") or author.get("Initials", "")),
                    text(author.get("Suffix", "")),
                )
                if part
            )
            names.append(f"{text(author['LastName'])}, {given}" if given else text(author["LastName"]))
        elif "CollectiveName" in author:
            names.append(text(author["CollectiveName"]).replace("; ", ", "))
    headings = []
    for heading in citation.get("MeshHeadingList", []):
        parts = [heading["DescriptorName"], *heading["QualifierName"]]
        headings.append(
            "/".join(("*" if part.attributes["MajorTopicYN"] == "Y" else "") + text(part) for part in parts)
        )
    history = {
        date.attributes["PubStatus"]: f"{date['Year']}-{int(date['Month']):02d}-{int(date['Day']):02d}"
        for date in record["PubmedData"]["History"]
    }
    links = [
        f"{link.attributes['RefType']} {text(link['PMID']) if 'PMID' in link else text(link['RefSource']).replace('; ', ', ')}"
        for link in citation.get("CommentsCorrectionsList", [])
    ]
    return {
        "pmid": str(citation["PMID"]),
        "title": text(article["ArticleTitle"]) or text(article.get("VernacularTitle", "")),
        "abstract": "\n".join(sections),
        "authors": "; ".join(names),
        "journal": text(article["Journal"]["Title"]),
        "volume": text(issue.get("Volume", "")),
        "issue": text(issue.get("Issue", "")),
        "doi": doi,
        "pmcid": ids.get("pmc", ""),
        "publication_types": "; ".join(text(kind) for kind in article["PublicationTypeList"]),
        "mesh_terms": "; ".join(headings),
        "language": "; ".join(map(text, article["Language"])),
        "related": "; ".join(links),
        "created_on": history.get("entrez", ""),
        "entered_on": history.get("pubmed", ""),
        "indexed_on": history.get("medline", ""),
    }  # fmt: skip


def differences(ours: dict[str, Any], theirs: dict[str, Any]) -> list[str]:
    """Names of the fields in which a row of ours and the oracle's fields are not equal."""
    flat = {
        **ours,
        **{
            name: (ours["other_fields"].get(name) or [""])[0]
            for name in ("created_on", "entered_on", "indexed_on")
        },
    }
    return [name for name, value in theirs.items() if flat[name] != value]
