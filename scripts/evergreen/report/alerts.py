"""What became of the review's reports after they were found: retracted, under concern, corrected, revised, deleted.

A later round of a PubMed search says so in `changes.csv`; that a report was already retracted when it was found stands in its
record. A reader of the review has to see it before the results.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from evergreen import tables
from evergreen.report.blocks import Block, Cell, Head, Link, Section, Table, Text
from evergreen.report.selection import citation
from evergreen.report.status import Waiting, plural

RETRACTED = "retracted"
WORDS = {  # what a round says of a record, the weightiest first
    RETRACTED: "retracted",
    "expression of concern": "expression of concern",
    "corrected and republished": "corrected and republished",
    "erratum": "erratum",
    "deleted": "no longer in PubMed (deleted, or merged with another record)",
    "updated": "updated by another report",
    "revised": "record revised",
    "no_longer_found": "no longer found by the strategy",
}
LINK = re.compile(r"[A-Za-z]+ (\d+)")  # RetractionIn 12345
CONSEQUENCES = "Its data still count in this review. Decide whether they may: exclude the report at full text, or keep it and say why."


@dataclass(frozen=True)
class Alert:
    """One thing that became known of one report. `round` is "" for what the record said when it was found; `status` is that
    of its study: included or pending."""

    study: str
    status: str
    report: Link
    what: str
    detail: str
    round: str

    @property
    def notice(self) -> Cell:
        """The report that says so, where PubMed names it; else the fields that differ."""
        if match := LINK.fullmatch(self.detail):
            return Link(f"PMID {match[1]}", f"https://pubmed.ncbi.nlm.nih.gov/{match[1]}/")
        return self.detail


def read(files: Iterable[str]) -> dict[tuple[str, str], pd.DataFrame]:
    """The files `<source>/<round>/changes.csv` by source and round."""
    places = {Path(file).parts[-3:-1]: tables.read_table(file) for file in files}
    return {(source, day): table for (source, day), table in places.items()}


def marked(works: pd.DataFrame, changes: Mapping[tuple[str, str], pd.DataFrame]) -> pd.DataFrame:
    """Works with `retracted` as of the last round. `changes`: those of each (source, round)."""
    since = {record for record, _, what, _ in _changed(changes) if what == RETRACTED}
    ids = works["record_ids"].map(lambda joined: not since.isdisjoint(joined.split("; ")))
    return works.assign(retracted=works["retracted"].astype(bool) | ids.astype(bool))


def alerts(
    works: pd.DataFrame, studies: pd.DataFrame, changes: Mapping[tuple[str, str], pd.DataFrame]
) -> list[Alert]:
    """What became of the reports of included and pending studies, retractions of included ones first."""
    by_record: dict[str, list[tuple[str, str, str]]] = {}
    for record, day, what, detail in _changed(changes):
        by_record.setdefault(record, []).append((what, detail, day))
    by_work = {work["work_id"]: work for work in tables.rows(works)}
    found = []
    for study in tables.rows(studies[studies["status"].isin(["included", "pending"])]):
        for work_id in study["work_ids"].split("; "):
            work = by_work[work_id]
            said = [one for record in work["record_ids"].split("; ") for one in by_record.get(record, [])]
            if work["retracted"] and not any(what == RETRACTED for what, _, _ in said):
                said.append((RETRACTED, "", ""))
            report = citation({**work, "retracted": False})
            found += [Alert(study["study"], study["status"], report, *one) for one in said]
    order = list(WORDS)
    return sorted(found, key=lambda one: (one.status != "included", order.index(one.what), one.study))


def _changed(
    changes: Mapping[tuple[str, str], pd.DataFrame],
) -> Iterable[tuple[str, str, str, str]]:
    """Record id, round, change and detail of everything that became of known records."""
    for (source, day), table in changes.items():
        for row in tables.rows(table):
            yield f"{source}:{row['pmid']}", day, row["change"], row["detail"]


def waiting(found: Sequence[Alert]) -> list[Waiting]:
    """What the status says: each retracted report by name, and how many others changed.

    None of it blocks a final review: a report may stay in it knowingly.
    """
    items = []
    for included, which in ((True, "included"), (False, "pending")):
        own = [one for one in found if (one.status == "included") == included and one.what == RETRACTED]
        if own:
            named = "; ".join(f"{one.study} ({one.report.text})" for one in own)
            what = f"RETRACTED: {plural(len(own), 'report')} of {which} studies: {named}"
            items.append(Waiting("reviewers", what, "config/screening/full_text/", len(own), blocks=False))
    rest: dict[str, list[str]] = {}
    for one in found:
        if one.what != RETRACTED:
            rest.setdefault(one.what, []).append(one.study)
    for what, names in rest.items():
        named = ", ".join(dict.fromkeys(names))
        text = f"{plural(len(names), 'report')} to look at again ({WORDS[what]}): {named}"
        items.append(
            Waiting("reviewers", text, "results/search/search-log.html", len(names), blocks=False,
                    page="search/search-log.html")
        )  # fmt: skip
    return items


def section(found: Sequence[Alert]) -> Section | None:
    """What a reader has to know before the results; None where nothing became of any report."""
    if not found:
        return None
    gone = [one for one in found if one.what == RETRACTED and one.status == "included"]
    blocks: list[Block] = []
    if gone:
        names = ", ".join(dict.fromkeys(one.study for one in gone))
        several = len(gone) > 1
        said = f"{plural(len(gone), 'report')} of included studies {'have' if several else 'has'} been retracted: {names}."
        blocks.append(Text(f"{said} {CONSEQUENCES}", "note"))
    columns = [Head("Study"), Head("Report"), Head("What became of it"), Head("Notice or fields"), Head("Known since")]  # fmt: skip
    rows: list[list[Cell]] = [
        [
            one.study + ("" if one.status == "included" else " (pending)"),
            one.report,
            WORDS[one.what].upper() if one.what == RETRACTED else WORDS[one.what],
            one.notice,
            one.round or "it was found",
        ]
        for one in found
    ]
    title = "Retracted and changed reports" if any(one.what == RETRACTED for one in found) else "Changed reports"  # fmt: skip
    return Section("alerts", title, [*blocks, Table("Reports that changed after they were found", columns, rows)])  # fmt: skip
