"""What became of the review's reports after they were found, told to its readers before the results, and to those who keep it.

What there is to tell stands in `screening/notices.csv`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from evergreen import tables
from evergreen.counting import noun, plural
from evergreen.records.retractions import CONCERN, CORRECTED, REINSTATED, RETRACTED
from evergreen.report.blocks import Block, Cell, Link, Section, Table, Text, heads
from evergreen.report.references import by_doi, in_pubmed
from evergreen.report.selection import citation
from evergreen.report.status import Waiting, if_any
from evergreen.screening.notices import BY_TITLE, CONCERN_BY_TITLE
from evergreen.screening.study_labels import AS_WRITTEN, StudyLabels

WORDS = {  # what is said of a report, the weightiest first; a kind of notice by its own name
    RETRACTED: RETRACTED,
    CONCERN: CONCERN,
    REINSTATED: "reinstated after a retraction",
    "corrected and republished": "corrected and republished",
    CORRECTED: CORRECTED,
    BY_TITLE: "a record is the notice of its retraction, by its title",
    CONCERN_BY_TITLE: "a record is an expression of concern about it, by its title",
    "erratum": "erratum",
    "deleted": "no longer in PubMed (deleted, or merged with another record)",
    "updated": "updated by another report",
    "revised": "record revised",
    "no_longer_found": "no longer found by the strategy",
}
OPEN = ("included", "pending")
"""States of studies whose reports are told of."""
CONSEQUENCES = (
    "What this review has of such a report counts until it is excluded; an outcome that it is pooled in has a sensitivity analysis without it."
    " Decide whether it may: exclude the report at full text, or keep it and say why."
)


@dataclass(frozen=True)
class Alert:
    """One thing that became known of one report. `round` is "" for what no round said; `status` is that of its study: included or
    pending. `source` is who says so, "" where its own record did when it was found."""

    study: str
    status: str
    report: Link
    what: str
    detail: str
    round: str
    notice_at: str = ""
    source: str = ""

    @property
    def notice(self) -> Cell:
        """The report that says so, where it is named; else the fields that differ, or the reason."""
        if self.notice_at.startswith("PMID "):
            return Link(self.notice_at, in_pubmed(self.notice_at.removeprefix("PMID ")))
        if self.notice_at.startswith("doi:"):
            return Link(self.notice_at, by_doi(self.notice_at.removeprefix("doi:")))
        return self.detail

    @property
    def words(self) -> str:
        """What became of it, with the reason where the notice is shown in its place."""
        said = WORDS[self.what].upper() if self.what == RETRACTED else WORDS[self.what]
        return f"{said} ({self.detail})" if self.notice_at and self.detail else said

    @property
    def known(self) -> str:
        """Since when it is known, and by whom."""
        return self.round or self.source or "it was found"


def marked(works: pd.DataFrame, notices: pd.DataFrame) -> pd.DataFrame:
    """Works with `retracted` as of today."""
    gone = set(notices.loc[notices["what"].eq(RETRACTED), "work_id"])
    return works.assign(retracted=works["retracted"].astype(bool) | works["work_id"].isin(gone))


def alerts(works: pd.DataFrame, notices: pd.DataFrame) -> list[Alert]:
    """What became of the reports of included and pending studies, retractions of included ones first."""
    by_work = {work["work_id"]: work for work in tables.rows(works)}
    found = [
        Alert(
            row["study"], row["status"], citation({**by_work[row["work_id"]], "retracted": False}), row["what"], row["detail"],
            row["round"], row["notice"], row["source"],
        )
        for row in tables.rows(notices)
        if row["status"] in OPEN
    ]  # fmt: skip
    order = list(WORDS)
    return sorted(found, key=lambda one: (one.status != "included", order.index(one.what), one.study))


def waiting(found: Sequence[Alert]) -> list[Waiting]:
    """What the status says: each retracted report by name, and how many others changed.

    None of it blocks a final review: a report may stay in it knowingly.
    """
    items = []
    for status in OPEN:
        own = [one for one in found if one.status == status and one.what == RETRACTED]
        named = "; ".join(f"{one.study} ({one.report.text})" for one in own)
        what = f"RETRACTED: {plural(len(own), 'report')} of {status} studies: {named}"
        items += if_any(Waiting("reviewers", what, "config/screening/full_text/", len(own), blocks=False))
    rest: dict[str, list[str]] = {}
    for one in found:
        if one.what != RETRACTED:
            rest.setdefault(one.what, []).append(one.study)
    for what, names in rest.items():
        named = ", ".join(dict.fromkeys(names))
        text = f"{plural(len(names), 'report')} to look at again ({WORDS[what]}): {named}"
        items.append(
            Waiting("reviewers", text, "results/screening/notices.csv", len(names), blocks=False,
                    page="" if what in (BY_TITLE, CONCERN_BY_TITLE) else "search/search-log.html")
        )  # fmt: skip
    return items


def section(found: Sequence[Alert], label: StudyLabels = AS_WRITTEN) -> Section | None:
    """What a reader has to know before the results; None where nothing became of any report."""
    if not found:
        return None
    gone = [one for one in found if one.what == RETRACTED and one.status == "included"]
    blocks: list[Block] = []
    if gone:
        names = ", ".join(dict.fromkeys(label(one.study) for one in gone))
        have = noun(len(gone), "has", "have")
        said = f"{plural(len(gone), 'report')} of included studies {have} been {RETRACTED}: {names}."
        blocks.append(Text(f"{said} {CONSEQUENCES}", "note"))
    columns = heads("Study", "Report", "What became of it", "Notice or fields", "Known since")
    rows: list[list[Cell]] = []
    for one in found:
        study = label(one.study) + ("" if one.status == "included" else " (pending)")
        rows.append([study, one.report, one.words, one.notice, one.known])
    title = "Retracted and changed reports" if any(one.what == RETRACTED for one in found) else "Changed reports"  # fmt: skip
    return Section("alerts", title, [*blocks, Table("Reports that changed after they were found", columns, rows)])  # fmt: skip
