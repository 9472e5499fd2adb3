"""Queries on extracted data that await an answer."""

from __future__ import annotations

import pandas as pd

from evergreen import tables
from evergreen.report.blocks import Cell, Head, Section, Table, Text
from evergreen.report.status import open_queries, plural

NOTE = (
    "{queries} on extracted data {await_} an answer ({errors} that cannot be true as they stand); none changed a number. They are"
    " answered in config/queries.csv, and a corrected cell takes its query away."
)


def section(queries: pd.DataFrame, studies: pd.DataFrame | None = None) -> Section | None:
    """The queries that await an answer (`status.open_queries`); None where there is none."""
    rows = tables.rows(open_queries(queries, studies))
    if not rows:
        return None
    errors = sum(row["severity"] == "error" for row in rows)
    note = NOTE.format(
        queries=plural(len(rows), "query", "queries"),
        await_="awaits" if len(rows) == 1 else "await",
        errors=f"{errors:,}",
    )
    columns = [
        Head("Severity"),
        Head("Study"),
        Head("Outcome"),
        Head("Place"),
        Head("Question", width_cm=7.0),
        Head("Query"),
    ]
    lines: list[list[Cell]] = [
        [
            row["severity"], row["study"], row["outcome"],
            ", ".join(filter(None, (row["timepoint"], row["arm"], row["column"]))), row["reason"], row["query"],
        ]
        for row in rows
    ]  # fmt: skip
    table = Table(
        "Queries on extracted data that await an answer",
        columns,
        lines,
        fold=f"All {len(rows):,}" if len(rows) > 20 else "",
    )
    return Section("queries", "Queries on extracted data", [Text(note), table])
