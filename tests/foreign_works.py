"""The works of a review of which other tools bring decisions, and what is made of these. Made up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from evergreen.screening.exchange.foreign_votes import ForeignVote
from evergreen.screening.exchange.matching import Matched, match

REASONS = {"wrong_population": "Wrong population", "not_randomised": "Not randomised", "review": "Review"}
TITLES = ["Étude du dénosumab", "=SUM(A1)", "A trial", "Zażółć gęślą jaźń", "A trial", "Sixth", "Seventh"]
IDS = ["lib:00123", "pubmed:18438830", "lib:1E5", "lib:x y", "pubmed:2", "pubmed:3", "pubmed:4"]
WORKS = pd.DataFrame(
    {"work_id": IDS, "round": "2020-12-31", "title": TITLES, "year": ["2019", "2019", "2019", "2019", "2020", "2019", "2019"],
     "doi": ["10.1000/ABC", "", "", "", "", "10.1000/same", "10.1000/same"], "pmid": ["", "18438830", "", "", "2", "3", "4"],
     "authors": "Müller A; Łoś B", "journal": "J", "abstract": "Two\nlines", "url": ""}
)  # fmt: skip
CLUSTERS = {**{work: work for work in IDS}, "elsewhere:7": "lib:00123"}


def rows_of(
    votes: Iterable[ForeignVote], people: Mapping[str, str] | None = None, **kwargs: Any
) -> tuple[dict[str, list[list[str]]], Matched]:
    """Id, decision and reason of the rows of each person, and all that was made of the votes."""
    result = match(votes, WORKS, CLUSTERS, people=people or {"": "AB"}, reasons=REASONS, **kwargs)
    rows = {
        name: frame[["record_id", "decision", "reason"]].to_numpy().tolist()
        for name, frame in result.rows.items()
    }
    return rows, result
