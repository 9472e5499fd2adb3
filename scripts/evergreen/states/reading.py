"""A state read from a review's folder: what people wrote as its sheets say it, and what the steps wrote last."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from evergreen import sheets, tables
from evergreen.protocol.part import ADJUDICATION
from evergreen.protocol.whole import Protocol
from evergreen.states.state import Row, Rows, State

TABLES = {
    "clusters": "deduplication/clusters.csv",
    "works": "deduplication/works.parquet",
    "decisions_title_abstract": "screening/title_abstract/decisions.csv",
    "decisions_full_text": "screening/full_text/decisions.csv",
    "studies": "screening/studies.csv",
    "judgements": "risk_of_bias/judgements.csv",
}
"""Where the tables of a state lie under results/, by the name that a step is given them by."""
STRATEGIES = ("strategy", "export_strategy")
ELSEWHERE = ("export", "retractions")
"""Files whose content others wrote: exports are told by their records, notices by what they change."""
WHOSE = {"screening": "reviewer", "extraction": "extractor", "extraction_studies": "extractor", "risk_of_bias": "assessor"}  # fmt: skip
"""Sheets that several people fill, each in a file of their own: the column that says whose it is."""
CALLED = {"studies": "studies_of_reports"}
ADJUDICATED = "adjudication_bias"
JUDGED = ("study", "outcome", "timepoint", "comparison", "effect", "domain", "judgement")


def state_of(
    name: str,
    of: str,
    protocol: Protocol,
    *,
    written: Mapping[str, Any],
    files: Iterable[Sequence[Any]],
    paths: Mapping[str, Path],
    results: Mapping[str, Rows],
    looks: Mapping[str, Rows],
) -> State:
    """The state of a review.

    `written` is the protocol as its author wrote it, `files` are people's as (kind, path, ...), `paths` the tables of `TABLES` that the
    review has. `results` are the rows of what was pooled and concluded, `looks` those of the pooled effects as of each round.
    """
    parts = {"protocol": tuple(_flat(written)), **_people(files), **_screened(paths)}
    if "judgements" in paths:
        rows = tables.read_rows(paths["judgements"])
        parts["judgements"] = tuple({key: row.get(key, "") for key in JUDGED} for row in rows)
    return State(name, of, max(protocol.rounds, default=""), {**parts, **results}, looks)


def _flat(value: Any, key: str = "") -> Iterator[Row]:
    """The values of a protocol by their keys, entries of lists of parts by their id or place: `outcomes.erosion.measure`."""
    if isinstance(value, Mapping) and value:
        for name, item in value.items():
            yield from _flat(item, f"{key}.{name}" if key else str(name))
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        for place, item in enumerate(value, start=1):
            yield from _flat(item, f"{key}.{item.get('id', place)}")
    else:
        yield {"key": key, "value": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)}  # fmt: skip


def _people(files: Iterable[Sequence[Any]]) -> dict[str, Rows]:
    """The rows of people's sheets by kind, and the texts of strategies."""
    found: dict[str, list[Row]] = {"strategies": []}
    for kind, place, *_ in files:
        path = Path(place)
        if kind in STRATEGIES:
            text = path.read_text(encoding="utf-8", errors="replace").strip()
            found["strategies"].append({"file": path.as_posix(), "text": text})
        elif kind not in ELSEWHERE:
            shared = kind == "risk_of_bias" and path.stem == ADJUDICATION
            part = ADJUDICATED if shared else CALLED.get(kind, kind)
            found.setdefault(part, []).extend(_sheet(kind, path, shared=shared))
    return {kind: tuple(rows) for kind, rows in found.items()}


def _sheet(kind: str, path: Path, *, shared: bool = False) -> Iterator[Row]:
    """The filled cells of a sheet, row by row, with whose it is where it is not `shared` and, of votes, at which stage."""
    beside: dict[str, str] = {}
    if kind in ("screening", "adjudication_screening"):
        beside["stage"] = path.parent.name
    if kind in WHOSE and not shared:
        beside[WHOSE[kind]] = path.stem.removeprefix("studies-" if kind == "extraction_studies" else "")
    for row in tables.rows(sheets.read_sheet(path, kind)):
        cells = {name: _text(cell) for name, cell in row.items() if not name.startswith("_")}
        if kind == "risk_of_bias":  # words of a tool, which are read in any letters
            cells |= {"judgement": cells["judgement"].lower(), "answer": cells["answer"].upper()}
        yield {name: cell for name, cell in {**cells, **beside}.items() if cell}


def _text(cell: Any) -> str:
    """A cell as it is written: a whole number without decimals."""
    if isinstance(cell, float):
        return "" if math.isnan(cell) else repr(cell).removesuffix(".0")
    return "" if cell is None else str(cell)


def _screened(paths: Mapping[str, Path]) -> dict[str, Rows]:
    """Records, decisions, studies and reports."""
    found: dict[str, Rows] = {}
    if "clusters" in paths:
        columns = ["record_id", "work_id", "source", "round"]
        found["records"] = tuple(tables.rows(tables.read_table(paths["clusters"], columns)[columns]))
    stages = [(name.removeprefix("decisions_"), path) for name, path in paths.items() if name.startswith("decisions_")]  # fmt: skip
    if stages:
        found["decisions"] = tuple(
            {"stage": stage, **row}
            for stage, path in sorted(stages)
            for row in tables.read_rows(path)
            if row["decision"]  # what awaits votes is no decision
        )
    if "studies" in paths and "works" in paths:
        rows = tables.read_rows(paths["studies"])
        columns = ["study", "status", "round", "report_name"]
        found["studies"] = tuple({key: row[key] for key in columns} for row in rows)
        works = tables.rows(tables.read_table(paths["works"], ["work_id", "authors", "title"]))
        named = {work["work_id"]: f"{work['authors'].split(';')[0]}: {work['title']}" for work in works}
        found["reports"] = tuple(
            {"study": row["study"], "work_id": work, "report": named.get(work, "")}
            for row in rows
            if row["status"] == "included"
            for work in row["work_ids"].split("; ")
        )
    return found
