"""Write what became of every record that was retrieved: seen before, merged, asked, linked or apart, why, and how to undo it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from evergreen import spreadsheets, tables
from evergreen.command import parser, run
from evergreen.deduplication.audit import audit
from evergreen.deduplication.rounds import PAIRS
from evergreen.records.account import SEEN_COLUMNS

STATE = ("record_id", "source", "round", "work_id", "partner", "reason")
RECORD = ("record_id", "title", "doi", "pmid", "registry_ids")


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_structure("--sources", "[[source, [round, ...]], ...] in the order of the protocol")
    arguments.add_argument("--records", type=Path, required=True, help="records.parquet")
    arguments.add_argument("--rounds", type=Path, required=True, help="<source>/<round>.seen.parquet")
    arguments.add_argument("--works", type=Path, required=True, help="folder of the tables of deduplication")
    arguments.add_argument("--out", type=Path, required=True)
    args = arguments.parse_args(argv)

    states = sorted(path for path in (args.works / "rounds").glob("*.parquet") if path.stem.count(".") == 0)
    found = [
        tables.read_table(args.rounds / source / f"{day}.seen.parquet").assign(source=source, round=day)
        for source, days in args.sources
        for day in days
    ]
    pairs = [tables.read_table(path) for path in sorted((args.works / "rounds").glob("*.pairs.parquet"))]
    table = audit(
        records=tables.read_table(args.records, RECORD),
        state=tables.read_table(states[-1], STATE) if states else pd.DataFrame(columns=list(STATE), dtype="str"),
        pairs=pd.concat(pairs, ignore_index=True) if pairs else pd.DataFrame(columns=list(PAIRS), dtype="str"),
        sheet=spreadsheets.read_table(args.works / "borderline.csv"),
        links=tables.read_table(args.works / "links.csv"),
        verdicts=spreadsheets.read_table(args.works / "verdicts.csv"),
        seen=pd.concat(found, ignore_index=True)
        if found
        else pd.DataFrame(columns=[*SEEN_COLUMNS, "source", "round"], dtype="str"),
        sources=[source for source, _ in args.sources],
    )  # fmt: skip
    spreadsheets.write_table(table, args.out)
    counts = table["what"].value_counts()
    print(", ".join(f"{number} {what}" for what, number in counts.items()) or "no records")


if __name__ == "__main__":
    run(main)
