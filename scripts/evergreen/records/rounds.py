"""What a source's round brought: the records that are new, and those that an earlier round already had."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from evergreen.records.formats import Export
from evergreen.records.model import base_id, with_ids
from evergreen.records.rows import record_table

REMARK_COLUMNS = ("file", "line", "kind", "reason", "text")


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


def manifest(counts: Sequence[tuple[str, str, int]]) -> dict[str, dict[str, int]]:
    """`{round: {source: new records}}`, only where there are any, of (source, round, new) in the order given."""
    out: dict[str, dict[str, int]] = {}
    for source, round_, new in counts:
        if new > 0:
            out.setdefault(round_, {})[source] = new
    return out


def import_report(
    counts: Sequence[tuple[str, str, dict[str, int | str]]], remarks: dict[tuple[str, str], pd.DataFrame]
) -> pd.DataFrame:
    """`records/import-report.csv`: a row per file (kind `file`), then a row per remark on one of its lines."""
    columns = ["source", "round", *REMARK_COLUMNS]
    parts = []
    for source, round_, count in counts:
        place = {"source": source, "round": round_}
        if "file" in count:
            what = " ".join(
                filter(None, (str(count["format"]), f"({count['dialect']})" if count["dialect"] else ""))
            )
            summary = (
                f"{what}, {count['encoding']}: {count['read']} records read, {count['new']} new, "
                f"{count['seen_before']} seen before, {count['lost']} lines outside records"
            )
            parts.append(
                pd.DataFrame(
                    [{**place, "file": count["file"], "line": "", "kind": "file", "reason": summary}]
                )
            )
        if (found := remarks.get((source, round_))) is not None:
            parts.append(found.assign(**place))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return table.reindex(columns=columns).fillna("")
