"""Group the records of all rounds into works, round by round, and write works, clusters, borderline pairs and links.

A round whose records, verdicts and rounds before are as they were is not compared again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from pathlib import Path

# Nothing here multiplies matrices: what would do it takes as long to get ready as hundreds of records.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import pandas as pd
import pyarrow as pa

from evergreen import spreadsheets, tables
from evergreen.command import parser, run
from evergreen.deduplication import overlap
from evergreen.deduplication.comparison import join
from evergreen.deduplication.links import borderline, links
from evergreen.deduplication.rounds import PAIRS, RECORD, STATE, close_round, compare_share, prepare
from evergreen.deduplication.verdicts import Verdicts, effects, read_verdict_sheet, read_verdicts
from evergreen.deduplication.works import READ, merge
from evergreen.errors import refuse
from evergreen.records import model
from evergreen.steps.parts import Parts

NEEDED = (
    "record_id",
    "work_id",
    "partner",
    "reason",
    "alias",
    "source",
    "round",
    "registry",
    "secondary",
    "kind",
)

# What people open; works.parquet is for later steps.
FOR_PEOPLE = {"works.csv", "borderline.csv", "verdicts.csv"}


def main(argv: list[str] | None = None) -> None:
    arguments = parser(__doc__)
    arguments.add_structure("--records", "[round, table] of every source, rounds ascending")
    arguments.add_argument("--verdicts", help="the sheet of people's verdicts")
    arguments.add_structure(
        "--params", '{"sources": [[id, kind, type], ...], "shards": parts in which pairs are compared}'
    )
    arguments.add_code("rounds")
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--folder", type=Path, required=True)
    given = arguments.parse_args(argv)
    tables.spare_memory()

    sources = {name: {"kind": kind, "type": type_} for name, kind, type_ in given.params["sources"]}
    names, shards = list(sources), given.params["shards"]
    by_round = _contributions(given.records)
    sheet = _verdicts(given.verdicts, by_round) if given.verdicts else None
    verdicts = read_verdicts(sheet) if sheet is not None else Verdicts.none()
    rounds = given.folder / "rounds"
    rounds.mkdir(parents=True, exist_ok=True)
    parts = Parts("deduplicate_works", given.code)
    before: list[Path] = []
    so_far: list[str] = []
    for day, paths in by_round.items():
        so_far = [*so_far, *paths]
        state_file, pairs_file = rounds / f"{day}.parquet", rounds / f"{day}.pairs.parquet"
        close = partial(
            _close, paths, so_far, before, verdicts, names, shards, given.threads, state_file, pairs_file
        )
        inputs = [*so_far, *before, *([given.verdicts] if given.verdicts else [])]
        values = {"sources": names, "shards": shards}
        if not parts.make(day, values, inputs, [state_file, pairs_file], close):
            print(f"round {day}: as it was")
        before = [state_file]
    for path in rounds.iterdir():
        if path.name.split(".")[0] not in by_round and path.suffix == ".parquet":
            path.unlink()
    pa.default_memory_pool().release_unused()  # by the comparisons
    if by_round:
        state = tables.read_table(before[0], NEEDED)
        records = pd.concat([tables.read_table(path, READ) for path in so_far], ignore_index=True)
        pairs = pd.concat(
            [tables.read_table(rounds / f"{day}.pairs.parquet") for day in by_round], ignore_index=True
        )
    else:
        records = model.typed(pd.DataFrame({"record_id": []}))[list(READ)]
        state = pd.DataFrame({name: pd.Series(dtype="str") for name in STATE})
        pairs = pd.DataFrame({name: pd.Series(dtype="str") for name in PAIRS})
    merged = merge(records, state, sources)
    records = records.drop(columns="abstract")  # most of its bytes, which the works have as well
    sheet_for_person, left_out = borderline(pairs, state, records, verdicts)
    effect = effects(sheet, set(state["record_id"]))
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


def _verdicts(path: str, by_round: dict[str, list[str]]) -> pd.DataFrame:
    """The sheet of verdicts, by the ids that the records have now."""
    # Loads the protocol's models: only for those who have verdicts.
    from evergreen.records.former_ids import by_any_id, check_ids

    parts = [
        tables.read_table(name, ["record_id", "alias"]).assign(now=lambda part: part["record_id"])
        for names in by_round.values()
        for name in names
    ]
    now = by_any_id(pd.concat(parts, ignore_index=True), "now") if parts else {}
    sheet = read_verdict_sheet(path)
    named = {name: sheet[name] for name in ("record_a", "record_b")}
    refuse(check_ids(sheet, now, tuple(named)))
    return sheet.assign(**{name: ids.map(lambda id_: now.get(id_, id_)) for name, ids in named.items()})


def _contributions(listed: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """{round: record tables} of the rounds and sources that brought new records."""
    import pyarrow.parquet as pq

    found: dict[str, list[str]] = {}
    for day, path in listed:
        if pq.ParquetFile(path).metadata.num_rows:
            found.setdefault(day, []).append(path)
    return found


def _abstracts(paths: list[str], ids: Iterable[str]) -> dict[str, str]:
    """Abstracts of a few records, read without holding those of all others."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    wanted = pa.array(list(ids), pa.string())
    found: dict[str, str] = {}
    for path in paths:
        for batch in pq.ParquetFile(path).iter_batches(columns=["record_id", "abstract"]):
            named = pc.is_in(batch["record_id"].cast(pa.string()), value_set=wanted)
            rows = batch.filter(named)
            found.update(zip(rows["record_id"].to_pylist(), rows["abstract"].to_pylist(), strict=True))
    return found


def _close(
    paths: list[str],
    every: list[str],
    before: list[Path],
    verdicts: Verdicts,
    sources: list[str],
    shards: int,
    threads: int,
    state: Path,
    pairs: Path,
) -> None:
    """Give every new record of a round its work; what earlier rounds decided stays.

    `every` names the tables that have the records of this round and those before.
    """
    # nothing but `prepare` holds the records, which are as large as all that is compared
    table, known = prepare(
        pd.concat([tables.read_table(path, RECORD) for path in paths], ignore_index=True),
        tables.read_table(before[0]) if before else None,
        workers=threads,
    )
    shares = [
        compare_share(table, known, shard=shard, shards=shards, workers=threads) for shard in range(shards)
    ]
    compared = join(shares) if len(shares) > 1 else shares[0]
    result = close_round(
        table,
        known,
        compared,
        verdicts,
        sources,
        workers=threads,
        abstracts=lambda ids: _abstracts(every, ids),
    )
    tables.write_table(result.state, state)
    tables.write_table(result.pairs, pairs)
    new = result.state.iloc[known:]
    joined = new["work_id"].ne(new["record_id"]).sum()
    print(
        f"round {state.stem}: {len(new)} new records, {joined} of them duplicates; {result.state['work_id'].nunique()} works so far"
    )


if __name__ == "__main__":
    run(main)
