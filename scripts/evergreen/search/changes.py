"""What became of records that earlier rounds found: revised, retracted, no longer found, deleted."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evergreen.search import article_sets, pubmed_xml

FLAGS = {  # what a reader has to know beside a changed text, by the type of the link
    "RetractionIn": "retracted",
    "ExpressionOfConcernIn": "expression of concern",
    "CorrectedandRepublishedIn": "corrected and republished",
    "ErratumIn": "erratum",
    "UpdateIn": "updated",
}
HOUSEKEEPING = {
    "revised_on",
    "completed_on",
    "indexed_on",
    "status",
}  # dates and states that say nothing of the report


@dataclass(frozen=True)
class Change:
    """`change` is revised, no_longer_found or deleted, or a flag of FLAGS; `detail` the fields that differ."""

    pmid: str
    change: str
    detail: str


def rows_in(files: Iterable[Path], pmids: set[int] | None = None) -> Iterator[dict[str, Any]]:
    """Rows of the records in stored replies (gzip), of all or of some PMIDs."""
    for path in files:
        with gzip.open(path, "rb") as file:
            for element in article_sets.iterate(file):
                if pmids is None or int(pubmed_xml.identity(element)[0]) in pmids:
                    yield pubmed_xml.record(element)


def compare(old: dict[str, Any], new: dict[str, Any]) -> list[Change]:
    """Changes between two texts of one record; a new flag is named besides the fields that differ."""
    pmid = new["pmid"]
    flags_before, flags_now = _flags(old), _flags(new)
    changes = [
        Change(pmid, FLAGS[kind], link) for link, kind in flags_now if (link, kind) not in flags_before
    ]
    if (
        new["retracted"]
        and not old["retracted"]
        and not any(change.change == "retracted" for change in changes)
    ):
        changes.append(Change(pmid, "retracted", "publication type"))
    fields = [name for name in new if name != "other_fields" and new[name] != old.get(name)]
    before, now = old["other_fields"], new["other_fields"]
    fields += [name for name in sorted({*before, *now}) if before.get(name) != now.get(name)]
    telling = [name for name in fields if name not in HOUSEKEEPING]
    if telling:
        changes.append(Change(pmid, "revised", ", ".join(telling)))
    return changes


def _flags(row: dict[str, Any]) -> list[tuple[str, str]]:
    links = [link for link in row["related"].split("; ") if link]
    return [(link, kind) for link in links if (kind := link.split(" ", 1)[0]) in FLAGS]
