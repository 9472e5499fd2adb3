"""Names of the files that a screening stage leaves for people; imports nothing, so that the workflow can ask."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


def agreement_files(folder: str | Path, formats: Iterable[str]) -> list[str]:
    """Statistics of agreement as table and JSON, and their figure in its formats."""
    return [f"{folder}/agreement.{suffix}" for suffix in ("csv", "json", *formats)]


WORKLISTS = ("{}.html", "worklist-{}.csv", "worklist-{}.xlsx", "worklist-{}.ris")
"""What everyone with something to decide gets, by name."""
SEVERAL = "ris-parts"
"""Folder of the parts of a list that is longer than other tools take in one file."""
