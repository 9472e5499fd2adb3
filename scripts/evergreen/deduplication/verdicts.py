"""Verdicts of people on pairs of records: they outrank the algorithm, and must not contradict each other."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pandas as pd

from evergreen.errors import InputError, refuse

COLUMNS = ("record_a", "record_b", "same", "decided_by", "note")
APPLIED = "applied"


@dataclass(frozen=True)
class Verdicts:
    """Pairs of record ids that are one work (`same`) and that are not (`different`)."""

    same: list[tuple[str, str]]
    different: list[tuple[str, str]]
    deciders: dict[frozenset[str], str]

    @classmethod
    def none(cls) -> Verdicts:
        return cls([], [], {})


def read_verdict_sheet(path: str | Path) -> pd.DataFrame:
    """The sheet `deduplication`, CSV or XLSX."""
    # Loading what reads spreadsheets takes as long as deduplicating thousands of records: only for those who have verdicts.
    from evergreen.sheets import read_sheet

    return read_sheet(path, "deduplication")


def read_verdicts(sheet: pd.DataFrame) -> Verdicts:
    """Verdicts of the sheet `deduplication` (`record_a, record_b, same, decided_by`, with `_file` and `_row`).

    Raises:
        InputErrors: A pair is said to be different although a chain of `yes` joins it; the chain is named.
    """
    same: list[tuple[str, str]] = []
    different: list[tuple[str, str]] = []
    deciders: dict[frozenset[str], str] = {}
    neighbours: dict[str, set[str]] = defaultdict(set)
    joined_in: dict[frozenset[str], int] = {}
    separated: list[tuple[str, str, str, int]] = []
    errors = []
    for row in sheet.to_dict("records"):
        a, b, file, number = (row[name] for name in ("record_a", "record_b", "_file", "_row"))
        pair = (min(a, b), max(a, b))
        if a == b:
            errors.append(
                InputError(f"{a} is paired with itself", file=file, row=number, todo="Name two records.")
            )
            continue
        deciders[frozenset(pair)] = row["decided_by"]
        if row["same"] == "yes":
            same.append(pair)
            joined_in.setdefault(frozenset(pair), number)
            neighbours[a].add(b)
            neighbours[b].add(a)
        else:
            different.append(pair)
            separated.append((*pair, file, number))
    for a, b, file, number in separated:
        if chain := shortest_chain(neighbours, a, b):
            errors.append(
                InputError(
                    f"{a} and {b} are said to be different, but these verdicts make them one work: "
                    + ", ".join(
                        f"{x} = {y} (row {joined_in[frozenset((x, y))]})" for x, y in pairwise(chain)
                    ),
                    file=file,
                    row=number,
                    column="same",
                    todo="Change or delete one of these rows.",
                )
            )
    refuse(errors)
    return Verdicts(sorted(set(same)), sorted(set(different)), deciders)


def shortest_chain(neighbours: dict[str, set[str]], start: str, end: str) -> list[str]:
    """The shortest way from `start` to `end`, empty where there is none."""
    came_from: dict[str, str] = {start: ""}
    queue = deque([start])
    while queue:
        here = queue.popleft()
        if here == end:
            way = [here]
            while came_from[way[-1]]:
                way.append(came_from[way[-1]])
            return way[::-1]
        for neighbour in sorted(neighbours.get(here, ())):
            if neighbour not in came_from:
                came_from[neighbour] = here
                queue.append(neighbour)
    return []


def effects(sheet: pd.DataFrame | None, records: set[str]) -> pd.DataFrame:
    """The sheet's rows with `effect`: `applied`, or which record is not in the review (any more); `row` is that of the sheet."""
    if sheet is None:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in (*COLUMNS, "effect", "row")})
    table = sheet.reindex(columns=list(COLUMNS), fill_value="")
    missing = [
        [record for record in (a, b) if record not in records]
        for a, b in zip(table["record_a"], table["record_b"], strict=True)
    ]
    return table.assign(
        effect=[f"orphan: no record {', '.join(ids)}" if ids else APPLIED for ids in missing],
        row=sheet["_row"],
    )
