"""What a source's round brought: the records that are new, and those that an earlier round already had."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from evergreen.records.account import REMARK_COLUMNS
from evergreen.records.formats import Export
from evergreen.records.model import base_id, with_ids
from evergreen.records.rows import record_table


@dataclass(frozen=True)
class Import:
    """The new records of a round, its counts, and the remarks on its file (`REMARK_COLUMNS`)."""

    records: pd.DataFrame
    counts: dict[str, int | str]
    remarks: pd.DataFrame


def import_export(
    export: Export,
    *,
    file: str,
    source: str,
    round_: str,
    earlier: Iterable[str] = (),
    hits: int | None = None,
) -> Import:
    """Records of one export file that none of the source's `earlier` record ids names.

    Counts: `hits` as the protocol states them (else the records read), `read`, `new`, `seen_before`; read = new +
    seen_before. Stated hits that differ from the records read are a remark of kind `hits`.
    """
    rows = record_table(export.blocks, export.fields, file)
    records = with_ids(rows, source, round_)
    known = {base_id(name) for name in earlier}
    seen = pd.Series(
        [base_id(name) in known for name in records["record_id"]], index=records.index, dtype=bool
    )
    remarks = [{"file": file, **remark._asdict()} for remark in export.remarks]
    read = len(records)
    if hits is not None and hits != read:
        reason = f"{hits} hits are stated in the protocol, {read} records were read"
        remarks.append({"file": file, "line": "", "kind": "hits", "reason": reason, "text": ""})
    if repeated := [name for name in records["record_id"] if name != base_id(name)]:
        names = ", ".join(repeated[:5]) + (", ..." if len(repeated) > 5 else "")
        reason = f"{len(repeated)} records have an id that another record of the file has: {names}"
        remarks.append({"file": file, "line": "", "kind": "repeated", "reason": reason, "text": ""})
    counts: dict[str, int | str] = {
        "hits": read if hits is None else hits,
        "read": read,
        "new": int((~seen).sum()),
        "seen_before": int(seen.sum()),
        "lost": sum(remark.kind == "lost" for remark in export.remarks),
        "file": file,
        "format": export.format,
        "dialect": export.dialect,
        "encoding": export.encoding,
    }
    return Import(
        records[~seen].reset_index(drop=True), counts, pd.DataFrame(remarks, columns=list(REMARK_COLUMNS))
    )
