"""What a source brought in each round, replies of PubMed or exports, as tables of the records that are new in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evergreen import tables
from evergreen.records.account import SEEN_COLUMNS
from evergreen.records.former_ids import aliases
from evergreen.steps.parts import Parts

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".parquet", ".counts.json", ".lost.csv", ".seen.parquet")
Round = tuple[str, str | list[str], dict[str, Any]]
"""Date, folder of the search, or file of the export or list of files, and how they are read: `{format, columns, hits}`;
`formerly`: what the source was called."""


def read_source(source: str, kind: str, rounds: Sequence[Round], folder: Path, code: str = "") -> None:
    """Write `<round>.parquet` with its counts and remarks for each round, oldest first.

    A round that was read before by the same `code`, and whose file and rounds before are as they were, is not read again; files of
    rounds that the source has no longer go.
    """
    folder.mkdir(parents=True, exist_ok=True)
    parts = Parts("read_records", code)
    earlier: list[Path] = []
    files: dict[str | None, str] = {}
    for day, place, how in rounds:
        stem = folder / day
        places = [place] if isinstance(place, str) else place
        if kind == "pubmed":
            read = partial(_read_replies, Path(places[0]), how, source, day, stem)
            inputs = [f"{places[0]}/{name}" for name in ("ids.txt", "new_ids.txt", "batches.json", "raw")]
        else:
            same = _as_before(parts.receipts.hashes(filter(_filled, places)), files, day)
            read = partial(_read_exports, places, how, source, day, earlier, stem, same)
            how = {**how, "same": same}
            inputs = [*places, *(f"{path}.parquet" for path in earlier)]
        parts.make(f"{source}-{day}", how, inputs, [f"{stem}{suffix}" for suffix in SUFFIXES], read)
        earlier = [*earlier, stem]
    days = {day for day, _, _ in rounds}
    for path in folder.iterdir():
        if path.name.split(".")[0] not in days and path.name.endswith(SUFFIXES):
            path.unlink()


def _read_replies(search: Path, how: dict[str, Any], source: str, day: str, stem: Path) -> None:
    import pandas as pd

    from evergreen.records import model
    from evergreen.search import table

    read = table.read_round(search, source, day)
    _write_records(model.typed(read.records), how, source, stem)
    tables.write_table(pd.DataFrame(read.lost, columns=table.LOST_COLUMNS), f"{stem}.lost.csv")
    seen = [(f"{source}:{pmid}", f"{day}/ids.txt", line, "", "PMID") for line, pmid in read.seen]
    _write_seen(pd.DataFrame(seen, columns=list(SEEN_COLUMNS)), stem)
    tables.write_json(read.counts, f"{stem}.counts.json")


def _filled(place: str) -> bool:
    return Path(place).is_file() and Path(place).stat().st_size > 0


def _as_before(hashes: Mapping[str, str | None], known: dict[str | None, str], day: str) -> dict[str, str]:
    """{file: the round that was given the same file before}, of files by their `hashes`; `known` are the days of files by theirs, to which these are added."""
    found = {place: known[hash_] for place, hash_ in hashes.items() if hash_ in known}
    for hash_ in hashes.values():
        known.setdefault(hash_, day)
    return found


def _read_exports(
    files: Sequence[str],
    how: dict[str, Any],
    source: str,
    day: str,
    earlier: list[Path],
    stem: Path,
    same: dict[str, str],
) -> None:
    import pandas as pd

    from evergreen.records import formats
    from evergreen.records.formats.content import NotInPieces
    from evergreen.records.formats.pieces import Pieces, large
    from evergreen.records.new_records import import_exports

    options: dict[str, Any] = {
        "format_": how.get("format"), "columns": how.get("columns"), "none_expected": how.get("hits") == 0,
    }  # fmt: skip
    known = list(tables.read_parts(f"{path}.parquet" for path in earlier))
    before = pd.concat(known, ignore_index=True) if known else None
    search: dict[str, Any] = {
        "source": source,
        "round_": day,
        "earlier": before,
        "hits": how.get("hits"),
        "same": same,
    }
    try:
        result = import_exports(
            {file: (Pieces if large(file) else formats.read)(file, **options) for file in files},
            **search,
        )
    except NotInPieces:
        result = import_exports({file: formats.read(file, **options) for file in files}, **search)
    _write_records(result.found.rows, how, source, stem, result.found.order)
    tables.write_json(result.counts, f"{stem}.counts.json")
    tables.write_table(result.remarks, f"{stem}.lost.csv")
    _write_seen(result.seen, stem)
    for counts in result.counts["files"]:
        print(
            f"{counts['file']}: {counts['format']} {counts['dialect']} ({counts['encoding']}), {counts['read']} records read, "
            f"{counts['new']} new, {counts['seen_before']} seen before, {counts['lost']} lines outside records"
        )
    for reason in result.remarks.loc[result.remarks["kind"].isin(("hits", "key", "cut", "same")), "reason"]:
        print(f"WARNING: {', '.join(files)}: {reason}")


def _write_seen(seen: pd.DataFrame, stem: Path) -> None:
    types = {name: "int64" if name == "line" else "str" for name in SEEN_COLUMNS}
    tables.write_table(seen.astype(types), f"{stem}.seen.parquet")


def _write_records(
    records: pd.DataFrame, how: dict[str, Any], source: str, stem: Path, order: list[int] | None = None
) -> None:
    if formerly := how.get("formerly"):
        records = records.assign(alias=aliases(records["record_id"], source, formerly))
    if order is None:
        tables.write_table(records, f"{stem}.parquet")
    else:
        tables.write_in_order(records, order, f"{stem}.parquet")
