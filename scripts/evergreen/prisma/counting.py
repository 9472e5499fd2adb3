"""From the tables of deduplication and screening, or counts given in the protocol, to the numbers of the flow chart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evergreen.errors import InputError
from evergreen.prisma.counts import chained, given, identified, increments, looked_at
from evergreen.prisma.identities import check_counts, check_members, check_sources
from evergreen.prisma.lists import EXCLUDED_COLUMNS, SOURCE_COLUMNS, excluded_reports, per_source
from evergreen.prisma.members import COLUMNS, members
from evergreen.screening.stages import skipped


def _empty(columns: Sequence[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(columns), dtype=object)


@dataclass(frozen=True)
class Tables:
    """What there is to count; without sources all of them are empty."""

    clusters: pd.DataFrame = field(default_factory=lambda: _empty(["record_id", "work_id"]))
    works: pd.DataFrame = field(default_factory=lambda: _empty(["work_id"]))
    decisions: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    studies: pd.DataFrame = field(default_factory=lambda: _empty(["study", "work_ids"]))
    removed: pd.DataFrame = field(
        default_factory=lambda: _empty(["record_id", "kind", "reason", "_file", "_row"])
    )


@dataclass(frozen=True)
class Counted:
    """`document` is the content of counts.json; `members` says what is in each box."""

    document: dict[str, Any]
    members: pd.DataFrame = field(default_factory=lambda: _empty(COLUMNS))
    excluded: pd.DataFrame = field(default_factory=lambda: _empty(EXCLUDED_COLUMNS))
    per_source: pd.DataFrame = field(default_factory=lambda: _empty(SOURCE_COLUMNS))


def count(
    tables: Tables | None,
    imported: Sequence[Mapping[str, Any]],
    *,
    rounds: Sequence[str],
    sources: Sequence[tuple[str, str, str]],
    labels: Mapping[str, str],
    previous: Mapping[str, int],
    given_counts: Mapping[str, Any],
    other_methods: Sequence[tuple[str, str, str, int, str | None]] = (),
    not_searched: Mapping[str, Mapping[str, str]] | None = None,
) -> Counted:
    """Count the boxes of every round, and check that they add up.

    `imported` are the counts of the files of each source and round, `sources` (id, type, name), `labels` those of the reasons for
    exclusion, `given_counts` by date, `not_searched` by date why sources, by name, were not searched, `other_methods` (round, type, method, records looked at, source) what people looked through. Raises InputError where a round has both counts and records, ReviewError where the numbers
    contradict each other.
    """
    parts: dict[str, Any] = {}
    found: dict[str, Any] = {}
    lists: dict[str, pd.DataFrame] = {}
    besides: Counter[str] = Counter()
    if tables is not None:
        types = {source: type_ for source, type_, _ in sources}
        names = {source: name for source, _, name in sources}
        clusters, works = tables.clusters, tables.works
        groups = members(clusters, works, tables.decisions, tables.studies, tables.removed, types=types)
        check_sources(imported, clusters)
        check_members(groups, clusters, works, tables.studies, types=types)
        seen = pd.DataFrame(imported, columns=["round", "seen_before"]).groupby("round")["seen_before"].sum()
        parts = increments(groups, rounds, {str(day): int(n) for day, n in seen.items()})
        found = identified(clusters, [(row["source"], row["round"]) for row in imported], types, names)
        for day, boxes in looked_at(other_methods, imported, names).items():
            for box, more in boxes.items():
                parts[day][box] += more.total()
                found.setdefault(day, {}).setdefault(box, Counter()).update(more)
                besides[day] += more.total()
        lists = {
            "members": groups,
            "excluded": excluded_reports(groups, works, tables.decisions["full_text"], labels),
            "per_source": per_source(groups, clusters, imported, types, names),
        }
    for day, raw in given_counts.items():
        if any(parts.get(day, {}).values()):
            raise InputError(
                f"`prisma.given` has counts of {day}, and records of that round are there",
                todo="Keep either the counts or the records.",
            )
        parts[day], found[day] = given(day, raw)
    counts = chained(dict(sorted(parts.items())), previous, list(labels))
    check_counts(counts, found)
    unscreened = [stage for stage, rows in (tables.decisions if tables else {}).items() if skipped(rows)]
    return Counted(
        {
            **counts,
            "sources": found,
            "given": sorted(given_counts),
            "skipped": unscreened,
            **({"looked_at": besides} if any(besides.values()) else {}),
            **({"not_searched": not_searched} if not_searched else {}),
        },
        **lists,
    )
