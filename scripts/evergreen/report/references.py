"""References to the reports of the studies, in words as journals of medicine print them and as CSL-JSON for reference managers.

Sources: NLM's "Citing Medicine" for the order of the parts (authors, title, journal, year, volume, issue, pages), six authors and
then et al.; the CSL-JSON schema 1.0.2 for names of fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from evergreen.records.names import Name, parse_name
from evergreen.report.blocks import Link

MOST_AUTHORS = 6
GIVEN = re.compile(r"[^\W\d_]+\.?")
INITIALS = re.compile(r"[A-ZÀ-ÖØ-Þ]{1,4}")


def vancouver(work: Mapping[str, Any]) -> str:
    """`Smith JA, Lee B. Title. BMJ. 2001;322(7):12-9.` of a work (`deduplication/works.parquet`); a retracted one says so."""
    authors = _authors(work)
    named = ", ".join(_short(name) for name in authors[:MOST_AUTHORS])
    if len(authors) > MOST_AUTHORS:
        named += ", et al"
    year = year_of(work)
    volume = f"{work['volume']}{_of(work['issue'], '({})')}" if work["volume"] or work["issue"] else ""
    placed = ":".join(filter(None, (volume, str(work["pages"]))))
    when = ";".join(filter(None, (year, placed))) if volume else ":".join(filter(None, (year, placed)))
    parts = (named, str(work["title"]), str(work["journal"]), when, _of(work["doi"], "doi: {}"))
    text = " ".join(_ended(part) for part in parts if part)
    return f"RETRACTED. {text}" if work["retracted"] else text


def reference(work: Mapping[str, Any]) -> Link:
    """The reference, linked to where a reader finds the work."""
    return Link(vancouver(work), address(work))


def printed(item: Mapping[str, Any]) -> Link:
    """A reference of CSL-JSON as those of works are printed."""
    names = "; ".join(f"{one['family']}, {one['given']}" for one in item["author"])
    year = item["issued"]["date-parts"][0][0]
    fields = {
        "volume": "volume",
        "issue": "issue",
        "pages": "page",
        "title": "title",
        "journal": "container-title",
        "doi": "DOI",
    }
    work = {name: item.get(field, "") for name, field in fields.items()}
    return reference({**work, "authors": names, "year": year, "pmid": "", "url": "", "retracted": False})


def in_pubmed(pmid: str) -> str:
    return f"https://pubmed.ncbi.nlm.nih.gov/{pmid}/"


def by_doi(doi: str) -> str:
    return f"https://doi.org/{doi}"


def address(work: Mapping[str, Any]) -> str:
    """Where a reader finds the work."""
    if work["pmid"]:
        return in_pubmed(work["pmid"])
    return by_doi(work["doi"]) if work["doi"] else str(work["url"])


def csl(works: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The works as CSL-JSON, in their order; what a record does not say is not there."""
    return [_item(work) for work in works]


def named_works(studies: pd.DataFrame, tables: Sequence[pd.DataFrame]) -> list[str]:
    """Ids of the works that the report refers to, each once: of included studies, then of those that it names besides."""
    included = studies.loc[studies["status"].eq("included"), "work_ids"]
    lists = [included, *(table["work_ids"] for table in tables)]
    return list(dict.fromkeys(work for column in lists for ids in column for work in ids.split("; ")))


def _item(work: Mapping[str, Any]) -> dict[str, Any]:
    year = year_of(work)
    fields = {
        "id": str(work["work_id"]),
        "type": "article-journal" if work["journal"] else "document",
        "title": str(work["title"]),
        "author": [
            {"family": name.family, "given": name.given} if name.given else {"literal": name.family}
            for name in _authors(work)
        ],
        "container-title": str(work["journal"]),
        "issued": {"date-parts": [[int(year)]]} if year else None,
        "volume": str(work["volume"]),
        "issue": str(work["issue"]),
        "page": str(work["pages"]),
        "DOI": str(work["doi"]),
        "PMID": str(work["pmid"]),
        "URL": Link("", str(work["url"])).url,
        "status": "retracted" if work["retracted"] else "",
    }
    return {name: value for name, value in fields.items() if value}


def _authors(work: Mapping[str, Any]) -> list[Name]:
    return [parse_name(name) for name in str(work["authors"]).split("; ") if name]


def _short(name: Name) -> str:
    """Family name and initials; a group as it is called."""
    if not name.given:
        return name.family
    given, _, suffix = name.given.partition(",")
    words = GIVEN.findall(given)
    initials = "".join(word if INITIALS.fullmatch(word) else word[0].upper() for word in words)
    return " ".join(filter(None, (name.family, initials or given.strip(), suffix.strip())))


def year_of(work: Mapping[str, Any]) -> str:
    """The year of a work, "" where it has none."""
    return "" if pd.isna(work["year"]) or work["year"] == "" else str(int(work["year"]))


def _of(value: Any, words: str) -> str:
    return words.format(value) if value else ""


def _ended(part: str) -> str:
    return part if part.endswith((".", "?", "!")) else f"{part}."
