"""Read what all sources brought in all rounds, and put the new records into one table and the remarks on their files into a report.

A round that was read before, and whose file and rounds before are as they were, is not read again.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from evergreen import spreadsheets, tables
from evergreen.command import parser, run
from evergreen.records.account import CONTENT, import_report, imported_twice
from evergreen.records.model import typed
from evergreen.records.source_reading import Round, read_source
from evergreen.steps.hold import processes

Source = tuple[str, str, list[Round]]


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_structure(
        "--sources",
        "[[source, pubmed | export, [[round, folder of the search, or file or list of files of the export, {format, columns, hits, formerly}]]]], rounds ascending",
    )
    arguments.add_code("rounds")
    arguments.add_argument("--threads", type=int, default=1, help="sources that are read side by side")
    arguments.add_argument(
        "--folder",
        type=Path,
        required=True,
        help="where records.parquet, import-report.csv and rounds/<source>/<round>.* go",
    )
    arguments.add_argument("--table", help="records.csv, where it is to be written for people as well")
    args = arguments.parse_args(argv)

    rounds = args.folder / "rounds"
    _read(args.sources, rounds, args.code, args.threads)
    # By date, and within a date in the order of the protocol.
    pairs = [(day, source) for source, _, days in args.sources for day, _, _ in days]
    stems = {(source, day): rounds / source / day for day, source in sorted(pairs, key=lambda pair: pair[0])}
    parts = {pair: f"{stem}.parquet" for pair, stem in stems.items()}
    counts = [(source, day, tables.read_json(f"{stem}.counts.json")) for (source, day), stem in stems.items()]
    remarks = {pair: tables.read_rows(f"{stem}.lost.csv") for pair, stem in stems.items()}

    number = _write_records(list(parts.values()), args.folder)
    if args.table:
        spreadsheets.write_copy(args.folder / "records.parquet", args.table)
    twice = imported_twice({pair: tables.read_parts([part], CONTENT) for pair, part in parts.items()})
    spreadsheets.write_table(import_report(counts, remarks, twice), args.folder / "import-report.csv")
    for (source, day), reason in twice:
        print(f"WARNING: {source} {day}: {reason}")
    print(f"{number} records of {len(stems)} searches")


def _write_records(parts: Sequence[str], folder: Path) -> int:
    """Put the parts into one table, of which little is in memory at a time; returns how many records it has."""
    import pyarrow as pa

    filled = [part for part in parts if tables.rows_of(part)]
    pa.default_memory_pool().release_unused()  # by those that were read
    table = folder / "records.parquet"
    if len(filled) == 1:
        tables.write_copy(filled[0], table)  # it would have the same bytes
    else:
        frames = tables.read_parts(filled) if filled else iter([typed(pd.DataFrame())])
        tables.write_parts(frames, table)
    return sum(map(tables.rows_of, filled))


def _read(sources: list[Source], rounds: Path, code: str, threads: int) -> None:
    """Read the sources, `threads` of them side by side; what is read by another process leaves its memory with it."""
    if threads < 2 or len(sources) < 2:
        for source, kind, days in sources:
            read_source(source, kind, days, rounds / source, code)
        return
    with processes(min(threads, len(sources))) as pool:
        begun = [
            pool.submit(read_source, source, kind, days, rounds / source, code)
            for source, kind, days in sources
        ]
        for one in begun:
            one.result()


if __name__ == "__main__":
    gc.disable()  # records make millions of small tuples and no cycles; tracking them costs a fifth of the time
    run(main)
