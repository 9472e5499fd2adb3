"""Names of the lists of extractors and assessors; imports nothing, so that the workflow can ask."""

from __future__ import annotations

PLACES = {"extraction": "extraction/worklists", "bias": "risk_of_bias/worklists"}
"""Folder under results/ by task."""
LISTS = ("{}.xlsx", "{}.csv", "{}.html")
"""What everybody gets, by name."""
REGISTER = "studies-{}.csv"
"""An extractor's study-level columns; in the workbook a worksheet."""
OF_TASK = {"extraction": (*LISTS, REGISTER), "bias": LISTS}
