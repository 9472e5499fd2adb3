"""A PubMed record as MEDLINE text (the .nbib format): tags as NLM lists them, long values on continued lines."""

from __future__ import annotations

from textwrap import wrap
from typing import Any

from lxml import etree

from evergreen.search.pubmed_fields import split_values, text_of
from evergreen.search.pubmed_xml import record

WIDTH = 88


def text(element: etree._Element) -> str:
    """MEDLINE text of a PubmedArticle element, ending with a line break."""
    row = record(element)
    other: dict[str, list[str]] = row["other_fields"]

    def first(name: str) -> str:
        return (other.get(name) or [""])[0]

    lines: list[tuple[str, Any]] = [
        ("PMID", row["pmid"]), ("OWN", "NLM"), ("STAT", first("status")), ("DCOM", _compact(first("completed_on"))),
        ("LR", _compact(first("revised_on"))), ("IS", row["issn"]), ("VI", row["volume"]), ("IP", row["issue"]),
        ("DP", _spoken(first("publication_date"))), ("TI", row["title"]), ("PG", row["pages"]),
        ("LID", f"{row['doi']} [doi]" if row["doi"] else ""), ("AB", row["abstract"].replace("\n", " ")),
    ]  # fmt: skip
    for author in element.iterfind(".//AuthorList/Author"):
        family, given, initials = (text_of(author.find(tag)) for tag in ("LastName", "ForeName", "Initials"))
        suffix, collective = text_of(author.find("Suffix")), text_of(author.find("CollectiveName"))
        if family:
            lines.append(("FAU", f"{family}, {given or initials}" + (f" {suffix}" if suffix else "")))
            lines.append(("AU", " ".join(part for part in (family, initials, suffix) if part)))
        else:
            lines.append(("CN", collective))
    lines += [("LA", value) for value in split_values(row["language"])]
    for bank in element.iterfind(".//DataBank"):
        name = text_of(bank.find("DataBankName"))
        lines += [("SI", f"{name}/{text_of(number)}") for number in bank.iterfind(".//AccessionNumber")]
    lines += [("PT", value) for value in split_values(row["publication_types"])]
    lines += [
        ("TT", first("vernacular_title")),
        ("PL", first("country")),
        ("TA", first("journal_abbreviation")),
    ]
    lines += [("JT", row["journal"]), ("JID", first("nlm_id"))]
    lines += [("RN", f"0 ({value})") for value in other.get("substances", [])]
    lines += [("SB", value) for value in other.get("subsets", [])]
    lines += [("MH", value) for value in split_values(row["mesh_terms"])]
    lines += [
        (RELATED.get(link.split(" ")[0], "CIN"), f"PMID: {link.rpartition(' ')[2]}")
        for link in split_values(row["related"])
    ]
    lines += [("OT", value) for value in split_values(row["keywords"])]
    lines += [
        (tag, first(name).replace("-", "/"))
        for tag, name in (("EDAT", "entered_on"), ("MHDA", "indexed_on"), ("CRDT", "created_on"))
    ]
    lines += [("AID", f"{row['doi']} [doi]" if row["doi"] else ""), ("PST", first("publication_status"))]
    source = f"{first('journal_abbreviation') or row['journal']}. {_spoken(first('publication_date'))};{row['volume']}"
    lines.append(("SO", f"{source}{'(' + row['issue'] + ')' if row['issue'] else ''}:{row['pages']}."))
    return "".join(_line(tag, value) for tag, value in lines if value)


RELATED = {
    "CommentIn": "CIN", "CommentOn": "CON", "ErratumIn": "EIN", "ErratumFor": "EFR", "RetractionIn": "RIN",
    "RetractionOf": "ROF", "ExpressionOfConcernIn": "ECI", "ExpressionOfConcernFor": "ECF", "UpdateIn": "UIN",
    "UpdateOf": "UOF", "CorrectedandRepublishedIn": "CRI", "CorrectedandRepublishedFrom": "CRF",
}  # fmt: skip
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _line(tag: str, value: str) -> str:
    parts = wrap(value, WIDTH - 6, break_long_words=False, break_on_hyphens=False)
    return f"{tag:<4}- " + "\n      ".join(parts) + "\n"


def _compact(date: str) -> str:
    return date.replace("-", "")


def _spoken(date: str) -> str:
    """`2019-06-03` as MEDLINE's DP writes it, `2019 Jun 3`; other texts stand."""
    year, *rest = date.split("-")
    if not rest or not rest[0].isdigit() or not year.isdigit():
        return date
    month = MONTHS[int(rest[0]) - 1]
    return f"{year} {month} {int(rest[1])}" if len(rest) > 1 and rest[1].isdigit() else f"{year} {month}"
