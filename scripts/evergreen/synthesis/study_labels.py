"""What the row of a study is called wherever it is shown: one rule for figures, tables, report and exports."""

from __future__ import annotations

from typing import Any

from evergreen.extraction.check import Row
from evergreen.extraction.row_values import text_of


def label_of(study: str, called: str, part: str = "") -> str:
    """`Cohen 2008 (Amgen 20040144)`, and with what tells the row from others of its study `Takeuchi 2016 (DRIVE, 60 mg)`; by its own
    name where no report is known, `DRIVE (60 mg)`."""
    name = called or study
    if not part:
        return name
    return f"{name[:-1]}, {part})" if called.endswith(")") else f"{name} ({part})"


def first_report(row: Row) -> dict[str, Any]:
    """What the study of a row is called by its first report (`called`), and the year of this."""
    year = text_of(row.get("report_year"))
    return {"called": text_of(row.get("report_name")), "year": int(year) if year.isdecimal() else None}
