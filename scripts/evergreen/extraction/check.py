"""Numbers that cannot be: refused with file, row and column before anything is computed from them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evergreen import tables
from evergreen.errors import InputError, refuse
from evergreen.extraction.constraints import faults
from evergreen.metaanalysis.conversion_rules import BY_ID, NONE
from evergreen.sheets import folded, name_key
from evergreen.sheets.columns import AWAITED, OWN_COLUMNS, PLACE, by_name
from evergreen.sheets.numbers import NOTHING

if TYPE_CHECKING:
    import pandas as pd

RESULT = ("timepoint", "instrument", "population")
"""What tells several results of a study apart that are of the same outcome."""
KEY = ("study", "outcome", "timepoint", "arm", *RESULT[1:])
"""What a row is: another row with the same is the same row."""
# A person may say there what was derived or imputed; the other columns of the product come after the sheets.
MARKS = ("derived", "imputed")
RESERVED = tuple(name for name in OWN_COLUMNS if name not in MARKS)

_NAMES = re.compile(r"[,/&+]|\s(?:and|und|et)\s")

Row = dict[str, Any]


def check(rows: pd.DataFrame) -> None:
    """Refuse a sheet with impossible numbers, two different rows for the same arm, or a column that extraction adds itself.

    What a row that is awaited says will be looked at when it is filled in.
    """
    records = filled(tables.rows(rows))
    refuse([
        *_reserved(rows), *impossible(records), *_unknown_conversions(records), *_unmarked(records), *twice(records),
    ])  # fmt: skip


def filled(rows: Sequence[Row]) -> list[Row]:
    """The rows of a sheet in which somebody said something."""
    return [row for row in rows if not row.get(AWAITED, False)]


def _reserved(rows: pd.DataFrame) -> list[InputError]:
    file = str(rows["_file"].iloc[0]) if len(rows) else None
    return [
        InputError(
            f"a column called {name} is added when the sheets are merged", file=file, row=1, column=name,
            todo="Rename it; what describes a study belongs in config/extraction/studies-<extractor>.csv.",
        )
        for name in rows.columns
        if name_key(name) in RESERVED
    ]  # fmt: skip


def _unknown_conversions(records: Sequence[Row]) -> list[InputError]:
    return [
        InputError(
            f"{one!r} is no conversion", **place_of(row), column="conversions",
            todo=f"Write none, or some of: {', '.join(BY_ID)}.",
        )
        for row in records
        for one in own_choice(row) or ()
        if one not in BY_ID
    ]  # fmt: skip


def _unmarked(records: Sequence[Row]) -> list[InputError]:
    """Remarks in `derived` and `imputed` that do not say of which numbers they are: these would count as reported."""
    return [
        InputError(
            f"{cell!r} {problem}", **place_of(row), column=column,
            todo="Write the columns, a colon, and how: `mean, sd: from the interval`.",
        )
        for row in records
        for column in MARKS
        if isinstance(cell := row.get(column), str) and cell and (problem := _no_mark(cell))
    ]  # fmt: skip


def names_in_remark(cell: str) -> list[tuple[list[str], str]]:
    """(names of columns, the colon if there is one) in each part of `derived` or `imputed` that says something: `mean and sd: how; n: how`.

    The merge has put remarks of several people together with `|`.
    """
    parts = (part.partition(":") for part in re.split("[;|]", cell) if folded(part) not in NOTHING)
    return [([name_key(name.strip()) for name in _NAMES.split(names)], colon) for names, colon, _ in parts]


def _no_mark(cell: str) -> str:
    """What is wrong with a remark in `derived` or `imputed`; "" where it names columns, or says that there is nothing to say."""
    named = [
        (colon, [name in by_name("extraction") for name in names]) for names, colon in names_in_remark(cell)
    ]
    if named and not any(any(known) for _, known in named):
        return "names no column of the sheet"
    mixed = any(colon and any(known) and not all(known) for colon, known in named)
    return "names something else among columns of the sheet" if mixed else ""


def own_choice(row: Row) -> list[str] | None:
    """The conversions that a row allows, by their ids; None where it says nothing, and nothing where it says `none`."""
    said = folded(row.get("conversions") or "")
    return [one for one in re.split(r"[;,\s]+", said) if one not in ("", NONE)] if said else None


def impossible(records: Sequence[Row], *, suspects: Sequence[Row] | None = None) -> list[InputError]:
    """Everything impossible in extraction rows, as errors that name the cell; an empty list where nothing is.

    The rows have the columns of an extraction sheet, numbers as floats (NaN = empty). Checked row by row (the `suspects`, by
    default all) and, over the rows of one outcome of a study, the unit: arms in different units cannot be compared.
    """
    alone = [
        InputError(problem, **place_of(row), column=column, todo="Correct it.")
        for row in (records if suspects is None else suspects)
        for column, problem in faults(row)
    ]
    return alone + [
        InputError(
            f"the unit is {row['unit']!r}, but {first['unit']!r} for the arm {first['arm']!r} of the same outcome",
            **place_of(row),
            column="unit",
            todo="Enter all arms in one unit.",
        )
        for first, row in _unit_changes(records)
    ]


def place_of(row: Mapping[str, Any]) -> dict[str, Any]:
    """File and row of a sheet's row, of a merged one as far as it says where it came from (`origin`: `file:row; file:row`)."""
    if "_file" in row:
        return {"file": row["_file"], "row": int(row["_row"])}
    origin = str(row.get("origin", "") or "")
    file, _, number = origin.rpartition(":")
    if ";" in origin or not number.isdigit():
        return {"file": origin or None}
    return {"file": file, "row": int(number)}


def files_of(rows: Iterable[Mapping[str, Any]]) -> str | None:
    """The sheets that merged rows came from, as far as they say so."""
    places = [place for row in rows for place in str(row.get("origin", "")).split("; ")]
    return ", ".join(dict.fromkeys(place.rpartition(":")[0] for place in places if ":" in place)) or None


def key_of(row: Row, key: tuple[str, ...] = KEY) -> tuple[str, ...]:
    """The row's key as it is compared: blanks and letter case do not make another arm."""
    return tuple([folded(row.get(column, "")) for column in key])


def _unit_changes(records: Sequence[Row]) -> Iterator[tuple[Row, Row]]:
    """Pairs (first row, row) of arms of one study, outcome and time point that are given in different units."""
    units: dict[tuple[str, ...], Row] = {}
    for row in records:
        if not row["unit"] or row["group"] == "contrast":
            continue
        first = units.setdefault(key_of(row, ("study", "outcome", *RESULT)), row)
        if folded(first["unit"]) != folded(row["unit"]):
            yield first, row


def twice(records: Sequence[Row], key: tuple[str, ...] = KEY) -> list[InputError]:
    """Errors for rows of one sheet that have the same key and are not identical."""
    errors = []
    more = "" if key == ("study",) else ", or name their arms or time points apart"
    for first, *others in tables.grouped(records, lambda row: key_of(row, key)).values():
        other = next((row for row in others if content(row, key) != content(first, key)), None)
        if other is not None:
            named = ", ".join(filter(None, (other.get(column, "") for column in key)))
            problem = f"{named} is there already in row {first['_row']}, with other values"
            errors.append(InputError(problem, **place_of(other), todo=f"Keep one of the two rows{more}."))
    return errors


def content(row: Row, key: Sequence[str] = ()) -> dict[str, Any]:
    """What a row says, without its place; NaN equals NaN, and the labels of its `key` are compared as labels."""
    return {
        column: None
        if isinstance(value, float) and math.isnan(value)
        else folded(value)
        if column in key
        else value
        for column, value in row.items()
        if column not in PLACE
    }
