"""Count the boxes of the PRISMA 2020 flow chart, check that they add up, and list what is in them.

Reads the tables of deduplication and screening (all of them, or none where every round's counts are given in
the protocol) and the import counts of each source and round.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from evergreen import spreadsheets
from evergreen.command import json_argument, parser, run
from evergreen.errors import InputError
from evergreen.prisma.chart import views
from evergreen.prisma.counts import chained, given, identified, increments
from evergreen.prisma.identities import check_counts, check_members, check_sources
from evergreen.prisma.lists import (
    EXCLUDED_COLUMNS,
    SOURCE_COLUMNS,
    excluded_reports,
    package_sheet,
    per_source,
)
from evergreen.prisma.members import COLUMNS, members
from evergreen.screening.stages import skipped
from evergreen.sheets import read_sheet
from evergreen.tables import read_json, read_table, write_json, write_table


def _empty(columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(columns=columns, dtype=object)


def main(argv: list[str] | None = None) -> None:
    p = parser(__doc__)
    p.add_argument("--clusters", type=Path)
    p.add_argument("--works", type=Path)
    p.add_argument("--title-abstract", type=Path)
    p.add_argument("--full-text", type=Path)
    p.add_argument("--studies", type=Path)
    p.add_argument("--removed", type=Path, help="sheet of records removed before screening")
    p.add_argument("--source-counts", type=Path, nargs="*", default=[], help="<source>/<round>.counts.json")
    p.add_argument(
        "--params",
        type=json_argument,
        required=True,
        help="rounds, sources [[id, type, name]], reasons [[key, label]], previous, given {date: counts}",
    )
    p.add_argument("--counts", type=Path, required=True)
    p.add_argument("--sheet", type=Path, required=True)
    p.add_argument("--total-sheet", type=Path, required=True)
    p.add_argument("--excluded", type=Path, required=True)
    p.add_argument("--per-source", type=Path, required=True)
    p.add_argument("--members", type=Path, required=True)
    args = p.parse_args(argv)

    labels = dict(args.params["reasons"])
    by_name = {id_: {"type": type_, "name": name} for id_, type_, name in args.params["sources"]}
    parts: dict[str, Any] = {}
    sources: dict[str, Any] = {}
    unscreened: list[str] = []
    groups, excluded, yields = _empty(COLUMNS), _empty(EXCLUDED_COLUMNS), _empty(SOURCE_COLUMNS)
    if args.clusters:
        clusters, works = read_table(args.clusters), spreadsheets.read_table(args.works)
        decisions = {
            "title_abstract": read_table(args.title_abstract),
            "full_text": read_table(args.full_text),
        }
        unscreened = [stage for stage, rows in decisions.items() if skipped(rows)]
        studies = read_table(args.studies)
        removed = read_sheet(args.removed, "excluded_before_screening") if args.removed else _empty(
            ["record_id", "kind", "reason", "_file", "_row"]
        )  # fmt: skip
        types = {source: facts["type"] for source, facts in by_name.items()}
        groups = members(clusters, works, decisions, studies, removed, types=types)
        imported = [
            {**read_json(path), "source": path.parent.name, "round": path.name.removesuffix(".counts.json")}
            for path in args.source_counts
        ]
        check_sources(imported, clusters)
        check_members(groups, clusters, works, studies, types=types)
        seen = pd.DataFrame(imported, columns=["round", "seen_before"]).groupby("round")["seen_before"].sum()
        parts = increments(groups, args.params["rounds"], {str(day): int(n) for day, n in seen.items()})
        names = {source: facts["name"] for source, facts in by_name.items()}
        sources = identified(clusters, [(row["source"], row["round"]) for row in imported], types, names)
        excluded = excluded_reports(groups, works, decisions["full_text"], labels)
        yields = per_source(groups, clusters, imported, by_name)
    for round_, raw in args.params["given"].items():
        if any(parts.get(round_, {}).values()):
            raise InputError(
                f"`prisma.given` has counts of {round_}, and records of that round are there",
                todo="Keep either the counts or the records.",
            )
        parts[round_], sources[round_] = given(round_, raw)
    counts = chained(dict(sorted(parts.items())), args.params["previous"], list(labels))
    check_counts(counts, sources)

    document = {**counts, "sources": sources, "given": sorted(args.params["given"]), "skipped": unscreened}
    write_json(document, args.counts)
    shown = views(document)
    write_table(package_sheet(shown[f"flow-{max(parts)}"], labels), args.sheet)
    write_table(package_sheet(shown["flow-total"], labels), args.total_sheet)
    spreadsheets.write_table(excluded, args.excluded)
    spreadsheets.write_table(yields, args.per_source)
    write_table(groups, args.members)


if __name__ == "__main__":
    run(main)
