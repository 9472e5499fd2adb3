"""Characteristics of the included studies: all that the extractors wrote of each study as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from evergreen import tables
from evergreen.report.blocks import Block, Cell, Section, Table, Text, heads
from evergreen.report.methods import listed
from evergreen.screening.study_labels import AS_WRITTEN, StudyLabels
from evergreen.sheets import folded
from evergreen.sheets.columns import as_called

OF_THE_ROW = ("study", "extractors", "status", "in_conflict", "origin")
"""Columns of `extraction/studies.csv` that say where a row comes from, not what the study is like."""
EXPECTED = {
    "funding": re.compile(r"fund|sponsor|financ", re.IGNORECASE),
    "conflicts of interest": re.compile(r"conflict|compet|disclos|declar|\binterest", re.IGNORECASE),
}
"""What a Cochrane review says of every study, and how a column for it may be called (Handbook, III.3.4.1)."""


def columns_of(rows: pd.DataFrame) -> list[str]:
    """The columns of `extraction/studies.csv` that say what studies are like, where somebody filled them."""
    return [name for name in rows.columns if name not in OF_THE_ROW and rows[name].ne("").any()]


def section(rows: pd.DataFrame, included: Sequence[str] | None, label: StudyLabels = AS_WRITTEN) -> Section:
    """`rows` as `extraction/studies.csv`; `included` the studies in their order, None where nobody screened."""
    columns = columns_of(rows)
    by_name = {folded(row["study"]): row for row in tables.rows(rows)}
    names = [row["study"] for row in tables.rows(rows)] if included is None else list(included)
    found = [(name, by_name[folded(name)]) for name in names if folded(name) in by_name]
    blocks: list[Block] = []
    if columns and found:
        shown = heads("Study", *map(_head, columns), "Sheets")
        lines: list[list[Cell]] = [
            [label(name), *(row[column] for column in columns), row["origin"]] for name, row in found
        ]
        blocks.append(
            Table("Characteristics of the included studies", shown, lines, id="characteristics-of-studies")
        )
    without = [what for what, words in EXPECTED.items() if not any(map(words.search, columns))]
    if without:
        blocks.append(
            Text(f"No column of the extraction sheets is named for {' or '.join(without)} of the studies.")
        )
    if missing := [name for name in names if folded(name) not in by_name]:
        blocks.append(
            Text(f"Nothing is extracted at the level of the study of {listed(map(label, missing))}.")
        )
    return Section("characteristics", "Characteristics of included studies", blocks)


def _head(column: str) -> str:
    """`first_report` as a reader calls it."""
    words = as_called(column).replace("_", " ")
    return words[:1].upper() + words[1:]
