"""Several extractors' sheets become one, cell by cell; what they disagree on waits for an adjudicator.

A row is found again in another sheet by its key (study, outcome, time point, arm; instrument and population where there are several), compared as labels are.
A cell is agreed when all who have the row say the same: numbers are compared as numbers, text as labels. Of numbers that differ in
rounding only the most precise is kept, and listed as `rounded`.
A number that one has and another left empty is a disagreement. Remarks (sources, notes, columns that the
schema does not know) may differ; all of them are kept, a column of a person's own in one spelling of what several say alike. Nothing depends on the order of the sheets or of their rows:
people come in the order of their names, and of several spellings the most frequent is shown (`sheets.labels`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from evergreen import tables
from evergreen.errors import refuse
from evergreen.extraction.awaiting import AWAITS, awaited_of
from evergreen.extraction.check import KEY, Row, check, filled, impossible, key_of, twice
from evergreen.extraction.comparing import (
    Near,
    Rounding,
    as_text,
    by_each,
    empty,
    meaning,
    meant,
    opposite,
    same,
)
from evergreen.extraction.constraints import NUMBERS
from evergreen.extraction.settled import DROP, Kind, decisions_of, value_of
from evergreen.sheets import columns_of, folded, labels, name_key
from evergreen.sheets.columns import PLACE, by_name
from evergreen.sheets.labels import spelling_of

if TYPE_CHECKING:
    import pandas as pd

REMARKS = ("record_id", "source", "note")
STUDY_KEY = ("study",)
CONFLICTS = (*KEY, "column", "values", "status", "value", "adjudicator", "note")


@dataclass(frozen=True)
class Merged:
    """One row per key, and everything the extractors did not agree on."""

    rows: pd.DataFrame
    conflicts: pd.DataFrame
    # What each said, by the key of a row and person, and how they rounded it; agreement is counted from it.
    found: Mapping[tuple[str, ...], Mapping[str, Row]]
    rounding: Rounding


COMPARED = tuple(column.name for column in columns_of("extraction") if column.name not in (*KEY, *REMARKS))
SILENT = frozenset(column.name for column in columns_of("extraction") if column.silent)
ROWS = Kind(KEY, COMPARED, frozenset(NUMBERS), silent=SILENT)


def check_adjudication(rows: pd.DataFrame, read: Iterable[str] = ()) -> None:
    """Refuse an adjudication sheet with unknown columns, impossible values or two words on one cell; `read` as in `merge_extraction`."""
    decisions_of(rows, replace(ROWS, compared=(*COMPARED, *read)))


def merge_extraction(
    sheets: Mapping[str, pd.DataFrame],
    adjudication: pd.DataFrame | None = None,
    read: Iterable[str] = (),
    measures: Mapping[str, str] = MappingProxyType({}),
) -> Merged:
    """Merge extraction sheets, one per extractor; of people's own columns those that the protocol `read`s are compared as the others are.
    `measures` are those that data are pooled as.

    Rows come back sorted by key, with `extractors`, `status` (agreed | single | adjudicated | conflict), `in_conflict` (columns
    still open: their cells are empty) and `origin` (file:row of each sheet). A row that only some have is kept as `single`
    and listed as a conflict in the column `row`; an adjudicator settles it with `keep` or `drop`. Where others have one of its group and
    time point instead, `row` is in conflict: the two may be one. A study that an extractor has
    not begun is listed once, as pending; so is a row of one that an extractor's sheet awaits (labels, and nothing said yet), which is no
    disagreement. Raises InputError(s) on impossible numbers and on contradictory rows.
    """
    sheets = _in_order(sheets)
    for rows in sheets.values():
        check(rows)
    asked = {name_key(name) for name in read} - set(by_name("extraction"))
    own = [column for column in _columns(sheets) if name_key(column) in asked]
    kind = replace(ROWS, compared=(*COMPARED, *own), own=frozenset(own), measures=measures)
    merged = _merge(sheets, adjudication, kind)
    # A row that is as an extractor has it was checked with the sheet; a cell emptied or settled can make it impossible.
    records = tables.rows(merged.rows)
    touched = [row for row in records if row["status"] in ("adjudicated", "conflict")]
    refuse(impossible(records, suspects=touched))
    return merged


def merge_studies(sheets: Mapping[str, pd.DataFrame], adjudication: pd.DataFrame | None = None) -> Merged:
    """Merge the sheets of study-level columns; adjudicated by rows of the adjudication sheet without an outcome.

    Columns are called as `sheets.columns.apart` has it, so that a person's `status` and the row's stand side by side.
    """
    sheets = _in_order(sheets)
    refuse([error for rows in sheets.values() for error in twice(filled(tables.rows(rows)), STUDY_KEY)])
    aside = (*STUDY_KEY, *REMARKS)
    compared = tuple(c for c in _columns(sheets) if name_key(c) not in aside and c not in PLACE)
    return _merge(sheets, adjudication, Kind(STUDY_KEY, compared, apart=True))


def _in_order(sheets: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The sheets in the order of their people, with a column that several have called alike."""
    columns = (column for rows in sheets.values() for column in rows.columns)
    called = {key: labels.shown(names) for key, names in tables.grouped(columns, name_key).items()}
    return {
        person: sheets[person].rename(columns=lambda column: called[name_key(column)])
        for person in sorted(sheets)
    }


def _columns(sheets: Mapping[str, pd.DataFrame]) -> list[str]:
    """The columns of all sheets, each once."""
    return list(dict.fromkeys(column for rows in sheets.values() for column in rows.columns))


def _merge(sheets: Mapping[str, pd.DataFrame], adjudication: pd.DataFrame | None, kind: Kind) -> Merged:
    found: dict[tuple[str, ...], dict[str, Row]] = {}
    decisions = decisions_of(adjudication, kind)
    columns = [column for column in _columns(sheets) if column not in PLACE] or list(kind.key)
    # Nobody differs on a column that is empty with all.
    held = {*kind.key, *PLACE, *(column for own in decisions.values() for column in own)}
    lines = {person: tables.rows(rows) for person, rows in sheets.items()}
    held |= {column for person, rows in sheets.items() for column in tables.held(lines[person], rows.columns)}
    called = list(map(kind.carried, columns))
    left = {kind.carried(c): math.nan if c in kind.numbers else "" for c in columns if c not in held}
    columns = [column for column in columns if column in held]
    kind = replace(kind, compared=tuple(column for column in kind.compared if column in held))
    written = {
        person: [{column: row[column] for column in row if column in held} for row in filled(rows)]
        for person, rows in lines.items()
    }
    awaited = {person: awaited_of(rows, written[person], kind.key) for person, rows in sheets.items()}
    spelt = {
        column: spelling_of(row.get(column, "") for rows in written.values() for row in rows)
        for column in kind.key
    }
    for person, rows in written.items():
        for row in rows:
            row |= {column: spelt[column].get(folded(row.get(column, "")), "") for column in kind.key}
            found.setdefault(key_of(row, kind.key), {}).setdefault(person, row)
    rounding = Rounding(written)
    near = Near(found)
    begun = {person: {key[0] for key in found if person in found[key]} for person in sheets}

    merged: list[Row] = []
    conflicts: list[Row] = []
    alone: dict[tuple[str, ...], Row] = {}
    pending: set[tuple[str, str]] = set()
    for key in sorted(found):
        by_person = found[key]
        absent = [person for person in sheets if person not in by_person]
        own = decisions.pop(key, {})
        differences = _differences(by_person, kind)
        rounded = {
            column: kept
            for column, _ in differences
            if column in kind.numbers
            and column not in own
            and (kept := rounding.kept(by_person, column)) is not None
        }
        labels = row_key(by_person, kind)
        conflict = partial(_conflict, labels)
        listed = [
            conflict(column, values, own.get(column), rounded.get(column)) for column, values in differences
        ]
        # A verdict that holds is told also where the extractors say alike by now, and otherwise than it.
        for column in sorted(own.keys() - {"row"} - {column for column, _ in differences}):
            values = {person: row.get(column, "") for person, row in by_person.items()}
            if not any(same(value_of(own[column], column, kind), value) for value in values.values()):
                said = {person: as_text(value) for person, value in values.items()}
                listed.append(conflict(column, said, own[column]))
        late = [person for person in absent if key[0] not in begun[person]]
        for person in late:
            if (key[0], person) not in pending:
                pending.add((key[0], person))
                said = dict.fromkeys(by_person, "present") | {person: "absent"}
                conflicts.append(_line("pending", said, study=labels["study"], column="study"))
        late += [person for person in absent if person not in late and key[:2] in awaited[person].outcomes]
        if len(late) < len(absent) or "row" in own:
            values = {person: "present" if person in by_person else "absent" for person in sheets}
            listed.append(conflict("row", values, own.get("row")))
            if "row" not in own:
                listed[-1]["note"] = near.question(key, by_person, absent)
        conflicts += listed
        if own.get("row", {}).get("value") == DROP:
            continue
        merged.append(left | _row(by_person, listed, own, columns, kind, rounded))
        if kind.key == KEY and listed and listed[-1]["column"] == "row" and listed[-1]["status"] == "open":
            alone[key] = merged[-1]
    for key in opposite({key: found[key] for key in alone}):
        disputed = "; ".join(filter(None, (alone[key]["in_conflict"], "row")))
        alone[key] |= {"status": "conflict", "in_conflict": disputed}
    for person, own_rows in awaited.items():
        for row in own_rows.rows if kind.key == KEY else ():
            study = folded(row["study"])
            if study in begun[person]:
                # A row that waits for a person who has begun its study.
                labels = {column: row.get(column, "") for column in KEY}
                conflicts.append(_line("pending", {person: AWAITS}, **labels, column="row"))
            elif (study, person) not in pending:
                pending.add((study, person))
                conflicts.append(_line("pending", {person: "absent"}, study=row["study"], column="study"))
    # Decisions that settle nothing: their rows are in no sheet any more.
    for _, own in sorted(decisions.items()):
        conflicts += [_line("orphan", {}, **own[column]) for column in sorted(own)]
    extra = ["extractors", "status", "in_conflict", "origin"]
    return Merged(
        rows=tables.frame_of(merged, [*called, *extra]),
        conflicts=tables.frame_of(conflicts, CONFLICTS),
        found=found,
        rounding=rounding,
    )


def _differences(by_person: Mapping[str, Row], kind: Kind) -> list[tuple[str, dict[str, str]]]:
    """(column, {person: value as text}) of the cells on which those who have the row differ."""
    result: list[tuple[str, dict[str, str]]] = []
    first, *others = by_person.values()
    if not others:
        return result
    measure = kind.measures.get(folded(first.get("outcome", "")), "")
    for column in kind.compared:
        one = first.get(column, "")
        if all(
            one == other or (one != one and other != other)
            for other in (row.get(column, "") for row in others)
        ):
            continue
        values = {person: row.get(column, "") for person, row in by_person.items()}
        filled = [value for value in values.values() if not empty(value)]
        # A unit that one did not write says nothing; a number that one did not see does.
        considered = filled if column == "unit" or column in kind.own else list(values.values())
        considered = [meaning(value, column, measure) for value in considered]
        if any(not same(considered[0], value) for value in considered[1:]):
            result.append((column, {person: as_text(value) for person, value in values.items()}))
    return result


def _row(
    by_person: Mapping[str, Row], listed: list[Row], own: Mapping[str, Row], columns: list[str], kind: Kind,
    rounded: Mapping[str, float],
) -> Row:  # fmt: skip
    open_columns = [c["column"] for c in listed if c["status"] == "open" and c["column"] != "row"]
    result: Row = {}
    for column in columns:
        values = [value for row in by_person.values() if not empty(value := row.get(column, ""))]
        cell: float | str = math.nan if column in kind.numbers else ""
        if column in own:
            cell = value_of(own[column], column, kind)
        elif column in rounded:
            cell = rounded[column]
        elif column in open_columns or not values:
            pass
        elif column in kind.numbers:
            cell = min(values, key=lambda value: (-values.count(value), value))
        elif column in kind.compared or column in kind.key:
            cell = labels.shown(values)
        else:
            same_said = tables.grouped(map(as_text, values), str if column in REMARKS else meant)
            cell = " | ".join(map(labels.shown, same_said.values()))
        result[kind.carried(column)] = cell
    alike = "agreed" if len(by_person) > 1 else "single"
    return result | {
        "extractors": "; ".join(by_person),
        "status": "conflict" if open_columns else "adjudicated" if own else alike,
        "in_conflict": "; ".join(open_columns),
        "origin": "; ".join(f"{row['_file']}:{row['_row']}" for row in by_person.values()),
    }


def row_key(by_person: Mapping[str, Row], kind: Kind) -> Row:
    """The key, all of `KEY`'s columns."""
    first = next(iter(by_person.values()))
    return {column: first.get(column, "") if column in kind.key else "" for column in KEY}


def _conflict(
    key: Row, column: str, values: Mapping[str, str], decision: Row | None, kept: float | None = None
) -> Row:
    settled = {name: decision[name] for name in ("value", "adjudicator", "note")} if decision else {}
    if kept is not None:
        settled["value"] = as_text(kept)
    status = "adjudicated" if decision else "open" if kept is None else "rounded"
    return _line(status, values, **key, column=column, **settled)


def _line(status: str, said: Mapping[str, str], /, **known: Any) -> Row:
    """A row of the conflicts: what each says, and what else is `known` of it."""
    known |= {"values": by_each(said), "status": status}
    return {column: known.get(column, "") for column in CONFLICTS}


def without_place(rows: pd.DataFrame) -> tuple[int, int]:
    """(numbers whose row gives no page, table or quote in `source`, numbers) of merged rows as texts, without what was derived."""
    counts = (rows[[column for column in NUMBERS if column in rows.columns]] != "").sum(axis=1)
    placed = rows["source"].str.strip().ne("") if "source" in rows.columns else counts.lt(0)
    return int(counts[~placed].sum()), int(counts.sum())


def texts(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with every cell as text, as `as_text` writes it."""
    plain = {
        str(name): tables.texts(
            [""] * len(column) if column.isna().all() else [as_text(value) for value in column.tolist()]
        )
        for name, column in frame.items()
        if str(column.dtype) != "str" or column.hasnans
    }
    return frame.assign(**plain)
