"""A work list as a workbook: locked text, choices for decision and reason, a hidden check in each row."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evergreen.screening.stages import DECISIONS, FULL_TEXT
from evergreen.tables import replaced

if TYPE_CHECKING:
    import pandas as pd

CELL_LIMIT = 32_767  # characters that a cell of a workbook can hold
LINE, MOST_LINES = 15, 26  # points a line takes; a row may be 409 points high
WIDTHS = {
    "record_id": 16, "decision": 13, "reason": 20, "note": 24, "adjudicator": 12, "decided_on": 12, "votes": 34,
    "title": 50, "authors": 24, "year": 6, "journal": 20, "abstract": 90, "doi": 22, "pmid": 11, "url": 22, "round": 11, "pilot": 6,
}  # fmt: skip
# Row by row, so that a list of any length takes the memory of a row.
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
TO_FILL = frozenset({"decision", "reason", "note", "decided_on", "adjudicator"})


def write_workbook(rows: pd.DataFrame, path: str | Path, *, stage: str, reasons: Mapping[str, str]) -> None:
    """Write a work list (`worklists.work_list` or `worklists.conflict_list`) as XLSX, atomically, the same bytes for
    the same rows.

    Only the columns to fill in can be edited; `reasons` (key to label, in order) are explained on a second sheet.
    """
    import xlsxwriter

    with (
        replaced(path) as draft,
        xlsxwriter.Workbook(draft, OPTIONS) as book,
    ):
        # A workbook carries the time of its making; a fixed one keeps same content same bytes.
        book.set_properties({"title": "Screening work list", "created": datetime.datetime(2000, 1, 1)})
        head = book.add_format(
            {"bold": True, "bg_color": "#22313f", "font_color": "#ffffff", "valign": "vcenter", "border": 1}
        )
        text = {"text_wrap": True, "valign": "top", "num_format": "@"}
        shown = book.add_format({**text, "locked": True, "bottom": 1, "bottom_color": "#d9d9d9"})
        fill = book.add_format(
            {**text, "locked": False, "bg_color": "#fff8e1", "border": 1, "border_color": "#d6c690"}
        )
        sheet = book.add_worksheet("Screening")
        explained = book.add_worksheet("Reasons")
        columns = list(rows.columns)
        styles = [fill if name in TO_FILL else shown for name in columns]
        widths = [WIDTHS.get(name, 12) for name in columns]
        for position, name in enumerate(columns):
            sheet.set_column(position, position, widths[position], None, {"hidden": name == "check"})
            sheet.write_string(0, position, name, head)
        long = [place for place, name in enumerate(columns) if name != "check"]
        for line, row in enumerate(rows.itertuples(index=False, name=None), start=1):
            texts = list(map(str, row))
            # Not every program fits the height to wrapped text by itself.
            wrapped = max(-(-len(texts[place]) // widths[place]) for place in long)
            sheet.set_row(line, LINE * min(max(wrapped, 1), MOST_LINES))
            for position, said in enumerate(texts):
                if said:
                    sheet.write_string(line, position, _cut(said), styles[position])
                else:
                    sheet.write_blank(line, position, None, styles[position])
        sheet.freeze_panes(1, 3)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(1, len(rows)), len(columns) - 1)
        sheet.protect(
            "", {"format_columns": True, "format_rows": True, "autofilter": True, "select_locked_cells": True}
        )
        last = max(1, len(rows))
        decision, reason = columns.index("decision"), columns.index("reason")
        sheet.data_validation(
            1, decision, last, decision,
            {"validate": "list", "source": list(DECISIONS[stage]), "error_title": "Decision", "error_message": "Choose one of the list."},
        )  # fmt: skip
        if reasons:
            sheet.data_validation(
                1, reason, last, reason,
                {"validate": "list", "source": f"=Reasons!$A$2:$A${len(reasons) + 1}", "input_title": "Reason",
                 "input_message": "Obligatory for an exclusion." if stage == FULL_TEXT else "Only for an exclusion; optional here.",
                 "error_title": "Reason", "error_message": "Choose one of the list."},
            )  # fmt: skip
        explained.set_column(0, 0, 24)
        explained.set_column(1, 1, 70)
        explained.write_row(0, 0, ["reason", "meaning"], head)
        for line, (key, label) in enumerate(reasons.items(), start=1):
            explained.write_string(line, 0, key)
            explained.write_string(line, 1, label)
        explained.protect("")


def _cut(text: str) -> str:
    """`text`, or as much of it as a cell holds, saying so."""
    end = " [cut: a cell holds no more]"
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - len(end)] + end
