"""The account of all searches: what became of every line of every file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evergreen import tables

if TYPE_CHECKING:
    import pandas as pd

REMARK_COLUMNS = ("file", "line", "kind", "reason", "text")

SEEN_COLUMNS = ("record_id", "file", "line", "title", "why")
"""Of records that an earlier round has: as which one each was seen, where it stands, and what says so."""

CONTENT = ("title", "authors", "year", "journal", "volume", "issue", "pages", "abstract")
ENOUGH_TO_JUDGE = 5


def imported_twice(
    records: Mapping[tuple[str, str], pd.DataFrame | Iterable[pd.DataFrame]],
) -> list[tuple[tuple[str, str], str]]:
    """((source, round), reason) of each file (a table or its parts) all of whose records stand word for word in a file of another source.

    Databases write the same work differently; the same words throughout are the same file under two names. Its records
    stay, deduplication merges them; files of fewer than `ENOUGH_TO_JUDGE` records say too little.
    """
    if len({source for source, _ in records}) < 2:
        return []
    import pandas as pd

    contents = {
        pair: {
            hash(row)
            for frame in ([frames] if isinstance(frames, pd.DataFrame) else frames)
            for row in frame[list(CONTENT)].astype("str").itertuples(index=False, name=None)
        }
        for pair, frames in records.items()
    }
    found = []
    for pair, content in contents.items():
        for other, larger in contents.items():
            if other[0] != pair[0] and ENOUGH_TO_JUDGE <= len(content) <= len(larger) and content <= larger:
                reason = f"all {len(content)} records stand word for word in {other[0]} {other[1]} too: imported twice?"
                found.append((pair, reason))
    return found


def _summary(count: Mapping[str, Any]) -> str:
    what = f"{count['format']} ({count['dialect']})" if count["dialect"] else str(count["format"])
    return (
        f"{what}, {count['encoding']}: {count['read']} records read, {count['new']} new, "
        f"{count['seen_before']} seen before, {count['lost']} lines outside records"
    )


def import_report(
    counts: Sequence[tuple[str, str, Mapping[str, Any]]],
    remarks: Mapping[tuple[str, str], pd.DataFrame | Sequence[dict[str, Any]]],
    twice: Sequence[tuple[tuple[str, str], str]] = (),
) -> pd.DataFrame:
    """`records/import-report.csv`: a row per file (kind `file`), then a row per remark on the file or one of its lines.

    Kinds: `file` (what was read), `hits` (differs from what the protocol states), `repeated` (ids or records that
    are there twice), `key` (a new record that has the key of another work of an earlier round), `seen` (a
    record that an earlier round has, as which and what says so), `lost` (a line that belongs to no record), `note` (read, but odd), `frame` (header, envelope).
    """
    columns = ["source", "round", *REMARK_COLUMNS]
    blank = dict.fromkeys(columns, "") | {"kind": "lost"}
    lines: list[dict[str, Any]] = []
    for source, round_, count in counts:
        pair, files = (source, round_), count.get("files", [])
        names = ", ".join(one["file"] for one in files)
        said: list[dict[str, Any]] = [
            {"file": one["file"], "kind": "file", "reason": _summary(one)} for one in files
        ]
        said += [
            {"file": names, "kind": "repeated", "reason": reason} for where, reason in twice if where == pair
        ]
        there = remarks.get(pair, ())
        said += there if isinstance(there, Sequence) else tables.rows(there)
        lines += [{**blank, **one, "source": source, "round": round_} for one in said]
    return tables.frame_of(lines, columns)
