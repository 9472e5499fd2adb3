"""Several extractors' sheets become one, cell by cell; what they disagree on waits for an adjudicator.

A row is found again in another sheet by its key (study, outcome, time point, arm), whatever the letter case.
A cell is agreed when all who have the row say the same: numbers are compared as numbers, text without regard to case and
blanks. A number that one has and another left empty is a disagreement. Remarks (sources, notes, columns that the
schema does not know) may differ; all of them are kept.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from evergreen import tables
from evergreen.errors import InputError, refuse
from evergreen.extraction.check import KEY, NUMBERS, Row, check, impossible, key_of, twice
from evergreen.sheets import NOT_REPORTED, NUMBER, columns_of, folded

if TYPE_CHECKING:
    import pandas as pd

REMARKS = ("record_id", "source", "note")
STUDY_KEY = ("study",)
CONFLICTS = (*KEY, "column", "values", "status", "value", "adjudicator", "note")
KEEP, DROP = "keep", "drop"
PLACE = ("_file", "_row")


@dataclass(frozen=True)
class Merged:
    """One row per key, and everything the extractors did not agree on."""

    rows: pd.DataFrame
    conflicts: pd.DataFrame


@dataclass(frozen=True)
class Kind:
    """What a sheet's columns mean to the merge."""

    key: tuple[str, ...]
    compared: tuple[str, ...]
    numbers: frozenset[str] = field(default_factory=frozenset)


ROWS = Kind(
    KEY,
    tuple(column.name for column in columns_of("extraction") if column.name not in (*KEY, *REMARKS)),
    frozenset(NUMBERS),
)


def check_adjudication(rows: pd.DataFrame) -> None:
    """Refuse an adjudication sheet with unknown columns, impossible values or two words on one cell."""
    _decisions(rows[rows["outcome"] != ""], ROWS)


def merge_extraction(sheets: Mapping[str, pd.DataFrame], adjudication: pd.DataFrame | None = None) -> Merged:
    """Merge extraction sheets, one per extractor, in the order given.

    Rows come back sorted by key, with `extractors`, `status` (agreed | single | adjudicated | conflict), `in_conflict` (columns
    still open: their cells are empty) and `origin` (file:row of each sheet). A row that only some have is kept as `single`
    and listed as a conflict in the column `row`; an adjudicator settles it with `keep` or `drop`. A study that an extractor has
    not begun is listed once, as pending. Raises InputError(s) on impossible numbers and on contradictory rows.
    """
    for rows in sheets.values():
        check(rows)
    settled = adjudication[adjudication["outcome"] != ""] if adjudication is not None else None
    merged = _merge(sheets, settled, ROWS)
    # A row that is as an extractor has it was checked with the sheet; a cell emptied or settled can make it impossible.
    records = tables.rows(merged.rows)
    touched = [row for row in records if row["status"] in ("adjudicated", "conflict")]
    refuse(impossible(records, place=lambda row: (str(row["origin"]), None), suspects=touched))
    return merged


def merge_studies(sheets: Mapping[str, pd.DataFrame], adjudication: pd.DataFrame | None = None) -> Merged:
    """Merge the sheets of study-level columns; adjudicated by rows of the adjudication sheet without an outcome."""
    refuse([error for rows in sheets.values() for error in twice(tables.rows(rows), STUDY_KEY)])
    named = dict.fromkeys(column for rows in sheets.values() for column in rows.columns)
    compared = tuple(c for c in named if c not in (*STUDY_KEY, *REMARKS, *PLACE))
    settled = adjudication[adjudication["outcome"] == ""] if adjudication is not None else None
    return _merge(sheets, settled, Kind(STUDY_KEY, compared))


def _merge(sheets: Mapping[str, pd.DataFrame], adjudication: pd.DataFrame | None, kind: Kind) -> Merged:
    found: dict[tuple[str, ...], dict[str, Row]] = {}
    for person, rows in sheets.items():
        for row in tables.rows(rows):
            found.setdefault(key_of(row, kind.key), {}).setdefault(person, row)
    begun = {person: {key[0] for key in found if person in found[key]} for person in sheets}
    decisions = _decisions(adjudication, kind)
    columns = list(dict.fromkeys(c for rows in sheets.values() for c in rows.columns if c not in PLACE))

    merged: list[Row] = []
    spelt: dict[str, str] = {}  # rows of a study spelt in two ways are rows of one study
    conflicts: list[Row] = []
    pending: set[tuple[str, str]] = set()
    for key in sorted(found):
        by_person = found[key]
        absent = [person for person in sheets if person not in by_person]
        own = {
            column: decisions.pop((*key, column))
            for column in (*kind.compared, "row")
            if (*key, column) in decisions
        }
        listed = [
            _conflict(row_key(by_person, kind), column, values, own.get(column))
            for column, values in _differences(by_person, kind)
        ]
        late = [person for person in absent if key[0] not in begun[person]]
        for person in late:
            if (key[0], person) not in pending:
                pending.add((key[0], person))
                conflicts.append(_pending(by_person, person))
        if len(late) < len(absent) or "row" in own:
            values = {person: "present" if person in by_person else "absent" for person in sheets}
            listed.append(_conflict(row_key(by_person, kind), "row", values, own.get("row")))
        conflicts += listed
        if own.get("row", {}).get("value") == DROP:
            continue
        row = _row(by_person, listed, own, columns, kind)
        row["study"] = spelt.setdefault(key[0], row["study"])
        merged.append(row)
    conflicts += [_orphan(row) for row in decisions.values()]
    extra = ["extractors", "status", "in_conflict", "origin"]
    return Merged(
        rows=tables.frame_of(merged, [*columns, *extra]), conflicts=tables.frame_of(conflicts, CONFLICTS)
    )


def _differences(by_person: Mapping[str, Row], kind: Kind) -> list[tuple[str, dict[str, str]]]:
    """(column, {person: value as text}) of the cells on which those who have the row differ."""
    result: list[tuple[str, dict[str, str]]] = []
    first, *others = by_person.values()
    if not others:
        return result
    for column in kind.compared:
        one = first.get(column, "")
        if all(
            one == other or (one != one and other != other)
            for other in (row.get(column, "") for row in others)
        ):
            continue
        values = {person: row.get(column, "") for person, row in by_person.items()}
        filled = [value for value in values.values() if not _empty(value)]
        # A unit that one did not write says nothing; a number that one did not see does.
        considered = filled if column == "unit" else list(values.values())
        if any(not same(considered[0], value) for value in considered[1:]):
            result.append((column, {person: as_text(value) for person, value in values.items()}))
    return result


def _row(
    by_person: Mapping[str, Row], listed: list[Row], own: Mapping[str, Row], columns: list[str], kind: Kind
) -> Row:
    open_columns = [c["column"] for c in listed if c["status"] == "open" and c["column"] != "row"]
    result: Row = {}
    for column in columns:
        values = [value for row in by_person.values() if not _empty(value := row.get(column, ""))]
        empty = math.nan if column in kind.numbers else ""
        if own and column in own:
            result[column] = _value(own[column], column, kind)
        elif column in open_columns or not values:
            result[column] = empty
        elif column in kind.compared or column in kind.key:
            result[column] = values[0]
        else:
            result[column] = " | ".join(dict.fromkeys(map(as_text, values)))
    if open_columns:
        status = "conflict"
    elif own:
        status = "adjudicated"
    else:
        status = "agreed" if len(by_person) > 1 else "single"
    result["extractors"] = "; ".join(by_person)
    result["status"] = status
    result["in_conflict"] = "; ".join(open_columns)
    result["origin"] = "; ".join(f"{row['_file']}:{row['_row']}" for row in by_person.values())
    return result


def row_key(by_person: Mapping[str, Row], kind: Kind) -> Row:
    """The key as the first extractor spelt it, all of `KEY`'s columns."""
    first = next(iter(by_person.values()))
    return {column: first[column] if column in kind.key else "" for column in KEY}


def _conflict(key: Row, column: str, values: Mapping[str, str], decision: Row | None) -> Row:
    said = "; ".join(f"{person}={value}" for person, value in values.items())
    if decision is None:
        return {
            **key,
            "column": column,
            "values": said,
            "status": "open",
            "value": "",
            "adjudicator": "",
            "note": "",
        }
    return {
        **key, "column": column, "values": said, "status": "adjudicated",
        **{name: decision[name] for name in ("value", "adjudicator", "note")},
    }  # fmt: skip


def _pending(by_person: Mapping[str, Row], person: str) -> Row:
    study = next(iter(by_person.values()))["study"]
    said = "; ".join([*(f"{other}=present" for other in by_person), f"{person}=absent"])
    empty = dict.fromkeys(CONFLICTS, "")
    return {**empty, "study": study, "column": "study", "values": said, "status": "pending"}


def _orphan(decision: Row) -> Row:
    """A decision that settles nothing: its row is in no sheet any more."""
    return {**{column: decision.get(column, "") for column in CONFLICTS}, "values": "", "status": "orphan"}


def _decisions(adjudication: pd.DataFrame | None, kind: Kind) -> dict[tuple[str, ...], Row]:
    """{(*key, column): row of the adjudication sheet}; refuses unknown columns, values and contradictions."""
    decisions: dict[tuple[str, ...], Row] = {}
    errors = []
    for row in [] if adjudication is None else tables.rows(adjudication):
        place: dict[str, Any] = {"file": row["_file"], "row": int(row["_row"])}
        column = row["column"].casefold().replace(" ", "_")
        if column not in (*kind.compared, "row"):
            errors.append(
                InputError(
                    f"{row['column']!r} is not a column that extractors can disagree on",
                    **place,
                    column="column",
                    todo=f"Allowed: {', '.join((*kind.compared, 'row'))}.",
                )
            )
            continue
        if column == "row" and row["value"] not in (KEEP, DROP):
            errors.append(
                InputError(
                    f"{row['value']!r} does not settle a row",
                    **place,
                    column="value",
                    todo="Write keep or drop.",
                )
            )
        try:
            _value({**row, "column": column}, column, kind)
        except InputError as error:
            errors.append(error)
        key = (*key_of(row, kind.key), column)
        earlier = decisions.setdefault(key, {**row, "column": column})
        if earlier["value"] != row["value"]:
            errors.append(
                InputError(
                    f"this cell was settled as {earlier['value']!r} in row {earlier['_row']} already",
                    **place,
                    column="value",
                    todo="Keep one of the two.",
                )
            )
    refuse(errors)
    return decisions


def _value(decision: Row, column: str, kind: Kind) -> float | str:
    """The adjudicated value, a float for a number column (NaN when it says that nothing was reported)."""
    text = decision["value"].replace("\N{MINUS SIGN}", "-")
    if column not in kind.numbers:
        return str(decision["value"])
    if text.casefold() in NOT_REPORTED:
        return math.nan
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    if not NUMBER.fullmatch(text):
        raise InputError(
            f"{decision['value']!r} is not a number", file=decision["_file"], row=int(decision["_row"]),
            column="value", todo=f"The column {column} holds numbers.",
        )  # fmt: skip
    return float(text)


def same(one: float | str, other: float | str) -> bool:
    """Whether two cells say the same."""
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-9) or (math.isnan(one) and math.isnan(other))
    return folded(one) == folded(other)


def as_text(value: float | str) -> str:
    """A cell as a person would write it: whole numbers without a point, nothing for nothing."""
    if _empty(value):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def texts(frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with every cell as text, as `as_text` writes it."""
    return frame.assign(
        **{
            str(name): [as_text(value) for value in column.tolist()]
            for name, column in frame.items()
            if str(column.dtype) != "str" or column.hasnans
        }
    )


def _empty(value: float | str) -> bool:
    return value == "" or (isinstance(value, float) and math.isnan(value))
