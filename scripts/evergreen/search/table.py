"""The record table of a PubMed round, from its stored replies."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evergreen.search import article_sets, pubmed_xml, round_files
from evergreen.search.standing import replies_in
from evergreen.tables import read_json

if TYPE_CHECKING:
    import pandas as pd

LOST_COLUMNS = ["file", "line", "reason"]
GONE = "PMID {pmid}: PubMed listed the record but did not hold it any more when it was fetched"


@dataclass(frozen=True)
class Read:
    """Rows of the new records, ascending by PMID; `lost` what was listed and not delivered; `counts` for the flow; `seen`: (line of
    `ids.txt`, PMID) of what earlier rounds have."""

    records: pd.DataFrame
    lost: list[dict[str, Any]]
    counts: dict[str, int]
    seen: list[tuple[int, int]]


def read_round(directory: Path, source: str, round: str) -> Read:
    """Read the new records of a round; of several versions of a record the latest holds."""
    latest: dict[int, tuple[int, dict[str, Any]]] = {}
    for path in replies_in(directory, ["new"]):
        with gzip.open(path, "rb") as file:
            for line, element in article_sets.located(file):
                pmid, version = pubmed_xml.identity(element)
                if int(pmid) not in latest or latest[int(pmid)][0] < version:
                    place = {"file": f"{directory.name}/{path.name}", "line": line}
                    latest[int(pmid)] = (version, {**pubmed_xml.record(element), **place})
    rows = [_with_ids(latest[pmid][1], source, round) for pmid in sorted(latest)]
    new_ids = round_files.ids_in(directory / "new_ids.txt")
    listed = round_files.ids_in(directory / "ids.txt")
    hits, new = len(listed), set(new_ids)
    seen = [(line, pmid) for line, pmid in enumerate(listed, 1) if pmid not in new]
    missing = [pmid for batch in read_json(directory / "batches.json")["new"] for pmid in batch["missing"]]
    lost = [
        {"file": "new_ids.txt", "line": new_ids.index(int(pmid)) + 1, "reason": GONE.format(pmid=pmid)}
        for pmid in missing
    ]
    counts = {"hits": hits, "new": len(new_ids), "seen_before": hits - len(new_ids), "read": len(rows)}
    if set(latest) | {int(pmid) for pmid in missing} != set(new_ids):
        raise ValueError(f"the replies in {directory} do not hold the new records of the round")
    import pandas as pd

    return Read(pd.DataFrame(rows), lost, counts, seen)


def _with_ids(row: dict[str, Any], source: str, round: str) -> dict[str, Any]:
    other = json.dumps(row["other_fields"], ensure_ascii=False, sort_keys=True)
    return {
        "record_id": f"{source}:{row['pmid']}",
        "source": source,
        "round": round,
        **row,
        "other_fields": other,
    }
