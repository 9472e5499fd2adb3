"""Characteristics of the included studies: all that the extractors wrote of each study as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from evergreen import tables
from evergreen.counting import listed
from evergreen.figures.wording import capital
from evergreen.report.blocks import Block, Section, Table, Text, heads
from evergreen.screening.study_labels import AS_WRITTEN, StudyLabels
from evergreen.sheets import folded
from evergreen.sheets.columns import in_words

OF_THE_ROW = ("study", "extractors", "status", "in_conflict", "origin")
"""Columns of `extraction/studies.csv` that say where a row comes from, not what the study is like."""
ROWS = "Rows in the sheets"
"""Head of the column that leads to people's sheets."""
EXPECTED = {
    "funding": re.compile(r"fund|sponsor|financ", re.IGNORECASE),
    "conflicts of interest": re.compile(r"conflict|compet|disclos|declar|\binterest", re.IGNORECASE),
}
"""What a Cochrane review says of every study, and how a column for it may be called (Handbook, III.3.4.1)."""


def columns_of(rows: pd.DataFrame) -> list[str]:
    """The columns of `extraction/studies.csv` that say what studies are like, where somebody filled them."""
    return [name for name in rows.columns if name not in OF_THE_ROW and rows[name].ne("").any()]


def rows_in(origin: str) -> str:
    """Where in the sheets something stands, by the names of the files: `AB.csv:2; CD.csv:2`."""
    return "; ".join(place.rpartition("/")[2] for place in origin.split("; "))


def section(rows: pd.DataFrame, included: Sequence[str] | None, label: StudyLabels = AS_WRITTEN) -> Section:
    """`rows` as `extraction/studies.csv`; `included` the studies in their order, None where nobody screened."""
    columns = columns_of(rows)
    by_name = {folded(row["study"]): row for row in tables.rows(rows)}
    names = [row["study"] for row in tables.rows(rows)] if included is None else list(included)
    found = [(name, by_name[folded(name)]) for name in names if folded(name) in by_name]
    blocks: list[Block] = []
    if columns and found:
        shown = heads("Study", *map(_head, columns), ROWS)
        title, id_ = "Characteristics of the included studies", "characteristics-of-studies"
        lines = [
            [label(name), *(row[column] for column in columns), rows_in(row["origin"])] for name, row in found
        ]
        blocks.append(Table(title, shown, lines, id=id_))
    if without := [what for what, words in EXPECTED.items() if not any(map(words.search, columns))]:
        said = f"The extraction sheets have no column named for {' or '.join(without)} of the studies."
        blocks.append(Text(said))
    if missing := [name for name in names if folded(name) not in by_name]:
        said = f"No study-level data have been extracted for {listed(map(label, missing))}."
        blocks.append(Text(said))
    return Section("characteristics", "Characteristics of included studies", blocks)


def _head(column: str) -> str:
    """`first_report` as a reader calls it."""
    return capital(in_words(column))
