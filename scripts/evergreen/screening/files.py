"""Names of the files that a screening stage leaves for people; imports nothing, so that the workflow can ask."""

from __future__ import annotations

AGREEMENT = (".csv", ".json", ".svg", ".pdf", ".png")
"""Endings of `agreement`."""
WORKLISTS = ("{}.html", "worklist-{}.csv", "worklist-{}.xlsx", "worklist-{}.ris")
"""What everyone with something to decide gets, by name."""
SEVERAL = "ris-parts"
"""Folder of the parts of a list that is longer than other tools take in one file."""
