"""Covidence's reference lists: one file per list, so the decision is which file; no reviewer is named.

Exclusion reasons of full text stand in the notes.
"""

from __future__ import annotations

import re
from pathlib import Path

from evergreen.screening.exchange.foreign_votes import ForeignVote, needed, read_rows
from evergreen.screening.exchange.ris_lists import own_id

REASON = re.compile(r"Exclusion reason:\s*([^;]+)")


def read(path: str | Path, decision: str) -> list[ForeignVote]:
    """All references of a list as votes for `decision`."""
    rows = read_rows(path)
    needed(rows, ("title", "covidence #"), path, "a list exported from Covidence")
    return [
        ForeignVote(
            str(path), number, "", decision, title=row["title"], year=row.get("published year", ""), doi=row.get("doi", ""),
            record_id=own_id(row.get("notes", "")) or row.get("accession number", ""),
            reasons=tuple(reason.strip() for reason in REASON.findall(row.get("notes", ""))) if decision == "exclude" else (),
        )
        for number, row in enumerate(rows, start=2)
    ]  # fmt: skip
