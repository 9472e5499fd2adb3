"""What a source's round brought: the records that are new, and those that an earlier round already had."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evergreen.counting import noun, plural
from evergreen.records.account import REMARK_COLUMNS, SEEN_COLUMNS
from evergreen.records.formats import Export, clinicaltrials
from evergreen.records.formats.block import NOTE, Remark
from evergreen.records.formats.clinicaltrials import NEXT_PAGE
from evergreen.records.formats.pieces import Pieces
from evergreen.records.identity import Identified, identify
from evergreen.records.rows import joined, record_table


@dataclass(frozen=True)
class Import:
    """What a round brought, of which `found.records` are new, its counts, the remarks on its files (`REMARK_COLUMNS`), and the records
    `seen` before (`SEEN_COLUMNS`)."""

    found: Identified
    counts: dict[str, Any]
    remarks: pd.DataFrame
    seen: pd.DataFrame

    @property
    def records(self) -> pd.DataFrame:
        return self.found.records


def import_exports(
    exports: Mapping[str, Export | Pieces],
    *,
    source: str,
    round_: str,
    earlier: pd.DataFrame | None = None,
    hits: int | None = None,
    same: Mapping[str, str] | None = None,
) -> Import:
    """Records of a round's export files (by name) that the source's `earlier` records do not have (`identity.identify`); `same` are files that
    an earlier round (its date) was given as well.

    Counts: `hits` as the protocol states them (else the records read), `read`, `new`, `seen_before`, `lost` and, by file, `files`; read
    = new + seen_before. Stated hits that differ from the records read are a remark of kind `hits`.
    """
    odd: dict[str, list[Remark]] = {file: [] for file in exports}
    rows = joined(
        record_table(blocks, export.fields, file, odd[file])
        for file, export in exports.items()
        for blocks in export.pieces()
    )
    found = identify(rows, source, round_, earlier)
    pages = [export.remarks for export in exports.values() if export.format == clinicaltrials.NAME]
    # Of a search whose pages are files each, all but one name a next one.
    last = any(NEXT_PAGE not in [remark.reason for remark in page] for page in pages)
    remarks = [
        {
            "file": file,
            **(remark._replace(kind=NOTE) if last and remark.reason == NEXT_PAGE else remark)._asdict(),
        }
        for file, export in exports.items()
        for remark in sorted([*export.remarks, *odd[file]])
    ]
    for file, day in (same or {}).items():
        reason = f"this is the file of the round of {day}: the search of {round_} may not have been exported"
        remarks.append({"file": file, "line": "", "kind": "same", "reason": reason, "text": ""})
    read, files = len(rows), ", ".join(exports)
    if hits is not None and hits != read:
        reason = f"{hits} hits are stated in the protocol, {read} records were read"
        remarks.append({"file": files, "line": "", "kind": "hits", "reason": reason, "text": ""})
    if len(repeated := found.repeated):
        others = repeated[repeated["repeats"].eq(repeated["record_id"])]
        have = f"{plural(len(repeated), 'record')} {noun(len(repeated), 'has', 'have')}"
        reason = f"{have} an id that another record of the file has: {_some(repeated['record_id'])}"
        text = f"other works: {_some(others['record_id'])}" if len(others) else ""
        remarks.append({"file": files, "line": "", "kind": "repeated", "reason": reason, "text": text})
    for kind, ones in (("key", found.shared), ("seen", found.seen)):
        remarks += [
            {"file": one.file, "line": one.line, "kind": kind, "reason": one.reason, "text": one.title}
            for one in ones
        ]
    again = Counter(one.file for one in found.seen)
    new_in = Counter(found.rows["file"].iloc[found.order])
    by_file: list[dict[str, Any]] = []
    for file, export in exports.items():
        new = new_in[file]
        by_file.append({
            "file": file,
            "format": export.format,
            "dialect": export.dialect,
            "encoding": export.encoding,
            "read": new + again[file],
            "new": new,
            "seen_before": again[file],
            "lost": sum(remark.kind == "lost" for remark in export.remarks),
        })  # fmt: skip
    counts = {
        "hits": read if hits is None else hits,
        "read": read,
        "new": len(found.order),
        "seen_before": len(found.seen),
        "lost": sum(one["lost"] for one in by_file),
        "files": by_file,
    }
    seen = [
        (one.record_id, one.file, one.line, one.title, one.reason.removeprefix(f"seen as {one.record_id}: "))
        for one in found.seen
    ]
    return Import(
        found,
        counts,
        pd.DataFrame(remarks, columns=list(REMARK_COLUMNS)),
        pd.DataFrame(seen, columns=list(SEEN_COLUMNS)),
    )


def _some(names: pd.Series) -> str:
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
