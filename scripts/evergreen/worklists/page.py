"""A list to fill in as a page: one file that works by double-click and offline, and checks while one types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from evergreen.screening.webpage import CSV, DESK, STYLE, self_contained
from evergreen.sheets import NOT_REPORTED, folded
from evergreen.sheets.columns import Column
from evergreen.worklists.checks import in_words
from evergreen.worklists.lists import Row, WorkList

PARTS = Path(__file__).with_name("page")
TEMPLATE, LOOKS = PARTS / "form.html", PARTS / "form.css"
PROGRAMS = tuple(PARTS / name for name in ("faults.js", "rows.js", "form.js", "saving.js"))
ALWAYS = frozenset({"timepoint", "arm", "group", "unit", "judgement", "support", "source", "note"})
"""Columns that are shown whether a row needs them or not."""


def form(
    work: WorkList,
    built: Mapping[str, str] | None = None,
    eligibility: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """The page of one list as HTML; `built` are the SHA-256s of the sheets that it goes on from, by `sheet` and `register`,
    `eligibility` what the protocol wants to `include` and to `exclude`."""
    built = built or {}
    sheet = work.sheet
    named = {folded(row.cells["study"]): row.cells["study"] for row in sheet.rows}
    studies = {**{folded(study): study for study in work.studies}, **named}
    answered = "domain" in sheet.names
    data: dict[str, Any] = {
        "title": work.title,
        "task": work.task,
        "person": work.person,
        "key": sha256(f"{work.title}\n{work.task}\n{work.person}".encode()).hexdigest()[:12],
        "file": f"{work.person}.csv",
        "destination": f"{work.destination}.csv",
        "built": built.get("sheet", ""),
        "eligibility": dict(eligibility or {}),
        "columns": [_column(column) for column in sheet.columns],
        "rules": [
            {"column": rule.column, "needs": rule.needs, "unless": rule.unless, "tree": rule.tree, "problem": rule.problem}
            for rule in sheet.rules
        ],
        "answered": answered,
        "key_columns": sheet.key,
        "needed": [column.name for column in sheet.columns if column.must_exist],
        # Said in the heading of a table, not in its rows.
        "headed": ["study", "outcome", "timepoint", "comparison", "effect", "variant", "domain"] if answered else ["study", "outcome"],
        "not_reported": sorted(NOT_REPORTED),
        "studies": [{"id": study, "reports": list(work.studies.get(study, ()))} for study in studies.values()],
        "rows": [_row(row) for row in sheet.rows],
        "register": None if work.register is None else {
            "file": f"{Path(work.register_destination).name}.csv",
            "destination": f"{work.register_destination}.csv",
            "built": built.get("register", ""),
            "columns": [_column(column) for column in work.register.columns],
            "rows": [_filled(row.cells) for row in work.register.rows],
        },
    }  # fmt: skip
    return self_contained(
        TEMPLATE,
        title=f"{work.title}: {work.task}, {work.person}",
        styles=[STYLE, LOOKS],
        programs=[DESK, CSV, *PROGRAMS],
        data=data,
    )


def _filled(cells: Mapping[str, str]) -> dict[str, str]:
    """Without empty cells: most are, and a page of 20,000 rows would be four times as large."""
    return {name: text for name, text in cells.items() if text}


def _row(row: Row) -> dict[str, Any]:
    said = {
        "allowed": row.allowed,
        "hints": row.hints,
        "part": row.part,
        "first": row.first,
        "own": row.own,
        "follows": row.follows,
    }
    return {"cells": _filled(row.cells), "allowed": {}, "hints": {}} | {
        name: value for name, value in said.items() if value
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "kind": column.kind,
        "choices": list(column.choices.labels),
        "minimum": column.minimum,
        "maximum": column.maximum,
        "label": column.label,
        "must_be_filled": column.must_be_filled,
        "description": column.description,
        "holds": "" if column.kind == "text" else f"({in_words(column)})",
        "shown": column.name in ALWAYS,
    }
