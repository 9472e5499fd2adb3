"""A list to fill in as a workbook: choices, checks while one types, what to enter as notes, and the register of studies."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from pathlib import Path
from typing import Any

from evergreen.sheets.columns import Column
from evergreen.sheets.workbooks import STUDIES
from evergreen.tables import replaced
from evergreen.worklists.checks import check_of, fault_of, in_words
from evergreen.worklists.lists import Sheet, WorkList

MORE = 200
"""Rows below the list in which rows of one's own are checked too."""
LONGEST_CHOICES, LONGEST_TITLE, LONGEST_MESSAGE = 255, 32, 255
WIDTHS = {
    "study": 16,
    "outcome": 16,
    "timepoint": 12,
    "arm": 24,
    "group": 12,
    "domain": 24,
    "support": 40,
    "source": 30,
    "note": 24,
}
FIXED = datetime.datetime(2000, 1, 1)
"""A workbook carries the time of its making; a fixed one keeps same content same bytes."""
Cell = tuple[int, int]


def write_workbook(work: WorkList, path: str | Path) -> None:
    """Write a list as XLSX, atomically, the same bytes for the same list."""
    import xlsxwriter

    with (
        replaced(path) as draft,
        xlsxwriter.Workbook(draft, {"strings_to_formulas": False, "strings_to_urls": False}) as book,
    ):
        book.set_properties({"title": f"{work.title}: {work.task}", "created": FIXED})
        formats = {
            "head": {"bold": True, "bg_color": "#22313f", "font_color": "#ffffff", "valign": "vcenter", "border": 1},
            "label": {"text_wrap": True, "valign": "top", "bg_color": "#eef2f5", "border": 1, "border_color": "#d9d9d9"},
            "fill": {"text_wrap": True, "valign": "top", "bg_color": "#fff8e1", "border": 1, "border_color": "#d6c690"},
            "fault": {"bg_color": "#f8c9c9", "font_color": "#7a0c0c"},
        }  # fmt: skip
        made = {name: book.add_format(how) for name, how in formats.items()}
        _write(book.add_worksheet(work.sheet.title), work.sheet, made)
        if work.register is not None:
            _write(book.add_worksheet(STUDIES.capitalize()), work.register, made)
        _explain(book.add_worksheet("Columns"), work, made)


def _write(page: Any, sheet: Sheet, made: dict[str, Any]) -> None:
    cells = {column.name: f"{_letters(place)}2" for place, column in enumerate(sheet.columns)}
    last = max(1, len(sheet.rows)) + MORE
    first = sheet.first
    for place, column in enumerate(sheet.columns):
        page.write_string(0, place, column.name, made["head"])
        if column.description:
            page.write_comment(
                0, place, f"{column.description} ({in_words(column)})", {"author": "Evergreen", "x_scale": 2}
            )
        width, options = _looks(column, sheet, first)
        # A format of the column, not of its empty cells: a list of 20,000 rows has a million of them.
        page.set_column(place, place, width, made["label" if column.label else "fill"], options)
        if (check := check_of(column, sheet.rules, cells)) is not None:
            page.data_validation(1, place, last, place, {
                "validate": "custom", "value": check, "ignore_blank": False, "error_title": column.name,
                "error_message": f"{in_words(column)}; NR where no report says it. The other cells of the row may contradict it."[:LONGEST_MESSAGE],
            })  # fmt: skip
        elif column.kind == "choice":
            page.data_validation(
                1, place, last, place, _choice(column.name, tuple(column.choices.labels), "")
            )
    for rule in sheet.rules:
        place = sheet.names.index(rule.column)
        page.conditional_format(
            1,
            place,
            last,
            place,
            {"type": "formula", "criteria": fault_of(rule, cells), "format": made["fault"]},
        )
    for line, row in enumerate(sheet.rows, start=1):
        for place, column in enumerate(sheet.columns):
            if not (text := row.cells.get(column.name, "")):
                continue
            if column.numeric:
                page.write_number(line, place, float(text))
            else:
                page.write_string(line, place, text)
    for (name, allowed, hint), places in _same_checks(sheet).items():
        (line, place), *others = places
        how = _choice(name, allowed, hint) if allowed else _hint(name, hint)
        page.data_validation(
            line, place, line, place, how | {"other_cells": [[r, c, r, c] for r, c in others]}
        )
    page.freeze_panes(1, sum(column.label for column in sheet.columns[:5]))
    page.autofilter(0, 0, max(1, len(sheet.rows)), len(sheet.columns) - 1)


def _looks(column: Column, sheet: Sheet, first: Collection[str]) -> tuple[int, dict[str, Any]]:
    """Width and options of a column; numbers that this review hardly needs are folded away, unless they are filled."""
    needed = not column.numeric or not first or column.name in first
    if needed or any(row.cells.get(column.name) for row in sheet.rows):
        return WIDTHS.get(column.name, 11 if column.numeric else 18), {}
    return 11, {"level": 1, "hidden": True}


def _same_checks(sheet: Sheet) -> dict[tuple[str, tuple[str, ...], str], list[Cell]]:
    """Cells with choices or hints of their own, by column, choices and hint."""
    found: dict[tuple[str, tuple[str, ...], str], list[Cell]] = {}
    for line, row in enumerate(sheet.rows, start=1):
        for name in {**row.allowed, **row.hints}:
            if name in sheet.names:
                key = (name, tuple(row.allowed.get(name, ())), row.hints.get(name, ""))
                found.setdefault(key, []).append((line, sheet.names.index(name)))
    return {key: places for key, places in found.items() if key[1] or key[2]}


def _choice(name: str, allowed: tuple[str, ...], hint: str) -> dict[str, Any]:
    if len(",".join(allowed)) > LONGEST_CHOICES:
        return _hint(name, hint or f"One of: {', '.join(allowed)}")
    return {**_hint(name, hint), "validate": "list", "source": list(allowed), "error_title": name, "error_message": "Choose one of the list."}  # fmt: skip


def _hint(name: str, hint: str) -> dict[str, Any]:
    said = {"input_title": name[:LONGEST_TITLE], "input_message": hint[:LONGEST_MESSAGE]} if hint else {}
    return {"validate": "any", **said}


def _explain(page: Any, work: WorkList, made: dict[str, Any]) -> None:
    """What every column holds, for those whose program hides notes."""
    page.set_column(0, 0, 24)
    page.set_column(1, 2, 70)
    for place, head in enumerate(("column", "what to enter", "what it may hold")):
        page.write_string(0, place, head, made["head"])
    sheets = [work.sheet, *([work.register] if work.register else [])]
    for line, column in enumerate((column for sheet in sheets for column in sheet.columns), start=1):
        for place, text in enumerate((column.name, column.description, in_words(column))):
            page.write_string(line, place, text)
    page.protect("")


def _letters(place: int) -> str:
    from xlsxwriter.utility import xl_col_to_name

    return str(xl_col_to_name(place))
