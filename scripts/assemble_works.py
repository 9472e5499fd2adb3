"""Write the works of all rounds: merged fields, clusters, borderline pairs, links, and what each source brought."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evergreen import spreadsheets, tables
from evergreen.command import json_argument, parser, run
from evergreen.deduplication import overlap
from evergreen.deduplication.links import borderline, links
from evergreen.deduplication.rounds import PAIRS, STATE
from evergreen.deduplication.verdicts import Verdicts, effects, read_verdict_sheet, read_verdicts
from evergreen.deduplication.works import READ, merge
from evergreen.records import model

NEEDED = ("record_id", "work_id", "partner", "reason", "alias", "source", "round", "registry", "kind")
# What people open; works.parquet is for later steps.
FOR_PEOPLE = {"works.csv", "borderline.csv", "verdicts.csv"}


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_argument("--records", nargs="*", default=[], help="record tables of all rounds and sources")
    arguments.add_argument("--state", help="table of the last round; without it there are no records")
    arguments.add_argument("--pairs", nargs="*", default=[], help="pairs of all rounds")
    arguments.add_argument("--verdicts", help="the sheet of people's verdicts")
    arguments.add_argument(
        "--params", type=json_argument, required=True, help='{"sources": [[id, kind, type], ...]}'
    )
    arguments.add_argument("--folder", type=Path, required=True)
    given = arguments.parse_args(argv)

    sources = {name: {"kind": kind, "type": type_} for name, kind, type_ in given.params["sources"]}
    sheet = read_verdict_sheet(given.verdicts) if given.verdicts else None
    verdicts = read_verdicts(sheet) if sheet is not None else Verdicts.none()
    if given.state:
        state = tables.read_table(given.state, NEEDED)
        records = pd.concat([tables.read_table(path, READ) for path in given.records], ignore_index=True)
        pairs = pd.concat([tables.read_table(path) for path in given.pairs], ignore_index=True)
    else:
        records = model.typed(pd.DataFrame({"record_id": []}))[list(READ)]
        state = pd.DataFrame({name: pd.Series(dtype="str") for name in STATE})
        pairs = pd.DataFrame({name: pd.Series(dtype="str") for name in PAIRS})
    merged = merge(records, state, sources)
    sheet_for_person, left_out = borderline(pairs, state, records, verdicts)
    effect = effects(sheet, set(state["record_id"]))
    names = list(sources)
    for name, table in {
        "clusters.csv": merged.clusters,
        "works.csv": merged.works,
        "works.parquet": merged.works,
        "origin.csv": merged.origin,
        "borderline.csv": sheet_for_person,
        "links.csv": links(pairs, state, records),
        "verdicts.csv": effect,
        "yield.csv": overlap.yields(merged.clusters, names),
        "overlap.csv": overlap.overlaps(merged.clusters, names),
        "combinations.csv": overlap.combinations(merged.clusters, names),
    }.items():
        write = spreadsheets.write_table if name in FOR_PEOPLE else tables.write_table
        write(table, given.folder / name)
    print(
        f"{len(records)} records are {len(merged.works)} works; {len(sheet_for_person)} pairs await a person's verdict"
    )
    if left_out:
        print(f"{left_out} less likely pairs are not on the sheet")
    for row in effect[effect["effect"].ne("applied")].itertuples():
        print(f"verdict on {row.record_a} and {row.record_b}: {row.effect}")


if __name__ == "__main__":
    run(main)
