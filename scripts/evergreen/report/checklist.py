"""The reporting checklists, with what a run can know filled in and the rest marked for the authors."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from evergreen.report.blocks import Section, Table, Text, heads
from evergreen.report.checklist_abstract import of_abstract
from evergreen.report.checklist_items import ABSTRACT, ITEMS, LIVING, PRISMA, SEARCH
from evergreen.report.checklist_review import of_living_review, of_review
from evergreen.report.checklist_run import AUTHORS, PARTLY, RUN, Answer, Run
from evergreen.report.checklist_search import of_search

COLUMNS = ["checklist", "item", "section", "topic", "asks", "status", "answer", "where", "reported_on_page"]
SHOWN = ["item", "topic", "asks", "answer", "where", "status", "reported_on_page"]


def checklist(run: Run) -> pd.DataFrame:
    """All items with answers, columns `COLUMNS`; what no run can know has the status "to write" and no answer."""
    answers = {
        PRISMA: of_review(run),
        ABSTRACT: of_abstract(run),
        SEARCH: of_search(run),
        LIVING: of_living_review(run),
    }
    rows = []
    for item in ITEMS:
        answer = answers[item.checklist].get(item.item, Answer("", status=AUTHORS))
        rows.append((*item, answer.status, answer.text, answer.where, ""))
    return pd.DataFrame(rows, columns=COLUMNS)


def sections(table: pd.DataFrame) -> list[Section]:
    """The checklists as sections of a document, one table each."""
    remark = (
        f'"{RUN}": taken from the protocol and the results. "{PARTLY}": true as it stands, and only the authors know the'
        f' rest. "{AUTHORS}": for the authors. Page numbers are filled in when the manuscript is set.'
    )
    columns = heads("Item", "Topic", "Asked for", "Answer", "Where", "Status", "Page")
    result = [Section("how", "How to read this", [Text(remark)])]
    for name, items in table.groupby("checklist", sort=False):
        rows = items[SHOWN].to_numpy().tolist()
        of = Counter(items["status"])
        caption = f"{name}: {of[RUN]} of {len(items)} items filled, {of[AUTHORS]} to write"
        result.append(Section(str(name), str(name), [Table(caption, columns, rows)]))
    return result
