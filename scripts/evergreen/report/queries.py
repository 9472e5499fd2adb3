"""Queries on extracted data: those that await an answer, and what people answered to the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from evergreen import tables
from evergreen.counting import plural
from evergreen.extraction.queries.findings import NO_QUERY
from evergreen.report.blocks import Block, Cell, Section, Table, Text, heads
from evergreen.report.outcome_names import AS_IN_SHEETS, OutcomeNames
from evergreen.report.waiting_data import open_queries
from evergreen.screening.study_labels import AS_WRITTEN, StudyLabels

NOTE = (
    "{queries} an answer ({errors:,} that cannot be true as they stand); none changed a number. They are answered in config/queries.csv,"
    " and a corrected cell takes its query away."
)
MANY = 20
"""Rows from which the open queries stand closed."""
COLUMNS = ("Query", "Severity", "Study", "Outcome", "Place", "Question")


def section(
    queries: pd.DataFrame,
    studies: pd.DataFrame | None = None,
    label: StudyLabels = AS_WRITTEN,
    outcomes: OutcomeNames = AS_IN_SHEETS,
) -> Section | None:
    """The queries that await an answer (`waiting_data.open_queries`), and the answered ones; None where there is neither. `outcomes` are
    their names."""
    waiting = tables.rows(open_queries(queries, studies))
    answered = [row for row in tables.rows(queries) if row["kind"] != NO_QUERY and row["answer"]]
    blocks: list[Block] = []
    if waiting:
        errors = sum(row["severity"] == "error" for row in waiting)
        said = plural(len(waiting), "query on extracted data awaits", "queries on extracted data await")
        lines = [_asked(row, label, outcomes) for row in waiting]
        fold = f"All {len(waiting):,}" if len(waiting) > MANY else ""
        caption = "Queries on extracted data that await an answer"
        blocks.append(Text(NOTE.format(queries=said, errors=errors)))
        blocks.append(Table(caption, heads(*COLUMNS), lines, fold=fold))
    if answered:
        lines = [[*_asked(row, label, outcomes), row["answer"], row["answered_by"]] for row in answered]
        fold = f"Answered queries ({len(answered):,})"
        caption = "Queries on extracted data and their answers"
        blocks.append(Table(caption, heads(*COLUMNS, "Answer", "By"), lines, fold=fold))
    return Section("queries", "Queries on extracted data", blocks) if blocks else None


def _asked(row: Mapping[str, Any], label: StudyLabels, outcomes: OutcomeNames) -> list[Cell]:
    place = ", ".join(filter(None, (row["timepoint"], row["arm"], row["column"])))
    outcome = outcomes(row["study"], row["outcome"], row["timepoint"])
    return [row["query"], row["severity"], label(row["study"]), outcome, place, row["reason"]]
