"""What a source's round brought: the records that are new, and those that an earlier round already had."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evergreen.records.account import REMARK_COLUMNS
from evergreen.records.formats import Export
from evergreen.records.formats.block import Remark
from evergreen.records.model import base_id, with_ids
from evergreen.records.rows import record_table


@dataclass(frozen=True)
class Import:
    """The new records of a round, its counts, and the remarks on its files (`REMARK_COLUMNS`)."""

    records: pd.DataFrame
    counts: dict[str, Any]
    remarks: pd.DataFrame


def import_exports(
    exports: Mapping[str, Export],
    *,
    source: str,
    round_: str,
    earlier: Iterable[str] = (),
    hits: int | None = None,
) -> Import:
    """Records of a round's export files (by name) that none of the source's `earlier` record ids names.

    Counts: `hits` as the protocol states them (else the records read), `read`, `new`, `seen_before`, `lost` and, by file, `files`; read
    = new + seen_before. Stated hits that differ from the records read are a remark of kind `hits`.
    """
    odd: dict[str, list[Remark]] = {file: [] for file in exports}
    tables = [record_table(export.blocks, export.fields, file, odd[file]) for file, export in exports.items()]
    rows = pd.concat(tables, ignore_index=True) if len(tables) > 1 else tables[0]
    records = with_ids(rows, source, round_)
    known = {base_id(name) for name in earlier}
    seen = pd.Series(
        [base_id(name) in known for name in records["record_id"]], index=records.index, dtype=bool
    )
    remarks = [
        {"file": file, **remark._asdict()}
        for file, export in exports.items()
        for remark in sorted([*export.remarks, *odd[file]])
    ]
    read, files = len(records), ", ".join(exports)
    if hits is not None and hits != read:
        reason = f"{hits} hits are stated in the protocol, {read} records were read"
        remarks.append({"file": files, "line": "", "kind": "hits", "reason": reason, "text": ""})
    if repeated := [name for name in records["record_id"] if name != base_id(name)]:
        names = ", ".join(repeated[:5]) + (", ..." if len(repeated) > 5 else "")
        reason = f"{len(repeated)} records have an id that another record of the file has: {names}"
        remarks.append({"file": files, "line": "", "kind": "repeated", "reason": reason, "text": ""})
    by_file: list[dict[str, Any]] = []
    for file, export in exports.items():
        of_file = records["file"] == file
        by_file.append({
            "file": file,
            "format": export.format,
            "dialect": export.dialect,
            "encoding": export.encoding,
            "read": int(of_file.sum()),
            "new": int((of_file & ~seen).sum()),
            "seen_before": int((of_file & seen).sum()),
            "lost": sum(remark.kind == "lost" for remark in export.remarks),
        })  # fmt: skip
    counts = {
        "hits": read if hits is None else hits,
        "read": read,
        "new": int((~seen).sum()),
        "seen_before": int(seen.sum()),
        "lost": sum(one["lost"] for one in by_file),
        "files": by_file,
    }
    return Import(
        records[~seen].reset_index(drop=True), counts, pd.DataFrame(remarks, columns=list(REMARK_COLUMNS))
    )
