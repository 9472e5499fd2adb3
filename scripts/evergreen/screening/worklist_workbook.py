"""A work list as a workbook: locked text, choices for decision and reason, a hidden check in each row."""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
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
SHEET = "xl/worksheets/sheet1.xml"
LEVEL = 4
"""Of compression: a quarter of the time of the usual 6, a tenth more bytes."""
AT_ONCE = 1_000
"""Rows of which the XML is held, so that a list of any length takes the memory of these."""
_SPELLED = re.compile(r"_x[0-9a-fA-F]{4}_")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ODD = re.compile("[&<>_\x00-\x08\x0b-\x1f\ufffe\uffff]")
TO_FILL = frozenset({"decision", "reason", "note", "decided_on", "adjudicator"})


def write_workbook(rows: pd.DataFrame, path: str | Path, *, stage: str, reasons: Mapping[str, str]) -> None:
    """Write a work list (`worklists.work_list` or `worklists.conflict_list`) as XLSX, atomically, the same bytes for
    the same rows.

    Only the columns to fill in can be edited; `reasons` (key to label, in order) are explained on a second sheet.
    """
    import xlsxwriter

    frame = io.BytesIO()
    with xlsxwriter.Workbook(frame, {"constant_memory": True}) as book:
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
        widths = [WIDTHS.get(name, 12) for name in columns]
        # The last row says which style each column has, and that the list goes as far.
        for position, name in enumerate(columns):
            sheet.set_column(position, position, widths[position], None, {"hidden": name == "check"})
            sheet.write_string(0, position, name, head)
        if len(rows):
            for position, name in enumerate(columns):
                sheet.write_blank(len(rows), position, None, fill if name in TO_FILL else shown)
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
    with replaced(path) as draft:
        _filled(frame, draft, rows, widths)


def _filled(frame: io.BytesIO, path: Path, rows: pd.DataFrame, widths: Sequence[int]) -> None:
    """Write the workbook `frame`, whose last row is empty, with `rows` in the place of that one.

    xlsxwriter looks at each cell; a list of 100,000 works has two million of them, which are all texts.
    """
    with (
        zipfile.ZipFile(frame) as empty,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as book,
    ):
        for part in empty.infolist():
            content = empty.read(part)
            if part.filename != SHEET or rows.empty:
                book.writestr(part, content, zipfile.ZIP_DEFLATED, LEVEL)
                continue
            before, last, after = re.split(rb'(<row r="%d".*?</row>)' % (len(rows) + 1), content, maxsplit=1)
            cells = re.findall(r'<c r="([A-Z]+)\d+"( s="\d+")?/>', last.decode())
            with book.open(SHEET, "w", force_zip64=True) as sheet:
                sheet.write(before)
                for start in range(0, len(rows), AT_ONCE):
                    sheet.write(_rows(rows.iloc[start : start + AT_ONCE], start + 2, cells, widths).encode())
                sheet.write(after)


def _rows(rows: pd.DataFrame, first: int, cells: Sequence[tuple[str, str]], widths: Sequence[int]) -> str:
    """The XML of rows from number `first` on; `cells`: letters and style of each column."""
    texts = [list(map(str, rows[name])) for name in rows]
    lines = [1] * len(rows)
    for name, column, width in zip(rows, texts, widths, strict=True):
        if name != "check":
            lines = [max(most, -(-len(text) // width)) for most, text in zip(lines, column, strict=True)]
    # Not every program fits the height to wrapped text by itself.
    heights = [f' ht="{LINE * min(most, MOST_LINES)}" customHeight="1"' if most > 1 else "" for most in lines]
    numbers = range(first, first + len(rows))
    said = [
        [
            f'<c r="{letters}{number}"{style} t="inlineStr"><is>{_text(text)}</is></c>'
            if text
            else f'<c r="{letters}{number}"{style}/>'
            for number, text in zip(numbers, column, strict=True)
        ]
        for (letters, style), column in zip(cells, texts, strict=True)
    ]
    return "".join(
        f'<row r="{number}"{height}>{"".join(row)}</row>'
        for number, height, row in zip(numbers, heights, zip(*said, strict=True), strict=True)
    )


def _text(text: str) -> str:
    """A text as an element; signs that XML cannot hold are spelled as Office Open XML has it."""
    text = _cut(text)
    if _ODD.search(text):
        text = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _SPELLED.sub(r"_x005F\g<0>", text))
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return (
        f'<t xml:space="preserve">{text}</t>' if text[0].isspace() or text[-1].isspace() else f"<t>{text}</t>"
    )


def _cut(text: str) -> str:
    """`text`, or as much of it as a cell holds, saying so."""
    end = " [cut: a cell holds no more]"
    return text if len(text) <= CELL_LIMIT else text[: CELL_LIMIT - len(end)] + end
