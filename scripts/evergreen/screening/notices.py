"""What became of the reports of the review after they were found: retracted, under concern, corrected, revised, deleted.

A later round of a PubMed search says so (`changes.csv`), a list of notices that a person dropped in (`config/retractions.csv`), and the
record of a notice that a search found; that a report was already retracted or under concern when it was found stands in its record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.records.retractions import CONCERN, NOTICE_OF_CONCERN, RETRACTED, Listed

COLUMNS = ["work_id", "study", "status", "what", "notice", "detail", "round", "source"]
RETRACTION_WATCH = "Retraction Watch"
BY_TITLE, CONCERN_BY_TITLE = "notice_by_title", "concern_by_title"
"""A record that was found is, by its title, the notice of a work's retraction, or of concern about it: a person has to look."""
_FACT = {BY_TITLE: RETRACTED, CONCERN_BY_TITLE: CONCERN}
_CONCERN = re.compile(rf"\W*{NOTICE_OF_CONCERN}\b", re.IGNORECASE)
NOTABLE = {RETRACTED: "retracted", CONCERN: "concern"}
"""Notices for which studies are left out in a sensitivity analysis, the weightier first, and what a slice calls them."""
_BY = {
    "RetractionIn": (RETRACTED, ""),
    "PartialRetractionIn": (RETRACTED, "partial retraction"),
    "ExpressionOfConcernIn": (CONCERN, ""),
}
"""PubMed's relation to what is said by the notice that it names, and how far."""
_OF = {
    "RetractionOf": _BY["RetractionIn"],
    "PartialRetractionOf": _BY["PartialRetractionIn"],
    "ExpressionOfConcernFor": _BY["ExpressionOfConcernIn"],
}
"""The same in the record of the notice, which names what it is about."""
LINK = re.compile(r"[A-Za-z]+ (\d+)")  # RetractionIn 12345


def read_changes(files: Iterable[str]) -> dict[tuple[str, str], pd.DataFrame]:
    """The files `<source>/<round>/changes.csv` by source and round."""
    places = {Path(file).parts[-3:-1]: tables.read_table(file) for file in files}
    return {(source, day): table for (source, day), table in places.items()}


def stated(records: pd.DataFrame) -> dict[str, list[dict[str, str]]]:
    """What records say in `related` of themselves and of others that are there, by record_id: of themselves first.

    `records` with `record_id, round, pmid, related`.
    """
    by_pmid: dict[str, list[str]] = {}
    for pmid, record_id in records.loc[records["pmid"].ne(""), ["pmid", "record_id"]].itertuples(index=False):
        by_pmid.setdefault(pmid, []).append(record_id)
    own: dict[str, list[dict[str, str]]] = {}
    others: dict[str, list[dict[str, str]]] = {}
    some = records["related"].str.contains("Retraction|ExpressionOfConcern")
    for record in tables.rows(records[some]):
        for link in record["related"].split("; "):
            kind, _, target = link.partition(" ")
            if kind in _BY:
                notice = f"PMID {target}" if target.isdecimal() else ""
                own.setdefault(record["record_id"], []).append(_stated(*_BY[kind], notice, ""))
            elif kind in _OF:
                notice = f"PMID {record['pmid']}" if record["pmid"] else ""
                for about in by_pmid.get(target, ()):
                    others.setdefault(about, []).append(_stated(*_OF[kind], notice, record["round"]))
    return {record_id: own.get(record_id, []) + others.get(record_id, []) for record_id in own | others}


def linked(links: pd.DataFrame, records: pd.DataFrame) -> dict[str, list[dict[str, str]]]:
    """What records of notices say that no database links, by the record_id of what they are about.

    `links` as the deduplication has them; `records` with `record_id, round, title, pmid, doi`.
    """
    found: dict[str, list[dict[str, str]]] = {}
    chosen = links[links["relation"].isin(("retraction_of", "comment_on")) & links["how"].ne("stated")]
    by_id = {
        row["record_id"]: row for row in tables.rows(records[records["record_id"].isin(chosen["record_id"])])
    }
    for link in tables.rows(chosen):
        notice = by_id[link["record_id"]]
        if link["relation"] == "retraction_of":
            what = BY_TITLE
        elif _CONCERN.match(notice["title"]):
            what = CONCERN_BY_TITLE
        else:
            continue
        where = (
            f"PMID {notice['pmid']}" if notice["pmid"] else f"doi:{notice['doi']}" if notice["doi"] else ""
        )
        said = _stated(what, link["record_id"], where, notice["round"])
        found.setdefault(link["related_record_id"], []).append(said)
    return found


def _stated(what: str, detail: str, notice: str, round_: str) -> dict[str, str]:
    return {"what": what, "notice": notice, "detail": detail, "round": round_, "source": ""}


def notices(
    works: pd.DataFrame,
    studies: pd.DataFrame,
    changes: Mapping[tuple[str, str], pd.DataFrame],
    listed: Mapping[str, Sequence[Listed]],
    records: Mapping[str, Sequence[dict[str, str]]] = MappingProxyType({}),
) -> pd.DataFrame:
    """A row for each thing that became known of a work, once for each of its studies (`study` and `status` "" where it has none).

    `changes`: those of each (source, round); `listed`: notices by work_id; `records`: what records say (`stated`, `linked`). `round` is the one that said it, "" for what the record said
    when it was found and for a list, whose `detail` has the day of the notice. The same notice of two sources is one row.
    """
    by_record: dict[str, list[dict[str, str]]] = {}
    for (source, day), table in changes.items():
        for row in tables.rows(table):
            by_record.setdefault(f"{source}:{row['pmid']}", []).append(_changed(row, day))
    places: dict[str, list[tuple[str, str]]] = {}
    for study in tables.rows(studies):
        for work_id in study["work_ids"].split("; "):
            places.setdefault(work_id, []).append((study["study"], study["status"]))
    found = []
    for work in tables.rows(works):
        said = [one for record in work["record_ids"].split("; ") for one in by_record.get(record, [])]
        for one in chain.from_iterable(records.get(record, ()) for record in work["record_ids"].split("; ")):
            if not any(_same(one, other) for other in said):
                said.append(one)
        if work["retracted"] and not any(one["what"] == RETRACTED for one in said):
            said.append({"what": RETRACTED, "notice": "", "detail": "", "round": "", "source": ""})
        said = [*_with_lists(said, listed.get(work["work_id"], ()))]
        known = {one["what"] for one in said}
        said = [one for one in said if _FACT.get(one["what"]) not in known]
        for study_name, status in places.get(work["work_id"], [("", "")]):
            found += [
                {"work_id": work["work_id"], "study": study_name, "status": status, **one} for one in said
            ]
    return tables.frame_of(found, COLUMNS)


def _same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return one["what"] == other["what"] and (
        one["notice"] == other["notice"] or "" in (one["notice"], other["notice"])
    )


def _changed(row: Mapping[str, Any], day: str) -> dict[str, str]:
    match = LINK.fullmatch(row["detail"])
    notice, detail = (f"PMID {match[1]}", "") if match else ("", row["detail"])
    return {"what": row["change"], "notice": notice, "detail": detail, "round": day, "source": "PubMed"}


def _with_lists(said: list[dict[str, str]], listed: Sequence[Listed]) -> Iterator[dict[str, str]]:
    """What PubMed says with what a list adds to it, then what the list alone says."""
    rest = list(listed)
    for one in said:
        twin = next(
            (other for other in rest if other.what == one["what"] and other.notice in ("", one["notice"])),
            None,
        )
        twin = twin or next((other for other in rest if other.what == one["what"] == RETRACTED), None)
        if twin is None:
            yield one
            continue
        rest.remove(twin)
        source = "; ".join(part for part in (one["source"], RETRACTION_WATCH) if part)
        yield {
            **one,
            "notice": one["notice"] or twin.notice,
            "detail": one["detail"] or _said(twin),
            "source": source,
        }
    for other in rest:
        yield {"what": other.what, "notice": other.notice, "detail": _said(other), "round": "", "source": RETRACTION_WATCH}  # fmt: skip


def _said(listed: Listed) -> str:
    return ": ".join(part for part in (listed.day, listed.reason) if part)


def of_studies(found: pd.DataFrame) -> dict[str, str]:
    """{study: `retracted` or `concern`} of the studies with such a report, the weightier of both."""
    marked: dict[str, str] = {}
    for what, name in NOTABLE.items():
        for study in found.loc[found["what"].eq(what) & found["study"].ne(""), "study"]:
            marked.setdefault(study, name)
    return marked
