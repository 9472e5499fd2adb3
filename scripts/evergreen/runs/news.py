"""What a run brought: the review's numbers beside those of the run before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from evergreen.counting import plural

COUNTS = Path("results/prisma/counts.json")
SYNTHESIS = Path("results/synthesis")
IDENTIFIED = (
    "database_results",
    "register_results",
    "website_results",
    "organisation_results",
    "citations_results",
)


@dataclass(frozen=True)
class Counts:
    """How much there is: records found, studies and reports included, of each outcome its studies and pooled numbers, and records
    by the round in which they were found first."""

    records: int = 0
    studies: int = 0
    reports: int = 0
    outcomes: Mapping[str, list[Any]] = field(default_factory=dict)
    rounds: Mapping[str, int] = field(default_factory=dict)

    def as_values(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of_values(cls, values: Mapping[str, Any]) -> Counts:
        return cls(**values)


def counted(outcomes: list[str]) -> Counts:
    """The numbers of the review in this directory, of the outcomes that its protocol has."""
    flow = _read(COUNTS)
    total = flow.get("total", {})
    found = {name: _read(SYNTHESIS / f"{name}.json") for name in outcomes}
    return Counts(
        _identified(total),
        total.get("total_studies", 0),
        total.get("total_reports", 0),
        {name: _pooled(result) for name, result in found.items() if result},
        {day: _identified(part) for day, part in flow.get("rounds", {}).items()},
    )


def _identified(counts: Mapping[str, Any]) -> int:
    return sum(counts.get(key, 0) for key in IDENTIFIED)


def _pooled(result: Mapping[str, Any]) -> list[Any]:
    model = result.get("model") or {}
    return [result.get("k"), *(model.get(key) for key in ("estimate", "ci_low", "ci_high"))]


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def news(now: Counts, before: Counts | None) -> list[str]:
    """What is new, in a line or two; `before` is None after the first run."""
    if before is None:
        there = [
            _many(now.records, "record found", "records found"),
            _many(now.studies, "study included", "studies included"),
            _many(
                sum(row[1] is not None for row in now.outcomes.values()), "outcome pooled", "outcomes pooled"
            ),
        ]
        return ["So far: " + ", ".join(part for part in there if part) + "."] if any(there) else []
    parts = [
        _change(now.records - before.records, "record", "records"),
        _change(now.studies - before.studies, "included study", "included studies"),
        _change(now.reports - before.reports, "included report", "included reports"),
    ]
    lines = [", ".join(part for part in parts if part)] if any(parts) else []
    # An export that was replaced moves records that a later round found as well.
    lines += [
        f"found first on {day}: {plural(count, 'record')} ({before.rounds[day]:,} before)"
        for day, count in now.rounds.items()
        if before.rounds.get(day, count) != count
    ]
    lines += [
        f"{name}: {_moved(row, before.outcomes.get(name))}"
        for name, row in now.outcomes.items()
        if row != before.outcomes.get(name)
    ]
    lines += [f"{name}: not in the protocol any more" for name in before.outcomes if name not in now.outcomes]
    return ["New since the run before:", *(f"  {line}" for line in _capped(lines))] if lines else []


def _moved(row: list[Any], old: list[Any] | None) -> str:
    studies = _many(row[0] or 0, "study", "studies") or "no study"
    if old is None:
        return f"{studies}, {'pooled' if row[1] is not None else 'not pooled'}, for the first time"
    if (row[1] is None) != (old[1] is None):
        return f"{studies}, {'pooled now' if row[1] is not None else 'not pooled any more'}"
    before = f" ({old[0]} before)" if old[0] != row[0] else ""
    return f"{studies}{before}, the pooled numbers moved" if row[1:] != old[1:] else f"{studies}{before}"


def _capped(lines: list[str], most: int = 8) -> list[str]:
    rest = [f"and {len(lines) - most:,} more outcomes"] if len(lines) > most else []
    return [*lines[:most], *rest]


def _many(count: int, one: str, many: str) -> str:
    return plural(count, one, many) if count else ""


def _change(count: int, one: str, many: str) -> str:
    return f"{'+' if count > 0 else '-'}{_many(abs(count), one, many)}" if count else ""
