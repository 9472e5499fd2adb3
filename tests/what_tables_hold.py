"""What people wrote in a small review and what its tables hold, read without the library; sentences are held against it (`tests.truths`)."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.stations import FIRST, SECOND, Review

TA, FT = "title_abstract", "full_text"


@dataclass
class Truth:
    """A review at one station; `stage` and `task` are what was spoken of last."""

    review: Review
    searched: dict[str, list[str]] = field(default_factory=dict)
    stage: str = "title_abstract"
    task: str = "extraction"

    def table(self, path: str) -> list[dict[str, str]]:
        place = Path("results", path)
        if not place.is_file():
            return []
        with place.open(encoding="utf-8", newline="") as file:
            return [{key: value.lstrip("'") for key, value in row.items()} for row in csv.DictReader(file)]

    def decisions(self, stage: str, day: str = "") -> list[dict[str, str]]:
        return [
            row for row in self.table(f"screening/{stage}/decisions.csv") if not day or row["round"] == day
        ]

    def open(self, stage: str, day: str = "") -> int:
        return sum(row["how"] in ("pending", "conflict") for row in self.decisions(stage, day))

    def how(self, stage: str, how: str) -> int:
        return sum(row["how"] == how for row in self.decisions(stage))

    def decided(self, stage: str, decision: str = "", day: str = "") -> int:
        rows = [row for row in self.decisions(stage, day) if row["how"] not in ("pending", "conflict")]
        return sum(not decision or row["decision"] == decision for row in rows)

    def votes(self, stage: str) -> Counter[str]:
        """Votes by person on works that reached the stage, of people's own sheets."""
        there = {row["work_id"] for row in self.decisions(stage)}
        return Counter({
            person: sum(row["record_id"] in there for row in self.review.sheets.get(f"screening/{stage}/{person}.csv", []))
            for person in ("AB", "CD")
        })  # fmt: skip

    def people(self, task: str) -> dict[str, set[str]]:
        """{person: studies} of people's own sheets."""
        return {
            Path(path).stem: {row["study"] for row in rows}
            for path, rows in self.review.sheets.items()
            if path.startswith(task) and not path.endswith("adjudication.csv")
        }

    @property
    def included(self) -> list[dict[str, str]]:
        return [row for row in self.table("screening/studies.csv") if row["status"] == "included"]

    @property
    def reports(self) -> int:
        return len({work for row in self.included for work in row["work_ids"].split("; ")})

    @property
    def further(self) -> int:
        """Reports that the second round brought of studies of the first."""
        first = {
            work for row in self.included if row["round"] == FIRST for work in row["work_ids"].split("; ")
        }
        rounds = {row["work_id"]: row["round"] for row in self.decisions(FT)}
        return sum(rounds[work] == SECOND for work in first)

    def conflicts(self, status: str) -> int:
        return sum(row["status"] == status for row in self.table(f"{self.task}/conflicts.csv"))

    def result(self, name: str) -> dict[str, Any]:
        ids = {one["name"]: one["id"] for one in self.review.protocol["outcomes"]}
        place = Path("results/synthesis", f"{ids[name]}.json")
        return json.loads(place.read_text(encoding="utf-8")) if place.is_file() else {}

    def rated(self, name: str) -> bool:
        ids = {one["name"]: one["id"] for one in self.review.protocol["outcomes"]}
        return any(row["outcome"] == ids[name] for row in self.review.sheets.get("certainty.csv", []))

    def records(self, day: str = "") -> int:
        return sum(not day or row["round"] == day for row in self.table("deduplication/clusters.csv"))
